"""What a page says of a document's life: its state, who changed it, who explains and corrects it. Pure.

Everything here is plain data for templates. A page holds the state on the build's day and the days
on which it changes, so a script keeps it true on the reader's day, and a page is made again only
when its own state changes (assets/validity.js).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from gazette.archive import Archive
from gazette.dates import format_date
from gazette.model import Document, Issue, RelationKind
from gazette.relations import EFFECTS, Standing, Tie
from gazette.validity import Timeline, Validity, on_day

Badges = Mapping[str, tuple[str, str]]
"""By address of a document: its state on the build's day, and its timeline as it travels."""

_DOES = {
    RelationKind.AMENDMENT: "本文修改",
    RelationKind.REPEAL: "本文废止",
    RelationKind.LAPSE: "本文宣布失效",
    RelationKind.BASIS: "制定依据",
    RelationKind.FORWARD: "本文转发",
    RelationKind.INTERPRETATION: "本文解读",
    RelationKind.CORRECTION: "本文更正",
}
_DONE = {
    RelationKind.AMENDMENT: "修改本文",
    RelationKind.REPEAL: "废止本文",
    RelationKind.LAPSE: "宣布本文失效",
    RelationKind.BASIS: "以本文为依据",
    RelationKind.FORWARD: "转发本文",
}
_MOST = 50
"""How many documents of one relation a page lists; a law may be the 依据 of thousands."""
_BEGINS = {
    Validity.PENDING: "起尚未生效",
    Validity.IN_FORCE: "起施行",
    Validity.AMENDED: "修改",
    Validity.PARTLY: "起部分失效",
    Validity.LAPSED: "起失效",
    Validity.REPEALED: "起废止",
}


def badges(archive: Archive, documents: Iterable[Document], on: date | None) -> Badges:
    """The badges that lists show: where a document is not 现行有效, or will not be some day."""
    found = {}
    for document in documents:
        standing = archive.relations.of(document)
        if standing.states and on:
            state = on_day(standing.states, on)
            if state is not Validity.IN_FORCE or standing.states[-1][0] > on:
                found[document.address] = (state.value, standing.timeline_text)
    return found


def badge(badges: Badges, document: Document) -> dict[str, Any]:
    """What a list's row says of 有效性: nothing, or state and timeline."""
    state, states = badges.get(document.address, ("", ""))
    return {"state": state, "states": states}


def states_on(archive: Archive, documents: Iterable[Document], on: date | None) -> dict[str, str]:
    """The state of each document on the build's day, of those that have one."""
    found = {}
    for document in documents:
        states = archive.states(document)
        if states and on:
            found[document.address] = on_day(states, on).value
    return found


def life_meta(archive: Archive, document: Document, state: str) -> dict[str, Any]:
    """What a document's page says of its life: 有效性, relations, 解读 and 更正."""
    standing = archive.relations.of(document)
    states = standing.states
    return {
        "validity": {
            "state": state,
            "states": standing.timeline_text,
            "said": _said(states),
        }
        if states and state
        else None,
        "causes": [_item(t) for t in standing.done_to_it if t.kind in EFFECTS and not t.void],
        "corrections": _of(standing, RelationKind.CORRECTION),
        "interpretations": _of(standing, RelationKind.INTERPRETATION),
        "ties": list(_groups(standing)),
    }


def day_style(on: date | None) -> bytes:
    """The style that holds the build's day, for readers without script.

    The day stands in one file and in no page, so that a build on another day leaves every page as
    it is whose document is in the same state.
    """
    return f'.day::before {{ content: "{format_date(on)}" }}\n'.encode() if on else b""


def issue_corrections(archive: Archive, issue: Issue) -> list[dict[str, Any]]:
    """The corrections of an issue's documents, each with what it corrects."""
    return [
        {**item, "of": document.title, "of_url": document.address}
        for document in issue.documents
        if not document.withdrawn
        for item in _of(archive.relations.of(document), RelationKind.CORRECTION)
    ]


def _said(states: Timeline) -> str:
    """`2024年3月1日起施行，2029年3月1日起失效`: true on any day, whoever reads it and how."""
    return "，".join(f"{format_date(day)}{_BEGINS[state]}" for day, state in states[1:])


def _of(standing: Standing, kind: RelationKind) -> list[dict[str, Any]]:
    return [_item(t) for t in standing.done_to_it if t.kind is kind]


def _groups(standing: Standing) -> Iterator[dict[str, Any]]:
    """Relations one kind after another, with how many there are and the newest of them."""
    for names, ties, newest in ((_DONE, standing.done_to_it, True), (_DOES, standing.does, False)):
        for kind, name in names.items():
            found = [t for t in ties if t.kind is kind]
            if found:
                shown = found[-_MOST:] if newest else found
                yield {
                    "name": name,
                    "count": len(found),
                    "items": [_item(t) for t in shown],
                    "more": len(found) - len(shown),
                }


def _item(tie: Tie) -> dict[str, Any]:
    other = tie.other
    return {
        "kind": tie.kind.value,
        "title": other.title,
        "number": other.number,
        "url": other.address,
        "withdrawn": other.withdrawn,
        "dated": format_date(other.dated) if other.dated else "",
        "articles": "、".join(tie.articles),
        "day": format_date(tie.day) if tie.day and tie.kind in EFFECTS else "",
        "void": tie.void,
    }
