"""公开台账: what was received, issued, published and printed, where and when, and how many days late. Pure.

Late by the city's own rule (`发布期限`, `刊登期限` in mkdocs.yml), counted in calendar days; where no
rule is set the days are told and nobody is called late. What is not known is left blank.
"""

from dataclasses import dataclass
from datetime import date

from gazette.model import Document, Gazette, Issue
from gazette.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEntry:
    """One document on its way into the gazette; None for what is not known or not ruled."""

    document: Document
    issue: Issue
    days_to_publish: int | None
    days_to_print: int | None
    days_since_received: int | None
    days_late: int | None


def register(gazette: Gazette, settings: Settings) -> tuple[RegisterEntry, ...]:
    """Every document in the order of issues; what was withdrawn is not among them."""
    return tuple(
        _entry(document, issue, settings)
        for issue in gazette.issues
        for document in issue.documents
        if not document.withdrawn
    )


def _entry(document: Document, issue: Issue, settings: Settings) -> RegisterEntry:
    to_publish = _days(document.dated, document.published_on)
    to_print = _days(document.published_on or document.dated, issue.published_on)
    late = [
        max(0, days - within)
        for days, within in (
            (to_publish, settings.publish_within),
            (to_print, settings.print_within),
        )
        if days is not None and within
    ]
    return RegisterEntry(
        document=document,
        issue=issue,
        days_to_publish=to_publish,
        days_to_print=to_print,
        days_since_received=_days(document.received_on, issue.published_on),
        days_late=sum(late) if late else None,
    )


def _days(first: date | None, last: date | None) -> int | None:
    return (last - first).days if first and last else None
