"""What of an issue is withheld because documents of it were withdrawn (撤下). Pure.

A withdrawn text may stand in the printed edition too, and in files that nobody else uses. Which pages
hold it is told by 页码, and by the pages' own texts where 页码 is missing or wrong; where neither
tells, every page that cannot be read may hold it. `gazette.reading` leaves out of the archive what
is named here, so that nothing made from the archive can hold it.
"""

import posixpath
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import unquote

from gazette.dialect import link_targets, parse, visible_lines
from gazette.links import annex_path
from gazette.model import Document, Issue
from gazette.pdf.model import OutlineEntry, PageText, PdfText

Why = Literal["stated", "found", "unread", "fault", "kept", ""]
"""Why the PDF may hold the text: its pages by 页码, pages where it was found, pages that cannot be read,
a PDF that cannot be read, one that keeps what was taken out of its pages; empty where it is gone."""

_CHUNK = 16
_MANY = 3
"""Pieces of a text that a page must hold to be taken for its: a salutation or two prove nothing."""
_SEVERAL = 2
"""Titles of other documents on a page that may be that of the contents."""
_SHORTEST = 6
"""Fewer characters of a title stand on pages by chance."""
_NOTICE = 30
"""Characters of a page that says that its content was withdrawn, and says nothing else."""
_PAGE_FAULTS = frozenset({"damaged_pages", "ocr_failed"})
"""Faults of single pages: all the others have been read, and these are known not to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Where a withdrawn document stands in the PDF: `pages` are not shown, those of `left` hold it still.

    `kept` is what the file keeps besides, where no page holds it (`gazette.pdf.leftovers`).
    """

    title: str
    pages: tuple[int, ...] = ()
    left: tuple[int, ...] = ()
    why: Why = ""
    kept: tuple[str, ...] = ()


def held_in_pdf(issue: Issue, read: PdfText, *, truncated: bool = False) -> tuple[Held, ...]:
    """Where each withdrawn document of an issue stands in its PDF, as far as its pages tell."""
    every = (*issue.documents, *issue.drafts)
    gone = [d for d in every if d.withdrawn]
    if not gone:
        return ()
    corrected = dict(issue.corrections)
    texts = {p.page: _key(f"{p.text}\n{corrected.get(p.page, '')}") for p in read.pages}
    starts = sorted(d.pages.first for d in every if d.pages and not d.withdrawn)
    unknown = truncated or (read.fault is not None and read.fault.code not in _PAGE_FAULTS)
    titles = [d.title for d in every if not d.withdrawn]
    place = _Place(pages=read.pages, texts=texts, starts=starts, titles=titles, unknown=unknown)
    return tuple(_held(document, place) for document in gone)


def emptied(held: Sequence[Held]) -> tuple[int, ...] | None:
    """The pages that withdrawn documents once had; None where a page, or an unread file, holds one."""
    if not held or any(h.why for h in held):
        return None
    return tuple(sorted({n for h in held for n in h.pages}))


def has_headings(held: Sequence[Held], outline: Sequence[OutlineEntry]) -> bool:
    """Whether bookmarks of the PDF still give headings of withdrawn texts; titles are no secret."""
    return any(
        entry.page in h.pages and _key(entry.title) not in _key(h.title)
        for h in held
        for entry in outline
    )


def with_leftovers(held: Sequence[Held], kept: tuple[str, ...]) -> tuple[Held, ...]:
    """The same where the file keeps what its pages no longer show."""
    return tuple(replace(h, why="kept", kept=kept) for h in held) if kept else tuple(held)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """What is known of a PDF: its pages, their texts as keys, other documents' beginnings and titles."""

    pages: Sequence[PageText]
    texts: Mapping[int, str]
    starts: Sequence[int]
    titles: Sequence[str]
    unknown: bool


def _held(document: Document, place: _Place) -> Held:
    stated = _stated(document, len(place.pages))
    held = stated | _found(document, place)
    why: Why = "stated" if stated else "found"
    if not held:
        held, why = {p.page for p in place.pages if _is_doubtful(p)}, "unread"
    elif not stated:
        held |= {p.page for p in place.pages if _is_unread(p)}
    if span := document.pages:  # not all there, and yet nobody should see those that are
        held |= {p.page for p in place.pages if p.page in span}
    left = sorted(p.page for p in place.pages if p.page in held and not _is_emptied(p))
    if not left:
        why = "fault" if place.unknown else ""
    elif why == "stated" and not stated & set(left):
        why = "found"
    return Held(title=document.title, pages=tuple(sorted(held)), left=tuple(left), why=why)


