"""The folder of an issue, and the numbers that are in use in it."""

import contextlib
import re
from pathlib import Path

from gazette.history import lines_ever, names_ever
from gazette.number import IssueNumber

_ENTRY = re.compile(r"(?:序号|serial)['\"]?\s*[:：]\s*['\"]?0*(\d{1,3})(?!\d)", re.ASCII)
"""An entry of the 目录, as a line of index.md."""
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
    """Numbers that files and folders of an issue bear or bore, also those that cannot be read.

    Those that git remembers count: an address that was published belongs to its document for good.
    """
    if not folder.is_dir():
        return set()
    names = {p.name for p in folder.iterdir()} | names_ever(folder)
    entries = (_ENTRY.search(line) for line in lines_ever(folder / "index.md"))
    return {int(found[1]) for n in names if (found := _NUMBERED.fullmatch(n))} | {
        int(found[1]) for found in entries if found
    }
