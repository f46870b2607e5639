"""A collection becomes an issues tree: everything placed, nothing dropped, nothing made up."""

import json
import lzma
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from gazette.content import read_gazette
from gazette.dialect import parse, visible_lines

sys.path.append(str(Path(__file__).resolve().parents[1] / "tools"))

import import_corpus
from import_corpus import Row, document_type, literal, place, spread, unwrap


def shown(body: str) -> str:
    return "".join("".join(visible_lines(parse(body))).split())


def row(id_: str, **values: Any) -> dict[str, Any]:
    known = {
        "title": "示例市公园管理办法",
        "doc_number": "示例市人民政府令第7号",
        "issuer": "示例市人民政府",
        "date": "2019-06-21",
        "text": "第一条　为了管理公园。",
        "source_repo": "a/b",
        "source_path": "c",
    }
    return {"id": id_, **known, **values}


def imported(tmp_path: Path, rows: list[dict[str, Any]], *options: str) -> Path:
    file = tmp_path / "in.jsonl.xz"
    with lzma.open(file, "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(r, ensure_ascii=False) + "\n" for r in rows)
    issues = tmp_path / "issues"
    result = CliRunner().invoke(import_corpus.main, [str(file), str(issues), *options])
    assert result.exit_code == 0, result.output
    return issues


def test_a_document_is_written_as_it_came(tmp_path: Path) -> None:
    issues = imported(
        tmp_path, [row("xzfg-1", text="# 不是标题\n\n| 甲 |\n| --- |\n见[附件](a.pdf)")]
    )
    gazette, findings = read_gazette(issues)
    (document,) = gazette.documents
    assert findings == ()
    assert document.address == "2019/12/01/"
    assert document.title == "示例市公园管理办法"
    assert document.number_text == "示例市人民政府令第7号"
    assert document.authorities == ("示例市人民政府",)
    assert document.dated == date(2019, 6, 21)
    assert document.effective_on is None
    assert document.section == "行政法规"
    assert document.document_type == "办法"
    assert shown(document.body) == "#不是标题|甲||---|见[附件](a.pdf)"


def test_two_issues_a_month_and_only_those_that_hold_something(tmp_path: Path) -> None:
    days = ["2019-01-01", "2019-01-15", "2019-01-16", "2019-12-31"]
    gazette, _ = read_gazette(imported(tmp_path, [row(f"law-{d}", date=d) for d in days]))
    assert [(i.address, i.published_on, len(i.documents)) for i in gazette.issues] == [
        ("2019/01/", date(2019, 1, 15), 2),
        ("2019/02/", date(2019, 1, 31), 1),
        ("2019/24/", date(2019, 12, 31), 1),
    ]


def test_what_lacks_a_day_or_an_issuer_is_kept_and_reported(tmp_path: Path) -> None:
    rows = [row("gwr-1", date=None), row("tw-1", issuer=None)]
    issues = imported(tmp_path, rows, "--undated-year", "2001")
    gazette, findings = read_gazette(issues)
    assert [(d.address, d.dated) for d in gazette.documents] == [
        ("2001/zk1/01/", None),
        ("2019/12/01/", date(2019, 6, 21)),
    ]
    assert gazette.documents[1].authorities == ("不详",)
    assert [f.code for f in findings] == ["missing_key"]
    report = json.loads((tmp_path / "import-report.json").read_text("utf-8"))
    assert {p["id"]: (p["address"], p["warnings"]) for p in report["placed"]} == {
        "gwr-1": ("2001/zk1/01/", ["缺成文日期，放入增刊"]),
        "tw-1": ("2019/12/01/", ["缺发文机关，记为“不详”"]),
    }


def test_an_issue_that_overflows_goes_on_in_supplements_of_its_year() -> None:
    rows = [Row(f"law-{n:04d}", date(2020, 5, 20)) for n in range(450)]
    rows += [Row(f"gwr-{n:04d}", None) for n in range(3)]
    places = place(reversed(rows), 2020)
    assert len(places) == 453
    assert Counter(p.folder for p in places.values()) == {
        "10": 199,
        "zk1": 199,
        "zk2": 52,
        "zk3": 3,
    }
    assert len({(p.folder, p.serial) for p in places.values()}) == 453
    assert max(p.serial for p in places.values()) == import_corpus.MAX_DOCUMENTS
    assert places["law-0000"].serial == 1


def test_a_limit_is_shared_out_to_the_sets() -> None:
    rows = [Row(f"tw-{n}", None) for n in range(80)] + [Row(f"law-{n}", None) for n in range(20)]
    taken = spread(rows, 10)
    assert [r.id for r in taken] == [f"tw-{n}" for n in range(0, 80, 10)] + ["law-0", "law-10"]
    assert spread(rows, 1000) == rows


def test_only_the_sets_that_are_asked_for_are_taken(tmp_path: Path) -> None:
    issues = imported(tmp_path, [row("tw-1"), row("law-1"), row("sfjs-1")], "--sets", "law,sfjs")
    gazette, _ = read_gazette(issues)
    assert {d.section for d in gazette.documents} == {"法律", "司法解释"}


def test_each_pdf_becomes_an_issue_of_its_own(tmp_path: Path) -> None:
    pdfs = tmp_path / "pdfs"
    pdfs.mkdir()
    for name in ("b.pdf", "a.pdf"):
        (pdfs / name).write_bytes(b"%PDF-1.4 " + name.encode())
    gazette, findings = read_gazette(imported(tmp_path, [row("law-1")], "--pdfs", str(pdfs)))
    assert findings == ()
    assert [(i.address, i.pdf, i.title) for i in gazette.issues][:2] == [
        ("1990/30/", "1990-30.pdf", "a"),
        ("1991/30/", "1991-30.pdf", "b"),
    ]


def test_an_existing_tree_is_never_written_into(tmp_path: Path) -> None:
    imported(tmp_path, [row("law-1")])
    file, issues = tmp_path / "in.jsonl.xz", tmp_path / "issues"
    result = CliRunner().invoke(import_corpus.main, [str(file), str(issues)])
    assert result.exit_code == 2
    assert "不是空的" in result.output


FULL = "甲" * 31 + "乙"
"""A line of 32 full-width characters."""


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        (f"{FULL}\n丙。", f"{FULL}丙。"),
        (f"{FULL}\n前項丙。\n丁。", f"{FULL}前項丙。\n丁。"),
        ("短行\n下一行", "短行\n下一行"),
        (f"{FULL[:-1]}。\n丙丁", f"{FULL[:-1]}。\n丙丁"),
        (f"{FULL[:-1]}。\n  丙丁", f"{FULL[:-1]}。丙丁"),
        (f"{FULL}\n二、丙", f"{FULL}\n二、丙"),
        (f"{FULL}\n（二）丙", f"{FULL}\n（二）丙"),
        (f"{FULL}\n 2.丙", f"{FULL}\n2.丙"),
        (f"{FULL}\n  34、38 條條文", f"{FULL}34、38 條條文"),
        (f"{FULL}\n\n丙", f"{FULL}\n\n丙"),
        (f"{FULL[1:]} 1\n  17 號令", f"{FULL[1:]} 117 號令"),
        (f"{FULL}\n丙{FULL}{FULL}", f"{FULL}\n丙{FULL}{FULL}"),
        (f"│{FULL[1:]}\n│丙", f"│{FULL[1:]}\n│丙"),
    ],
    ids=[
        "a full line goes on",
        "a sentence goes on whatever it starts with",
        "a short line ends its paragraph",
        "a full line that ends a sentence ends its paragraph",
        "unless a hanging indent says that it goes on",
        "an item keeps its line",
        "an item in brackets keeps its line",
        "a numbered item keeps its line",
        "numbers in a list are no items",
        "a blank line parts",
        "a number that was cut is whole again",
        "a block with longer lines was not cut",
        "a drawn table stays",
    ],
)
def test_lines_cut_at_a_fixed_width_are_joined(text: str, joined: str) -> None:
    assert unwrap(text) == joined


