"""What is searched: one document, or one page of a PDF, as the search package is given it."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["document", "page"]

OVER = ("废止", "失效")
"""States that end a document's force for good."""
IN_FORCE = ("部分失效", "已修改", "现行有效")
"""States in which a document is in force, wholly or in part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    r"""One thing that can be found. `url` is site-relative and percent-encoded, and its identity.

    `number` is the 发文字号 as printed or ""; `issue` the issue's address part ("2020/05-06");
    `page` counts from 1 and is None for a document; `year` is the year of the issue; `body` is the
    rendered text, in which every "\n" is a barrier (the end of a block, a table cell or a page).
    `quality` is "" or why a text from a PDF may be wrong ("ocr", "suspect", "garbled", …).
    `validity` is the 有效性 as a row of states in rising order, each with the day from which it
    holds (the first holds from the beginning); empty where it does not apply. It holds no "today":
    the state on a day is `state_on`.
    """

    url: str
    kind: Kind
    title: str
    number: str
    issue: str
    page: int | None
    section: str
    authorities: tuple[str, ...]
    document_type: str
    topic: str
    dated: dt.date | None
    year: int
    body: str
    quality: str = ""
    validity: tuple[tuple[dt.date, str], ...] = ()

    @property
    def over(self) -> dt.date | None:
        """The day from which it is 废止 or 失效 for good, None where no such day is known."""
        return self.validity[-1][0] if self.validity and self.validity[-1][1] in OVER else None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueEntries:
    """The entries of one issue, worked out when they are needed.

    `name` is the issue's address part ("2020/05-06") and orders the issues; `digest` changes
    whenever an entry does.
    """

    name: str
    year: int
    digest: str
    entries: Callable[[], Iterable[Entry]]

    @property
    def place(self) -> tuple[int, list[int], str]:
        """Where the issue stands among others, the oldest first."""
        parts = "".join(char if char.isdigit() else " " for char in self.name).split()
        return self.year, [int(part) for part in parts], self.name


def state_on(validity: Sequence[tuple[dt.date, str]], day: dt.date) -> str | None:
    """The state on a day: the last that has begun, else the first; None where none applies."""
    first = validity[0][1] if validity else None
    return next((state for since, state in reversed(validity) if since <= day), first)


def searchable_text(entry: Entry) -> str:
    """What of an entry is searched: title, number and body, each behind a barrier.

    The one definition of it, for both indexes, for verifying hits and for a scan in tests.
    """
    return f"{entry.title}\n{entry.number}\n{entry.body}"
