"""The printed pages of one document as a PDF: only its own, the same bytes each time, nothing else."""

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pikepdf
import pytest

from gazette.archive import Archive, Scan, part_address, without_held
from gazette.model import Document, Gazette, Issue, PageRange, Withdrawal
from gazette.number import IssueNumber
from gazette.pdf.extract import DEFAULT, read_pdf
from gazette.pdf.model import PageText, PdfText
from gazette.pdf.split import cut_pdfs
from gazette.publish.parts import cut_parts
from gazette.withholding import held_in_pdf
from tests import pdf_makers

TEXT = "第一页的字#pagebreak()第二页的字#pagebreak()第三页的字"


@pytest.fixture(scope="module")
def three() -> bytes:
    return pdf_makers.set_text(TEXT)


def linked(pdf: bytes) -> bytes:
    """The first page links to the third and carries an action and private data."""
    out = pikepdf.open(io.BytesIO(pdf))
    page = out.pages[0]
    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Link,
        Rect=[0, 0, 9, 9],
        Dest=pikepdf.Array([out.pages[2].obj, pikepdf.Name.Fit]),
    )
    page.Annots = pikepdf.Array([out.make_indirect(link)])
    page.AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)"))
    return pdf_makers.saved(out)


def test_a_part_holds_its_pages_and_no_others(tmp_path: Path, three: bytes) -> None:
    path = tmp_path / "it.pdf"
    path.write_bytes(linked(three))
    cut = cut_pdfs({path: [(1, 1), (2, 3), (3, 4)]}, cache=tmp_path / "cache")[path]
    assert sorted(cut) == [(1, 1), (2, 3)]  # there is no page 4
    for span, texts in (((1, 1), ["第一页的字"]), ((2, 3), ["第二页的字", "第三页的字"])):
        read = read_pdf(cut[span], cache=tmp_path / "texts")
        assert [p.text for p in read.pages] == texts
        with pikepdf.open(cut[span]) as opened:
            assert opened.is_linearized
            assert "/AA" not in opened.pages[0].obj
            kinds = [o.get("/Type") for o in opened.objects if isinstance(o, pikepdf.Dictionary)]
            assert kinds.count(pikepdf.Name.Page) == len(texts)


def test_parts_are_the_same_bytes_every_time(tmp_path: Path, three: bytes) -> None:
    path = tmp_path / "it.pdf"
    path.write_bytes(three)
    made = [
        cut_pdfs({path: [(1, 2)]}, cache=tmp_path / name)[path][1, 2].read_bytes()
        for name in ("one", "two")
    ]
    assert made[0] == made[1]


@pytest.mark.parametrize("make", [lambda t: t[: len(t) // 2], pdf_makers.encrypted, lambda _: b""])
def test_what_cannot_be_cut_is_missing(tmp_path: Path, three: bytes, make: object) -> None:
    path = tmp_path / "it.pdf"
    path.write_bytes(make(three))  # type: ignore[operator]
    assert cut_pdfs({path: [(1, 1)]}, cache=tmp_path / "cache")[path] == {}


def test_a_page_whose_resources_are_none_costs_only_itself(tmp_path: Path, three: bytes) -> None:
    with pikepdf.open(io.BytesIO(three)) as out:
        out.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=1))
        out.pages[0].Contents = out.make_stream(b"/P Do")
        path = tmp_path / "it.pdf"
        path.write_bytes(pdf_makers.saved(out))
    assert [*cut_pdfs({path: [(1, 1), (2, 3)]}, cache=tmp_path / "cache")[path]] == [(2, 3)]


def test_cutting_keeps_its_limits(tmp_path: Path) -> None:
    path = tmp_path / "it.pdf"
    path.write_bytes(pdf_makers.bomb(layers=2, size=50_000_000))
    limits = replace(DEFAULT, memory=400_000_000, seconds=10)
    cut = cut_pdfs({path: [(1, 1)]}, cache=tmp_path / "cache", limits=limits)[path]
    assert all(p.stat().st_size < 1_000_000 for p in cut.values())  # not inflated


def test_pages_shared_with_a_withdrawn_document_are_not_given_out(
    tmp_path: Path, three: bytes
) -> None:
    folder = tmp_path / "issues/1998/03"
    folder.mkdir(parents=True)
    (folder / "1998-03.pdf").write_bytes(three)
    number = IssueNumber.from_folder(1998, "03")

    def document(folder: str, first: int, last: int, **more: object) -> Document:
        return Document(
            issue=number, folder=folder, source="1998/03/index.md", title=folder,
            pages=PageRange(first=first, last=last), **more,  # type: ignore[arg-type]
        )  # fmt: skip

    kept, shared = document("01", 1, 1), document("02", 2, 2)
    gone = document("03", 2, 3, withdrawn=Withdrawal(dated=date(2020, 1, 1), reason="甲"))
    beyond = document("04", 9, 9)
    issue = Issue(
        number=number, source="1998/03", pdf="1998-03.pdf", files=("1998-03.pdf",), documents=(kept, shared, gone, beyond)
    )  # fmt: skip
    pages = tuple(PageText(page=n, quality="good", text="字") for n in (1, 2, 3))
    held = held_in_pdf(issue, PdfText(sha256="", size=0, pages=pages))
    scan = without_held(Scan(pages=pages), held)
    archive = Archive(name="示例", gazette=Gazette(issues=(issue,)), scans={issue.address: scan})
    parts, findings = cut_parts(archive, tmp_path / "issues", cache=tmp_path / "cache")
    assert list(parts) == [part_address(kept)] == ["1998/03/01/01-ysb.pdf"]
    assert findings == ()
    (folder / "1998-03.pdf").write_bytes(b"%PDF-1.7 broken")
    parts, findings = cut_parts(archive, tmp_path / "issues", cache=tmp_path / "cache")
    assert parts == {}
    assert [f.code for f in findings] == ["pdf_not_cut"]


def test_a_page_whose_orders_cannot_be_read_does_not_bring_pictures_along(
    tmp_path: Path, three: bytes
) -> None:
    """All pages of many files share one list of pictures; one may be of a page that was withdrawn."""
    pdf = pikepdf.open(io.BytesIO(three))
    for page, orders in zip(pdf.pages, (b"/A Do", b"/B Do", b"/A Do <<< ) ] BI"), strict=True):
        photo = pdf.make_stream(b"\0", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image)
        page.Contents = pdf.make_stream(orders)
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(A=photo, B=photo))
    path = tmp_path / "it.pdf"
    path.write_bytes(pdf_makers.saved(pdf))
    cut = cut_pdfs({path: [(1, 1), (2, 2), (3, 3)]}, cache=tmp_path / "cache")[path]
    assert sorted(cut) == [(1, 1), (2, 2)]
    with pikepdf.open(cut[1, 1]) as opened:
        assert [*opened.pages[0].Resources.XObject.keys()] == ["/A"]
