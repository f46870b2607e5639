"""撤下: what is withdrawn is gone from every file of the site, also after it stood there once."""

import contextlib
import io
import json
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pikepdf
import pypdf
import pypdfium2
import pytest
from pypdf.generic import NameObject, StreamObject

from gazette.archive import entries
from gazette.check import check
from gazette.model import Document, Issue, PageRange, Withdrawal
from gazette.number import IssueNumber
from gazette.pdf.model import PageText, PdfFault, PdfText
from gazette.reading import read_archive
from gazette.settings import Settings
from gazette.site.offline import withdrawn
from gazette.withholding import Held, held_in_pdf
from tests import pdf_makers
from tests.conftest import ROOT
from tests.git_makers import Repository

MARK = "紫藤花机密七八九"
SAME = "发文机关: 市政府\n成文日期: 2024-01-01\n栏目: 文件\n主题分类: 综合\n公文种类: 通知\n"
HEAD = f"标题: 关于甲的通知\n发文字号: 示政规〔2024〕1号\n{SAME}"
SECRET = (
    f"摘要: {MARK}摘要\n关键词: [{MARK}词]\n主送机关: {MARK}局\n索引号: {MARK}号\n"
    f"附件: [{{标题: {MARK}表, 文件: {MARK}.csv}}]\n更正: /2024/01/02/\n"
)
PHOTO = b"not a picture, but nowhere else"
WITHDRAWN = "撤下: {日期: 2024-06-01, 理由: 含有个人信息}\n"


