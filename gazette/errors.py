"""What can be wrong, and what to do about it: exceptions for one thing, findings for many.

Exceptions stop a command; they form one small tree::

    GazetteError           a message in Chinese, with a place and a cure where they are known
    ├── SettingsError      mkdocs.yml cannot be used
    ├── BuildError         the site cannot be made
    ├── SearchError        the search index cannot be read or made
    ├── ClusterError       the machines that were to help cannot be used
    └── IntakeError        a file cannot be brought into the gazette

A fault in content is not raised but collected as a `Finding`, so that one bad file costs only
itself. A bug in the program stays an ordinary exception and keeps its traceback.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "notice"]
"""错误, 提醒, and 提示: what could be added."""


class GazetteError(Exception):
    """Something the user can mend. `str()` gives message, place and cure on up to two lines."""

    def __init__(
        self, message: str, *, path: str = "", line: int | None = None, hint: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line
        self.hint = hint

    def __str__(self) -> str:
        hint = f"\n  {on_one_line(self.hint)}" if self.hint else ""
        return place(self.path, self.line) + on_one_line(self.message) + hint


class SettingsError(GazetteError):
    """mkdocs.yml cannot be read, or holds what no gazette can be made of."""


class BuildError(GazetteError):
    """The site cannot be made; the last good one stays."""


class SearchError(GazetteError):
    """The search index cannot be read or made."""


class ClusterError(GazetteError):
    """The machines that were to help cannot be used."""


class IntakeError(GazetteError):
    """A file cannot be brought into the gazette; nothing of it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault in the content: where it is, what is wrong, and what cures it (all in Chinese).

    `path` is relative to the issues folder's parent, with `/`; `line` counts from 1, None where
    the fault has no line (a missing file, say). `code` is a short English name, stable for tools.
    """

    level: Level
    code: str
    path: str
    line: int | None
    message: str
    hint: str

    def __str__(self) -> str:
        word = {"error": "错误", "warning": "提醒", "notice": "提示"}[self.level]
        message, hint = on_one_line(self.message), on_one_line(self.hint)
        return f"{place(self.path, self.line)}{word}：{message}\n  {hint}"


def place(path: str, line: int | None) -> str:
    """`path:line: `, as editors and terminals make it clickable; empty without a path."""
    if not path:
        return ""
    path = on_one_line(path)
    return f"{path}:{line}: " if line is not None else f"{path}: "


def on_one_line(text: str) -> str:
    """A text that may hold anything, for a terminal: what would move the cursor is escaped."""
    return "".join(
        c.encode("unicode_escape").decode("ascii")
        if unicodedata.category(c) in ("Cc", "Cf", "Cs")
        else c
        for c in text
    )


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings by place, errors before warnings at the same place."""
    return tuple(
        sorted(set(findings), key=lambda f: (f.path, f.line or 0, f.level, f.code, f.message))
    )


def in_short(findings: Sequence[Finding]) -> Iterator[tuple[Level, str]]:
    """What a build tells: every error; of any other kind the first few, and how many more."""
    counts = Counter(f.code for f in findings if f.level != "error")
    told: Counter[str] = Counter()
    for finding in findings:
        if finding.level == "error":
            yield "error", str(finding)
            continue
        told[finding.code] += 1
        more = counts[finding.code] - _FEW
        if told[finding.code] == _FEW and more > 0:
            yield finding.level, f"{finding}\n  这样的还有 {more} 处，用 gazette check 逐条看。"
        elif told[finding.code] <= _FEW:
            yield finding.level, str(finding)


_FEW = 3
"""How many findings of a kind are told in short."""