TEXTS = st.text(st.sampled_from("甲乙。：、一二（）()1.2-#|[]!ab/ 　\n\t*_`~─│"), max_size=300)


@given(TEXTS)
def test_unwrapping_loses_nothing_but_blanks(text: str) -> None:
    assert "".join(unwrap(text).split()) == "".join(text.split())


@given(TEXTS, st.sampled_from(["tw", "law"]))
def test_no_text_is_read_as_notation(text: str, set_name: str) -> None:
    assert shown(import_corpus.body(set_name, text)) == "".join(text.split())


@given(
    st.sampled_from(["[甲](a.pdf)", "![甲](a.png)", "[甲](http://a/b)](c.md)", "| --- |", "# 甲"])
)
def test_notation_is_made_literal(line: str) -> None:
    assert shown(literal(line)) == "".join(line.split())


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("示例市公园条例", "条例"),
        ("示例市公园條例施行細則", "细则"),
        ("示例市公园管理办法（试行）", "办法"),
        ("关于审理公园案件的解释(二)", "解释"),
        ("中华人民共和国公园法", "法律"),
        ("示例市年鉴", ""),
    ],
)
def test_the_kind_of_document_is_read_from_the_end_of_its_title(title: str, expected: str) -> None:
    assert document_type(title) == expected


@pytest.mark.shared
def test_every_shared_document_is_shown_whole(shared: Path) -> None:
    for at, found in enumerate(import_corpus.read_rows(shared / "corpus/documents.jsonl.xz")):
        if at % 20:
            continue
        body = import_corpus.body(found["id"].partition("-")[0], found["text"])
        assert shown(body) == "".join(found["text"].split()), found["id"]
