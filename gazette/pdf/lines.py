"""From characters with places to lines in reading order, and from lines to paragraphs. Pure.

Coordinates are PDF points, y upwards. Height and gaps are judged by Han characters alone: leader
dots and superscripts would mislead. Two columns are only seen where both are filled like prose, so
that a table is never torn apart.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

_SPACE_GAP = 0.22
"""A gap wider than this (in heights) beside a Latin letter or digit is a blank."""
_CELL_GAP = 1.3
"""A gap wider than this (in heights) parts cells of a table row, or a heading's spread characters."""
_WIDE_GAP = 0.7
"""A gap wider than this (in heights) is a blank that was typed: 第一条　为了…."""
_INDENT = 1.2
"""A line that starts this far (in heights) right of the margin starts a paragraph."""
_SHORT = 2.0
"""A line that ends this far (in heights) before the right margin ends a paragraph."""
_MIN_COLUMN_ROWS = 6
"""Fewer rows with a gutter than this are no columns."""
_FILLED = 0.62
"""Share of its width that a column's median row must fill."""

_STARTS = re.compile(
    r"第[一二三四五六七八九十百零〇\d]+[编章节条][ 　]?|[一二三四五六七八九十]+、"
    r"|[（(][一二三四五六七八九十\d]+[）)]|附件\d*[:：]|\d{1,2}[.．、](?!\d)"
)
_PAGE_NUMBER = re.compile(r"[—–―\-•·.\s]*(?:第\s*)?(\d{1,4})(?:\s*页)?[—–―\-•·.\s]*")

_RADICALS = str.maketrans(
    "⺀⺁⺄⺇⺊⺌⺍⺒⺓⺗⺝⺟⺠⺢⺧⺩⺪⺬⺮⺲⺳⺶⺸⺻⺼⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻖⻗⻘⻙⻚⻛⻜⻝⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳",
    "冫厂乙几卜小小巳幺心月母民水牛王疋示竹罒网羊羊聿肉虎衣西西见角角讠贝足车辶辶辶阝钅長镸长门阝雨青韦页风飞食饣饣首马骨鬼鱼鸟卤麦黄黾齊齐歯齿龍龙龜龟龟",
)
"""CJK Radicals Supplement → the character that is meant; NFKC leaves this block alone."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character and its loose box."""

    text: str
    left: float
    bottom: float
    right: float
    top: float

    @property
    def middle(self) -> float:
        """Height of its middle."""
        return (self.bottom + self.top) / 2


@dataclass(frozen=True, slots=True)
class Line:
    """Characters on one line from left to right; `height` is that of its Han characters."""

    glyphs: tuple[Glyph, ...]
    height: float

    @property
    def left(self) -> float:
        """Where it starts."""
        return self.glyphs[0].left

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.glyphs[-1].right

    @property
    def middle(self) -> float:
        """Height of its middle."""
        return median(g.middle for g in self.glyphs)

    @property
    def text(self) -> str:
        """Its text: blanks where letters stand apart, two blanks between cells of a row."""
        out: list[str] = []
        last: Glyph | None = None
        for glyph in self.glyphs:
            if last is not None:
                gap = (glyph.left - last.right) / self.height
                if gap > _CELL_GAP:
                    out.append("  ")
                elif gap > _WIDE_GAP:
                    out.append("\u3000")
                elif gap > _SPACE_GAP and (last.text.isascii() or glyph.text.isascii()):
                    out.append(" ")
            out.append(glyph.text)
            last = glyph
        return re.sub(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])", "", "".join(out))


def tidy(character: str) -> str:
    """One character of a PDF as text: radicals made characters, what cannot be seen dropped."""
    # pdfium's U+0002 at a line's end, NUL, soft hyphens, marks of no width
    if character.isspace() or unicodedata.category(character) in ("Cc", "Cf"):
        return ""
    code = ord(character)
    if 0x2F00 <= code <= 0x2FDF or 0xF900 <= code <= 0xFAFF:  # noqa: PLR2004  Kangxi radicals, compatibility
        return unicodedata.normalize("NFKC", character)
    return character.translate(_RADICALS)


def lines_in_order(glyphs: Sequence[Glyph]) -> list[list[Line]]:
    """Lines in reading order, in groups that share margins: a page, or a column of it."""
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
            part = [[g for g in row if ((g.left + g.right) / 2 < gutter) == side] for row in band]
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


