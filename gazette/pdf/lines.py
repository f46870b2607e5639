"""From characters with places to lines in reading order, and from lines to paragraphs. Pure.

Coordinates are PDF points, y upwards. Height and gaps are judged by Han characters alone: leader
dots and superscripts would mislead. Two columns are only seen where both are filled like prose, so
that a table is never torn apart.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate, pairwise
from operator import itemgetter
from typing import Literal, NamedTuple, cast

Direction = Literal["right", "down", "up"]
"""Which way the characters of a line follow one another."""

CELL = "  "
"""What parts the cells of a row."""

_SPACE_GAP = 0.22
"""A gap wider than this (in heights) between Latin letters or digits is a blank."""
_MIXED_GAP = 0.35
"""A gap wider than this (in heights) between Han and Latin is one; less is what typesetters add."""
_CELL_GAP = 1.3
"""A gap wider than this (in heights) parts cells of a table row, or a heading's spread characters."""
_WIDE_GAP = 0.7
"""A gap wider than this (in heights) is a blank that was typed: 第一条　为了…."""
_INDENT = 1.2
"""A line that starts this far (in heights) right of the margin starts a paragraph."""
_SHORT = 2.0
"""A line that ends this far (in heights) before the right margin ends a paragraph."""
_MIN_COLUMN_ROWS = 6
"""Fewer lines than this on either side of a gutter are no columns."""
_FILLED = 0.62
"""Share of its width that a column's median row must fill."""

_MIN_STEPS = 8
"""Fewer steps from one character to the next tell no direction."""

_LEFT, _FIRST = itemgetter(1), itemgetter(0)
_HAN = re.compile("[\u4e00-\u9fff]").search
_STARTS = re.compile(
    r"第[一二三四五六七八九十百零〇\d]+[编章节条](?:[ 　]|$)|[一二三四五六七八九十]+、"
    r"|[（(][一二三四五六七八九十\d]+[）)]|附件\d*[:：]|\d{1,2}[.．、](?!\d)"
)
_ENTRY = re.compile(r"(?:…|[.·]{3})[.…·\s]*[（(]?\d{1,4}[）)]?\s*$")
_AFTER_NUMBER = re.compile(r"^(第[一二三四五六七八九十百零〇\d]+[编章节条]|附件\d*)  ")
"""The blank after an article's number may be stretched: it parts no cells."""
_PAGE_NUMBER = re.compile(r"[—–―\-•·.\s]*(?:第\s*)?(\d{1,4})(?:\s*页)?[—–―\-•·.\s]*")

_RADICALS = str.maketrans(
    "⺀⺁⺄⺇⺊⺌⺍⺒⺓⺗⺝⺟⺠⺢⺧⺩⺪⺬⺮⺲⺳⺶⺸⺻⺼⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻖⻗⻘⻙⻚⻛⻜⻝⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳",
    "冫厂乙几卜小小巳幺心月母民水牛王疋示竹罒网羊羊聿肉虎衣西西见角角讠贝足车辶辶辶阝钅長镸长门阝雨青韦页风飞食饣饣首马骨鬼鱼鸟卤麦黄黾齊齐歯齿龍龙龜龟龟",
)
"""CJK Radicals Supplement → the character that is meant; NFKC leaves this block alone."""

_TURNED = str.maketrans(
    "︐︑︒︓︔︕︖︗︘︙︰︱︲︳︵︶︷︸︹︺︻︼︽︾︿﹀﹁﹂﹃﹄﹇﹈",
    "，、。：；！？〖〗…‥—–_（）｛｝〔〕【】《》〈〉「」『』［］",
)
"""Marks as they stand in vertical text → the same marks: the text is shown across."""

_PRIVATE = {
    **dict(zip(range(0xE78D, 0xE797), "︐︒︑︓︔︕︖︗︘︙", strict=True)),
    0xE7C7: "ḿ",
    0xE7C8: "ǹ",
    0xE81E: "龴",
    0xE826: "龵",
    0xE82B: "龶",
    0xE82C: "龷",
    0xE832: "龸",
    0xE843: "龹",
    0xE854: "龺",
    0xE864: "龻",
    0xE816: "𠂇",
    0xE817: "𠂉",
    0xE818: "𠃌",
    0xE831: "𡗗",
    0xE83B: "𢦏",
    0xE855: "𤇾",
    0xE5E5: " ",
    0xF0B7: "•",
    0xF06C: "●",
    0xF06E: "■",
    0xF06F: "□",
    0xF071: "❑",
    0xF075: "◆",
    0xF0A7: "▪",
    0xF0A8: "◻",
    0xF0D8: "➢",
    0xF0E8: "➔",
    0xF0FC: "✓",
    0xF0FE: "☑",
    0xF052: "☑",
    0xF0A3: "□",
    0xF0AE: "→",
    0xF0B4: "×",
    0xF0B1: "±",
    0xF0B3: "≥",
}
"""Private-use characters that are characters now: GB 18030-2022 (its table of codes that moved out
of the private use area), and what the Symbol and Wingdings fonts put at U+F0xx."""