def _is_emptied(page: PageText) -> bool:
    """Whether a page shows nothing, or nothing but that its content was withdrawn."""
    text = _key(page.text)
    return page.quality == "blank" or ("已撤下" in text and len(text) <= _NOTICE)


def _stated(document: Document, count: int) -> set[int]:
    """The pages that a document says it has, none where the PDF has not all of them."""
    pages = document.pages
    return set(range(pages.first, pages.last + 1)) if pages and pages.last <= count else set()


def _found(document: Document, place: _Place) -> set[int]:
    """Pages that hold a document by their texts, the contents too where nothing tells them apart."""
    stated = _stated(document, len(place.pages))
    text = _key("".join(visible_lines(parse(document.body))))
    chunks = {text[at : at + _CHUNK] for at in range(0, len(text) - _CHUNK + 1, _CHUNK)}
    hits = {n: sum(c in key for c in chunks) for n, key in place.texts.items()}
    written = {n for n, hit in hits.items() if hit >= _MANY or (hit and 2 * hit >= len(chunks))}
    written |= {n for n, hit in hits.items() if hit and {n - 1, n + 1} & written}
    if stated and (written or not _is_refuted(document, place, stated)):
        return written
    named = {n for n, key in place.texts.items() if _names(document.title, key)}
    if written:
        return written | named
    last = len(place.pages)
    for start in sorted(named):  # its text is not known: it may go on to where another one begins
        end = next((n for n in place.starts if n > start), last)
        end = start + len(stated) - 1 if stated else end
        named |= set(range(start, min(end, last) + 1))
    return named


def _is_refuted(document: Document, place: _Place, stated: set[int]) -> bool:
    """Whether a document's 页码 are wrong, as its pages show: all can be read, and the first has no title.

    A later one has it where 页码 are those that were printed; and so have the contents.
    """
    there = [p for p in place.pages if p.page in stated]
    if not all(p.quality == "good" and p.method != "ocr" and not _is_emptied(p) for p in there):
        return False
    first = min(stated)
    return not _names(document.title, place.texts[first]) or _is_contents(first, place)


def _is_contents(page: int, place: _Place) -> bool:
    """Whether a page stands before all other documents, and names several of them."""
    named = sum(_names(title, place.texts[page]) for title in place.titles)
    return named >= min(_SEVERAL, len(place.titles)) > 0 and page < min(place.starts, default=0)


def _names(title: str, key: str) -> bool:
    """Whether a page's text has a document's title, with its 发文机关 before 关于 or without."""
    title = _key(title)
    rest = title[max(0, title.find("关于")) :]
    return any(len(t) >= _SHORTEST and t in key for t in {title, rest})


def _key(text: str) -> str:
    """A text without what print and front matter may write differently: blanks, marks, widths."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isalnum())


def _is_unread(page: PageText) -> bool:
    return page.quality in ("garbled", "scanned")


def _is_doubtful(page: PageText) -> bool:
    """Whether a title may stand there and not be found: a character may be read wrongly."""
    return _is_unread(page) or page.quality == "suspect" or page.method == "ocr"


def withheld_files(issue: Issue, held: Sequence[Held]) -> tuple[str, ...]:
    """Files of an issue, outside the folders of withdrawn documents, that may hold their texts.

    The PDF, as long as it holds one; and what no other document of the issue uses, which nobody has
    looked into: another edition of the whole, a picture of the withdrawn document.
    """
    gone = [d for d in issue.documents if d.withdrawn]
    if not gone and not held:
        return ()
    kept = {issue.cover, *_used(issue.note, None)}
    kept |= {n for d in issue.documents if not d.withdrawn for n in _used("", d)}
    own = {n for d in gone for n in _used("", d)} - kept
    beside = {f for f in issue.files if "/" not in f} - kept if gone else set()
    names = (own | beside) - {issue.pdf}
    if any(h.why for h in held):
        names.add(issue.pdf)
    return tuple(sorted(names & {*issue.files}))


def _used(note: str, document: Document | None) -> Iterator[str]:
    """Files of the issue's folder that a text points at, and a document's annexes."""
    targets = document.of_text(link_targets) if document else link_targets(note)
    for target in targets:
        yield posixpath.normpath(unquote(target.partition("#")[0]))
    for annex in document.annexes if document else ():
        yield annex_path(document, annex.file) if document else ""