def _height(glyphs: Iterable[Glyph]) -> float:
    listed = list(glyphs)
    han = [g.top - g.bottom for g in listed if "\u4e00" <= g.text <= "\u9fff"]
    return max(median(han or [g.top - g.bottom for g in listed]), 1.0)


def _line(row: list[Glyph], usual: float) -> Line:
    ordered = sorted(row, key=lambda g: g.left)
    han = [g.top - g.bottom for g in ordered if "\u4e00" <= g.text <= "\u9fff"]
    return Line(tuple(ordered), max(median(han), 1.0) if han else usual)


def _rows(glyphs: Sequence[Glyph], height: float) -> list[list[Glyph]]:
    """Characters by rows from the top; a row is what stands within half a height."""
    rows: list[list[Glyph]] = []
    middle = 0.0
    for glyph in sorted(glyphs, key=lambda g: -g.middle):
        size = max(height, glyph.top - glyph.bottom)
        if rows and middle - glyph.middle < 0.5 * size:
            rows[-1].append(glyph)
            middle += (glyph.middle - middle) / len(rows[-1])
        else:
            rows.append([glyph])
            middle = glyph.middle
    return rows


def _gaps(row: list[Glyph], height: float) -> list[tuple[float, float]]:
    ordered = sorted(row, key=lambda g: g.left)
    found = []
    end = ordered[0].right
    for glyph in ordered[1:]:
        if glyph.left - end > height:
            found.append((end, glyph.left))
        end = max(end, glyph.right)
    return found


def _crosses(row: list[Glyph], gutter: float, height: float) -> bool:
    return any(g.left < gutter - 0.1 * height and g.right > gutter + 0.1 * height for g in row) or (
        min(g.left for g in row) < gutter < max(g.right for g in row)
        and not any(a <= gutter <= b for a, b in _gaps(row, height))
    )


def _gutter(rows: list[list[Glyph]], height: float) -> float | None:
    """Where a page is parted into two columns of prose, if it is."""
    left = min(g.left for row in rows for g in row)
    right = max(g.right for row in rows for g in row)
    width = right - left
    votes: Counter[int] = Counter()
    for row in rows:
        for start, end in _gaps(row, height):
            middle = (start + end) / 2
            if 0.35 < (middle - left) / width < 0.65:  # noqa: PLR2004  columns are about equal
                first, last = int(max(start, left) / 2), int(min(end, right) / 2)
                votes.update(range(first + 1, last))
    if not votes:
        return None
    most = max(votes.values())
    best = [place for place, count in votes.items() if count == most]
    gutter = 2.0 * best[len(best) // 2]
    parted = [r for r in rows if any(a <= gutter <= b for a, b in _gaps(r, height))]
    whole = [r for r in rows if _crosses(r, gutter, height)]
    if len(parted) < _MIN_COLUMN_ROWS or len(whole) > len(parted):
        return None
    for low, high in ((left, gutter), (gutter, right)):
        fills = []
        for row in parted:
            side = [g for g in row if low <= (g.left + g.right) / 2 < high]
            fills.append(sum(g.right - g.left for g in side) / (high - low))
        if median(fills) < _FILLED:
            return None
    return gutter


def page_number(lines: Sequence[Line]) -> tuple[str | None, list[Line]]:
    """The number printed on a page, found in its first or last line, and the lines without it."""
    for at in (-1, 0):
        if lines and (found := _PAGE_NUMBER.fullmatch(lines[at].text.strip())):
            return found[1], [*lines[:at], *(lines[at + 1 :] if at == 0 else [])]
    return None, list(lines)


def paragraphs(lines: Sequence[Line]) -> list[str]:
    """Join wrapped lines of one column; rows of tables and headings stay lines of their own."""
    if not lines:
        return []
    height = median(line.height for line in lines)
    left = _margin([line.left for line in lines], height)
    right = max(line.right for line in lines)
    out: list[str] = []
    last: Line | None = None
    for line in lines:
        text = line.text.strip()
        if not text:
            continue
        joins = (
            last is not None
            and line.left - left < _INDENT * height
            and right - last.right < _SHORT * height
            and not _STARTS.match(text)
            and "  " not in text
            and "  " not in out[-1]
            and last.middle - line.middle < 2.6 * height
            and abs(line.height - last.height) < 0.25 * height
        )
        if joins:
            blank = (
                " " if out[-1][-1].isascii() and text[0].isascii() and out[-1][-1].isalnum() else ""
            )
            out[-1] += blank + text
        else:
            out.append(text)
        last = line
    return out


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