class Glyph(NamedTuple):
    """A character, or several that follow one another without a gap, and their loose box.

    A tuple, since a page has hundreds. Where a rule counts characters, it counts those of `text`.
    """

    text: str
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True)
class Line:
    """Characters on one line in reading order; `height` is that of its Han characters.

    `left` and `right` are where it starts and ends, `middle` is the height of its middle.
    """

    glyphs: tuple[Glyph, ...]
    height: float
    left: float
    right: float
    middle: float

    @cached_property
    def text(self) -> str:
        """Its text: blanks where letters stand apart, two blanks between cells of a row."""
        out: list[str] = []
        end, was_ascii = self.left, False
        gaps = (_CELL_GAP, _WIDE_GAP, _MIXED_GAP, _SPACE_GAP)
        cell, wide, mixed, space = (gap * self.height for gap in gaps)
        for text, left, _, right, _ in self.glyphs:
            gap = left - end
            if gap > space:
                is_ascii = text[0].isascii()
                if gap > cell:
                    out.append(CELL)
                elif gap > wide:
                    out.append("\u3000")
                elif (was_ascii and is_ascii) or (was_ascii != is_ascii and gap > mixed):
                    out.append(" ")
            out.append(text)
            end, was_ascii = right, text[-1].isascii()
        return _AFTER_NUMBER.sub("\\1\u3000", "".join(out))


def median(values: Iterable[float]) -> float:
    """The middle value, of an even number the upper one: quicker than `statistics`, and never new."""
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


def _usual(values: Iterable[tuple[float, Glyph]]) -> float:
    """The median over the characters of glyphs, each glyph with its value."""
    ordered = sorted(values)
    if ordered[0][0] == ordered[-1][0]:
        return ordered[0][0]
    middle = sum(len(glyph.text) for _, glyph in ordered) // 2
    upto = accumulate(len(glyph.text) for _, glyph in ordered)
    return next(value for (value, _), count in zip(ordered, upto, strict=True) if count > middle)


@cache
def tidy(character: str) -> str:
    """One character of a PDF as text: radicals made characters, what cannot be seen dropped.

    A private-use character means something in its font alone: where it has become a character
    since, it is that one, else U+FFFD, so that nobody takes it for text.
    """
    # pdfium's U+0002 at a line's end, NUL, soft hyphens, marks of no width
    if character.isspace() or unicodedata.category(character) in ("Cc", "Cf"):
        return ""
    code = ord(character)
    if 0x2F00 <= code <= 0x2FDF or 0xF900 <= code <= 0xFAFF:  # noqa: PLR2004  Kangxi radicals, compatibility
        return unicodedata.normalize("NFKC", character)
    if unicodedata.category(character) == "Co":
        return _PRIVATE.get(code, "\ufffd").strip().translate(_TURNED)
    return character.translate(_RADICALS).translate(_TURNED)


def direction(glyphs: Sequence[Glyph]) -> Direction:
    """Which way a page is written, by the steps from one Han character to the next in the file."""
    steps: Counter[str] = Counter()
    last: Glyph | None = None
    for glyph in glyphs:
        if len(glyph.text) > 1 or not _HAN(glyph.text):
            if _HAN(glyph.text):
                steps["right"] += len(glyph.text) - 1
            last = None
            continue
        if last is not None:
            height = max(last.top - last.bottom, last.right - last.left)
            right, up = glyph.left - last.left, glyph.top - last.top
            if abs(up) < 0.3 * height < 0.5 * height < abs(right) < 2 * height:
                steps["right"] += 1
            elif abs(right) < 0.3 * height < 0.5 * height < abs(up) < 2 * height:
                steps["up" if up > 0 else "down"] += 1
        last = glyph
    way, count = max(steps.items(), key=lambda s: (s[1], s[0]), default=("right", 0))
    return cast("Direction", way) if count >= _MIN_STEPS else "right"


