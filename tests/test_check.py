"""Faults of the whole: each named with path, line and cure, from real files."""

import shutil
from pathlib import Path

import pytest

from gazette.check import check
from gazette.errors import Finding, in_order
from gazette.reading import read_archive
from gazette.settings import Settings
from tests import pdf_makers
from tests.conftest import ROOT

HEAD = "---\n标题: 关于示例的通知\n发文机关: 示例市人民政府\n成文日期: 2024-05-06\n"


def found(folder: Path, files: dict[str, str | bytes]) -> dict[str, Finding]:
    """What `check` finds (not what reading finds), by code."""
    for name, content in files.items():
        path = folder / "issues" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    archive, _ = read_archive(Settings(), folder / "issues", cache=folder / "cache")
    return {f.code: f for f in in_order(check(archive, "issues"))}


def document(more: str = "", body: str = "正文。") -> str:
    return f"{HEAD}{more}---\n\n{body}\n"


PDF = (ROOT / "issues/1998/07/1998-07.pdf").read_bytes()
CASES: dict[str, tuple[dict[str, str | bytes], str, str, int | None, str, str]] = {
    "repeated_number": (
        {"2024/01/01.md": document("发文字号: 示政发〔2024〕5号\n"), "2024/02/01.md": document("发文字号: 示政发[2024]5號\n")},
        "warning", "issues/2024/02/01.md", 5, "issues/2024/01/01.md", "核对",
    ),
    "overlapping_issues": (
        {"2024/05-06/01.md": document(), "2024/06/01.md": document()},
        "warning", "issues/2024/06", None, "2024年第5-6期", "核对",
    ),
    "missing_annex": (
        {"2024/01/01.md": document("附件:\n- {标题: 表, 文件: 表.xlsx}\n")},
        "error", "issues/2024/01/01.md", 5, "表.xlsx", "issues/2024/01/01/",
    ),
    "broken_link": (
        {"2024/01/01.md": document(body="正文。\n\n![图](图.png)")},
        "error", "issues/2024/01/01.md", 9, "图.png", "只显示文字",
    ),
    "outside_image": (
        {"2024/01/01.md": document(body="正文。\n\n![图](https://example.invalid/图.png)")},
        "error", "issues/2024/01/01.md", 9, "example.invalid", "issues/2024/01/01/",
    ),
    "bad_old_address": (
        {"2024/01/01.md": document("旧网址: javascript:alert(1)\n")},
        "error", "issues/2024/01/01.md", 5, "javascript:alert(1)", "/zfgb/2019/t1.html",
    ),
    "old_address_taken": (
        {"2024/01/01.md": document("旧网址: /t1.html\n"), "2024/01/02.md": document("旧网址: http://old.example/t1.html\n")},
        "error", "issues/2024/01/02.md", 5, "《关于示例的通知》", "核对",
    ),
    "date_order": (
        {"2024/01/01.md": document("施行日期: 2024-05-01\n")},
        "warning", "issues/2024/01/01.md", 5, "2024-05-01", "核对",
    ),
    "missing_cover": (
        {"2024/01/index.md": "---\n封面: 封面.png\n---\n", "2024/01/01.md": document()},
        "error", "issues/2024/01/index.md", 2, "封面.png", "封面",
    ),
    "pages_without_pdf": (
        {"2024/01/index.md": "---\n目录:\n- {序号: 1, 标题: 甲, 页码: 1}\n---\n", "2024/01/02.md": document()},
        "error", "issues/2024/01/index.md", 3, "没有 PDF", "放入",
    ),
    "no_such_page": (
        {"1998/07/1998-07.pdf": PDF, "1998/07/index.md": "---\n目录:\n- {序号: 1, 标题: 甲, 页码: 4-5}\n---\n"},
        "error", "issues/1998/07/index.md", 3, "4-5", "共 4 页",
    ),
    "withdrawn_in_pdf": (
        {"1998/07/1998-07.pdf": PDF, "1998/07/index.md": "---\n目录:\n- {序号: 1, 标题: 甲, 页码: 2-3, 撤下: {日期: 2024-01-01, 理由: 误}}\n---\n"},
        "warning", "issues/1998/07/1998-07.pdf", None, "第 2-3 页", "空白",
    ),
    "withdrawn_file": (
        {"2024/01/01.md": document("撤下: {日期: 2024-06-01, 理由: 误}\n附件: [{标题: 表, 文件: 没有.xlsx}]\n", "[表](01/甲.xlsx)\n\n[表](乙.xlsx)"),
         "2024/01/02.md": document("", "[表](乙.xlsx)"),
         "2024/01/01/甲.xlsx": b"PK", "2024/01/乙.xlsx": b"PK"},
        "warning", "issues/2024/01/01.md", 11, "乙.xlsx", "issues/2024/01/01/",
    ),
    "pdf_pages_scanned": (
        {"1998/07/1998-07.pdf": pdf_makers.drawn(PDF)},
        "warning", "issues/1998/07/1998-07.pdf", None, "第 1-4 页", "text/0001.md",
    ),
    "pdf_encrypted": (
        {"1998/07/1998-07.pdf": pdf_makers.encrypted(PDF)},
        "error", "issues/1998/07/1998-07.pdf", None, "密码", "重新导出",
    ),
    "pdf_broken": (
        {"1998/07/1998-07.pdf": PDF[:9000]},
        "error", "issues/1998/07/1998-07.pdf", None, "损坏", "qpdf",
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", CASES)
def test_a_fault_of_the_whole_is_named(tmp_path: Path, code: str) -> None:
    files, level, path, line, word, cure = CASES[code]
    findings = found(tmp_path, files)
    assert list(findings) == [code]
    finding = findings[code]
    assert (finding.level, finding.path) == (level, path)
    assert finding.line == line
    assert word in finding.message
    assert cure in finding.hint


ORDER, NUMBER = "发文字号: 示例市人民政府令第12号\n", "发文字号: 示政发〔2024〕5号\n"


@pytest.mark.parametrize(
    ("second", "titles", "number", "doubted"),
    [
        ("2024/01/03.md", ("停车办法", "供热办法"), ORDER, False),
        ("2024/01/03.md", ("停车办法", "停车办法"), ORDER, True),  # entered twice
        ("2024/02/01.md", ("停车办法", "供热办法"), ORDER, True),
        ("2024/01/02.md", ("关于停车的通知", "关于供热的通知"), NUMBER, True),
        ("2024/01/02.md", ("关于印发《停车办法》的通知", "停车办法"), NUMBER, False),
        ("2024/01/02.md", ("停车办法", "关于印发《停车办法》的通知"), NUMBER, False),
    ],
)
def test_what_one_act_publishes_may_bear_its_number(
    tmp_path: Path, second: str, titles: tuple[str, str], number: str, *, doubted: bool
) -> None:
    one, other = (document(number).replace("关于示例的通知", t) for t in titles)
    findings = found(tmp_path, {"2024/01/01.md": one, second: other})
    assert list(findings) == (["repeated_number"] if doubted else [])


@pytest.mark.parametrize("other", ["2024-05-07", "示例市教育局"])
def test_another_day_or_authority_is_another_act_told_once(tmp_path: Path, other: str) -> None:
    as_other = {"2024-05-07": "2024-05-06", "示例市教育局": "示例市人民政府"}[other]
    texts = [document(ORDER).replace("示例的", f"第{n}次") for n in range(6)]
    texts[3:] = [t.replace(f": {as_other}\n", f": {other}\n") for t in texts[3:]]
    for n, text in enumerate(texts, 1):
        path = tmp_path / f"issues/2024/01/0{n}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    archive, _ = read_archive(Settings(), tmp_path / "issues", cache=tmp_path / "cache")
    assert [f.path for f in check(archive, "issues")] == ["issues/2024/01/04.md"]


@pytest.mark.parametrize("body", ["正文。", ""])
def test_a_withdrawn_title_is_found_in_print_though_it_runs_over_lines(
    tmp_path: Path, body: str
) -> None:
    printed = pdf_makers.set_text(
        "关于甲的通知 #pagebreak() #align(center)[#text(size: 22pt)[关于印发《示例市机动车停放\n\n"
        "管理办法》的通知]]\n\n第一条 为了规范管理，制定本办法，本市行政区域内适用。"
    )
    text = document("撤下: {日期: 2024-06-01, 理由: 误}\n", body)
    text = text.replace("关于示例的通知", "关于印发《示例市机动车停放管理办法》的通知")
    files = {"2024/01/2024-01.pdf": printed, "2024/01/01.md": text, "2024/01/02.md": document()}
    held = found(tmp_path, files)["withdrawn_in_pdf"]
    assert (held.level, "第 2 页" in held.message) == ("warning", True)


@pytest.mark.parametrize(
    ("dates", "late"),
    [
        ("发布日期: 2024-05-05", "发布日期"),
        ("施行日期: 2024-05-05", "施行日期"),
        ("施行日期: 2024-06-01\n有效期至: 2024-05-31", "有效期至"),
        ("发布日期: 2024-05-06\n施行日期: 2024-05-06\n有效期至: 2024-05-06", None),
    ],
)
def test_dates_that_run_backwards_are_doubted(tmp_path: Path, dates: str, late: str | None) -> None:
    findings = found(tmp_path, {"2024/01/01.md": document(f"{dates}\n")})
    assert [f.message.split("（")[0] for f in findings.values()] == ([late] if late else [])


def test_corrected_pages_are_no_longer_complained_of(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"1998/07/1998-07.pdf": pdf_makers.drawn(PDF)}
    files |= {f"1998/07/text/000{n}.md": "校订过的文字" for n in (1, 2, 3, 4)}
    assert found(tmp_path, files) == {}
    (tmp_path / "issues/1998/07/text/0009.md").write_text("没有这一页", "utf-8")
    assert list(found(tmp_path, {})) == ["no_such_page"]


def test_the_sample_has_no_errors(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "issues", tmp_path / "issues")
    assert {f.level for f in found(tmp_path, {}).values()} <= {"warning"}
