"""The characters of a page as pdfium places them, in runs that stand without a gap.

A call of pdfium from Python costs as much as pdfium's own work on a character, so the text is asked
for in one call, the boxes by a loop that runs outside Python, and runs are told by comparing arrays.
"""

import ctypes
from collections.abc import Callable
from functools import cache
from itertools import repeat
from typing import Any

import numpy as np
from pypdfium2 import raw

from gazette.pdf.lines import Glyph, tidy

MAX_GLYPHS = 200_000
"""Characters of one page that are read; the fullest real page met has about 6,000."""
_APART = {"letters": 0.2, "mixed": 0.32, "han": 0.3}
"""Gaps (in heights) that part runs, between letters, between these and Han, between Han: narrower
than those that `lines` takes for blanks, or that part the columns of vertical text."""
_STEP = 0.3
"""A character that starts within this share of the one before it was printed over it."""
_LEVEL = 0.12
"""Characters of a run stand at one height within this (in heights): loose boxes of some fonts differ
from one character to the next. A run's box has their mean."""
_COVERED = 0.8
"""A picture over this share of a page is the page: it was scanned."""
_RUNS = 40
"""Runs of visible text on a page from which on the others are not asked how they are shown."""
_NESTED = 3
"""Forms in forms in which text and pictures are looked for."""

_FIRST_OF_A_PAIR, _SECOND_OF_A_PAIR, _AFTER_PAIRS = 0xD800, 0xDC00, 0xE000
_NO_CHARACTER = 0xFFFE
"""From here on pdfium's text has what it made of a hyphen at a line's end."""

_Boxes = tuple[Any, Any, Any, Any]
_AS_SEEN: dict[int, Callable[[Any, Any, Any, Any], _Boxes]] = {
    0: lambda x, y, x_end, y_end: (x, y, x_end, y_end),
    90: lambda x, y, x_end, y_end: (y, -x_end, y_end, -x),
    180: lambda x, y, x_end, y_end: (-x_end, -y_end, -x, -y),
    270: lambda x, y, x_end, y_end: (-y_end, x, -y, x_end),
}
"""A box of the page's own space as it is seen, by /Rotate; only differences of places matter."""

_TIDIED = np.zeros(0x10000, np.uint32)
"""Each character of the basic plane as `tidy` gives it, as far as it was met; 0 is not yet known."""
_DROPPED = 1
"""Stands in `_TIDIED` for what `tidy` drops."""


@cache
def _plain(name: str, *arguments: Any, gives: Any = ctypes.c_int) -> Callable[..., int]:
    """A function of pdfium that takes addresses and numbers as they are: in half the time."""
    address = ctypes.cast(getattr(raw, name), ctypes.c_void_p).value
    return ctypes.PYFUNCTYPE(gives, ctypes.c_void_p, *arguments)(address or 0)


def glyphs(page: Any) -> list[Glyph]:
    """What is written on a page (of pypdfium2), in the order of the file; blanks are left out."""
    textpage = page.get_textpage()
    try:
        count = min(textpage.count_chars(), MAX_GLYPHS)
        if count <= 0:
            return []
        codes = _tidied(_codes(textpage.raw, count))
        written = np.flatnonzero(codes != _DROPPED)
        boxes, known = _boxes(textpage.raw, written)
    finally:
        textpage.close()
    left, bottom, right, top = page.get_cropbox(fallback_ok=True)
    x, y, x_end, y_end = (boxes[:, at] for at in (0, 3, 2, 1))
    across, up = (x + x_end) / 2, (y + y_end) / 2
    known &= (left <= across) & (across <= right) & (bottom <= up) & (up <= top)
    if not known.all():
        x, y, x_end, y_end = (side[known] for side in (x, y, x_end, y_end))
        written = written[known]
    return _runs(codes[written], *_AS_SEEN[page.get_rotation()](x, y, x_end, y_end))


def _codes(textpage: Any, count: int) -> Any:
    """The code points of the characters, one for each; 0xFFFD for half a pair."""
    buffer = np.zeros(count + 1, np.uint16)
    place = buffer.ctypes.data_as(ctypes.POINTER(ctypes.c_ushort))
    units = raw.FPDFText_GetText(textpage, 0, count, place) - 1
    codes = buffer[:count].astype(np.uint32)
    pairs = (codes >= _FIRST_OF_A_PAIR) & (codes < _AFTER_PAIRS)
    if units == count and not pairs.any():
        codes[codes >= _NO_CHARACTER] = 0
        return codes
    # Not one unit for each character: each is asked for, and pdfium gives the halves one by one.
    single = map(raw.FPDFText_GetUnicode, repeat(textpage), range(count))
    codes = np.fromiter(single, np.uint32, count)
    high = 0
    for at, code in enumerate(codes.tolist()):
        if _FIRST_OF_A_PAIR <= code < _SECOND_OF_A_PAIR:
            high, codes[at] = code, 0
        elif _SECOND_OF_A_PAIR <= code < _AFTER_PAIRS:
            low = code - _SECOND_OF_A_PAIR
            codes[at] = 0x10000 + ((high - _FIRST_OF_A_PAIR) << 10) + low if high else 0xFFFD
            high = 0
        else:
            high, codes[at] = 0, min(code, 0x10FFFF)
    return codes