def turned(glyphs: Iterable[Glyph], way: Direction) -> list[Glyph]:
    """Turn a page so that it reads rightwards and its lines follow downwards.

    Of vertical text, written downwards, the right column comes first; of a table that lies on its
    side, written upwards, the left one.
    """
    if way == "down":
        return [Glyph(t, -top, left, -bottom, right) for t, left, bottom, right, top in glyphs]
    if way == "up":
        return [Glyph(t, bottom, -right, top, -left) for t, left, bottom, right, top in glyphs]
    return list(glyphs)


def lines_in_order(glyphs: Sequence[Glyph]) -> list[list[Line]]:
    """Lines in reading order, in groups that share margins: a page, or a column of it."""
    way = direction(glyphs)
    if way != "down":
        return _lines_in_order(turned(glyphs, way))
    # Heads and page numbers of vertical pages are horizontal, above and below the text.
    han = [g for g in glyphs if len(g.text) == 1 and _HAN(g.text)]
    edge = 0.3 * _height(han)
    steps = _downwards(han)
    low, high = min(g.bottom for g in steps) + edge, max(g.top for g in steps) - edge
    return [
        *_lines_in_order([g for g in glyphs if g.bottom > high]),
        *(
            group
            for band in _bands([g for g in glyphs if g.bottom <= high and g.top >= low], edge / 0.3)
            for group in _lines_in_order(turned(band, way))
        ),
        *_lines_in_order([g for g in glyphs if g.top < low]),
    ]


def _bands(glyphs: Sequence[Glyph], height: float) -> list[list[Glyph]]:
    """The bands of a vertical page, one under the other; one where they are not filled like prose."""
    bands: list[list[Glyph]] = []
    low = 0.0
    for glyph in sorted(glyphs, key=lambda g: g.top, reverse=True):
        if not bands or glyph.top < low - height:
            bands.append([])
            low = glyph.bottom
        bands[-1].append(glyph)
        low = min(low, glyph.bottom)
    for band in bands[:-1]:  # the last may hold but a signature
        lines = _rows(turned(band, "down"), height)
        whole = max(g.top for g in band) - min(g.bottom for g in band)
        filled = median(sum(g.right - g.left for g in line) / whole for line in lines)
        if len(lines) < _MIN_COLUMN_ROWS or filled < _FILLED:
            return [list(glyphs)]
    return bands


def _downwards(han: Sequence[Glyph]) -> list[Glyph]:
    """The characters that follow one another downwards: the text of a vertical page."""
    found = []
    for last, glyph in pairwise(han):
        height = max(last.top - last.bottom, last.right - last.left)
        if abs(glyph.left - last.left) < 0.3 * height < last.top - glyph.top < 2 * height:
            found += [last, glyph]
    return found or list(han)


def _lines_in_order(glyphs: Sequence[Glyph]) -> list[list[Line]]:
    if not glyphs:
        return []
    height = _height(glyphs)
    rows = _rows(glyphs, height)
    gutter = _gutter(rows, height)
    if gutter is None:
        return [[_line(r, height) for r in rows]]
    groups: list[list[Line]] = []
    band: list[list[Glyph]] = []

    def flush() -> None:
        for side in (True, False):
            part = [[g for g in row if (g.left + g.right < 2 * gutter) == side] for row in band]
            if column := [_line(r, height) for r in part if r]:
                groups.append(column)
        band.clear()

    for row in rows:
        if _crosses(row, gutter, height):
            flush()
            groups.append([_line(row, height)])
        else:
            band.append(row)
    flush()
    return groups


def _height(glyphs: Sequence[Glyph]) -> float:
    han = [g for g in glyphs if _HAN(g.text)]
    return max(_usual((g[4] - g[2], g) for g in han or glyphs), 1.0)


def _line(row: list[Glyph], usual: float) -> Line:
    if len(row) == 1:
        ((text, left, bottom, right, top),) = row
        height = max(top - bottom, 1.0) if _HAN(text) else usual
        return Line(tuple(row), height, left, right, (bottom + top) / 2)
    row.sort(key=_LEFT)
    if any(_covers(a, b) for a, b in pairwise(row)):
        row = sorted((c for g in row for c in _characters(g)), key=_LEFT)
    kept = [row[0]]
    for glyph in row[1:]:
        last = kept[-1]
        # Bold type made by printing twice, a hair apart.
        if glyph.text != last.text or glyph.left - last.left > 0.3 * (last.right - last.left):
            kept.append(glyph)
    han = [(g[4] - g[2], g) for g in kept if _HAN(g[0])]
    height = max(_usual(han), 1.0) if han else usual
    middle = _usual((g[2] + g[4], g) for g in kept) / 2
    return Line(tuple(kept), height, kept[0].left, kept[-1].right, middle)


