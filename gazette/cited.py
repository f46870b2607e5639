"""From what a text calls a document to the documents of this archive. Pure.

`references` joins what `gazette.citations` finds in one document with what `gazette.targets` knows
of the archive; `read_references` does it for all, and turns it round. To choose among several
documents is nobody's business here: a citation that may mean several stays without a target, and
is told to a clerk.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from gazette.citations import STATE, Citation, CitationKind, citations_in, narrowed
from gazette.digest import digest
from gazette.model import Document, Gazette
from gazette.structure import articles_in, fragment
from gazette.targets import Targets, by_both, read_number, targets, title_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A citation and what it means: `address` of the one document, "" where there is none or several.

    `anchor` is the fragment of the article, "" where the target has none of that name. `among`
    holds the addresses where there are several.
    """

    citation: Citation
    address: str = ""
    anchor: str = ""
    among: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class References:
    """What the texts of an archive cite, by the address of the citing document; and who cites each.

    `ambiguous` are the citations that may mean several: the citing document's address, the name,
    the addresses. `said` has a hash of `of` for each
    document, `leads_to` the other documents that it cites. It belongs to the archive as a whole, and no page is made of all of it: what a page needs is
    handed to it, so `digest` is the same for all.
    """

    of: Mapping[str, tuple[Reference, ...]] = field(default_factory=dict)
    citing: Mapping[str, tuple[Document, ...]] = field(default_factory=dict)
    ambiguous: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    said: Mapping[str, str] = field(default_factory=dict)
    leads_to: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    digest: str = field(default="references", init=False)


@dataclass(frozen=True)
class Cited:
    """The archive as citations are looked up in it."""

    targets: Targets

    found: dict[tuple[str, str], tuple[Document, ...]] = field(default_factory=dict)
    """Looked up already: the same few names make most citations."""

    @cached_property
    def names(self) -> frozenset[str]:
        """Every title, with and without the name of the state, as unmarked names are told by."""
        titles = set(self.targets.by_title) | set(self.targets.by_issued)
        return frozenset(titles | {t.removeprefix(STATE) for t in titles if t != STATE})


def references(document: Document, known: Cited) -> tuple[Reference, ...]:
    """The citations in a document's text, each with what it means; none where it was withdrawn."""
    if document.withdrawn:
        return ()
    return tuple(_reference(c, document, known) for c in document.of_text(citations_in))


def _reference(citation: Citation, document: Document, known: Cited) -> Reference:
    if citation.kind is CitationKind.OWN:
        if citation.title and not _calls_itself(document, citation.title):
            return Reference(citation=citation)
        return Reference(
            citation=citation, address=document.address, anchor=_anchor(citation, document)
        )
    if citation.kind is CitationKind.NAME:
        citation = narrowed(citation, known.names)
    name = (citation.title, citation.number)
    if name not in known.found:
        known.found[name] = meant(known, citation)
    found = known.found[name]
    if len(found) > 1:  # of several with one number it means itself, of several titles another
        own = tuple(d for d in found if d.address == document.address)
        others = tuple(d for d in found if d.address != document.address)
        found = others if citation.title else own or found
    if len(found) != 1:
        return Reference(citation=citation, among=tuple(d.address for d in found))
    return Reference(
        citation=citation, address=found[0].address, anchor=_anchor(citation, found[0])
    )


def meant(known: Cited, citation: Citation) -> tuple[Document, ...]:
    """The documents that a citation of another document may mean."""
    number = read_number(citation.number) if citation.number else None
    if not citation.title:
        return known.targets.by_number.get(number, ()) if number else ()
    found = by_both(known.targets, citation.title, number)
    if not title_key(citation.title).startswith(STATE):
        # 海商法 may be that of the state as well: where there are both, that is not guessed.
        found += by_both(known.targets, STATE + citation.title, number)
    return tuple({d.address: d for d in found}.values())


def _calls_itself(document: Document, word: str) -> bool:
    """Whether a text can call itself 本办法: its title says 办法."""
    return word.removeprefix("本") in document.title


def _anchor(citation: Citation, target: Document) -> str:
    if target.withdrawn or not citation.provision:
        return ""
    return fragment(citation.provision, target.of_text(articles_in))


def read_references(gazette: Gazette) -> References:
    """What every document's text cites, and who cites each document (newest first)."""
    known = Cited(targets(gazette))
    found: dict[str, tuple[Reference, ...]] = {}
    citing: dict[str, dict[str, Document]] = defaultdict(dict)
    for document in gazette.documents:
        if listed := references(document, known):
            found[document.address] = listed
        for address in others(document.address, listed):
            citing[address][document.address] = document
    return References(
        of=found,
        citing={a: tuple(reversed(listed.values())) for a, listed in citing.items()},
        ambiguous=tuple(n for a, listed in found.items() for n in ambiguous_in(a, listed)),
        said={d.address: says(d, found.get(d.address, ())) for d in gazette.documents},
        leads_to={a: others(a, listed) for a, listed in found.items()},
    )


def others(address: str, listed: Iterable[Reference]) -> tuple[str, ...]:
    """The documents that one at this address cites, each once, without itself."""
    found = dict.fromkeys(r.address for r in listed if r.address)
    found.pop(address, None)
    return tuple(found)


def says(document: Document, listed: Iterable[Reference]) -> str:
    """A hash of a document's references: of its text, and of where each citation leads."""
    return digest([document.digest, [(r.address, r.anchor, r.citation.start) for r in listed]])


def ambiguous_in(
    address: str, listed: Iterable[Reference]
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """The citations that may mean several documents, as `References.ambiguous` has them."""
    for reference in listed:
        if reference.among:
            cited = reference.citation
            yield address, f"《{cited.title}》" if cited.title else cited.number, reference.among
