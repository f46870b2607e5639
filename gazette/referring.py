"""What texts cite, kept between builds, and looked up again only where an answer may have changed.

Of each document is kept what it is called, and what its text asked the archive for. When documents
come, go or change, the names that they had and have are the only ones whose answers can differ:
the texts that asked for one of these are looked up again, and no other. The rest of
`gazette.cited.read_references` is as it is there, and so is what comes out.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gazette.citations import STATE, CitationKind
from gazette.cited import Cited, Reference, References, ambiguous_in, others, references, says
from gazette.digest import digest
from gazette.kept import Kept, dumps, loads
from gazette.model import Document, Gazette
from gazette.structure import articles_in
from gazette.targets import Targets, read_number, targets, title_key, titles_of

_Names = tuple[tuple[str, ...], str]
"""All that a document can be called by, and a hash of what else an answer says of it."""


@dataclass(frozen=True)
class Referring:
    """What is kept of one document's text: what it cites, and what it asked for, both packed.

    `document` is the document's digest, `said` a hash of where its citations lead.
    """

    document: str
    names: _Names
    leads_to: tuple[str, ...]
    among: tuple[tuple[str, tuple[str, ...]], ...]
    said: str
    references: bytes
    asked: bytes


class _Packed(Mapping[str, tuple[Reference, ...]]):
    """References by address, unpacked when they are asked for."""

    def __init__(self, kept: Mapping[str, Referring]) -> None:
        self._kept = {a: r.references for a, r in kept.items() if r.references}

    def __getitem__(self, address: str) -> tuple[Reference, ...]:
        found: tuple[Reference, ...] = loads(self._kept[address])
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)


def read_references_again(gazette: Gazette, kept: Kept, known: Targets | None = None) -> References:
    """As `gazette.cited.read_references`, from what `kept` has of the last time.

    `known` is what names the documents, where that was worked out.
    """
    before: Mapping[str, Referring] = kept.last("references", "") or {}
    now = {d.address: d for d in gazette.documents}
    unread = {a for a, d in now.items() if a not in before or before[a].document != d.digest}
    names = {a: _names(now[a]) for a in unread}
    changed: set[str] = set()
    for address in unread | (before.keys() - now.keys()):
        old = before[address].names if address in before else None
        new = names.get(address)
        if old != new:
            changed.update(*(n[0] for n in (old, new) if n))
    if changed:
        unread |= {a for a, r in before.items() if a in now and _asks(loads(r.asked), changed)}
    found = {a: r for a, r in before.items() if a in now and a not in unread}
    if unread:
        archive = Cited(known or targets(gazette))
        for address in unread:
            document = now[address]
            own = names[address] if address in names else before[address].names
            found[address] = _look_up(document, own, archive)
    found = {address: found[address] for address in now}
    kept.put("references", "", found)
    return _joined(found, now)


def _joined(found: Mapping[str, Referring], now: Mapping[str, Document]) -> References:
    citing: dict[str, dict[str, Document]] = defaultdict(dict)
    for address, referring in found.items():
        for target in referring.leads_to:
            citing[target][address] = now[address]
    return References(
        of=_Packed(found),
        citing={a: tuple(reversed(listed.values())) for a, listed in citing.items()},
        ambiguous=tuple((a, *named) for a, r in found.items() for named in r.among),
        said={a: r.said for a, r in found.items()},
        leads_to={a: r.leads_to for a, r in found.items()},
    )


def _look_up(document: Document, names: _Names, known: Cited) -> Referring:
    listed = references(document, known)
    return Referring(
        document=document.digest,
        names=names,
        leads_to=others(document.address, listed),
        among=tuple((name, among) for _, name, among in ambiguous_in(document.address, listed)),
        said=says(document, listed),
        references=dumps(listed) if listed else b"",
        asked=dumps(_asked(listed)),
    )


def _names(document: Document) -> _Names:
    called = list(titles_of(document))
    if document.number:
        called.append(str(document.number))
    answer = [
        document.address,
        document.withdrawn is not None,
        bool(document.number or document.number_text),
        document.of_text(articles_in),
    ]
    return tuple(called), digest([called, answer])


def _asked(listed: Iterable[Reference]) -> tuple[frozenset[str], frozenset[str]]:
    """Every name that was looked up, and the runs of characters in which one may stand."""
    names, runs = set(), set()
    for reference in listed:
        cited = reference.citation
        if cited.kind is CitationKind.OWN:
            continue
        if cited.title:
            key = title_key(cited.title)
            names |= {key, STATE + key}
        if cited.number:
            names.add(str(read_number(cited.number)))
        if cited.run:
            runs.add(cited.run)
    return frozenset(names), frozenset(runs)


def _asks(asked: tuple[frozenset[str], frozenset[str]], changed: set[str]) -> bool:
    names, runs = asked
    if not names.isdisjoint(changed):
        return True
    return any(name.removeprefix(STATE) in run for run in runs for name in changed)