def _covers(first: Glyph, second: Glyph) -> bool:
    """Whether the second is printed over the first, and not one character over one.

    Marks that typesetters squeeze stand half over one another: that is not meant.
    """
    width = (first.right - first.left) / len(first.text)
    apart = second.left - first.left
    return len(first.text) + len(second.text) > 2 and (  # noqa: PLR2004
        apart < 0.3 * width or apart < first.right - first.left - 1.5 * width
    )


def _characters(glyph: Glyph) -> Iterator[Glyph]:
    """The characters of a glyph, spread over its box."""
    text, left, bottom, right, top = glyph
    step = (right - left) / len(text)
    for at, character in enumerate(text):
        yield Glyph(character, left + at * step, bottom, left + (at + 1) * step, top)


def part_of(line: Line, glyphs: Sequence[Glyph]) -> Line:
    """Some of a line's characters as a line of their own."""
    return Line(tuple(glyphs), line.height, glyphs[0].left, glyphs[-1].right, line.middle)


def _rows(glyphs: Sequence[Glyph], height: float) -> list[list[Glyph]]:
    """Characters by rows from the top; a row is what stands within half a height."""
    rows: list[list[Glyph]] = []
    row: list[Glyph] = []
    middle = 0.0  # twice the height of the row's middle, as of the characters
    count = 0
    for place, glyph in sorted(((g[2] + g[4], g) for g in glyphs), key=_FIRST, reverse=True):
        many = len(glyph[0])
        if row and middle - place < max(height, glyph[4] - glyph[2]):
            row.append(glyph)
            count += many
            middle += (place - middle) * many / count
        else:
            row = [glyph]
            rows.append(row)
            middle, count = place, many
    return rows


def _gaps(row: list[Glyph], height: float) -> list[tuple[float, float]]:
    if len(row) == 1:
        return []
    ordered = sorted(row, key=_LEFT)
    found = []
    end = ordered[0].right
    for glyph in ordered[1:]:
        if glyph.left - end > height:
            found.append((end, glyph.left))
        end = max(end, glyph.right)
    return found


def _crosses(row: list[Glyph], gutter: float, height: float) -> bool:
    near, far = gutter - 0.1 * height, gutter + 0.1 * height
    if len(row) == 1:
        return row[0].left < near and row[0].right > far
    return any(g.left < near and g.right > far for g in row) or (
        min(g.left for g in row) < gutter < max(g.right for g in row)
        and not any(a <= gutter <= b for a, b in _gaps(row, height))
    )


