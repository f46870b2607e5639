"""What of an archive is shown and found: pages of PDFs, documents, what was withdrawn."""

from dataclasses import replace
from datetime import date

import pytest

from gazette.archive import Archive, Scan, entries, with_corrections, without_held
from gazette.model import Document, Gazette, Issue, PageRange, Withdrawal
from gazette.number import IssueNumber
from gazette.pdf.model import PageText, PdfText
from gazette.withholding import held_in_pdf

NUMBER = IssueNumber.from_folder(1998, "03")


def page(number: int, quality: str = "good") -> PageText:
    return PageText(page=number, quality=quality, text=f"第{number}页的文字")  # type: ignore[arg-type]


def document(folder: str, **values: object) -> Document:
    made = Document(
        issue=NUMBER, folder=folder, source="1998/03/index.md", title=f"文件{folder}",
        authorities=("示例市人民政府",), dated=date(1998, 3, 1),
    )  # fmt: skip
    return replace(made, **values)  # type: ignore[arg-type]


def archive(*documents: Document, qualities: dict[int, str] | None = None) -> Archive:
    issue = Issue(number=NUMBER, source="1998/03", documents=documents, pdf="1998-03.pdf")
    pages = tuple(page(n, (qualities or {}).get(n, "good")) for n in range(1, 6))
    held = held_in_pdf(issue, PdfText(sha256="", size=0, pages=pages))
    scan = without_held(Scan(pages=pages), held)
    return Archive(name="公报", gazette=Gazette(issues=(issue,)), scans={issue.address: scan})


ENTRY = document("01", pages=PageRange(first=2, last=3))
TEXT = document("02", body="正文。")
GONE = document(
    "01", pages=PageRange(first=2, last=3), withdrawn=Withdrawal(dated=None, reason="误刊")
)


@pytest.mark.parametrize(
    ("documents", "shown", "found"),
    [
        ((), [1, 2, 3, 4, 5], ["p1", "p2", "p3", "p4", "p5"]),
        ((ENTRY,), [1, 2, 3, 4, 5], ["01", "p1", "p4", "p5"]),
        ((ENTRY, TEXT), [1, 2, 3, 4, 5], ["01", "02", "p1", "p4", "p5"]),
        ((replace(ENTRY, body="重排的正文。"),), [1, 2, 3, 4, 5], ["01", "p1", "p4", "p5"]),
        ((TEXT,), [], ["02"]),
        ((GONE,), [1, 4, 5], ["p1", "p4", "p5"]),
    ],
)
def test_pages_are_shown_and_found_once(
    documents: tuple[Document, ...], shown: list[int], found: list[str]
) -> None:
    made = archive(*documents)
    assert made.shown_pages(made.gazette.issues[0]) == shown
    assert [e.url.rstrip("/").rpartition("/")[2] for e in entries(made)] == found


def test_a_document_of_pages_is_found_by_their_text_unless_it_is_garbage() -> None:
    (entry, *_) = entries(archive(ENTRY, qualities={3: "garbled"}))
    assert entry.body == "第2页的文字"


def test_pages_that_cannot_be_read_are_there_without_text() -> None:
    bodies = {e.page: e.body for e in entries(archive(qualities={2: "scanned", 4: "garbled"}))}
    assert [n for n, body in bodies.items() if not body] == [2, 4]


def test_corrected_text_takes_the_place_of_what_was_read() -> None:
    scan = with_corrections(Scan(pages=(page(1, "garbled"), page(2))), ((1, "校订"),))
    assert (scan.pages[0].text, scan.pages[0].quality, scan.pages[0].method) == (
        "校订", "good", "corrected",
    )  # fmt: skip
    assert scan.pages[1] == page(2)
