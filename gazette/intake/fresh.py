"""A new issue, a new document: skeletons with the next free number, for a clerk to fill in."""

import re
from pathlib import Path

from gazette.content import read_issue
from gazette.errors import IntakeError
from gazette.intake.folders import folder_of, numbers_of_files
from gazette.number import IssueNumber

_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|#\s]+')
_LONGEST = 40
"""Characters of a title in a file's name: 255 bytes are what file systems take."""

ISSUE = """\
---
年份: {year}
期号: "{folder}"
{cumulative}出版日期:
---
"""
DOCUMENT = """\
---
标题: {title}
发文字号:
发文机关:
成文日期:
栏目:
---

"""


def new_issue(issues: Path, number: IssueNumber) -> Path:
    """Write the index.md of a new issue; IntakeError where the issue is there already."""
    folder = folder_of(issues, number)
    index = folder / "index.md"
    if index.exists():
        raise IntakeError(
            f"{number.label()}已经有了", path=str(index), hint="请直接改这个文件，或换一个期号。"
        )
    following = _next_cumulative(issues, number)
    count = len(number.numbers)
    said = following if count == 1 else list(range(following, following + count))
    cumulative = f"总期号: {said}\n" if following and not number.supplement else ""
    text = ISSUE.format(year=number.year, folder=folder.name, cumulative=cumulative)
    folder.mkdir(parents=True, exist_ok=True)
    index.write_text(text, "utf-8")
    return index


def new_document(issues: Path, number: IssueNumber, title: str) -> Path:
    """Write a document with the issue's next number, which nothing has had; IntakeError without the issue."""
    folder = folder_of(issues, number)
    if not folder.is_dir():
        raise IntakeError(
            f"还没有{number.label()}",
            path=str(folder),
            hint=f"请先运行 gazette new issue {number.year}/{folder.name}。",
        )
    issue, _ = read_issue(folder, "")
    taken = {d.serial for d in (*issue.documents, *issue.drafts)} if issue else set()
    taken |= numbers_of_files(folder)
    serial = f"{max(taken, default=0) + 1:02d}"
    name = _NOT_IN_NAMES.sub("", title)[:_LONGEST].strip(".")
    file = folder / (f"{serial}-{name}.md" if name else f"{serial}.md")
    quoted = '"' + title.replace("\\", "\\\\").replace('"', '\\"') + '"'
    plain = re.fullmatch(r"[\u4e00-\u9fff（）〔〕《》、，A-Za-z0-9]+", title)
    file.write_text(DOCUMENT.format(title=title if plain else quoted), "utf-8")
    return file


def _next_cumulative(issues: Path, number: IssueNumber) -> int:
    """总期号 after that of the issue before, 0 where that is not known, or issues are missing between."""
    for folder in sorted(issues.glob("*/*/"), reverse=True):
        if not folder.parent.name.isdecimal():
            continue
        try:
            there = IssueNumber.from_folder(int(folder.parent.name), folder.name)
        except ValueError:
            continue
        if there.supplement or there >= number:
            continue
        issue, _ = read_issue(folder, "")
        follows = (there.year == number.year and there.numbers[-1] + 1 == number.numbers[0]) or (
            there.year + 1 == number.year and number.numbers[0] == 1
        )
        known = issue.number.cumulative if issue else ()
        return known[-1] + 1 if known and follows else 0
    return 0