def build(folder: Path) -> None:
    command = [
        sys.executable, "-m", "gazette", "build", "--config", str(ROOT / "mkdocs.yml"),
        "--issues", str(folder / "issues"), "--site", str(folder / "site"),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603  our own command


def inflated(data: bytes) -> Iterator[bytes]:
    """All that may be raw deflate in a file, from wherever it may begin."""
    for at in range(len(data)):
        with contextlib.suppress(zlib.error):
            yield zlib.decompressobj(-15).decompress(data[at:], 100_000)


def in_pdf(data: bytes) -> Iterator[str]:
    """The texts of a PDF's pages, and all its streams, used or not, as they would hold the mark."""
    with pypdfium2.PdfDocument(data) as pdf:
        yield from (page.get_textpage().get_text_range() for page in pdf)
    with pikepdf.open(io.BytesIO(data)) as opened:
        for thing in opened.objects:
            if isinstance(thing, pikepdf.Stream):
                raw = thing.read_raw_bytes()
                yield MARK if PHOTO in raw else ""
                with contextlib.suppress(pikepdf.PdfError):
                    raw = thing.read_bytes()
                yield MARK if MARK.encode("utf-16-be").hex().encode() in raw.lower() else ""


def holding(site: Path) -> set[str]:
    """The files that hold the mark: in name, text or index, in the pages or streams of PDFs, in sheets."""
    found = set()
    for path in (p for p in site.rglob("*") if p.is_file()):
        name, data = path.relative_to(site).as_posix(), path.read_bytes()
        texts = [name, data.decode("utf-8", "replace"), data.decode("utf-16-le", "replace")]
        if path.suffix == ".pdf":
            texts += in_pdf(data)
        if name.startswith("search-index/"):
            texts += [
                t.decode(code, "replace") for t in inflated(data) for code in ("utf-8", "utf-16-le")
            ]
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(io.BytesIO(data)) as book:
                texts += [book.read(n).decode("utf-8", "replace") for n in book.namelist()]
        if any(MARK in "".join(text.split()) for text in texts):
            found.add(name)
    return found


def test_a_withdrawn_text_is_gone_from_every_file(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    home = tmp_path / "issues/2024/01"
    (home / "01").mkdir(parents=True)
    (home / "index.md").write_text("---\n出版日期: 2024-01-31\n---\n", "utf-8")
    (home / "02.md").write_text(f"---\n标题: 乙办法\n{SAME}---\n\n正文。\n", "utf-8")
    (home / f"01/{MARK}.csv").write_text(f"{MARK},1\n", "utf-8")
    document = home / "01.md"
    document.write_text(f"---\n{HEAD}{SECRET}---\n\n正文{MARK}正文。\n", "utf-8")
    repository.commit("2024-02-01")
    document.write_text(document.read_text("utf-8").replace(f"正文{MARK}", f"原文{MARK}"), "utf-8")
    repository.commit("2024-02-02")
    build(tmp_path)
    before = holding(tmp_path / "site")
    # The test sees what there is to see before it says that nothing is there.
    assert "2024/01/01/history/index.html" in before
    assert {"2024/01/01/index.html", "2024/01/01/01-ydb.pdf", "2024/01/2024-01-ydb.pdf"} <= before
    assert any(name.endswith(".xlsx") for name in before)
    assert any(name.startswith("search-index/") for name in before)
    document.write_text(f"---\n{HEAD}{SECRET}{WITHDRAWN}---\n\n正文{MARK}正文。\n", "utf-8")
    build(tmp_path)
    assert holding(tmp_path / "site") == set()
    page = (tmp_path / "site/2024/01/01/index.html").read_text("utf-8")
    assert "本文已撤下" in page
    assert "含有个人信息" in page
    assert "更正" not in (tmp_path / "site/2024/01/02/index.html").read_text("utf-8")
    for listed in (tmp_path / "site/lists").rglob("*.csv"):
        assert "关于甲的通知" not in listed.read_text("utf-8-sig")
    # Both indexes are made of the entries, and of nothing else.
    archive, _ = read_archive(Settings(), tmp_path / "issues", cache=tmp_path / "cache")
    assert [e.url for e in entries(archive)] == ["2024/01/02/"]


# The printed edition.

TITLES = ("关于甲地供水管理的通知", "关于表彰乙同志先进事迹的决定", "关于丙路改造工程的公告")
TEXTS = (
    "第一条 本市供水由市水务局统一管理，各区应当按照规划建设供水设施，保障居民用水的安全。",
    f"乙同志在抢险中表现突出，{MARK}，现予表彰，希望全市干部职工以他为榜样，做好各项工作。",
    "丙路自六月起封闭施工，过往车辆请绕行丁路，由此带来的不便请市民谅解，工期为三个月。",
)


def printed(*, blank: tuple[int, ...] = (), more: str = "") -> bytes:
    """An issue: contents, 甲 on pages 2 and 3, 乙 on 3 and 4, 丙 on 5; all pages share their resources."""

    def lines(*texts: str) -> list[tuple[str, float, float, str]]:
        parts = [t[at : at + 30] for t in texts for at in range(0, len(t), 30)]
        return [("F", 60.0, 780.0 - 20 * row, part) for row, part in enumerate(parts)]

    pages = [
        lines("目录", *TITLES),
        lines(TITLES[0], TEXTS[0]),
        lines(TEXTS[0][::-1], TITLES[1], TEXTS[1]),
        lines(f"{TEXTS[1]}完。", more),
        lines(TITLES[2], TEXTS[2]),
    ]
    shown = [[] if n in blank else page for n, page in enumerate(pages, 1)]
    pdf = pikepdf.open(io.BytesIO(pdf_makers.by_hand(shown, size=12)))
    shared = pdf.pages[0].Resources
    if not blank:
        photo = pdf.make_stream(PHOTO, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image)
        photo.Width, photo.Height, photo.BitsPerComponent = 4, 1, 8
        photo.ColorSpace = pikepdf.Name.DeviceGray
        shared.XObject = pikepdf.Dictionary(Photo=photo)
        pdf.pages[3].contents_add(b"q 99 0 0 99 9 9 cm /Photo Do Q")
    for page in pdf.pages:
        page.Resources = pdf.make_indirect(shared)
    return pdf_makers.saved(pdf, deterministic_id=True)


def historical(folder: Path, pdf: bytes, withdrawn: str = "", pages: str = "3-4") -> None:
    home = folder / "issues/1998/03"
    home.mkdir(parents=True, exist_ok=True)
    (home / "1998-03.pdf").unlink(missing_ok=True)  # the site may have it too
    (home / "1998-03.pdf").write_bytes(pdf)
    (home / "index.md").write_text(
        "---\n出版日期: 1998-03-31\n目录:\n"
        f"- {{序号: 1, 标题: {TITLES[0]}, 页码: 2-3}}\n"
        f"- {{序号: 2, 标题: {TITLES[1]}, 页码: {pages}{withdrawn}}}\n"
        f"- {{序号: 3, 标题: {TITLES[2]}, 页码: 5}}\n---\n\n"
        "[整期](1998-03.pdf)和[第三页](/1998/03/p3/)。\n",
        "utf-8",
    )


GONE = ", 撤下: {日期: 2024-06-01, 理由: 误}"


def broken_links(site: Path) -> list[str]:
    """Links of pages of the issue that lead nowhere."""
    found = []
    for page in (site / "1998").rglob("index.html"):
        for target in re.findall(r'(?:href|src)="([^"#?]+)', page.read_text("utf-8")):
            to = page.parent / unquote(target)
            if ":" not in target and not (to / "index.html" if to.is_dir() else to).is_file():
                found.append(f"{page}: {target}")
    return found


def test_no_pdf_and_no_page_gives_out_a_withdrawn_text(tmp_path: Path) -> None:
    historical(tmp_path, printed())
    build(tmp_path)
    site = tmp_path / "site"
    before = holding(site)
    assert {"1998/03/1998-03.pdf", "1998/03/01/01-ysb.pdf", "1998/03/02/02-ysb.pdf"} <= before
    assert {"1998/03/01/index.html", "1998/03/02/index.html", "1998/03/p3/index.html"} <= before
    assert "1998/03/03/03-ysb.pdf" not in before  # its page shares its resources with the photo
    assert any(name.startswith("search-index/") for name in before)
    historical(tmp_path, printed(), GONE)
    build(tmp_path)
    assert holding(site) == set()
    names = {p.relative_to(site / "1998/03").as_posix() for p in (site / "1998/03").rglob("*.*")}
    assert not {n for n in names if n.startswith(("p3/", "p4/")) or n == "1998-03.pdf"}
    assert {"p2/index.html", "p5/p5.webp", "03/03-ysb.pdf"} <= names
    assert broken_links(site) == []
    issue = (site / "1998/03/index.html").read_text("utf-8")
    assert "整期 PDF 暂不提供下载" in issue
    assert "PDF 5 页" not in (site / "1998/index.html").read_text("utf-8")
    assert "第 3 页上有已撤下的文件" in (site / "1998/03/01/index.html").read_text("utf-8")
    assert "有文件撤下，不提供下载" in (site / "ledger/ledger.csv").read_text("utf-8-sig")
    told = json.loads((site / "withdrawn.json").read_text("utf-8"))
    assert {"1998/03/02/", "1998/03/p3/", "1998/03/p4/"} <= {*told}
    assert any(t.startswith("1998/03/01/#") for t in told)  # its page held the shared one
    # Once the pages are blank, the PDF comes back, and page 3 stays away.
    historical(tmp_path, printed(blank=(3, 4)), GONE)
    build(tmp_path)
    assert (site / "1998/03/1998-03.pdf").is_file()
    assert holding(site) == set()
    assert not (site / "1998/03/p3").exists()
    assert "整期 PDF 暂不提供下载" not in (site / "1998/03/index.html").read_text("utf-8")


def emptied() -> bytes:
    return printed(blank=(3, 4))


def changed_behind() -> bytes:
    """As an editor leaves it that writes what changed behind what was."""
    out = pypdf.PdfWriter(io.BytesIO(printed()), incremental=True)
    for page in out.pages[2:4]:
        page[NameObject("/Contents")] = out._add_object(StreamObject())
    data = io.BytesIO()
    out.write(data)
    return data.getvalue()


def as_word_ends() -> bytes:
    """With a second end that adds nothing."""
    with pikepdf.open(io.BytesIO(emptied())) as out:
        plain = pdf_makers.saved(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    found = re.search(rb"trailer\s*<<(.*)>>\s*startxref\s+(\d+)", plain, re.DOTALL)
    assert found
    more = b"xref\r\n0 0\r\ntrailer\r\n<<%s/Prev %s>>\r\nstartxref\r\n%d\r\n%%%%EOF" % (
        *found.groups(), len(plain),
    )  # fmt: skip
    return plain + more


def with_unused() -> bytes:
    out = pypdf.PdfWriter(io.BytesIO(emptied()))
    left = StreamObject()
    left.set_data(MARK.encode())
    out._add_object(left)
    data = io.BytesIO()
    out.write(data)
    return data.getvalue()


def covered() -> bytes:
    """Blank to the eye: a photo under a white sheet."""
    with pikepdf.open(io.BytesIO(emptied())) as out:
        photo = out.make_stream(b"\0" * 4, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image)
        photo.Width, photo.Height, photo.BitsPerComponent = 4, 1, 8
        photo.ColorSpace = pikepdf.Name.DeviceGray
        page = out.pages[3]
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=photo))
        page.contents_add(b"q 99 0 0 99 9 9 cm /P Do Q 1 g 0 0 600 850 re f")
        return pdf_makers.saved(out)


def with_shared_photo() -> bytes:
    """Emptied pages, while the others still have the photo among the resources that all share."""
    with pikepdf.open(io.BytesIO(emptied())) as out:
        photo = out.make_stream(PHOTO, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image)
        photo.Width, photo.Height, photo.BitsPerComponent = 4, 1, 8
        photo.ColorSpace = pikepdf.Name.DeviceGray
        out.pages[0].Resources.XObject = pikepdf.Dictionary(Photo=photo)
        return pdf_makers.saved(out)


def with_shown_photo() -> bytes:
    with pikepdf.open(io.BytesIO(with_shared_photo())) as out:
        out.pages[0].contents_add(b"q 99 0 0 99 9 9 cm /Photo Do Q")
        return pdf_makers.saved(out)


def with_no_notes() -> bytes:
    with pikepdf.open(io.BytesIO(emptied())) as out:
        out.pages[3].Annots = pikepdf.Array([])
        return pdf_makers.saved(out)


def with_file() -> bytes:
    with pikepdf.open(io.BytesIO(emptied())) as out:
        out.attachments["old.txt"] = MARK.encode()
        return pdf_makers.saved(out)


def with_tags() -> bytes:
    with pikepdf.open(io.BytesIO(emptied())) as out:
        name = pikepdf.Name
        said = pikepdf.Dictionary(
            Type=name.StructElem, S=name.Figure, Alt=MARK, Pg=out.pages[3].obj
        )
        tags = pikepdf.Dictionary(Type=name.StructTreeRoot, K=out.make_indirect(said))
        out.Root.StructTreeRoot = out.make_indirect(tags)
        return pdf_makers.saved(out)


def with_bookmarks(title: str) -> bytes:
    with pikepdf.open(io.BytesIO(emptied())) as out:
        with out.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem(title, 3))
        return pdf_makers.saved(out)


