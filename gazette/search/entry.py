"""What is searched: one document, or one page of a PDF, as the search package is given it."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

Kind = Literal["document", "page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    r"""One thing that can be found. `url` is site-relative and percent-encoded, and its identity.

    `number` is the 发文字号 as printed or ""; `issue` the issue's address part ("2020/05-06");
    `page` counts from 1 and is None for a document; `year` is the year of the issue; `body` is the
    rendered text, in which every "\n" is a barrier (the end of a block, a table cell or a page).
    `quality` is "" or, for a page, why its text may be wrong ("scanned", "garbled", …).
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


def searchable_text(entry: Entry) -> str:
    """What of an entry is searched: title, number and body, each behind a barrier.

    The one definition of it, for both indexes, for verifying hits and for a scan in tests.
    """
    return f"{entry.title}\n{entry.number}\n{entry.body}"
