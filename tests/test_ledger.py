"""The account of what is held: numbers that are missing, 总期号 that do not go on, states of PDFs."""

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazette.archive import Archive, Scan
from gazette.check import check
from gazette.ledger import COLUMNS, Ledger, ledger, ledger_json, ranges, rows, words
from gazette.model import Gazette, Issue
from gazette.number import IssueNumber
from gazette.pdf.model import Method, PageText, PdfFault, Quality
from gazette.pdf.tail import is_truncated
from gazette.publish.tables import ledger_csv, ledger_xlsx


def issue(name: str, *cumulative: int, pdf: str = "") -> Issue:
    year, folder = name.split("/")
    number = replace(IssueNumber.from_folder(int(year), folder), cumulative=cumulative)
    return Issue(number=number, source=name, pdf=pdf)


def account(*issues: Issue, scans: dict[str, Scan] | None = None) -> Ledger:
    kept = tuple(sorted(issues, key=lambda i: i.number))
    return ledger(Archive(name="示例公报", gazette=Gazette(issues=kept), scans=scans or {}))


@pytest.mark.parametrize(
    ("issues", "missing", "at_end", "breaks"),
    [
        pytest.param([issue("1998/01", 1), issue("1998/02", 2)], (), (), 0, id="whole"),
        pytest.param([issue("1998/01", 7), issue("1998/04", 10)], (2, 3), (), 0, id="gap"),
        pytest.param([issue("1998/03", 7)], (1, 2), (), 0, id="before the first"),
        pytest.param([issue("1998/07", 1), issue("1998/08", 2)], (), (), 0, id="创刊号 in July"),
        pytest.param([issue("1998/05-06", 7, 8), issue("1998/07", 9)], (1, 2, 3, 4), (), 0, id="合刊 of two"),
        pytest.param([issue("1998/05-06", 7), issue("1998/07", 8)], (1, 2, 3, 4), (), 0, id="合刊 of one 总期号"),
        pytest.param([issue("1998/05-06", 7), issue("1998/07", 9)], (1, 2, 3, 4), (), 1, id="合刊 that lost one"),
        pytest.param([issue("1998/11", 7), issue("1999/01", 9)], tuple(range(1, 11)), (12,), 0, id="year's end"),
        pytest.param([issue("1998/12", 7), issue("1999/01", 8)], tuple(range(1, 12)), (), 0, id="year's turn"),
        pytest.param([issue("1998/01", 7), issue("1998/zk1"), issue("1998/02", 8)], (), (), 0, id="增刊 uncounted"),
        pytest.param([issue("1998/01", 7), issue("1998/zk1", 8), issue("1998/02", 9)], (), (), 0, id="增刊 counted"),
        pytest.param([issue("1998/01", 7), issue("1998/02", 9)], (), (), 1, id="jump"),
        pytest.param([issue("1998/01", 7), issue("1998/02", 7)], (), (), 1, id="twice"),
        pytest.param([issue("1998/12", 9), issue("1999/01", 5)], tuple(range(1, 12)), (), 1, id="back over the year"),
        pytest.param([issue("1998/01", 7), issue("1998/02"), issue("1998/03", 9)], (), (), 0, id="one does not say"),
        pytest.param([issue("1998/01", 7), issue("1998/02"), issue("1998/03", 12)], (), (), 1, id="jump past it"),
        pytest.param([issue("1998/01", 1, 2, 3)], (), (), 1, id="more 总期号 than 期号"),
        pytest.param([issue("1998/01"), issue("1998/03")], (2,), (), 0, id="without 总期号"),
    ],
)  # fmt: skip
def test_what_is_missing_and_what_does_not_go_on(
    issues: list[Issue], missing: tuple[int, ...], at_end: tuple[int, ...], breaks: int
) -> None:
    said = account(*issues)
    assert said.years[0].missing == missing
    assert said.years[0].missing_at_end == at_end
    assert len(said.breaks) == breaks, said.breaks


def test_years_without_any_issue() -> None:
    said = account(issue("1985/12", 12), issue("1988/02", 38))
    (gap,) = said.gaps
    assert (gap.first, gap.last, gap.issues) == (1986, 1987, 24)  # 1988/01 is the 25th
    assert said.years[1].missing == (1,)
    assert any("1986—1987年：按总期号应有 24 期" in line for line in words(said))
    (unknown,) = account(issue("1985/12"), issue("1987/01")).gaps
    assert (unknown.first, unknown.last, unknown.issues) == (1986, 1986, None)


def page(quality: Quality, method: Method = "text") -> PageText:
    return PageText(page=1, quality=quality, method=method)