@pytest.mark.parametrize(
    ("make", "kept"),
    [
        (emptied, ()),
        (as_word_ends, ()),
        (changed_behind, ("objects", "revisions")),
        (with_unused, ("objects",)),
        (covered, ("pages",)),
        (with_shared_photo, ("objects",)),
        (with_shown_photo, ()),
        (with_no_notes, ()),
        (with_file, ("files",)),
        (with_tags, ("tags",)),
        (lambda: with_bookmarks(TITLES[1]), ()),
        (lambda: with_bookmarks("一、先进事迹"), ("outline",)),
    ],
)
def test_a_pdf_comes_back_when_nothing_is_left_in_it(
    tmp_path: Path, make: Callable[[], bytes], kept: tuple[str, ...]
) -> None:
    historical(tmp_path, make(), GONE)
    archive, _ = read_archive(Settings(), tmp_path / "issues", cache=tmp_path / "cache")
    assert archive.scans["1998/03/"].held[0].kept == kept
    assert archive.gazette.issues[0].printed == ("" if kept else "1998-03.pdf")
    said = [f for f in check(archive, "issues") if f.code == "withdrawn_in_pdf"]
    assert [(f.level, "还留着" in f.message) for f in said] == [("warning", True)] * bool(kept)


# Which pages.

NUMBER = IssueNumber.from_folder(1998, "03")