def _tidied(codes: Any) -> Any:
    """Code points as `tidy` gives them, `_DROPPED` for what it drops."""
    basic = codes < len(_TIDIED)
    small = np.where(basic, codes, 0)
    found = _TIDIED[small]
    if not found.all():
        for code in np.unique(small[found == 0]).tolist():
            _TIDIED[code] = ord(tidy(chr(code)) or chr(_DROPPED))
        found = _TIDIED[small]
    return np.where(basic, found, codes)


def tidy_all(text: str) -> str:
    """`tidy` for each character of a text of the basic plane."""
    codes = _tidied(np.frombuffer(text.encode("utf-32-le"), np.uint32))
    return str(codes[codes != _DROPPED].astype("<u4").tobytes(), "utf-32-le")


def _boxes(textpage: Any, places: Any) -> tuple[Any, Any]:
    """Loose boxes `[left, top, right, bottom]` of the characters at these places; which have one."""
    count = len(places)
    boxes = np.zeros((count, 4), np.float32)
    start = boxes.ctypes.data
    ask = _plain("FPDFText_GetLooseCharBox", ctypes.c_int, ctypes.c_void_p)
    handle = ctypes.cast(textpage, ctypes.c_void_p).value
    asked = map(ask, repeat(handle), places.tolist(), range(start, start + 16 * count, 16))
    known = np.fromiter(asked, np.bool_, count)
    return boxes.astype(np.float64), known


def _runs(codes: Any, left: Any, bottom: Any, right: Any, top: Any) -> list[Glyph]:
    """Characters that follow one another on a line without a gap, as one glyph."""
    if not len(codes):
        return []
    high = np.maximum(top - bottom, 1e-3)
    level = _LEVEL * high[:-1]
    letters = codes < 0x80  # noqa: PLR2004  ASCII
    gaps = np.array([_APART["han"], _APART["mixed"], _APART["letters"]])
    near = gaps[letters[1:].astype(np.int8) + letters[:-1]] * np.minimum(high[1:], high[:-1])
    joined = (
        (np.abs(bottom[1:] - bottom[:-1]) <= level)
        & (np.abs(top[1:] - top[:-1]) <= level)
        & (left[1:] - right[:-1] < near)
        & (left[1:] - left[:-1] > _STEP * (right - left)[:-1])
    )
    starts = np.flatnonzero(np.concatenate(([True], ~joined)))
    ends = np.append(starts[1:], len(codes))
    text = codes.astype("<u4").tobytes().decode("utf-32-le")
    many = ends - starts
    low, over = np.add.reduceat(bottom, starts) / many, np.add.reduceat(top, starts) / many
    sides = (left[starts], low, right[ends - 1], over)
    return [
        Glyph(text[start:end], *box)
        for start, end, *box in zip(
            starts.tolist(), ends.tolist(), *(side.tolist() for side in sides), strict=True
        )
    ]


def is_hidden(page: Any) -> bool:
    """Whether the page's text is not what is seen: an old OCR's layer on or under a scan.

    So is text in render mode 3, and text that a picture of the whole page covers. What is printed
    over such a picture is text.
    """
    wide, high = page.get_size()
    on_page = "FPDFPage_CountObjects", "FPDFPage_GetObject"
    in_form = "FPDFFormObj_CountObjects", "FPDFFormObj_GetObject"
    kind_of, mode_of = _plain("FPDFPageObj_GetType"), _plain("FPDFTextObj_GetTextRenderMode")
    seen = unseen = 0

    def look(holder: int | None, names: tuple[str, str], depth: int) -> None:
        nonlocal seen, unseen
        count = _plain(names[0])(holder)
        at = _plain(names[1], ctypes.c_int, gives=ctypes.c_void_p)
        things = list(map(at, repeat(holder), range(count)))
        for thing, kind in zip(things, map(kind_of, things), strict=True):
            if kind == raw.FPDF_PAGEOBJ_TEXT:
                # The mode of a page's first runs is that of the others.
                if seen <= _RUNS and mode_of(thing) == raw.FPDF_TEXTRENDERMODE_INVISIBLE:
                    unseen += 1
                else:
                    seen += 1
            elif kind == raw.FPDF_PAGEOBJ_IMAGE and _size(thing) >= _COVERED * wide * high:
                seen, unseen = 0, seen + unseen
            elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _NESTED:
                look(thing, in_form, depth + 1)

    look(ctypes.cast(page.raw, ctypes.c_void_p).value, on_page, 0)
    return unseen > seen


def _size(thing: int) -> float:
    """The area that an object takes, in square points."""
    box = (ctypes.c_float * 4)()
    start = ctypes.addressof(box)
    places = range(start, start + 16, 4)
    if not _plain("FPDFPageObj_GetBounds", *[ctypes.c_void_p] * 4)(thing, *places):
        return 0.0
    left, bottom, right, top = box
    return float((right - left) * (top - bottom))
