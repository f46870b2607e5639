"""What the service worker is told: names that change with the look and with nothing else."""

import json
from dataclasses import replace
from datetime import date

from gazette.archive import Archive
from gazette.model import Document, Gazette, Issue, PageRange, Withdrawal
from gazette.number import IssueNumber
from gazette.settings import Settings
from gazette.site.offline import VERSIONED, app_manifest, fingerprint, shell, withdrawn

LOOK = {
    "main.html": b"<html>",
    "sw.js": b"1",
    "assets/gazette.css": b"a{}",
    "assets/gazette.js": b"1",
    "assets/icons/share.png": b"png",
    "assets/search/page.js": b"2",
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
        f"assets/gazette.css?v={fingerprint(b'a{}')}",
        f"assets/gazette.js?v={fingerprint(b'1')}",
        "assets/search/page.js",
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
    issue = Issue(number=number, source="1997/03", documents=(there, gone))
    archive = Archive(name="公报", gazette=Gazette(issues=(issue,)))
    assert json.loads(withdrawn(archive)) == ["1997/03/02/", "1997/03/p3/", "1997/03/p4/"]