def pages_of(document: dict[str, Any], *pages: str | PageText, fault: str = "") -> Held:
    """Where a document stands on pages with these texts; it is withdrawn, and others stand there too."""
    gone = Withdrawal(dated=date(2024, 6, 1), reason="误")
    it = Document(issue=NUMBER, folder="02", source="", title=TITLES[1], withdrawn=gone)
    it = replace(it, **document)
    other = replace(it, folder="03", withdrawn=None, title=TITLES[2], body="")
    other = replace(other, pages=PageRange(first=4, last=4))
    issue = Issue(number=NUMBER, source="1998/03", pdf="it.pdf", documents=(it, other))
    read = tuple(
        replace(p, page=n)
        if isinstance(p, PageText)
        else PageText(page=n, quality="good" if p else "blank", text=p)
        for n, p in enumerate(pages, 1)
    )
    why = PdfFault(code=fault, message="", hint="") if fault else None
    (held,) = held_in_pdf(issue, PdfText(sha256="", size=0, pages=read, fault=why))
    return held


PICTURE = PageText(page=1, quality="scanned")
BY_OCR = PageText(page=1, quality="good", method="ocr", text="乙同忐在抢险中")
LONG = "".join(chr(0x4E00 + 7 * n) for n in range(200))
ONE, TWO, TWO_THREE = (
    {"pages": PageRange(first=first, last=last)} for first, last in ((1, 1), (2, 2), (2, 3))
)