def test_pages_and_pdfs_are_counted_by_state() -> None:
    issues = [issue(f"1998/{n:02d}", n, pdf=f"1998-{n:02d}.pdf") for n in range(1, 8)]
    fault = PdfFault(code="empty", message="PDF 是空的（0 字节）", hint="")
    broken = PdfFault(code="broken", message="PDF 损坏，打不开", hint="")
    pages = (
        page("good"), page("good", "ocr"), page("good", "corrected"), page("good", "repaired"),
        page("garbled"), page("scanned"), page("blank"), page("suspect", "ocr"),
    )  # fmt: skip
    scans = {
        issues[0].address: Scan(pages=pages, sha256="a"),
        issues[1].address: Scan(pages=(page("good"),), sha256="b"),
        issues[2].address: Scan(pages=(page("good"),), sha256="b"),
        issues[3].address: Scan(fault=fault, sha256="c"),
        issues[4].address: Scan(fault=broken, sha256="d", truncated=True),
        issues[5].address: Scan(fault=broken, sha256="e"),
    }
    said = account(*issues, scans=scans)
    assert [h.pdf_state for h in said.holdings] == [
        "good", "duplicate", "duplicate", "empty", "truncated", "damaged", "none",
    ]  # fmt: skip
    assert dict(said.holdings[0].pages) == {
        "good": 3, "ocr": 1, "suspect": 1, "garbled": 1, "scanned": 1, "blank": 1,
    }  # fmt: skip
    assert "1998年第3期" in said.holdings[1].pdf_note
    year = said.years[0]
    assert (year.without_pdf, year.bad_pdfs) == (1, 5)
    archive = Archive(name="", gazette=Gazette(issues=tuple(issues)), scans=scans)
    codes = [f.code for f in check(archive, "issues")]
    assert codes.count("pdf_duplicate") == 2
    assert "cumulative" not in codes


def test_a_copy_that_broke_off_is_noticed(tmp_path: Path) -> None:
    whole = b"%PDF-1.7\n" + b"x" * 9000 + b"\nstartxref\n9\n%%EOF\n"
    for name, data, expected in (
        ("whole", whole, False),
        ("padded", whole + b"\0" * 900, False),
        ("cut", whole[:5000], True),
        ("other", b"PK" + b"x" * 9000, False),
        ("empty", b"", False),
    ):
        (tmp_path / name).write_bytes(data)
        assert is_truncated(tmp_path / name) is expected, name


def test_the_tables_are_the_same_bytes_every_time_and_hold_every_issue() -> None:
    said = account(
        issue("1985/12", 12), issue("1988/02", 38, pdf="=HYPERLINK(1).pdf"), issue("1988/zk1")
    )
    assert ledger_csv(said) == ledger_csv(said)
    assert ledger_xlsx(said) == ledger_xlsx(said)
    table = list(csv.reader(io.StringIO(ledger_csv(said).decode("utf-8-sig"))))
    assert tuple(table[0]) == COLUMNS
    assert [(r[0], r[1], r[4]) for r in table[1:]] == [
        *(("1985", str(n), "缺") for n in range(1, 12)),
        ("1985", "12", "在藏"), ("1986-1987", "", "缺"), ("1988", "1", "缺"),
        ("1988", "2", "在藏"), ("1988", "增刊1", "在藏"),
    ]  # fmt: skip
    assert all(not cell.startswith("=") for row in table for cell in row)
    with zipfile.ZipFile(io.BytesIO(ledger_xlsx(said))) as book:
        sheets = [n for n in book.namelist() if n.startswith("xl/worksheets/sheet")]
        texts = book.read("xl/sharedStrings.xml").decode()
        assert len(sheets) == 3
        assert "=HYPERLINK" in texts
        assert not any("<f>" in book.read(n).decode() for n in sheets)
        assert {i.date_time for i in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_account_as_json() -> None:
    said = account(issue("1998/01", 7), issue("1998/04", 10))
    value = json.loads(json.dumps(ledger_json(said)))
    assert value["missing"] == 2
    assert value["years"][0]["missing"] == [2, 3]
    assert value["holdings"][0]["cumulative"] == [7]


@given(st.sets(st.integers(1, 24), min_size=1), st.integers(1, 500))
def test_what_is_held_and_what_is_missing_make_the_whole(held: set[int], first: int) -> None:
    issues = [issue(f"1998/{n:02d}", first + n - 1) for n in sorted(held)]
    said = account(*issues)
    (year,) = said.years
    lowest = min(held) if first + min(held) - 1 == 1 else 1
    assert {*year.missing, *held} == set(range(lowest, max(held) + 1))
    assert not set(year.missing) & held
    assert said.breaks == ()
    assert len(list(rows(said))) == len(held) + len(year.missing)
    listed = re.sub(r"(\d+)-(\d+)", lambda m: "、".join(map(str, range(int(m[1]), int(m[2]) + 1))), ranges(held))  # fmt: skip
    assert listed == "、".join(map(str, sorted(held)))
