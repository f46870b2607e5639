"""The folder of an issue, and the numbers that are in use in it."""

import contextlib
import re
from pathlib import Path

from gazette.number import IssueNumber

_NUMBERED = re.compile(r"(\d{2,3})(?:-.*)?(?:\.md)?", re.DOTALL)


def folder_of(issues: Path, number: IssueNumber) -> Path:
    """The issue's folder: the one that it has, however its number is spelt there, or a new one."""
    year = issues / str(number.year)
    for child in sorted(year.iterdir()) if year.is_dir() else ():
        with contextlib.suppress(ValueError):
            if child.is_dir() and IssueNumber.from_folder(number.year, child.name) == number:
                return child
    return year / number.folder


def numbers_of_files(folder: Path) -> set[int]:
    """Numbers that files and folders of an issue bear, also those that cannot be read."""
    names = [p.name for p in folder.iterdir()] if folder.is_dir() else []
    return {int(found[1]) for n in names if (found := _NUMBERED.fullmatch(n))}