def _usual_gap(rows: list[list[Glyph]], left: float, right: float, height: float) -> float | None:
    """The place near the middle at which most rows have a gap."""
    votes: Counter[int] = Counter()
    for row in rows:
        for start, end in _gaps(row, height):
            middle = (start + end) / 2
            if 0.35 < (middle - left) / (right - left) < 0.65:  # noqa: PLR2004  columns are about equal
                first, last = int(max(start, left) / 2), int(min(end, right) / 2)
                votes.update(range(first + 1, last))
    if not votes:
        return None
    most = max(votes.values())
    best = [place for place, count in votes.items() if count == most]
    return 2.0 * best[len(best) // 2]


def _gutter(rows: list[list[Glyph]], height: float) -> float | None:
    """Where a page is parted into two columns of prose, if it is."""
    left = min(g.left for row in rows for g in row)
    right = max(g.right for row in rows for g in row)
    gutter = _usual_gap(rows, left, right, height)
    if gutter is None:
        return None
    whole = parted = 0
    fills: tuple[list[float], list[float]] = ([], [])
    for row in rows:
        if _crosses(row, gutter, height):
            whole += 1
            continue
        widths = [0.0, 0.0]
        for glyph in row:
            widths[glyph.left + glyph.right >= 2 * gutter] += glyph.right - glyph.left
        parted += min(widths) > 0
        for width, share, column in zip(
            widths, fills, (gutter - left, right - gutter), strict=True
        ):
            if width:
                share.append(width / column)
    few = min(map(len, fills))
    if few < _MIN_COLUMN_ROWS or 2 * parted < _MIN_COLUMN_ROWS or whole > few:
        return None
    # Prose fills its lines; cells of a table do not.
    return gutter if min(map(median, fills)) >= _FILLED else None


def page_number(lines: Sequence[Line]) -> tuple[str | None, list[Line]]:
    """The number printed on a page, found in its first or last line, and the lines without it."""
    for at in (-1, 0):
        if lines and (found := _PAGE_NUMBER.fullmatch(lines[at].text.strip())):
            return found[1], [*lines[:at], *(lines[at + 1 :] if at == 0 else [])]
    return None, list(lines)


@dataclass(frozen=True, slots=True)
class _Block:
    """The lines of a column, its margins and its usual height."""

    lines: list[Line]
    left: float
    right: float
    height: float


def _block(group: Sequence[Line]) -> _Block:
    lines = [line for line in group if line.text.strip()]
    height = median(line.height for line in lines) if lines else 1.0
    left = _margin([line.left for line in lines], height) if lines else 0.0
    return _Block(lines, left, max((line.right for line in lines), default=0.0), height)


def paragraphs(groups: Sequence[Sequence[Line]]) -> list[str]:
    """Join wrapped lines, also from the foot of a column to the head of the next.

    Rows of tables and headings stay lines of their own.
    """
    out: list[str] = []
    last: Line | None = None
    before: _Block | None = None
    for block in filter(lambda b: b.lines, map(_block, groups)):
        for line in block.lines:
            text = line.text.strip()
            if line is block.lines[0]:
                # Only from one column to the one on its right: `last` and its block are there.
                goes_on = (
                    before is not None
                    and last is not None
                    and min(len(before.lines), len(block.lines)) > 1
                    and block.left > before.right
                    and _wraps(last, before)
                    and _continues(line, text, last, out[-1], block)
                )
            else:
                goes_on = (
                    last is not None
                    and last.middle - line.middle < max(2.6 * block.height, 1.8 * line.height)
                    and (
                        (_wraps(last, block) and _continues(line, text, last, out[-1], block))
                        or _is_title_of_two(last, line, block)
                    )
                )
            if goes_on:
                latin = out[-1][-1].isascii() and text[0].isascii() and out[-1][-1].isalnum()
                out[-1] += (" " if latin else "") + text
            else:
                out.append(text)
            last = line
        before = block
    return out


def _wraps(line: Line, block: _Block) -> bool:
    """Whether a line reaches the right margin, so that its paragraph may go on.

    An entry of a contents page reaches it, too, and ends with its page number.
    """
    return block.right - line.right < _SHORT * block.height and not _ENTRY.search(line.text)


def _continues(line: Line, text: str, last: Line, paragraph: str, block: _Block) -> bool:
    """Whether a line may carry on the paragraph of the line before it."""
    return (
        line.left - block.left < _INDENT * block.height
        and not _STARTS.match(text)
        and CELL not in text
        and CELL not in paragraph
        and abs(line.height - last.height) < 0.25 * block.height
    )


def _is_title_of_two(first: Line, second: Line, block: _Block) -> bool:
    """Whether two lines are one title: centred, alike, larger than the text under them.

    One that is broken because it is long fills its first lines, and so is not indented there.
    """
    middle = (block.left + block.right) / 2
    return (
        min(first.height, second.height) > 1.2 * block.height
        and abs(first.height - second.height) < 0.08 * block.height
        and all(
            abs((line.left + line.right) / 2 - middle) < 0.8 * line.height
            for line in (first, second)
        )
        and first.right - first.left > 0.5 * (block.right - block.left)
        and CELL not in first.text + second.text
        and not _STARTS.match(second.text)
    )


def _margin(lefts: list[float], height: float) -> float:
    """The left margin: the leftmost place where at least a few lines start."""
    for left in sorted(lefts):
        if sum(abs(other - left) < 0.5 * height for other in lefts) >= max(2, len(lefts) // 8):
            return left
    return min(lefts)


def running_heads(pages: Sequence[Sequence[str]]) -> set[str]:
    """First lines that stand on many pages, digits aside: the running heads, as masked texts."""
    counts = Counter(masked(lines[0]) for lines in pages if lines)
    return {t for t, n in counts.items() if t and n >= max(3, 0.3 * len(pages))}


def masked(text: str) -> str:
    """A line with its digits and blanks taken out of account."""
    return re.sub(r"[\d\s]+", "#", text)
