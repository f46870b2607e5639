"""Proposes the 目录 of a printed issue: bookmarks, then the contents page, then titles. Pure.

Whatever the source, a title is looked for on the page itself, and only what was found there is
sure: the rest carries a doubt, which becomes 待核.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from gazette.intake.contents import Listed, contents_pages, read_contents
from gazette.intake.sheets import Sheet, printed_offset, squash
from gazette.intake.titles import (
    Place,
    find_title,
    head_of,
    issuers,
    kind_of,
    number_beside,
    signature,
    titles_by_style,
)
from gazette.model import PageRange
from gazette.pdf.layout import Row
from gazette.pdf.model import OutlineEntry

Source = Literal["outline", "contents", "titles", "none"]

_NEAR = (0, 1, -1)
"""Pages at which a title is looked for first, counted from the one that the contents name."""
_FAR_LIKENESS = 0.97
"""On other pages, only a title that is the same counts."""
_TRUSTED = 0.7
"""Share of the bookmarks whose titles must stand on their pages."""
_NO_TITLES = frozenset(map(squash, ("封面", "封底", "封二", "封三", "目录", "目次", "扉页", "版权页", "插页")))  # fmt: skip
_COLOPHON = ("主办", "编辑", "出版", "印刷", "准印", "地址", "电话", "邮编", "发行")
_COLOPHON_WORDS, _COLOPHON_LENGTH = 3, 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One entry as it may go into the 目录; `doubt` says what a person should look at, or nothing."""

    title: str
    pages: PageRange
    number: str = ""
    authorities: tuple[str, ...] = ()
    dated: date | None = None
    section: str = ""
    document_type: str = ""
    doubt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """The entries, what they were taken from, and the offset of printed to PDF pages if known."""

    entries: tuple[Proposal, ...] = ()
    source: Source = "none"
    offset: int | None = None
    contents: tuple[int, ...] = ()
    """PDF pages of the 目录 itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """Where a document begins: its page, and its title's place there where that was found."""

    listed: Listed
    page: int
    place: Place | None = None
    doubt: str = ""


def propose(
    pages: Sequence[Sheet],
    outline: Sequence[OutlineEntry] = (),
    labels: Sequence[str] = (),
    sections: Sequence[str] = (),
) -> Proposed:
    """Propose the entries of an issue; `sections` are the names of 栏目 that the city uses."""
    listing = contents_pages(pages)
    skipped = {s.page for s in listing}
    body = [s for s in pages if s.page not in skipped]
    printed = printed_offset(body, labels)
    # Where the number of a long title stands, its pages tell: more titles are found.
    tries = (read_contents(listing, sections, number_first=first) for first in (False, True))
    listed, by_number, offset = max(
        ((x, *_located(x, body, printed)) for x in tries),
        key=lambda found: sum(1 if not s.doubt else -1 for s in found[1]),
    )
    by_bookmark = _from_outline(outline, body)
    source: Source = "contents"
    starts = by_number
    if by_bookmark and len(by_bookmark) >= 0.8 * len(by_number):
        source, starts = "outline", _completed(by_bookmark, by_number)
    if not starts:
        source, starts = "titles", list(_by_style(body))
    known = frozenset(map(squash, [*sections, *(x.section for x in listed if x.section)]))
    entries = tuple(_entries(_in_order(starts), body, known))
    return Proposed(
        entries=entries,
        source=source if entries else "none",
        offset=offset,
        contents=tuple(sorted(skipped)),
    )


def _located(
    listed: Sequence[Listed], body: Sequence[Sheet], offset: int | None
) -> tuple[list[_Start], int | None]:
    """Each entry of the contents page on its page; and the offset, where titles tell it."""
    if offset is None:
        offset = _offset_by_titles(listed, body)
    taken: set[tuple[int, int]] = set()
    found = []
    for entry in listed:
        start = _locate(entry, body, offset, taken)
        if start is None:
            continue
        if start.place:
            taken.add((start.place.page, start.place.start))
        found.append(start)
    return found, offset