@pytest.mark.parametrize(
    ("document", "pages", "held", "left", "why"),
    [
        # 页码 that are right; the contents name every title.
        (TWO, (f"目录{TITLES[1]}", TITLES[1], "丙"), (2,), (2,), "stated"),
        (TWO, (f"目录{TITLES[1]}", "", "丙"), (2,), (), ""),
        (TWO, ("甲", "本页内容已撤下", "丙"), (2,), (), ""),
        (TWO, ("甲", PICTURE, PICTURE), (2,), (2,), "stated"),
        # 页码 as they are printed, behind a cover: the title and the text tell where it is.
        (TWO, ("封面", "甲", TITLES[1], "丙"), (2, 3), (2, 3), "stated"),
        (TWO_THREE, ("封面", "甲", TITLES[1], "续", "丙"), (2, 3, 4), (2, 3, 4), "stated"),
        (ONE, (f"目录{TITLES[1]}{TITLES[2]}", "甲", TITLES[1], "丙"), (1, 3), (1, 3), "stated"),
        (TWO | {"body": LONG}, ("封面", "", LONG[:90], LONG[90:]), (2, 3, 4), (3, 4), "found"),
        # No 页码, or none that the PDF has.
        ({}, ("甲", f"决定\n{TITLES[1][:9]}\n{TITLES[1][9:]}", "续", "丙", "丁"), (2, 3, 4), (2, 3, 4), "found"),
        ({"body": LONG}, (LONG[:99], LONG[99:170], LONG[170:], "丙"), (1, 2, 3), (1, 2, 3), "found"),
        ({"pages": PageRange(first=9, last=9)}, ("甲", TITLES[1], "续", ""), (2, 3, 4), (2, 3), "found"),
        ({"title": f"示例市人民政府{TITLES[1]}"}, ("甲", TITLES[1], "续", ""), (2, 3, 4), (2, 3), "found"),
        ({}, ("甲", PICTURE, "丙"), (2,), (2,), "unread"),
        ({}, ("甲", BY_OCR, "丙"), (2,), (2,), "unread"),
        ({}, ("甲", "乙", "丙"), (), (), ""),
    ],
)  # fmt: skip
def test_the_pages_of_a_withdrawn_document_are_found(
    document: dict[str, Any],
    pages: tuple[str | PageText, ...],
    held: tuple[int, ...],
    left: tuple[int, ...],
    why: str,
) -> None:
    found = pages_of(document, *pages)
    assert (found.pages, found.left, found.why) == (held, left, why)


