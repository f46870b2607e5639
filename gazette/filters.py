"""Lists narrowed by 有效性, 发文机关 or 公文种类, each choice with an address of its own. Pure.

A list says what it can be narrowed by and how many documents each choice leaves; each choice is a
list like any other, split by years and read without script. One choice at a time: what is narrowed
twice is what the search is for. A document that changes rewrites the few choices that have it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date

from gazette.archive import Archive
from gazette.lists import Choice, Filter, Kind, Listed, Listing, listings, segment
from gazette.settings import Settings
from gazette.validity import Validity

_FEW = 100
"""A list of fewer documents is one page, which a script narrows: it has no filters."""
_FEWEST = 5
"""A choice that leaves fewer documents is no list."""
_MOST = 12
"""Choices of one filter, those with most documents; the others have a list of their own."""

_Values = Callable[[Listed], Iterable[str]]
_FILTERS: dict[str, tuple[str, _Values]] = {
    "state": ("有效性", lambda d: [d.state] if d.state else []),
    "authority": ("发文机关", lambda d: d.document.authorities),
    "type": ("公文种类", lambda d: [d.document.document_type] if d.document.document_type else []),
}
"""By their part of an address: the name, and the values of a document."""
_OF_KIND: dict[Kind, tuple[str, ...]] = {
    "in-force": ("state", "authority", "type"),
    "ended": ("state", "authority", "type"),
    "expiring": ("authority", "type"),
    "regulations": ("state", "authority"),
    "authority": ("state", "type"),
    "topic": ("state", "authority", "type"),
    "type": ("state", "authority"),
    "register": ("authority", "type"),
}
_STATES = {state.value: at for at, state in enumerate(Validity)}


def all_listings(archive: Archive, settings: Settings, on: date | None) -> Iterator[Listing]:
    """Every list, each followed by what it can be narrowed to."""
    for listing in listings(archive, settings, on):
        yield from narrowed(listing)


def narrowed(listing: Listing) -> Iterator[Listing]:
    """A list with its filters, then the list of each choice."""
    groups = list(_groups(listing)) if len(listing.documents) >= _FEW else []
    filters = tuple(
        Filter(
            name=_FILTERS[key][0],
            choices=tuple(
                Choice(name=value, address=address, count=len(documents))
                for value, address, documents in choices
            ),
        )
        for key, choices in groups
    )
    yield replace(listing, filters=filters)
    for key, choices in groups:
        for value, address, documents in choices:
            yield replace(
                listing,
                address=address,
                title=f"{listing.title}（{value}）",
                documents=documents,
                filters=filters,
                whole=listing.address,
                whole_count=len(listing.documents),
                by=_FILTERS[key][0],
            )


_Chosen = tuple[str, str, tuple[Listed, ...]]
"""A value, its address, and its documents in the order of the list."""


def _groups(listing: Listing) -> Iterator[tuple[str, list[_Chosen]]]:
    for key in _OF_KIND[listing.kind]:
        found: dict[str, list[Listed]] = defaultdict(list)
        for listed in listing.documents:
            for value in dict.fromkeys(_FILTERS[key][1](listed)):
                found[value].append(listed)
        useful = [v for v, of in found.items() if _FEWEST <= len(of) < len(listing.documents)]
        order = sorted(useful, key=lambda v: (_STATES.get(v, 0), -len(found[v]), v))[:_MOST]
        by_address = {f"{listing.address}{key}/{segment(v)}/": v for v in reversed(order)}
        if by_address:
            chosen = [(v, a, tuple(found[v])) for a, v in reversed(by_address.items())]
            yield key, chosen
