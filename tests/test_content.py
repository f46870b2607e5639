"""Reading issues/: every kind of bad input is a finding with place, words and cure, and costs only itself."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazette import matter
from gazette.content import read_gazette
from gazette.errors import Finding
from gazette.fields import (
    DOCUMENT_KEYS,
    Report,
    read_document_fields,
    read_issue_fields,
    write_document,
    write_issue,
)
from gazette.model import (
    Annex,
    Document,
    Gazette,
    Issue,
    PageRange,
    Relation,
    RelationKind,
    Withdrawal,
)
from gazette.number import DocumentNumber, IssueNumber
from gazette.sources import read_sources, unchanged

GOOD = "---\n标题: 关于示例的通知\n发文机关: 示例市人民政府\n成文日期: 2024-05-06\n---\n\n正文。\n"


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Put files under folder/issues and return that folder."""
    for name, content in files.items():
        path = folder / "issues" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder / "issues"


def read(folder: Path, files: dict[str, str | bytes]) -> tuple[Gazette, tuple[Finding, ...]]:
    return read_gazette(write(folder, files))


def with_front(lines: str) -> str:
    return GOOD.replace("成文日期: 2024-05-06\n", f"成文日期: 2024-05-06\n{lines}\n")


# name of the case: files, code, level, path, line, a word of the message, a word of the cure,
# addresses that are still published
BAD: dict[str, tuple[dict[str, str | bytes], str, str, str, int | None, str, str, list[str]]] = {
    "a number used twice": (
        {"2024/01/01-a.md": GOOD, "2024/01/001-b.md": GOOD, "2024/01/02.md": GOOD},
        "duplicate_serial", "error", "issues/2024/01/001-b.md", 1, "不止一次", "换一个", ["2024/01/02/"],
    ),
    "an issue with two folders": (
        {"2024/01/01.md": GOOD, "2024/001/01.md": GOOD, "2024/02/01.md": GOOD},
        "duplicate_issue", "error", "issues/2024/001", None, "不止一个文件夹", "只留一个", ["2024/02/01/"],
    ),
    "an unknown key": (
        {"2024/01/01.md": with_front("发文字好: 示政发〔2024〕1号")},
        "unknown_key", "warning", "issues/2024/01/01.md", 5, "发文字好", "发文字号", ["2024/01/01/"],
    ),
    "a bad date": (
        {"2024/01/01.md": GOOD.replace("2024-05-06", "2024-02-30")},
        "bad_date", "error", "issues/2024/01/01.md", 4, "成文日期", "2019-06-21", ["2024/01/01/"],
    ),
    "a missing key": (
        {"2024/01/01.md": GOOD.replace("发文机关: 示例市人民政府\n", "")},
        "missing_key", "error", "issues/2024/01/01.md", 1, "缺“发文机关”", "加上", ["2024/01/01/"],
    ),
    "no front matter at all": (
        {"2024/01/01-关于示例的通知.md": "只有正文。\n"},
        "missing_key", "error", "issues/2024/01/01-关于示例的通知.md", 1, "缺“成文日期”", "加上", ["2024/01/01/"],
    ),
    "folder and key disagree on the issue": (
        {"2024/01/index.md": "---\n期号: 2\n---\n", "2024/01/01.md": GOOD},
        "disagree", "error", "issues/2024/01/index.md", 2, "期号“2”与文件夹不一致", "以文件夹为准", ["2024/01/01/"],
    ),
    "folder and key disagree on the year": (
        {"2024/01/index.md": "---\n年份: 2023\n期号: 1\n---\n", "2024/01/01.md": GOOD},
        "disagree", "error", "issues/2024/01/index.md", 2, "年份“2023”", "以文件夹为准", ["2024/01/01/"],
    ),
    "a GB18030 file": (
        {"2024/01/01.md": GOOD.encode("gb18030"), "2024/01/02.md": GOOD},
        "encoding", "error", "issues/2024/01/01.md", 2, "GB18030", "另存为 UTF-8", ["2024/01/02/"],
    ),
    "a UTF-16 file": (
        {"2024/01/01.md": GOOD.encode("utf-16"), "2024/01/02.md": GOOD},
        "encoding", "error", "issues/2024/01/01.md", 1, "UTF-16", "iconv -f UTF-16", ["2024/01/02/"],
    ),
    "a file too large to be a document": (
        {"2024/01/01.md": GOOD + "字" * 6_000_000, "2024/01/02.md": GOOD},
        "too_large", "error", "issues/2024/01/01.md", None, "18 MB", "16 MB", ["2024/01/02/"],
    ),
    "PDFs of which none is the printed edition by its name": (
        {"2024/01/甲.pdf": b"%PDF-1.4", "2024/01/乙.pdf": b"%PDF-1.4", "2024/01/01.md": GOOD},
        "which_pdf", "warning", "issues/2024/01", None, "2 个 PDF", "2024-01.pdf", ["2024/01/01/"],
    ),
    "a file in no encoding": (
        {"2024/01/01.md": b"---\n\xff\xff\xff\n---\n", "2024/01/02.md": GOOD},
        "encoding", "error", "issues/2024/01/01.md", 2, "不是 UTF-8", "重新保存", ["2024/01/02/"],
    ),
    "YAML that is not YAML": (
        {"2024/01/01.md": GOOD.replace("标题: ", '标题: "没有结束'), "2024/01/02.md": GOOD},
        "yaml", "error", "issues/2024/01/01.md", 2, "格式有误", "冒号", ["2024/01/02/"],
    ),
    "front matter that is not closed": (
        {"2024/01/01.md": GOOD.replace("---\n\n正文", "\n正文"), "2024/01/02.md": GOOD},
        "unclosed", "error", "issues/2024/01/01.md", 1, "没有配对", "---", ["2024/01/02/"],
    ),
    "YAML aliases": (
        {"2024/01/01.md": with_front("关键词: &a [甲]\n摘要: *a"), "2024/01/02.md": GOOD},
        "yaml", "error", "issues/2024/01/01.md", 6, "引用", "引号", ["2024/01/02/"],
    ),
    "a key written twice": (
        {"2024/01/01.md": with_front("标题: 又一个"), "2024/01/02.md": GOOD},
        "yaml", "error", "issues/2024/01/01.md", 5, "写了两次", "只留一个", ["2024/01/02/"],
    ),
    "a key and its alias": (
        {"2024/01/01.md": with_front("title: 又一个")},
        "repeated_key", "error", "issues/2024/01/01.md", 5, "重复", "只留一个", ["2024/01/01/"],
    ),
    "a PDF that is not there": (
        {"2024/01/index.md": "---\nPDF: 没有.pdf\n---\n", "2024/01/01.md": GOOD},
        "missing_pdf", "error", "issues/2024/01/index.md", 2, "没有.pdf", "2024-01.pdf", ["2024/01/01/"],
    ),
    "a Git LFS pointer": (
        {"2024/01/2024-01.pdf": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "2024/01/01.md": GOOD},
        "lfs_pointer", "error", "issues/2024/01/2024-01.pdf", None, "Git LFS", "git lfs pull", ["2024/01/01/"],
    ),
    "an empty PDF": (
        {"2024/01/2024-01.pdf": b"", "2024/01/01.md": GOOD},
        "empty_file", "error", "issues/2024/01/2024-01.pdf", None, "0 字节", "重新放入", ["2024/01/01/"],
    ),
    "a number that is none": (
        {"2024/01/01.md": with_front("发文字号: 随便写的")},
        "bad_number", "warning", "issues/2024/01/01.md", 5, "发文字号", "示政办发〔2024〕5号", ["2024/01/01/"],
    ),
    "a type that is not published": (
        {"2024/01/01.md": GOOD, "2024/01/01/page.html": "<script>alert(1)</script>"},
        "file_type", "error", "issues/2024/01/01/page.html", None, ".html", "可以发布的类型", ["2024/01/01/"],
    ),
    "a name kept for what is typeset": (
        {"2024/01/01.md": GOOD, "2024/01/2024-01-ydb.pdf": b"%PDF-1.4"},
        "reserved_name", "error", "issues/2024/01/2024-01-ydb.pdf", None, "不能用", "阅读版", ["2024/01/01/"],
    ),
    "an issue folder that is no number": (
        {"2024/一月/01.md": GOOD, "2024/01/01.md": GOOD},
        "issue_folder", "error", "issues/2024/一月", None, "一月", "05-06", ["2024/01/01/"],
    ),
    "something that is no issue": (
        {"说明.txt": "x", "2024/01/01.md": GOOD},
        "stray_file", "warning", "issues/说明.txt", None, "不会发布", "issues/2019/12/", ["2024/01/01/"],
    ),
    "an issue with nothing in it": (
        {"2024/02/index.md": "---\n期号: 2\n---\n", "2024/01/01.md": GOOD},
        "empty_issue", "error", "issues/2024/02", None, "什么也没有", "PDF", ["2024/01/01/"],
    ),
    "an entry without pages": (
        {"1998/03/1998-03.pdf": b"%PDF-1.4", "1998/03/index.md": "---\n目录:\n- {序号: 1, 标题: 甲}\n- {序号: 2, 标题: 乙, 页码: 3-4}\n---\n"},
        "bad_entry", "error", "issues/1998/03/index.md", 3, "缺序号或页码", "12-18", ["1998/03/02/"],
    ),
    "two entries with one number": (
        {"1998/03/1998-03.pdf": b"%PDF-1.4", "1998/03/index.md": "---\n目录:\n- {序号: 1, 标题: 甲, 页码: 1}\n- {序号: 01, 标题: 乙, 页码: 3-4}\n---\n"},
        "duplicate_serial", "error", "issues/1998/03/index.md", 3, "不止一次", "换一个", [],
    ),
    "a withdrawal without a day": (
        {"2024/01/01.md": with_front("撤下: 写错了")},
        "bad_date", "error", "issues/2024/01/01.md", 5, "撤下", "日期", ["2024/01/01/"],
    ),
    "a list where a text belongs": (
        {"2024/01/01.md": with_front("摘要: [甲, 乙]")},
        "not_text", "error", "issues/2024/01/01.md", 5, "摘要", "引号", ["2024/01/01/"],
    ),
    "an issue counted from nought": (
        {"2024/01/index.md": "---\n总期号: 0\n---\n", "2024/01/01.md": GOOD},
        "bad_number", "error", "issues/2024/01/index.md", 2, "总期号", "431", ["2024/01/01/"],
    ),
    "an issue counted by a word": (
        {"2024/01/index.md": "---\n总期号: {第: 1_0}\n---\n", "2024/01/01.md": GOOD},
        "bad_number", "error", "issues/2024/01/index.md", 2, "总期号", "431", ["2024/01/01/"],
    ),
    "a number of one digit": (
        {"2024/01/1-a.md": GOOD, "2024/01/01.md": GOOD},
        "document_name", "error", "issues/2024/01/1-a.md", None, "序号", "01-名称.md", ["2024/01/01/"],
    ),
    "digits that no address has": (
        {"2024/01/０２-a.md": GOOD, "2024/01/01.md": GOOD},
        "document_name", "error", "issues/2024/01/０２-a.md", None, "序号", "01-名称.md", ["2024/01/01/"],
    ),
    "a folder of annexes spelt otherwise": (
        {"2024/01/01.md": GOOD, "2024/01/001/表.txt": "x"},
        "annex_folder", "error", "issues/2024/01/001", None, "不会发布", "改名为 01", ["2024/01/01/"],
    ),
    "a folder of annexes of no document": (
        {"2024/01/01.md": GOOD, "2024/01/07/表.txt": "x"},
        "annex_alone", "warning", "issues/2024/01/07", None, "序号为 07", "07-名称.md", ["2024/01/01/"],
    ),
    "a file and its entry spelt differently": (
        {"1998/03/1998-03.pdf": b"%PDF-1.4", "1998/03/index.md": "---\n目录:\n- {序号: 1, 标题: 甲, 页码: 1}\n---\n", "1998/03/001.md": GOOD},
        "serial_spelling", "error", "issues/1998/03/001.md", 1, "网址会变", "改成 01", ["1998/03/001/"],
    ),
    "front matter nested beyond reason": (
        {"2024/01/01.md": with_front("关键词: " + "[" * 30_000), "2024/01/02.md": GOOD},
        "yaml", "error", "issues/2024/01/01.md", 5, "层次太深", "括号", ["2024/01/02/"],
    ),
    "an escape that no text can show": (
        {"2024/01/01.md": with_front('摘要: "\\ud800"'), "2024/01/02.md": GOOD},
        "yaml", "error", "issues/2024/01/01.md", 5, "控制字符", "删去", ["2024/01/02/"],
    ),
    "a control character in the text": (
        {"2024/01/01.md": GOOD + "第二段\x0b\n"},
        "control_character", "warning", "issues/2024/01/01.md", 8, "U+000B", "Word", ["2024/01/01/"],
    ),
    "a year that no gazette has": (
        {"0024/01/01.md": GOOD, "２０２４/01/01.md": GOOD, "2024/01/01.md": GOOD},
        "stray_file", "warning", "issues/0024", None, "不会发布", "issues/2019/12/", ["2024/01/01/"],
    ),
    "a document without a body": (
        {"2024/01/01.md": GOOD.replace("正文。\n", "")},
        "empty_body", "warning", "issues/2024/01/01.md", 7, "没有正文", "---", ["2024/01/01/"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_named_with_place_and_cure_and_costs_only_itself(
    name: str, tmp_path: Path
) -> None:
    files, code, level, path, line, message, hint, published = BAD[name]
    gazette, findings = read(tmp_path, files)
    found = [f for f in findings if f.code == code and message in f.message]
    assert found, [str(f) for f in findings]
    assert (found[0].level, found[0].path, found[0].line) == (level, path, line)
    assert hint in found[0].hint
    assert [d.address for d in gazette.documents] == published


def test_a_good_archive_has_no_findings(tmp_path: Path) -> None:
    gazette, findings = read(
        tmp_path,
        {
            "2024/05-06/index.md": "---\n年份: 2024\n期号: 5-6\n总期号: [105, 106]\n出版日期: 2024-06-30\n---\n\n编者按。\n",
            "2024/05-06/01-通知.md": GOOD,
            "2024/05-06/01/附件1.csv": "甲,乙\n",
            "2024/zk1/01.md": GOOD,
            "1985/01/1985-01.pdf": b"%PDF-1.4",
            "1985/01/text/0001.md": "校订的文字。\n",
            ".DS_Store": b"\0",
            "2024/05-06/~$01.docx": b"\0",
        },
    )
    assert findings == ()
    assert [i.address for i in gazette.issues] == ["1985/01/", "2024/05-06/", "2024/zk1/"]
    assert gazette.issues[0].pdf == "1985-01.pdf"
    assert gazette.issues[0].corrections == ((1, "校订的文字。"),)
    issue = gazette.issues[1]
    assert issue.number.cumulative == (105, 106)
    assert issue.documents[0].issue.cumulative == (105, 106)
    assert issue.note == "编者按。"
    assert issue.files == ("01/附件1.csv",)
    assert gazette.newest_day == date(2024, 6, 30)


def test_yaml_values_stay_the_text_that_was_written(tmp_path: Path) -> None:
    gazette, findings = read(
        tmp_path,
        {
            "2024/01/01.md": with_front(
                "索引号: 010\n公开方式: no\n关键词: [yes, 1e3]\n摘要: 12:30\n发布日期: 2024年5月7日"
            )
        },
    )
    assert findings == ()
    (document,) = gazette.documents
    assert document.authorities == ("示例市人民政府",)
    assert (document.index_number, document.disclosure, document.summary) == ("010", "no", "12:30")
    assert document.keywords == ("yes", "1e3")
    assert document.published_on == date(2024, 5, 7)


def test_english_names_are_accepted_as_aliases(tmp_path: Path) -> None:
    front = "title: 通知\nauthorities: [甲局, 乙局]\ndated: 2024-01-02\nrepeals: 示政发〔2020〕1号"
    gazette, findings = read(tmp_path, {"2024/01/01.md": f"---\n{front}\n---\n正文\n"})
    assert findings == ()
    (document,) = gazette.documents
    assert document.authorities == ("甲局", "乙局")
    assert document.relations == (Relation(kind=RelationKind.REPEAL, target="示政发〔2020〕1号"),)


def test_a_file_takes_the_place_of_its_entry_even_when_it_cannot_be_read(tmp_path: Path) -> None:
    index = "---\n目录:\n- {序号: 1, 标题: 甲, 页码: 1}\n- {序号: 2, 标题: 乙, 页码: 2}\n---\n"
    gazette, _ = read(
        tmp_path,
        {
            "1998/03/1998-03.pdf": b"%PDF-1.4",
            "1998/03/index.md": index,
            "1998/03/01-甲.md": b"\xff\xff",
            "1998/03/02-乙.md": GOOD,
        },
    )
    assert [(d.address, d.title) for d in gazette.documents] == [("1998/03/02/", "关于示例的通知")]


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    issues = write(tmp_path, {"2024/01/01.md": GOOD})
    (tmp_path / "secret.txt").write_text("秘密")
    (issues / "2024/01/01").mkdir()
    (issues / "2024/01/01/秘密.txt").symlink_to(tmp_path / "secret.txt")
    (issues / "2024/02").symlink_to(tmp_path)
    gazette, findings = read_gazette(issues)
    assert [i.files for i in gazette.issues] == [()]
    assert {f.path for f in findings} == {"issues/2024/01/01/秘密.txt", "issues/2024/02"}


@contextmanager
def anybody() -> Iterator[Path]:
    """A folder, seen by someone who may not read what is not for all; root may read everything."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o777)
        root = os.geteuid() == 0
        if root:
            os.seteuid(65534)
        try:
            yield Path(folder)
        finally:
            if root:
                os.seteuid(0)
            for path in [Path(folder), *Path(folder).rglob("*")]:
                path.chmod(0o777)


def test_pipes_and_what_may_not_be_read_cost_only_themselves() -> None:
    """Reading a pipe would wait for ever; a file without permission would stop everything."""
    with anybody() as folder:
        good = {
            "2024/01/01-甲.md": GOOD, "2024/01/02-乙.md": GOOD, "2024/01/01/表.xlsx": "x",
            "2024/01/text/0001.md": "x", "2024/02/01.md": GOOD, "2024/03/01.md": GOOD, "2023/01/01.md": GOOD,
        }  # fmt: skip
        issues = write(folder, good)
        pipes = ["2024/01/03-丙.md", "2024/01/01/附.pdf", "2024/01/text/0002.md", "2024/01/a.pdf"]
        for name in pipes:
            os.mkfifo(issues / name)
        closed = ["2024/01/02-乙.md", "2024/01/01/表.xlsx", "2024/01/text/0001.md", "2024/02"]
        closed.append("2023")
        for name in closed:
            (issues / name).chmod(0)
        gazette, findings = read_gazette(issues)
        sources = read_sources(issues, table=folder / "table")
        assert read_sources(issues, table=folder / "table") == sources
        assert unchanged(issues, sources.files)
    told = {f.path.removeprefix("issues/"): f.code for f in findings}
    assert [d.source for d in gazette.documents] == ["2024/01/01-甲.md", "2024/03/01.md"]
    assert gazette.issues[0].files == ()
    assert {told[name] for name in closed} == {"unreadable"}
    assert {told[name] for name in pipes if "text" not in name} == {"special_file"}
    assert told["2024/01/text/0002.md"] == "stray_file"


@pytest.mark.parametrize(
    ("index", "pdfs", "printed"),
    [
        ("", ["2024-01.pdf", "甲.pdf"], "2024-01.pdf"),
        ("", ["甲.pdf"], "甲.pdf"),
        ("PDF: 甲.pdf", ["2024-01.pdf", "甲.pdf"], "甲.pdf"),
        ("PDF: 乙.pdf", ["2024-01.pdf", "甲.pdf"], "2024-01.pdf"),
        ("PDF: 乙.pdf", ["甲.pdf"], ""),  # not guessed
        ("", ["01/2024-01.pdf"], ""),
    ],
)
def test_the_printed_edition_is_the_one_named_or_the_usual_or_the_only_one(
    tmp_path: Path, index: str, pdfs: list[str], printed: str
) -> None:
    files: dict[str, str | bytes] = {f"2024/01/{p}": b"%PDF-1.4" for p in pdfs}
    files |= {"2024/01/index.md": f"---\n{index}\n---\n", "2024/01/01.md": GOOD}
    gazette, _ = read(tmp_path, files)
    assert gazette.issues[0].pdf == printed


@pytest.mark.parametrize(
    "written",
    [
        GOOD.encode("utf-8-sig"),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("\n", "\r").encode(),
    ],
    ids=["byte order mark", "Windows", "old Macintosh"],
)
def test_what_editors_add_is_no_part_of_a_text(tmp_path: Path, written: bytes) -> None:
    gazette, findings = read(tmp_path / "a", {"2024/01/01.md": written})
    plain, _ = read(tmp_path / "b", {"2024/01/01.md": GOOD})
    assert findings == ()
    assert gazette == plain


@pytest.mark.parametrize(
    "said", ["撤下:", "撤下: 误刊", "撤下: {理由: 误刊}", "撤下: {日期: 去年}"]
)
def test_a_withdrawal_that_says_too_little_still_withdraws(tmp_path: Path, said: str) -> None:
    """To publish what was to be withdrawn would be the worse mistake."""
    gazette, findings = read(tmp_path, {"2024/01/01.md": with_front(said)})
    assert gazette.documents[0].withdrawn is not None
    assert {f.code for f in findings} == {"bad_date"}


@pytest.mark.parametrize(
    "said",
    [
        "废止: {文件: 甲办法, 条款: }",
        "废止: {文件: 甲办法, 条款: []}",
        "废止: {文件: 甲办法, 条款: [第三条, '']}",
        "废止: {文件: 甲办法, 条文: [第三条]}",
        "失效: {表格: 1, 日期: 2024-01-01}",
    ],
)
def test_a_relation_that_was_read_in_part_is_not_taken_as_a_whole(
    tmp_path: Path, said: str
) -> None:
    """To show the whole document as 废止 where one article was meant would be the worse mistake."""
    gazette, findings = read(tmp_path, {"2024/01/01.md": with_front(said)})
    assert gazette.documents[0].relations == ()
    (finding,) = findings
    assert (finding.code, finding.level, finding.line) == ("bad_relation", "error", 5)
    assert "没有采用" in finding.message
    assert "条款" in finding.hint


def test_keywords_are_parted_by_whatever_clerks_part_them_by(tmp_path: Path) -> None:
    for n, text in enumerate(("甲,乙", "甲，乙", "甲;乙", "甲；乙", "甲、乙", "[甲, 乙]")):
        gazette, _ = read(tmp_path / str(n), {"2024/01/01.md": with_front(f"关键词: {text}")})
        assert gazette.documents[0].keywords == ("甲", "乙")


def test_annexes_of_a_withdrawn_document_go_with_it_however_their_folder_is_spelt(
    tmp_path: Path,
) -> None:
    gone = with_front("撤下: {日期: 2024-06-01, 理由: 误刊}")
    gazette, _ = read(tmp_path, {"2024/01/01.md": gone, "2024/01/001/表.txt": "x"})
    (issue,) = gazette.issues
    assert set(issue.files) - issue.withdrawn_files == set()


@pytest.mark.parametrize(
    ("folder", "key", "text"),
    [
        ("12", "期号", "第十二期"),
        ("05-06", "期号", "5-6期"),
        ("05-06", "期号", "第5、6期合刊"),
        ("05-06", "期号", "2024年第5～6期（合刊）"),
        ("zk1", "期号", "增刊"),
        ("zk1", "期号", "增刊1"),
        ("01", "年份", "２０２４"),
        ("01", "年份", "二〇二四年"),
        ("01", "总期号", "总第431期"),
        ("05-06", "总期号", "431至432"),
        ("05-06", "总期号", "（总第431、432期）"),
        ("01", "总期号", "一千二百三十一"),
    ],
)
def test_the_number_of_an_issue_is_read_in_any_spelling(
    tmp_path: Path, folder: str, key: str, text: str
) -> None:
    index = f"---\n{key}: {text}\n---\n"
    gazette, findings = read(
        tmp_path, {f"2024/{folder}/index.md": index, f"2024/{folder}/01.md": GOOD}
    )
    assert findings == ()
    cumulative = gazette.issues[0].number.cumulative
    if key == "总期号":
        assert cumulative in {(431,), (431, 432), (1231,)}
        assert len(cumulative) == 1 + ("-" in folder)


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("12", "12"),
        ("12-18", "12-18"),
        ("12—18", "12-18"),
        ("１２～１８", "12-18"),
        ("第12至18页", "12-18"),
        ("P12 - P18", "12-18"),
        ("12-", None),
        ("18-12", None),
        ("0-3", None),
        ("1_0", None),
        ("3、5", None),
        ("-3", None),
        ("9" * 5000, None),
    ],
)
def test_pages_are_read_in_any_spelling_or_refused(text: str, pages: str | None) -> None:
    if pages is None:
        with pytest.raises(ValueError, match="不是页码范围"):
            PageRange.parse(text)
    else:
        assert str(PageRange.parse(text)) == pages
        assert PageRange.parse(pages) == PageRange.parse(text)


def test_a_title_over_several_lines_is_one_line(tmp_path: Path) -> None:
    long = GOOD.replace("关于示例的通知", "|\n  关于" + " " * 60_000 + "示例\n  的通知")
    gazette, findings = read(tmp_path, {"2024/01/01.md": long})
    assert findings == ()
    assert gazette.documents[0].title == "关于" + " " * 60_000 + "示例的通知"


texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs", "Cf", "Cn"]), max_size=12
)
words = texts.filter(bool)
days = st.dates(date(1900, 1, 1), date(2100, 1, 1))
documents = st.builds(
    Document,
    issue=st.just(IssueNumber.from_folder(2024, "05-06")),
    folder=st.just("01"),
    source=st.just("2024/05-06/01.md"),
    title=words,
    authorities=st.lists(words, min_size=1, max_size=3).map(tuple),
    dated=days,
    number=st.just(DocumentNumber.parse("示政发〔2024〕1号")),
    number_text=st.just("示政发〔2024〕1号"),
    published_on=st.none() | days,
    effective_on=st.none() | days,
    valid_until=st.none() | days,
    section=texts,
    summary=texts,
    keywords=st.lists(words, max_size=3).map(tuple),
    addressees=texts,
    annexes=st.lists(st.builds(Annex, title=words, file=texts), max_size=2).map(tuple),
    old_addresses=st.lists(words, max_size=2).map(tuple),
    withdrawn=st.none() | st.builds(Withdrawal, dated=days, reason=texts),
    relations=st.lists(
        st.builds(
            Relation,
            kind=st.just(RelationKind.REPEAL),
            target=words,
            articles=st.lists(words, max_size=2).map(tuple),
            since=st.none() | days,
        ),
        max_size=2,
    ).map(tuple),
    body=st.lists(texts, max_size=4).map("\n".join).map(lambda t: t.strip("\n")),
)  # fmt: skip


@given(documents)
def test_a_document_is_read_back_as_it_was_written(document: Document) -> None:
    values, body, line = matter.split(write_document(document))
    report = Report("x")
    issue = Issue(number=document.issue, source="2024/05-06")
    read_back = read_document_fields(values, issue, "01.md", report)
    assert report.findings == []
    assert replace(read_back, folder="01", body=body, body_line=line) == document


def test_an_issue_is_read_back_as_it_was_written() -> None:
    number = replace(IssueNumber.from_folder(1998, "03"), cumulative=(31,))
    bare = Issue(number=IssueNumber.from_folder(1998, "03"), source="1998/03")
    entry = Document(
        issue=number,
        folder="02",
        source="1998/03/index.md",
        title="甲",
        pages=PageRange(first=3, last=5),
    )
    issue = Issue(
        number=number, source="1998/03", published_on=date(1998, 3, 31), pdf="a.pdf", documents=(entry,), note="编者按"
    )  # fmt: skip
    values, note, _ = matter.split(write_issue(issue))
    report = Report("x")
    read_back, entries = read_issue_fields(values, note, bare, report)
    assert report.findings == []
    reviewed = tuple(e for e in entries if not e.unreviewed)
    drafts = tuple(e for e in entries if e.unreviewed)
    assert replace(read_back, documents=reviewed, drafts=drafts) == issue


def test_every_key_has_one_english_name_and_every_name_is_a_field_or_a_relation() -> None:
    fields = set(Document.__dataclass_fields__)
    names = [n for k, n in DOCUMENT_KEYS.items() if k not in set(RelationKind)]
    assert len(set(DOCUMENT_KEYS.values())) == len(DOCUMENT_KEYS)
    assert set(names) <= fields
