"""From what OCR found on pages to their texts: turned straight, put in order, judged. Pure.

OCR gives runs of text with their four corners. They become characters with places, as a PDF's own
text gives them, so that the same rules put both in order: columns, paragraphs, heads, numbers.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from gazette.pdf import quality
from gazette.pdf.lines import Glyph, Line, lines_in_order, median
from gazette.pdf.model import PageText
from gazette.pdf.pages import page_texts

TRUSTED = 0.93
"""Mean score of a page from which on its text is good. Measured on scans with known text, .98 goes
with up to 2% wrong characters, .97 with about 4%, .90 with about 10%."""

_TYPE = 0.78
"""How much of the height of a run's box is type; the rest is the margin that detection leaves."""
_FULL = dict(zip(",:;!?()", "，：；！？（）", strict=True))
_HAN = "\u3007\u4e00-\u9fff《》〈〉〔〕“”‘’、。，；：！？（）"
_BY_HAN = re.compile(f"(?<=[{_HAN}])[,:;!?()](?![A-Za-z])|[()](?=[{_HAN}])")
_ARTICLE = re.compile(
    r"^(第[一二三四五六七八九十百零〇\d]+[编章节条])(?=[^\s的第、，。；：（至和款]) *"
)
_YEAR = re.compile("(?<![〇○零一二三四五六七八九])二[〇○]([一二三四五六七八九])(?=年)")
_PAIR = re.compile(r"\(([^()（）]*)）|（([^()（）]*)\)")


def recognised_pages(pages: Sequence[Mapping[str, Any]]) -> list[PageText]:
    """Pages as they were kept, `{page, width, height, segments}`, as texts by OCR."""
    placed = [
        {"page": page["page"], "groups": lines_in_order(glyphs(page)), "ink": 1.0} for page in pages
    ]
    texts = page_texts(placed)
    return [
        _judged(PageText(**read | {"text": completed(full_width(read["text"]))}), page)
        for read, page in zip(texts, pages, strict=True)
    ]


def completed(text: str) -> str:
    """With the blank after an article's number, which OCR does not give: 第一条　为了….

    And with both zeros of 二〇〇三年: of two alike, one after the other, the recogniser often gives
    one, and no year has three digits.
    """
    lines = (_YEAR.sub("二〇〇\\1", line) for line in text.split("\n"))
    return "\n".join(_ARTICLE.sub("\\1\u3000", line) for line in lines)


def _judged(read: PageText, page: Mapping[str, Any]) -> PageText:
    """With OCR's mean score, and the quality that the text and the score together deserve."""
    letters = sum(len(s["text"]) for s in page["segments"])
    if not any(c.isalnum() for s in page["segments"] for c in s["text"]):
        return replace(read, quality="scanned", method="ocr", text="")
    mean = sum(s["score"] * len(s["text"]) for s in page["segments"]) / letters
    judged = quality.judge(read.text)
    if judged in ("good", "blank"):
        judged = "good" if mean >= TRUSTED else "suspect"
    return replace(read, quality=judged, method="ocr", confidence=round(mean, 3))


def full_width(text: str) -> str:
    """Half-width marks beside Han as the full-width ones that are meant: OCR takes one for the other."""
    text = _BY_HAN.sub(lambda m: _FULL[m[0]], text)
    return _PAIR.sub(lambda m: f"（{m[1] or m[2] or ''}）", text)


def glyphs(page: Mapping[str, Any]) -> list[Glyph]:
    """The characters of a page's runs, spread over each run, the page turned straight.

    In the points of the page as it is seen, y upwards.
    """
    runs = [(s["text"], _corners(s["box"], page["height"])) for s in page["segments"]]
    upright = _written([c for _, c in runs])
    angle = _skew([c for _, c in runs], upright)
    found: list[Glyph] = []
    for text, corners in runs:
        turned = [_turn(x, y, -angle) for x, y in corners]
        left, right = _mean(turned, 0, 3, 0), _mean(turned, 1, 2, 0)
        top, bottom = _mean(turned, 0, 1, 1), _mean(turned, 3, 2, 1)
        if right > left and top > bottom:
            found += _spread(text, left, bottom, right, top)
    return found


def _corners(box: Sequence[float], height: float) -> list[tuple[float, float]]:
    """Corners as found (y downwards) with y upwards: top left, top right, bottom right, bottom left."""
    return [(x, height - y) for x, y in zip(box[::2], box[1::2], strict=True)]


def _mean(corners: Sequence[tuple[float, float]], one: int, other: int, axis: int) -> float:
    return (corners[one][axis] + corners[other][axis]) / 2


def _turn(x: float, y: float, angle: float) -> tuple[float, float]:
    return (
        x * math.cos(angle) - y * math.sin(angle),
        x * math.sin(angle) + y * math.cos(angle),
    )


Written = Literal["across", "down"]


def _written(runs: Sequence[Sequence[tuple[float, float]]]) -> Written:
    """Whether most of the text is written across or down."""
    across = down = 0.0
    for corners in runs:
        wide = math.dist(corners[0], corners[1])
        high = math.dist(corners[0], corners[3])
        if wide > 2 * high:
            across += wide
        elif high > 2 * wide:
            down += high
    return "down" if down > across else "across"


def _skew(runs: Sequence[Sequence[tuple[float, float]]], written: Written) -> float:
    """The angle, in radians, by which the page lies askew: that of the longer half of its runs."""
    angles: list[tuple[float, float]] = []
    for corners in runs:
        (x, y), end = corners[0], corners[1 if written == "across" else 3]
        length = math.dist((x, y), end)
        if written == "across":
            angle = math.atan2(end[1] - y, end[0] - x)
        else:
            angle = math.atan2(end[1] - y, end[0] - x) + math.pi / 2
        if length and abs(angle) < 0.2:  # noqa: PLR2004  more is not askew but turned
            angles.append((length, angle))
    angles.sort(reverse=True)
    longer = [angle for _, angle in angles[: max(len(angles) // 2, 1)]]
    return median(longer) if longer else 0.0


def _spread(text: str, left: float, bottom: float, right: float, top: float) -> list[Glyph]:
    """A run's characters over its box: Han as wide as they are high, letters half as wide."""
    wide, high = right - left, top - bottom
    down = high > 1.5 * wide and len(text) > 1
    widths = [0.5 if c.isascii() and not down else 1.0 for c in text]
    step = (high if down else wide) / sum(widths)
    across = wide if down else high
    trim = across * (1 - _TYPE) / 2
    out: list[Glyph] = []
    at = 0.0
    for character, share in zip(text, widths, strict=True):
        start, at = at, at + share * step
        if character.isspace():
            continue
        if down:
            out.append(Glyph(character, left + trim, top - at, right - trim, top - start))
        else:
            out.append(Glyph(character, left + start, bottom + trim, left + at, top - trim))
    return out


def text_lines(page: Mapping[str, Any]) -> list[list[Line]]:
    """The lines of a recognised page in reading order."""
    return lines_in_order(glyphs(page))
