"""How the text of a document changed after it was published: from versions to what differs. Pure.

What counts is what the document says: its title, its number, its visible text. The rest of the
front matter (a 有效期至 that was extended, an annex) and blanks are no part of it.

A document is published on the day of its issue; where it was committed later, on the day of its
first commit; and nothing is before the site went online (`上线日期`). What changed on that very day
belongs to the making of it. Each later version is one `Edit`. What was withdrawn is told to nobody:
neither the versions up to one with 撤下, nor, where a document has 旧文撤下, those before it had.
"""

import difflib
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from gazette import matter
from gazette.dialect import Block, Heading, Paragraph, Table, inline_text, parse
from gazette.fields import DOCUMENT_KEYS
from gazette.form import article_name, form
from gazette.history import Gone, Version
from gazette.links import redirects
from gazette.matter import MatterError
from gazette.model import Document, Gazette, Issue
from gazette.number import IssueNumber

Mark = Literal["same", "old", "new"]
Piece = tuple[Mark, str]
"""A stretch of text that stayed, went, or came."""

_MOST = 100
"""Passages of one edit that are told; a text that was written anew has thousands."""
_LINES = 2_000
_CHARACTERS = 4_000
"""What is longer is told whole, as gone and come: comparing takes the square of it."""
_AROUND = 24
"""Characters of unchanged text that are left on either side of what changed."""
_ALIKE = 0.4
"""How much of two paragraphs must be the same for one to be the other's new wording."""
_ENOUGH = 8
"""Pairs of characters from which on it is no chance that another text holds them."""
_UNITS = re.compile(r"[0-9]+|[A-Za-z]+|.", re.DOTALL)
_ELLIPSIS = "……"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One paragraph, heading or row of a table that changed.

    `place` says where it stands, as readers cite it (第十二条), "" where nothing says so. `line` is
    that of the file as it was then; of what went, the line before which it stood.
    """

    place: str
    line: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What differs between two versions: by its Chinese name each field, then the passages.

    `more` is how many passages changed beyond those that are told.
    """

    fields: tuple[tuple[str, tuple[Piece, ...]], ...] = ()
    passages: tuple[Passage, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change of a published text, and the day on which it was committed."""

    day: date
    difference: Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What is told of one document: its edits, oldest first.

    `withdrawn` tells that there were earlier ones, which are told to nobody.
    """

    edits: tuple[Edit, ...] = ()
    withdrawn: bool = False


@dataclass(frozen=True, kw_only=True)
class Stories:
    """The story of every committed document by its address; `unknown` says why there are none.

    `gone` are published documents that nobody has any more (`missed`). They belong to the archive as a whole, and no page is made of all of them: what a page needs is
    handed to it, so `digest` is the same for all.
    """

    of: Mapping[str, Story] = field(default_factory=dict)
    gone: tuple[Gone, ...] = ()
    unknown: str = ""
    digest: str = field(default="stories", init=False)


# Which versions count.


def counted(
    document: Document, issue: Issue, versions: Sequence[Version], online: date | None
) -> tuple[Version, ...]:
    """The version that was published, and those after it; () where there are none after it.

    `versions` are all, oldest first.
    """
    if document.withdrawn or not versions:
        return ()
    days = (versions[0].day, issue.published_on, online)
    published = max(day for day in days if day)
    at = 0
    while at + 1 < len(versions) and versions[at + 1].day <= published:
        at += 1
    return tuple(versions[at:]) if at + 1 < len(versions) else ()


def missed(gone: Iterable[Gone], gazette: Gazette, online: date | None) -> tuple[Gone, ...]:
    """Those of documents that had been published, whose address leads nowhere now.

    What went on the day of its publication or before belongs to the making of the issue; what stood
    in a folder that is no issue's (2024/待审/) was never published.
    """
    known = {d.address for d in gazette.documents} | {*redirects(gazette)}
    days = {i.address: i.published_on for i in gazette.issues}
    return tuple(
        g
        for g in gone
        if f"{g.number}/" not in known
        and _is_of_an_issue(g.number)
        and all(
            day < g.until
            for day in (g.since, days.get(g.number.rpartition("/")[0] + "/"), online)
            if day
        )
    )


def _is_of_an_issue(number: str) -> bool:
    year, folder, _ = number.split("/")
    try:
        IssueNumber.from_folder(int(year), folder)
    except ValueError:
        return False
    return True


def story(
    versions: Sequence[Version], contents: Sequence[bytes | None], *, redacted: bool
) -> Story | None:
    """What is told of a document, from its counted versions and what they hold.

    `redacted`: it has 旧文撤下 now. One that was taken out again still holds: what was withdrawn
    stays so. None where a content is not to be had, so nothing is known.
    """
    if None in contents:
        return None
    texts = [(v.day, text) for v, c in zip(versions, contents, strict=True) if (text := _read(c))]
    first = 0
    before = False
    for at, (_, text) in enumerate(texts):
        if text.withdrawn or (redacted and not text.redacted):
            first = at + 1
        elif text.redacted and not before:
            first = at
        before = text.redacted
    edits = []
    shown = texts[first:]
    for (_, old), (day, new) in itertools.pairwise(shown):
        if found := difference(old, new):
            edits.append(Edit(day=day, difference=found))
    return Story(edits=tuple(edits), withdrawn=first > 0)


# What a version holds.


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What a version says: its lines, each with the file's line, and the block that it is of."""

    fields: tuple[tuple[str, str], ...]
    lines: tuple[str, ...]
    numbers: tuple[int, ...]
    blocks: tuple[Block, ...]
    withdrawn: bool = False
    redacted: bool = False


_KEYS = ("标题", "发文字号")


def _read(content: bytes | None) -> Text | None:
    """A version as text; None for what could not be published: not UTF-8, or without front matter."""
    try:
        text = (content or b"").decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        values, body, line = matter.split(text)
    except (UnicodeDecodeError, MatterError):
        return None
    return read_text(values, body, line)


def read_text(values: Mapping[str, matter.Value], body: str, line: int) -> Text:
    """What front matter and body say; `line` is that of the file at which the body starts."""

    def value(key: str) -> matter.Value | None:
        return values.get(key) or values.get(DOCUMENT_KEYS[key])

    lines = list(_lines(body))
    return Text(
        fields=tuple((key, found.text if (found := value(key)) else "") for key in _KEYS),
        lines=tuple(said for said, _, _ in lines),
        numbers=tuple(line + at - 1 for _, at, _ in lines),
        blocks=tuple(block for _, _, block in lines),
        withdrawn=value("撤下") is not None,
        redacted=value("旧文撤下") is not None,
    )


def _lines(body: str) -> Iterator[tuple[str, int, Block]]:
    """The visible text by paragraph, heading and row; the line of the body; the block."""
    for block in parse(body):
        if isinstance(block, Table):
            for offset, row in enumerate((block.head, *block.rows)):
                line = block.line + offset + (1 if offset else 0)
                yield "｜".join(map(inline_text, row)), line, block
        elif text := inline_text(block.inlines):
            yield text, block.line, block


def _place(text: Text, at: int) -> str:
    """Where a line stands, by the nearest line up to it that opens an article or has a heading."""
    for said, block in zip(text.lines[at::-1], text.blocks[at::-1], strict=True):
        if isinstance(block, Heading) or (isinstance(block, Paragraph) and _opens(block)):
            return article_name(said) or _cut(said)
    return ""


def _opens(paragraph: Paragraph) -> bool:
    return form(paragraph) in ("article", "chapter", "level-1")


def _cut(text: str) -> str:
    return text if len(text) <= _AROUND else f"{text[:_AROUND]}{_ELLIPSIS}"


# What differs.


def difference(old: Text, new: Text) -> Difference | None:
    """What differs between two versions; None where both say the same."""
    fields = tuple(
        (key, pieces(before, after))
        for (key, before), (_, after) in zip(old.fields, new.fields, strict=True)
        if _unspaced(before) != _unspaced(after)
    )
    passages = tuple(_passages(old, new))
    if not fields and not passages:
        return None
    return Difference(fields=fields, passages=passages[:_MOST], more=max(0, len(passages) - _MOST))


def _unspaced(text: str) -> str:
    """A text without its blanks, which are no part of what it says."""
    return "".join(text.split())


def _passages(old: Text, new: Text) -> Iterator[Passage]:
    def line(at: int) -> int:
        return new.numbers[min(at, len(new.numbers) - 1)] if new.numbers else 1

    before_all, after_all = ([_unspaced(said) for said in text.lines] for text in (old, new))
    for first, last, at, end in _blocks(before_all, after_all):
        for before, after in _paired(old.lines[first:last], new.lines[at:end]):
            here = None if after is None else at + after
            there = None if before is None else first + before
            at_line = line(here if here is not None else at)
            place = _place(new, here) if here is not None else _place(old, there or 0)
            yield Passage(
                place=place,
                line=at_line,
                pieces=shortened(
                    pieces(
                        "" if there is None else old.lines[there],
                        "" if here is None else new.lines[here],
                    )
                ),
            )


def _blocks(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Runs of lines that differ: old[a:b] became new[c:d]."""
    first = 0
    while first < min(len(old), len(new)) and old[first] == new[first]:
        first += 1
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
        last += 1
    before, after = old[first : len(old) - last], new[first : len(new) - last]
    if max(len(before), len(after)) > _LINES:
        yield first, first + len(before), first, first + len(after)
        return
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            yield first + a, first + b, first + c, first + d


_Pair = tuple[int | None, int | None]


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[_Pair]:
    """Which old line became which new one, in order; one without another has None beside it."""
    if len(old) == len(new) == 1:
        yield 0, 0
        return
    at = 0
    for before, text in enumerate(old):
        chosen = range(at, min(len(new), at + _REACH)) if len(old) <= _LINES else ()
        found = max(chosen, key=lambda n: (alike(text, new[n]), -n), default=None)
        if found is None or alike(text, new[found]) < _ALIKE:
            yield before, None
            continue
        yield from ((None, n) for n in range(at, found))
        yield before, found
        at = found + 1
    yield from ((None, n) for n in range(at, len(new)))


_REACH = 12
"""How many new lines an old one is looked for in."""


def alike(one: str, other: str) -> float:
    """How much of two texts is the same, 0 to 1, by the pairs of characters that they share.

    A text that holds nearly all of a shorter one is alike, however much was added to it.
    """
    pairs, others = ({t[n : n + 2] for n in range(max(1, len(t) - 1))} for t in (one, other))
    shared, least = len(pairs & others), min(len(pairs), len(others))
    held = 0.8 * shared / least if least >= _ENOUGH else 0.0
    return max(held, 2 * shared / (len(pairs) + len(others)))


def pieces(old: str, new: str) -> tuple[Piece, ...]:
    """What stayed, went and came, in the order of reading; a number changes as a whole."""
    if not old or not new or max(len(old), len(new)) > _CHARACTERS:
        both: tuple[Piece, ...] = (("old", old), ("new", new))
        return tuple(p for p in both if p[1])
    before, after = _UNITS.findall(old), _UNITS.findall(new)
    runs = [["", "", ""]]  # what went, what came, and what stayed behind them
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        went, came = "".join(before[a:b]), "".join(after[c:d])
        # One character between two changes is chance: what it parts is read as one.
        if tag == "equal" and (len(went) > 1 or a == c == 0 or b == len(before)):
            runs[-1][2] = went
            runs.append(["", "", ""])
        else:
            runs[-1][0] += went
            runs[-1][1] += came
    marks: tuple[Mark, ...] = ("old", "new", "same")
    return tuple((m, t) for run in runs for m, t in zip(marks, run, strict=True) if t)


def shortened(found: Sequence[Piece]) -> tuple[Piece, ...]:
    """Without the middle of what stayed, where that is long."""
    out: list[Piece] = []
    for at, (mark, text) in enumerate(found):
        if mark != "same" or len(text) <= 2 * _AROUND + len(_ELLIPSIS):
            out.append((mark, text))
            continue
        head = text[:_AROUND] if at else ""
        tail = text[-_AROUND:] if at + 1 < len(found) else ""
        out.append((mark, f"{head}{_ELLIPSIS}{tail}"))
    return tuple(out)


# What nobody corrected.


def uncorrected(edits: Iterable[Edit], corrections: Iterable[date]) -> tuple[Edit, ...]:
    """The edits of which no 更正 tells.

    A 更正 tells of all that changed up to its day, and of the first change after it: that puts
    into the text what was corrected.
    """
    days = sorted(corrections)
    left: list[Edit] = []
    last = date.min
    for edit in edits:
        told = any(day >= edit.day or last < day for day in days)
        if not told:
            left.append(edit)
        last = edit.day
    return tuple(left)