def _offset_by_titles(listed: Sequence[Listed], body: Sequence[Sheet]) -> int | None:
    """Without page numbers on the pages: most titles that stand somewhere tell the offset."""
    offsets: Counter[int] = Counter()
    for entry in listed:
        if entry.first is None:
            continue
        at = {s.page for s in body if (p := find_title(s, entry.title)) and p.likeness >= _FAR_LIKENESS}  # fmt: skip
        if len(at) == 1:
            offsets[at.pop() - entry.first] += 1
    if not offsets:
        return None
    offset, count = offsets.most_common(1)[0]
    return offset if 2 * count > offsets.total() else None


def _locate(
    entry: Listed, body: Sequence[Sheet], offset: int | None, taken: set[tuple[int, int]]
) -> _Start | None:
    by_page = {s.page: s for s in body}
    expected = entry.first + offset if entry.first is not None and offset is not None else None
    near = [
        by_page[expected + n] for n in _NEAR if expected is not None and expected + n in by_page
    ]
    places = [p for s in near if (p := _free(s, entry.title, taken))]
    place = max(places, key=lambda p: (p.likeness >= _FAR_LIKENESS, p.page == expected, p.likeness), default=None)  # fmt: skip
    if place is None or (place.page != expected and place.likeness < _FAR_LIKENESS):
        place = next((p for s in body if (p := _free(s, entry.title, taken)) and p.likeness >= _FAR_LIKENESS), place)  # fmt: skip
    if place is not None:
        return _judged(entry, place, expected, by_page)
    if expected is not None and expected in by_page:
        return _Start(listed=entry, page=expected, doubt="这一页上没有找到标题，页码由目录推算")
    if entry.first is None:
        return None  # a line of the contents page that is no title
    last = max(by_page, default=1)
    page = min(max(expected or entry.first, 1), last)
    return _Start(listed=entry, page=page, doubt=f"没有找到标题；目录印的是第{entry.first}页")


def _free(sheet: Sheet, title: str, taken: set[tuple[int, int]]) -> Place | None:
    """The title on a page, where no other entry has it: two notices may have the same title."""
    after = 0
    while place := find_title(sheet, title, after=after):
        if (place.page, place.start) not in taken:
            return place
        after = place.end
    return None


def _judged(entry: Listed, place: Place, expected: int | None, by_page: dict[int, Sheet]) -> _Start:
    if place.likeness < _FAR_LIKENESS:
        doubt = "标题与目录页上的不完全相同"
        return _Start(listed=entry, page=place.page, place=place, doubt=doubt)
    if expected is None or place.page == expected:
        return _Start(listed=entry, page=place.page, place=place)
    before = by_page.get(expected)
    if place.page == expected + 1 and before and squash(entry.title) in before.squashed:
        # The order that puts a regulation into force stands on the page before its title.
        return _Start(listed=entry, page=expected)
    doubt = f"目录印的页码应是 PDF 第{expected}页，标题却在第{place.page}页"
    return _Start(listed=entry, page=place.page, place=place, doubt=doubt)


def _from_outline(outline: Sequence[OutlineEntry], body: Sequence[Sheet]) -> list[_Start]:
    """Bookmarks whose titles stand on their pages; none where too few do: then they are no 目录."""
    by_page = {s.page: s for s in body}
    best: list[_Start] = []
    for level in sorted({e.level for e in outline})[:2]:
        found: list[_Start] = []
        taken: set[tuple[int, int]] = set()
        section = ""
        for entry in outline:
            if entry.level < level:
                section = entry.title
            if entry.level != level or squash(entry.title) in _NO_TITLES:
                continue
            listed = Listed(title=entry.title.strip(), section=section)
            sheet = by_page.get(entry.page or 0)
            place = _free(sheet, entry.title, taken) if sheet else None
            if place:
                taken.add((place.page, place.start))
            if sheet:
                doubt = "" if place else "书签指的这一页上没有找到标题"
                start = _Start(listed=listed, page=sheet.page, place=place, doubt=doubt)
                if not any(_same(start, other) for other in found):  # some have each twice
                    found.append(start)
        sure = sum(s.place is not None for s in found)
        if len(found) > 1 and sure >= _TRUSTED * len(found) and sure > len(best):
            best = found
    return best


