"""The index of words: jieba's words, brought up to date in steps, thrown away when broken."""

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import jieba
import pytest

from gazette.archive import Archive, Scan
from gazette.index import by_issue, near_duplicates
from gazette.model import Document, Gazette, Issue, PageRange
from gazette.number import IssueNumber
from gazette.pdf.model import PageText
from gazette.search import terms, whoosh_index
from gazette.search.entry import Entry
from tests.conftest import ROOT


def entry(name: str, title: str, body: str = "", **values: object) -> Entry:
    made = Entry(
        url=f"2019/12/{name}/",
        kind="document",
        title=title,
        number="",
        issue="2019/12",
        page=None,
        section="市政府文件",
        authorities=("示例市人民政府",),
        document_type="通知",
        topic="",
        dated=dt.date(2019, 6, 21),
        year=2019,
        body=body,
    )
    return replace(made, **values)  # type: ignore[arg-type]


LIFTS = entry("01", "加装电梯实施办法", "既有住宅加装电梯，适用本办法。")
PARKS = entry("02", "停车管理办法", "停车场应当公示收费标准，电梯口不得停车。")
HEATING = entry("03", "供热条例", "集中供热。")
ALL = [LIFTS, PARKS, HEATING]


def found(folder: Path, query: str) -> list[str]:
    urls = [e.url for e in ALL]
    scores = whoosh_index.scores(folder, query, urls)
    return sorted(scores, key=lambda url: -scores[url])


def test_words_are_those_of_jieba() -> None:
    jieba.setLogLevel("ERROR")
    text = "\n".join(p.read_text("utf-8") for p in sorted((ROOT / "issues").rglob("*.md")))
    runs = re.findall("[\u4e00-\u9fff]+", terms.fold(text))
    assert len(runs) > 1000
    different = [r for r in set(runs) if list(whoosh_index.words(r)) != list(jieba.cut(r))]
    assert different == []


def test_words_are_folded_and_keep_single_digits() -> None:
    assert list(whoosh_index.words("電梯 ＧＢ〔2019〕3號")) == ["电梯", "gb", "2019", "3", "号"]


def test_a_title_weighs_more_than_the_text(tmp_path: Path) -> None:
    whoosh_index.update(tmp_path, by_issue(ALL))
    assert found(tmp_path, "电梯") == [LIFTS.url, PARKS.url]
    assert found(tmp_path, "停车场") == [PARKS.url]
    assert found(tmp_path, "没有") == []


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    assert whoosh_index.update(tmp_path, by_issue(ALL)) == 3
    assert whoosh_index.update(tmp_path, by_issue(ALL)) == 0
    changed = replace(HEATING, body="供热期间电梯照常。")
    assert whoosh_index.update(tmp_path, by_issue([LIFTS, changed])) == 2
    assert set(found(tmp_path, "电梯")) == {LIFTS.url, HEATING.url}
    assert found(tmp_path, "停车") == []


def test_many_small_updates_leave_few_files(tmp_path: Path) -> None:
    for count in range(30):
        body = "".join(f"第{n}次" for n in range(count))
        whoosh_index.update(tmp_path, by_issue([LIFTS, replace(PARKS, body=body)]))
    assert len(list(tmp_path.iterdir())) < 40
    assert found(tmp_path, "电梯") == [LIFTS.url]


# Whoosh forgets to close a file that it cannot read.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("damage", ["torn", "foreign", "missing"])
def test_an_index_that_cannot_be_read_is_made_anew(tmp_path: Path, damage: str) -> None:
    whoosh_index.update(tmp_path, by_issue(ALL))
    for path in tmp_path.iterdir():
        if damage == "torn":
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        elif damage == "foreign":
            path.write_bytes(b"\x80\x04nonsense")
        elif path.suffix == ".seg":
            path.unlink()
    assert whoosh_index.update(tmp_path, by_issue(ALL)) == 3
    assert found(tmp_path, "供热") == [HEATING.url]


def test_strange_queries_and_texts_are_no_error(tmp_path: Path) -> None:
    strange = entry("04", "\ud800 😀 <b>", "\0*?^~ AND OR NOT [a TO b]")
    whoosh_index.update(tmp_path, by_issue([*ALL, strange]))
    for query in (
        "",
        " ",
        "*",
        "a AND (",
        '"',
        "\ud800",
        "😀",
        "[a TO",
        "x" * 5000,
        "电梯 NOT 停车",
    ):
        found(tmp_path, query)


def test_documents_that_are_nearly_the_same_are_paired(tmp_path: Path) -> None:
    text = "".join(chr(0x4E00 + n * n % 5000) for n in range(1200))
    whoosh_index.update(
        tmp_path,
        by_issue(
            [
                entry("01", "甲", text),
                entry("02", "乙", text.replace(text[600], "改", 1)),
                entry("03", "丙", text[:600]),
                entry("04", "丁", text[::-1]),
                entry("05", "短", "同样的短文"),
                entry("06", "短", "同样的短文"),
            ]
        ),
    )
    found = whoosh_index.near_duplicates(tmp_path)
    assert [(a[-3:-1], b[-3:-1]) for a, b, _ in found] == [("01", "02")]
    assert found[0][2] > 0.9


def test_a_repeated_entry_of_a_list_is_named(tmp_path: Path) -> None:
    """Both stand in one index.md: the file alone would not say which is meant."""
    text = "".join(chr(0x4E00 + n * n % 5000) for n in range(900))
    number = IssueNumber.from_folder(1998, "07")
    same = tuple(
        Document(
            issue=number, folder=folder, source="1998/07/index.md", title="关于甲的通知",
            pages=PageRange(first=page, last=page),
        )
        for folder, page in (("01", 1), ("02", 2))
    )  # fmt: skip
    issue = Issue(number=number, source="1998/07", documents=same)
    scan = Scan(pages=tuple(PageText(page=n, quality="good", text=text) for n in (1, 2)))
    archive = Archive(name="", gazette=Gazette(issues=(issue,)), scans={issue.address: scan})
    (found,) = near_duplicates(archive, "issues", cache=tmp_path)
    assert found.message.startswith(
        "02《关于甲的通知》与 issues/1998/07/index.md 01《关于甲的通知》几乎相同"
    )
