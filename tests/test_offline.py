"""What the service worker is told: names that change with the look and with nothing else."""

import json
from dataclasses import replace
from datetime import date

from gazette.archive import Archive, Scan, without_held
from gazette.model import Document, Gazette, Issue, PageRange, Withdrawal
from gazette.number import IssueNumber
from gazette.pdf.model import PageText, PdfText
from gazette.settings import Settings
from gazette.site.offline import VERSIONED, app_manifest, fingerprint, shell, withdrawn
from gazette.withholding import held_in_pdf

LOOK = {
    "main.html": b"<html>",
    "sw.js": b"1",
    "assets/browsing.css": b"b{}",
    "assets/gazette.css": b"a{}",
    "assets/gazette.js": b"1",
    "assets/icons/share.png": b"png",
    "assets/reading.css": b"c{}",
    "assets/search/page.js": b"2",
    "assets/search/search.css": b"d{}",
    "assets/validity.js": b"3",
}


def told(files: dict[str, bytes], settings: Settings = Settings()) -> dict[str, object]:  # noqa: B008
    said = shell(files, settings).decode()
    assert said.startswith("self.SHELL = ")
    made: dict[str, object] = json.loads(said.removeprefix("self.SHELL = ").rstrip(";\n"))
    return made


def test_the_worker_is_new_when_the_look_or_the_settings_are() -> None:
    before = told(LOOK)
    assert told(dict(reversed(LOOK.items()))) == before
    for name in LOOK:
        assert told({**LOOK, name: b"other"})["version"] != before["version"], name
    assert told(LOOK, Settings(name="别的公报"))["version"] != before["version"]


def test_the_shell_is_what_pages_ask_for_to_look_right() -> None:
    files = told(LOOK)["files"]
    assert files == [
        f"assets/browsing.css?v={fingerprint(b'b{}')}",
        f"assets/gazette.css?v={fingerprint(b'a{}')}",
        f"assets/gazette.js?v={fingerprint(b'1')}",
        f"assets/reading.css?v={fingerprint(b'c{}')}",
        "assets/search/page.js",
        f"assets/search/search.css?v={fingerprint(b'd{}')}",
        f"assets/validity.js?v={fingerprint(b'3')}",
    ]
    assert set(VERSIONED) <= LOOK.keys()


def test_a_city_that_does_not_want_it_tells_the_worker_to_leave() -> None:
    assert told(LOOK)["off"] is False
    assert told(LOOK, Settings(without=("离线",)))["off"] is True


def test_the_manifest_holds_relative_addresses_only() -> None:
    said = json.loads(app_manifest(Settings(name="很长很长的一个城市的人民政府公报")))
    assert said["short_name"] == "政府公报"
    addresses = [said["start_url"], said["scope"], *(i["src"] for i in said["icons"])]
    assert not [a for a in addresses if a.startswith("/") or "//" in a]


def test_what_was_withdrawn_is_named_with_the_pages_it_stood_on() -> None:
    number = IssueNumber.from_folder(1997, "03")
    gone = Document(
        issue=number,
        folder="02",
        source="1997/03/index.md",
        title="乙",
        pages=PageRange(first=3, last=4),
        withdrawn=Withdrawal(dated=date(2024, 1, 2), reason="个人信息"),
    )
    there = replace(gone, folder="01", withdrawn=None, pages=PageRange(first=1, last=2))
    issue = Issue(number=number, source="1997/03", pdf="it.pdf", documents=(there, gone))
    listed = ["1997/03/02/", "1997/03/p3/", "1997/03/p4/"]
    assert told_gone(issue) == told_gone(issue, 5) == listed
    # What the pages themselves tell of, too; and who shares one with it is kept anew.
    found = replace(gone, pages=None, body="一二三四五六七八九十甲乙丙丁戊己庚辛壬癸")
    first, *marked = told_gone(replace(issue, documents=(there, found)), 5, {2: found.body})
    assert [address.partition("#")[0] for address in (first, *marked)] == [
        "1997/03/", "1997/03/01/", "1997/03/02/", "1997/03/p2/",
    ]  # fmt: skip


def test_what_says_other_than_before_bears_another_mark() -> None:
    number = IssueNumber.from_folder(2024, "01")
    gone = Withdrawal(dated=date(2024, 1, 2), reason="个人信息")
    document = Document(issue=number, folder="01", source="2024/01/01.md", title="甲", body="张三")

    def mark(document: Document) -> list[str]:
        issue = Issue(number=number, source="2024/01", documents=(document,))
        return [a for a in told_gone(issue) if a.startswith("2024/01/01/#")]

    assert mark(document) == []
    once, again = (
        mark(replace(document, redacted=gone)),
        mark(replace(document, redacted=gone, body="某某")),
    )
    assert (len(once), len(again), once == again) == (1, 1, False)


def told_gone(issue: Issue, pages: int = 0, texts: dict[int, str] | None = None) -> list[str]:
    """What `withdrawn.json` says of an issue, whose PDF has so many pages."""
    read = tuple(
        PageText(page=n, quality="good", text=(texts or {}).get(n, "字"))
        for n in range(1, pages + 1)
    )
    held = held_in_pdf(issue, PdfText(sha256="", size=0, pages=read))
    scans = {issue.address: without_held(Scan(pages=read), held)} if pages else {}
    archive = Archive(name="公报", gazette=Gazette(issues=(issue,)), scans=scans)
    found: list[str] = json.loads(withdrawn(archive))
    return found