def _completed(by_bookmark: list[_Start], by_number: list[_Start]) -> list[_Start]:
    """Bookmarks with what the contents page says more of them, and entries that only it has."""
    starts = list(by_bookmark)
    for entry in by_number:
        same = next((n for n, s in enumerate(starts) if _same(s, entry)), None)
        if same is None:
            doubt = entry.doubt or "目录页上有，PDF 书签里没有"
            starts.append(replace(entry, doubt=doubt))
        else:
            kept = starts[same].listed
            more = replace(
                kept,
                section=entry.listed.section or kept.section,
                number=entry.listed.number or kept.number,
            )
            starts[same] = replace(starts[same], listed=more)
    return starts


def _same(one: _Start, other: _Start) -> bool:
    if one.place and other.place:
        return (one.place.page, one.place.start) == (other.place.page, other.place.start)
    return one.page == other.page and squash(one.listed.title) == squash(other.listed.title)


def _by_style(body: Sequence[Sheet]) -> Iterator[_Start]:
    before = ""
    for sheet in body:
        for place in titles_by_style(sheet):
            if squash(place.title) == before:
                continue  # the text that a decree puts into force repeats its title
            before = squash(place.title)
            numbered = number_beside(sheet, place)
            doubt = "没有目录页，按标题的样式认出" + ("" if numbered else "，旁边也没有发文字号")
            yield _Start(listed=Listed(title=place.title), page=place.page, place=place, doubt=doubt)  # fmt: skip


def _in_order(starts: list[_Start]) -> list[_Start]:
    """In the order of the pages; what the contents page has out of order is marked."""
    marked = []
    highest = 0
    for start in starts:
        if start.page < highest and not start.doubt:
            start = replace(start, doubt="页码不是从小到大")  # noqa: PLW2901
        highest = max(highest, start.page)
        marked.append(start)
    return sorted(marked, key=lambda s: (s.page, s.place.start if s.place else -1))


def _entries(
    starts: Sequence[_Start], body: Sequence[Sheet], sections: frozenset[str]
) -> Iterator[Proposal]:
    by_page = {s.page: s for s in body}
    heads = [head_of(by_page[s.page], s.place.start, sections) if s.place else None for s in starts]
    end = _last_page(body)
    for at, start in enumerate(starts):
        first, last = start.page, max(end, start.page)
        if at + 1 < len(starts):
            follower, head = starts[at + 1], heads[at + 1]
            # A document ends on the page where the next begins, unless that begins at the top.
            last = max(first, follower.page - (head == 0))
        own = _own_rows(start, heads[at], starts[at + 1 : at + 2], heads[at + 1 : at + 2], by_page)
        place = start.place
        signed, dated = signature(own[(place.end - (heads[at] or 0)) if place else 0 :])
        title = place.title if place and place.likeness >= _FAR_LIKENESS else start.listed.title
        number = number_beside(by_page[place.page], place) if place else ""
        yield Proposal(
            title=title,
            pages=PageRange(first=first, last=last),
            number=number or start.listed.number,
            authorities=issuers(title) or signed,
            dated=dated,
            section=start.listed.section,
            document_type=kind_of(title),
            doubt=start.doubt,
        )


def _own_rows(
    start: _Start,
    head: int | None,
    follower: Sequence[_Start],
    follower_head: Sequence[int | None],
    by_page: dict[int, Sheet],
) -> list[Row]:
    """The rows from a document's first to the one before the next document's."""
    end = follower[0].page if follower else max(by_page)
    rows: list[Row] = []
    for page in range(start.page, end + 1):
        if page not in by_page:
            continue
        sheet = by_page[page].rows
        stop = (follower_head[0] or 0) if follower and page == follower[0].page else len(sheet)
        rows += sheet[(head or 0) if page == start.page else 0 : stop]
    return rows


def _last_page(body: Sequence[Sheet]) -> int:
    """The last page of text: blank ones and the colophon at the end belong to no document."""
    pages = list(body)
    while pages:
        text = pages[-1].squashed
        colophon = sum(w in text for w in _COLOPHON) >= _COLOPHON_WORDS
        if text and not (colophon and len(text) <= _COLOPHON_LENGTH):
            return pages[-1].page
        pages.pop()
    return body[-1].page if body else 1
