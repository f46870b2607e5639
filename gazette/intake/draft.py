"""From proposals to the index.md of an issue, new or extended. Pure.

What stands in an index.md is never changed: keys that are missing are put in, entries that are new
are added at the end with the next free 序号.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from gazette import matter
from gazette.fields import ISSUE_KEYS, write_entry, write_issue
from gazette.intake.propose import Proposal
from gazette.intake.sheets import squash
from gazette.model import Document, Issue
from gazette.number import DocumentNumber, NumberError

_SAME = 0.9
"""Two titles as like as this name one document, where their pages overlap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The text of an index.md, and what became of each proposal."""

    text: str
    added: tuple[Document, ...] = ()
    known: tuple[Document, ...] = ()
    differing: tuple[str, ...] = ()
    """What was read otherwise than it is written; what is written stays."""


def draft(
    issue: Issue,
    proposals: Sequence[Proposal],
    *,
    written: Sequence[Document] = (),
    taken: Iterable[int] = (),
    text: str | None = None,
) -> Draft:
    """Put proposals into an issue's index.md.

    `issue` holds what was found on the cover; `written` the documents and entries that exist,
    `taken` every number that is in use, `text` the index.md as it stands, None for a new one.
    """
    known: list[Document] = []
    differing: list[str] = []
    added: list[Document] = []
    after = max([0, *taken, *(d.serial for d in written)])
    left = list(written)
    for proposal in proposals:
        same = next((d for d in left if _same(d, proposal)), None)
        if same:
            left.remove(same)
            known.append(same)
            if same.pages and same.pages != proposal.pages and not proposal.doubt:
                differing.append(
                    f"{same.folder}《{same.title}》写的是第 {same.pages} 页，读出的是第 {proposal.pages} 页"
                )
            continue
        after += 1
        added.append(_entry(issue, f"{after:02d}", proposal))
    if text is None:
        made = write_issue(replace(issue, documents=tuple(added), drafts=()))
    else:
        made = matter.extended(text, _missing(issue, text), "目录", [write_entry(d) for d in added])
    return Draft(text=made, added=tuple(added), known=tuple(known), differing=tuple(differing))


def _same(document: Document, proposal: Proposal) -> bool:
    one, other = squash(document.title), squash(proposal.title)
    meet = document.pages is None or (
        document.pages.first <= proposal.pages.last and proposal.pages.first <= document.pages.last
    )
    numbers = bool(document.number_text and proposal.number)
    if numbers and squash(document.number_text) != squash(proposal.number):
        return False
    if not meet:
        return False
    return one == other or numbers or SequenceMatcher(None, one, other).ratio() >= _SAME


def _entry(issue: Issue, folder: str, proposal: Proposal) -> Document:
    try:
        number = DocumentNumber.parse(proposal.number) if proposal.number else None
    except NumberError:
        number = None
    return Document(
        issue=issue.number,
        folder=folder,
        source=f"{issue.source}/index.md",
        title=proposal.title,
        pages=proposal.pages,
        number=number,
        number_text=proposal.number,
        authorities=proposal.authorities,
        dated=proposal.dated,
        section=proposal.section,
        document_type=proposal.document_type,
        unreviewed=proposal.doubt,
    )


def _missing(issue: Issue, text: str) -> Mapping[str, Any]:
    """What the cover says and index.md does not, under either name of the key."""
    values, _, _ = matter.split(text)
    whole, _, _ = matter.split(write_issue(replace(issue, documents=(), drafts=(), note="")))
    cumulative = issue.number.cumulative
    plain: dict[str, Any] = {
        "年份": issue.number.year,
        "期号": issue.number.folder,
        "总期号": cumulative[0] if len(cumulative) == 1 else list(cumulative),
        "出版日期": issue.published_on,
        "PDF": issue.pdf,
    }
    return {
        key: value
        for key, value in plain.items()
        if key in whole and key not in values and ISSUE_KEYS[key] not in values
    }
