"""Text from the picture of a page. The only module that knows RapidOCR; runs in the child alone.

The models come with RapidOCR's wheel (PP-OCRv6, Apache-2.0): nothing is fetched. One thread, so that
a page's result depends on nothing but its picture; `gazette.pdf.ocr` runs as many children as there
are processors.

What it costs goes by pixels, so no more of them are looked at than it takes: lines are looked for
where there is ink, in a picture as coarse as the size of the type allows, and read narrower than they
are; only those that were read with doubt are read again, wider.
"""

from collections.abc import Callable, Sequence
from typing import Any, cast

import cv2
import numpy as np
from rapidocr import RapidOCR
from rapidocr.main import RapidOCRError

DETECT = 16
"""Height of the type, in pixels, in the picture in which lines are looked for: where it is smaller,
two columns run into one another."""
CLOSER = 26
"""The same where that leaves ink out: page numbers behind leader dots, cells of a table, small notes."""
LEFT_OUT = 0.01
"""Share of the ink on a page that lines may leave out: specks, seals."""
NARROW = ((38, 0.42), (0, 0.55))
"""Type from so many pixels high on is read at this share of its width. At 200 dpi, 10.5 pt is 29
pixels high and 三号 44."""
DOUBTED = 0.95
"""A line with a smaller score is read again."""
AGAIN = 0.65
"""The width at which it is; wider lines are read no better."""
SURE = 0.5
"""Runs with a smaller score are no text: specks, seals, pictures."""

_CELL = 8
"""Pixels of a side of the squares in which ink is looked for: noise is level over so many."""
_DARKER = 12
"""How much darker than paper, of 255, such a square is where there is ink."""
_MARGIN = 24
_TYPE = (12, 120)
"""Heights in pixels that type may have: less is noise, more a picture."""
_MIN_TYPES = 8
_USUAL = 29.0
"""Height of the type where it cannot be told."""

Segment = dict[str, Any]
"""A run of text as it was found: `text`, `score` (0 to 1), `box`: its four corners in pixels of the
picture, from where it starts, `[x, y, x, y, x, y, x, y]`."""


def recogniser() -> Callable[[Any], list[Segment]]:
    """A function that reads a picture (of PIL, RGB); loading the models takes about a second."""
    cv2.setNumThreads(1)
    engine = RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,  # a page that stands on its head is the scanner's fault
            "Global.use_vertical_padding": False,
            "Det.limit_type": "max",
            "Det.box_thresh": 0.3,  # a line that is half leader dots has a low mean: .5 drops it whole
            "Rec.rec_batch_num": 1,  # what is read does not hang on what else is on the page
            "Rec.rec_img_shape": [3, 48, 48],  # short lines are not widened to 320 pixels
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "EngineConfig.onnxruntime.enable_cpu_mem_arena": True,
        }
    )

    def read(picture: Any) -> list[Segment]:
        whole = np.asarray(picture)
        left, top, right, bottom = _inked(whole)
        area = whole[top:bottom, left:right]
        high = _type_height(area)
        crops, boxes = _lines(engine, area, DETECT / high)
        if _leaves_out(area, boxes):
            crops, boxes = _lines(engine, area, CLOSER / high)
        share = next(share for least, share in NARROW if high >= least)
        return [
            {
                "text": text,
                "score": round(score, 4),
                "box": [round(float(v), 1) for x, y in box for v in (x + left, y + top)],
            }
            for (text, score), box in zip(_read_lines(engine, crops, share), boxes, strict=True)
            if text.strip() and score >= SURE
        ]

    _load_detector(engine)
    return read


def _load_detector(engine: RapidOCR) -> None:
    """Have the detector loaded, which happens with its first picture."""
    try:
        engine.detect_and_crop(np.full((64, 64, 3), 255, np.uint8), {})
    except RapidOCRError:  # nothing on it
        return