@pytest.mark.parametrize("pages", ["", ", 页码: 三至四"])
def test_an_entry_is_withdrawn_without_pages_too(tmp_path: Path, pages: str) -> None:
    historical(tmp_path, printed(), GONE)
    index = tmp_path / "issues/1998/03/index.md"
    index.write_text(index.read_text("utf-8").replace(", 页码: 3-4", pages), "utf-8")
    archive, _ = read_archive(Settings(), tmp_path / "issues", cache=tmp_path / "cache")
    (issue,) = archive.gazette.issues
    assert issue.documents[1].withdrawn
    assert issue.printed == ""
    assert {3, 4} <= archive.scans["1998/03/"].withheld


def test_an_entry_withdraws_the_file_that_stands_in_its_place(tmp_path: Path) -> None:
    historical(tmp_path, printed(), GONE)
    text = f"---\n标题: {TITLES[1]}\n{SAME}---\n\n{TEXTS[1]}\n"
    (tmp_path / "issues/1998/03/02.md").write_text(text, "utf-8")
    archive, _ = read_archive(Settings(), tmp_path / "issues", cache=tmp_path / "cache")
    assert archive.gazette.issues[0].documents[1].withdrawn
    assert MARK not in "".join(e.body for e in entries(archive))


def test_a_pdf_that_cannot_be_read_may_hold_it() -> None:
    assert pages_of({}, fault="encrypted").why == "fault"
    assert pages_of(TWO, "甲", "", fault="timeout").why == "fault"
    assert not pages_of(TWO, "甲", "", fault="ocr_failed").why


def test_files_that_only_a_withdrawn_document_uses_are_withheld(tmp_path: Path) -> None:
    home = tmp_path / "issues/2024/01"
    home.mkdir(parents=True)
    head = f"---\n{HEAD}"
    (home / "01.md").write_text(f"{head}{WITHDRAWN}---\n\n[表](表.xlsx)和[图](图.png)\n", "utf-8")
    (home / "02.md").write_text(f"{head}---\n\n[图](图.png)，[整期](整期.pdf)\n", "utf-8")
    (home / "index.md").write_text("---\n出版日期: 2024-01-31\n---\n\n[整期](整期.doc)\n", "utf-8")
    for name in ("表.xlsx", "图.png", "整期.doc", "整期.docx", "整期.pdf", "旧.pdf"):
        (home / name).write_bytes(b"PK")
    archive, _ = read_archive(Settings(), tmp_path / "issues", cache=tmp_path / "cache")
    assert archive.gazette.issues[0].withheld == ("整期.docx", "旧.pdf", "表.xlsx")
    found = {f.message for f in check(archive, "issues") if f.code == "withdrawn_file"}
    assert found == {
        "已撤下的文件用的文件还在发布：图.png",
        "这一期有文件撤下，首页上的这个文件还在发布：整期.doc",
    }
    told = json.loads(withdrawn(archive))
    assert f"2024/01/{quote('表.xlsx')}" in told  # a phone may have kept what the text showed


def test_the_same_pdf_in_another_issue_is_withheld_too(tmp_path: Path) -> None:
    historical(tmp_path, printed(), GONE)
    other = tmp_path / "issues/1998/04"
    other.mkdir()
    (other / "1998-04.pdf").write_bytes(printed())
    (other / "别的.pdf").write_bytes(emptied())
    archive, _ = read_archive(Settings(), tmp_path / "issues", cache=tmp_path / "cache")
    assert [i.withheld for i in archive.gazette.issues] == [("1998-03.pdf",), ("1998-04.pdf",)]
    assert archive.shown_pages(archive.gazette.issues[1]) == [1, 2, 5]
    assert MARK not in "".join(e.body for e in entries(archive))


def test_to_say_where_a_text_was_printed_makes_no_historical_issue(tmp_path: Path) -> None:
    home = tmp_path / "issues/2024/01"
    home.mkdir(parents=True)
    (home / "01.md").write_text(f"---\n{HEAD}{WITHDRAWN}页码: 3-4\n---\n\n正文。\n", "utf-8")
    (home / "02.md").write_text(f"---\n{HEAD}---\n\n正文。\n", "utf-8")
    (home / "2024-01.pdf").write_bytes(emptied())
    archive, _ = read_archive(Settings(), tmp_path / "issues", cache=tmp_path / "cache")
    (issue,) = archive.gazette.issues
    assert (issue.printed, archive.shown_pages(issue)) == ("2024-01.pdf", [])
