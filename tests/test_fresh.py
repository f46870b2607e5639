"""New issues and documents: the next number, and nothing that is there is touched."""

import subprocess
from pathlib import Path

import pytest

from gazette.content import read_gazette
from gazette.errors import IntakeError
from gazette.intake.fresh import new_document, new_issue
from gazette.number import IssueNumber


def number(name: str) -> IssueNumber:
    year, folder = name.split("/")
    return IssueNumber.from_folder(int(year), folder)


def filled(file: Path, **values: str) -> None:
    text = file.read_text("utf-8")
    for key, value in values.items():
        text = text.replace(f"{key}:\n", f"{key}: {value}\n")
    file.write_text(text + "正文。\n", "utf-8")


def test_a_new_issue_and_its_documents_are_read_without_a_fault(tmp_path: Path) -> None:
    issues = tmp_path / "issues"
    index = new_issue(issues, number("2025/03"))
    index.write_text(index.read_text("utf-8").replace("出版日期", "总期号: 9\n出版日期"), "utf-8")
    titles = ["关于示例的通知", '“引号"与：冒号/斜杠 # 井号', "甲" * 300]
    for title in titles:
        file = new_document(issues, number("2025/03"), title)
        filled(file, 发文机关="甲", 成文日期="2025-03-01")
    gazette, findings = read_gazette(issues)
    assert [f for f in findings if f.level == "error"] == []
    assert [(d.folder, d.title) for d in gazette.documents] == [
        ("01", titles[0]), ("02", titles[1]), ("03", titles[2]),
    ]  # fmt: skip
    after = new_issue(issues, number("2025/04-05")).read_text("utf-8")
    assert "总期号: [10, 11]" in after
    assert "总期号" not in new_issue(issues, number("2025/zk1")).read_text("utf-8")
    assert "总期号" not in new_issue(issues, number("2025/09")).read_text("utf-8")


def test_numbers_that_were_used_are_not_given_again(tmp_path: Path) -> None:
    folder = tmp_path / "2025/03"
    (folder / "07").mkdir(parents=True)
    (folder / "index.md").write_text("---\n目录:\n  - {序号: 8, 标题: 甲, 页码: 1, 待核: 乙}\n---\n", "utf-8")  # fmt: skip
    (folder / "2025-03.pdf").write_bytes(b"%PDF-1.4 %%EOF")
    assert new_document(tmp_path, number("2025/03"), "").name == "09.md"


def test_a_number_that_git_remembers_is_not_given_again(tmp_path: Path) -> None:
    """The highest document was deleted, and the last entry of the 目录: both had an address."""
    folder = tmp_path / "issues/2025/03"

    def git(*arguments: str) -> None:
        who = ("-c", "user.name=甲", "-c", "user.email=a@example.invalid")
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)  # noqa: S603, S607

    git("init", "-q")
    index = new_issue(tmp_path / "issues", number("2025/03"))
    one, two = (new_document(tmp_path / "issues", number("2025/03"), t) for t in ("甲", "乙"))
    assert (one.name, two.name) == ("01-甲.md", "02-乙.md")
    git("add", ".")
    git("commit", "-qm", "一")
    two.unlink()
    assert new_document(tmp_path / "issues", number("2025/03"), "").name == "03.md"
    (folder / "03.md").unlink()
    index.write_text("---\n目录:\n- 序号: '07'\n  标题: 甲\n  页码: 1\n---\n", "utf-8")
    git("commit", "-qam", "二")
    index.write_text("---\n题名: 专刊\n---\n", "utf-8")
    git("commit", "-qam", "三")
    assert new_document(tmp_path / "issues", number("2025/03"), "").name == "08.md"


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    index = new_issue(tmp_path, number("2025/03"))
    index.write_text("---\n题名: 专刊\n---\n", "utf-8")
    with pytest.raises(IntakeError, match="已经有了"):
        new_issue(tmp_path, number("2025/03"))
    assert "专刊" in index.read_text("utf-8")
    with pytest.raises(IntakeError, match="还没有"):
        new_document(tmp_path, number("2025/12"), "甲")