def _lines(engine: RapidOCR, area: Any, scale: float) -> tuple[list[Any], list[Any]]:
    """The pictures of the lines and their corners, as looked for at this scale."""
    detector: Any = engine.text_det
    detector.limit_side_len = max(round(max(area.shape[:2]) * scale), 64)
    try:
        crops, places = engine.detect_and_crop(area, {})
    except RapidOCRError:  # nothing that looks like text
        return [], []
    return crops, list(cast("Any", places.boxes))


def _leaves_out(area: Any, boxes: Sequence[Any]) -> bool:
    """Whether there is ink where no line was found."""
    ink, across, down = _ink(area)
    seen = np.zeros(ink.shape, np.uint8)
    for box in boxes:
        cv2.fillPoly(seen, [np.round(np.asarray(box) / (across, down)).astype(np.int32)], 1)
    seen = cv2.dilate(seen, np.ones((3, 3), np.uint8))
    return bool((ink & (seen == 0)).sum() > LEFT_OUT * ink.sum())


def _read_lines(engine: RapidOCR, crops: Sequence[Any], share: float) -> list[tuple[str, float]]:
    """Text and score of each line, the better of two readings where the first is doubted."""
    found = _recognised(engine, [_narrow(crop, share) for crop in crops])
    doubted = [at for at, (_, score) in enumerate(found) if score < DOUBTED]
    again = _recognised(engine, [_narrow(crops[at], AGAIN) for at in doubted])
    for at, other in zip(doubted, again, strict=True):
        found[at] = max(found[at], other, key=lambda read: read[1])
    return found


def _recognised(engine: RapidOCR, crops: Sequence[Any]) -> list[tuple[str, float]]:
    if not crops:
        return []
    read = engine.recognize_txt(list(crops))
    return list(zip(read.txts or (), map(float, read.scores or ()), strict=True))


def _narrow(crop: Any, share: float) -> Any:
    high, wide = crop.shape[:2]
    return cv2.resize(crop, (max(round(wide * share), 8), high), interpolation=cv2.INTER_AREA)


def _ink(picture: Any) -> tuple[Any, float, float]:
    """Which squares of a picture have ink, and how wide and high they are."""
    grey = picture[:, :, 0]
    high, wide = grey.shape
    size = (max(wide // _CELL, 1), max(high // _CELL, 1))
    cells = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return cells < float(np.median(cells)) - _DARKER, wide / size[0], high / size[1]


def _inked(picture: Any) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what is printed; the whole picture where nothing is."""
    high, wide = picture.shape[:2]
    ink, across, down = _ink(picture)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return 0, 0, wide, high
    return (
        max(int(columns[0] * across) - _MARGIN, 0),
        max(int(rows[0] * down) - _MARGIN, 0),
        min(int((columns[-1] + 1) * across) + _MARGIN, wide),
        min(int((rows[-1] + 1) * down) + _MARGIN, high),
    )


def _type_height(picture: Any) -> float:
    """The height of the type in pixels, by the heights of what hangs together.

    That of most of it, unless a fifth or more is much smaller: notes are to be found too.
    """
    grey = cv2.GaussianBlur(picture[:, :, 0], (3, 3), 0)
    _, ink = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    # The strokes of a character hang together when they are a little thicker, and no two characters.
    thick = cv2.dilate(ink, np.ones((3, 3), np.uint8))
    _, _, found, _ = cv2.connectedComponentsWithStats(thick)
    wide, high = found[1:, cv2.CC_STAT_WIDTH], found[1:, cv2.CC_STAT_HEIGHT]
    size = (high >= _TYPE[0]) & (high <= _TYPE[1])
    square = size & (wide >= 0.6 * high) & (wide <= 1.5 * high)
    if square.sum() < _MIN_TYPES:
        return _USUAL
    small, most = (float(v) for v in np.percentile(high[square], (20, 75)))
    return most if small > 0.6 * most else small / 0.8
