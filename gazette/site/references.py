"""引用 and 被引用 as pages show them. Pure.

A page is handed what concerns it: the links in its text, what it cites, and the newest of those
that cite it. Who else cites a document stands on pages of their own, one a year, so that one new
document that cites a law rewrites the law's page and one list, and nothing else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from gazette.cited import Reference, References
from gazette.digest import digest
from gazette.model import Document

SHOWN = 10
"""How many of the documents that cite it a document's page names; the rest is on `cited/`."""
_OUTSIDE = 60
"""How many titles that the archive does not have a page names."""


@dataclass(frozen=True, kw_only=True)
class PageReferences:
    """What the pages of some documents say of citations, worked out when it is asked for.

    Its hash is known without that. Whoever gets it in another process gets what was worked out.
    """

    documents: tuple[Document, ...]
    known: References
    by_address: Mapping[str, Document]

    @cached_property
    def digest(self) -> str:
        """A hash of all that `pages` is made of."""
        return digest([self._made_of(d) for d in self.documents])

    def _made_of(self, document: Document) -> list[Any]:
        address = document.address
        citing = self.known.citing.get(address, ())
        return [
            address,
            self.known.said.get(address, ""),
            [self.by_address[a].head for a in self.known.leads_to.get(address, ())],
            len(citing),
            [d.head for d in citing[:SHOWN]],
        ]

    @cached_property
    def pages(self) -> Mapping[str, Mapping[str, Any]]:
        """By address, what a document's page says; documents without citations are left out."""
        return {
            d.address: said
            for d in self.documents
            if (said := page_references(d, self.known, self.by_address))
        }

    def __getstate__(self) -> dict[str, Any]:
        """What is worked out, and not the whole archive."""
        return {"digest": self.digest, "pages": self.pages}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """As any instance: fields are frozen, so they are put in by hand."""
        vars(self).update(state)


def page_references(
    document: Document, known: References, by_address: Mapping[str, Document]
) -> dict[str, Any]:
    """What a document's page says of citations, as plain values; empty where there are none."""
    if document.withdrawn:
        return {}
    listed = known.of.get(document.address, ())
    citing = known.citing.get(document.address, ())
    marks = [m for r in listed if (m := _mark(document, r))]
    found: dict[str, Any] = {}
    if marks:
        found["marks"] = marks
    if cites := _cites(document, listed, by_address):
        found["cites"] = cites
    outside = dict.fromkeys(
        _named(r) for r in listed if r.citation.kind in ("title", "name") and not r.address
    )
    outside.pop("", None)
    if outside:
        found["outside"] = list(outside)[:_OUTSIDE]
    if citing:
        found["cited_count"] = len(citing)
        found["cited"] = [_row(d) for d in citing[:SHOWN]]
    return found


def _mark(document: Document, reference: Reference) -> tuple[int, int, str] | None:
    """A citation as a link in the text: where, and where it leads from the page."""
    citation = reference.citation
    if reference.address == document.address:
        return (citation.start, citation.end, f"#{reference.anchor}") if reference.anchor else None
    if not reference.address:
        return None
    up = "../" * document.address.count("/")
    fragment = f"#{reference.anchor}" if reference.anchor else ""
    return citation.start, citation.end, f"{up}{quote(reference.address)}{fragment}"


def _named(reference: Reference) -> str:
    number = f"（{reference.citation.number}）" if reference.citation.number else ""
    return f"《{reference.citation.title}》{number}" if reference.citation.title else ""


def _cites(
    document: Document, listed: tuple[Reference, ...], by_address: Mapping[str, Document]
) -> list[dict[str, Any]]:
    """The documents that a text cites, in the order of the text, each once, with its provisions."""
    found: dict[str, dict[str, str]] = {}
    for reference in listed:
        if reference.address and reference.address != document.address:
            provisions = found.setdefault(reference.address, {})
            if reference.citation.provision:
                provisions[reference.citation.provision] = reference.anchor
    return [
        {
            **_row(by_address[address]),
            "provisions": [[name, anchor] for name, anchor in provisions.items()],
        }
        for address, provisions in found.items()
    ]


def _row(document: Document) -> dict[str, Any]:
    return {
        "url": document.address,
        "title": document.title,
        "number": document.number_text,
        "dated": document.dated.isoformat() if document.dated else "",
    }


def cited_lists(
    known: References, by_address: Mapping[str, Document]
) -> Iterator[tuple[Document, tuple[Document, ...]]]:
    """Documents that more cite than their page names, with all that cite them, newest first."""
    for address in sorted(known.citing):
        document, citing = by_address[address], known.citing[address]
        if len(citing) > SHOWN and not document.withdrawn:
            yield document, citing
