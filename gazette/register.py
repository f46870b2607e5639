"""公开台账: how long a document took from 成文 to the gazette, and how many days late it was. Pure.

Late by the city's own rule (`发布期限`, `刊登期限` in mkdocs.yml), counted in calendar days; where no
rule is set the days are told and nobody is called late. What is not known is left blank.
"""

from dataclasses import dataclass
from datetime import date

from gazette.model import Document, Issue


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Days within which a document is to be published, and then printed; 0: none is set."""

    publish: int = 0
    print: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Days that one document took into the gazette; None for what is not known or not ruled."""

    to_publish: int | None = None
    to_print: int | None = None
    since_received: int | None = None
    late: int | None = None


UNTOLD = Days()


def days_of(document: Document, issue: Issue, deadlines: Deadlines) -> Days:
    """How long each step took, by the days that the document and its issue state."""
    to_publish = _days(document.dated, document.published_on)
    to_print = _days(document.published_on or document.dated, issue.published_on)
    late = [
        max(0, days - within)
        for days, within in ((to_publish, deadlines.publish), (to_print, deadlines.print))
        if days is not None and within
    ]
    return Days(
        to_publish=to_publish,
        to_print=to_print,
        since_received=_days(document.received_on, issue.published_on),
        late=sum(late) if late else None,
    )


def _days(first: date | None, last: date | None) -> int | None:
    return (last - first).days if first and last else None
