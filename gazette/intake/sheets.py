"""The printed pages of an issue as rows without heads and page numbers. Pure.

Joins the places of lines (`gazette.pdf.layout`) with what was read of each page (`PdfText`): where
the text comes from OCR or a person, its lines stand in for those of the PDF, which are garbage or
none.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gazette.pdf.layout import Row
from gazette.pdf.lines import masked
from gazette.pdf.model import PageText, PdfText

_NUMBER = re.compile(r"[—–―\-•·.．\s]*(?:第\s*)?(\d{1,4})(?:\s*页)?[—–―\-•·.．\s]*")
_EDGE_NUMBER = re.compile(r"^\W*(\d{1,4})(?=[\s\u3000·•—–-])|(?<=[\s\u3000·•—–-])(\d{1,4})\W*$")
_EDGE = 2
"""How many rows at the top and at the bottom of a page may be heads."""
_SAME_HEIGHT = 3.0
"""Heads of two pages stand at the same height within this, in points."""
_AGREE = 0.6
"""Share of the numbered pages that must agree on the offset of printed to PDF pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page: its PDF page from 1, the number printed on it, its rows, and the heads taken off."""

    page: int
    printed: int | None
    rows: tuple[Row, ...]
    heads: tuple[str, ...] = ()
    by_ocr: bool = False

    @property
    def squashed(self) -> str:
        """Its text as it is compared."""
        return squash("".join(r.text for r in self.rows))


def squash(text: str) -> str:
    """A text as titles are compared: NFKC, only Han characters, letters and digits."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isalnum()).lower()


def sheets(text: PdfText, layout: Sequence[Sequence[Row]]) -> tuple[Sheet, ...]:
    """The pages of an issue; `layout` may hold fewer pages than `text`, or none."""
    pages = []
    for read in text.pages:
        placed = layout[read.page - 1] if read.page <= len(layout) else ()
        own = read.method == "text" and read.quality in ("good", "suspect") and placed
        rows = tuple(placed) if own else _rows_of_text(read)
        pages.append((read, tuple(r for r in rows if r.text.strip())))
    heads = _running_heads([rows for _, rows in pages])
    found = [_sheet(read, rows, heads) for read, rows in pages]
    return tuple(_with_numbers(found))


def _rows_of_text(read: PageText) -> tuple[Row, ...]:
    """Lines of a text, set as if in type of height 1 without margins."""
    if read.quality not in ("good", "suspect"):
        return ()
    lines = [x for x in read.text.split("\n") if x.strip()]
    return tuple(Row(x, 0, len(x), -2.0 * n, 1) for n, x in enumerate(lines))


def _edges(rows: Sequence[Row]) -> Iterator[Row]:
    yield from rows[:_EDGE]
    yield from rows[max(_EDGE, len(rows) - _EDGE) :]


def _running_heads(pages: Sequence[Sequence[Row]]) -> set[str]:
    places: dict[str, Counter[int]] = {}
    for rows in pages:
        for text, place in {
            (masked(r.text), round(r.middle / _SAME_HEIGHT))
            for r in _edges(rows)
            if not _NUMBER.fullmatch(r.text)
        }:
            places.setdefault(text, Counter())[place] += 1
    least = max(2, len(pages) // 4)
    return {t for t, at in places.items() if max(n + at[p + 1] for p, n in at.items()) >= least}


def _sheet(read: PageText, rows: tuple[Row, ...], heads: set[str]) -> Sheet:
    edge = {id(r) for r in _edges(rows)}
    off = [
        r for r in rows if id(r) in edge and (masked(r.text) in heads or _NUMBER.fullmatch(r.text))
    ]
    gone = {id(r) for r in off}
    number = next((m for r in reversed(off) if (m := _NUMBER.fullmatch(r.text))), None)
    printed = read.printed_page or (number[1] if number else "")
    return Sheet(
        page=read.page,
        printed=int(printed) if printed.isdecimal() else None,
        rows=tuple(r for r in rows if id(r) not in gone),
        heads=tuple(r.text for r in off),
        by_ocr=read.method == "ocr",
    )


def _with_numbers(found: list[Sheet]) -> Iterator[Sheet]:
    """Take printed numbers out of the heads where none stands for itself: `· 145 ·　公报`."""
    if any(s.printed is not None for s in found):
        yield from found
        return
    for sheet in found:
        numbers = [m for h in sheet.heads if (m := _EDGE_NUMBER.search(h))]
        value = next((int(m[1] or m[2]) for m in numbers), None)
        yield replace(sheet, printed=value)


def printed_offset(found: Sequence[Sheet], labels: Sequence[str] = ()) -> int | None:
    """PDF page less printed page, as most numbered pages have it; None where they disagree.

    `labels` are the PDF's own page labels, asked where too few pages bear a number.
    """
    offsets = [s.page - s.printed for s in found if s.printed is not None]
    if len(offsets) < 2:  # noqa: PLR2004  one page proves nothing
        offsets += [n - int(x) for n, x in enumerate(labels, 1) if x.isdecimal()]
        # Labels that merely count the pages say nothing of what is printed.
        offsets = offsets if any(offsets) else []
    if not offsets:
        return None
    offset, count = Counter(offsets).most_common(1)[0]
    return offset if count >= _AGREE * len(offsets) else None
