"""Text from the picture of a page. The only module that knows RapidOCR; runs in the child alone.

The models come with RapidOCR's wheel (PP-OCRv6, Apache-2.0): nothing is fetched. One thread, so that
a page's result depends on nothing but its picture; `gazette.pdf.ocr` runs as many children as there
are processors.
"""

from collections.abc import Callable
from typing import Any

DETECT = 1280
"""Longest side, in pixels, of the picture in which lines are looked for; they are read in the full
one. Lines of 10.5 pt are found as well as at full size, in a third of the time."""
SQUEEZE = 0.65
"""How much narrower than they are lines are read: the cost of a line goes by its width."""
SURE = 0.5
"""Runs with a smaller score are no text: specks, seals, pictures."""

Segment = dict[str, Any]
"""A run of text as it was found: `text`, `score` (0 to 1), `box`: its four corners in pixels of the
picture, from where it starts, `[x, y, x, y, x, y, x, y]`."""


def recogniser() -> Callable[[Any], list[Segment]]:
    """A function that reads a picture (of PIL, RGB); loading the models takes about a second."""
    import numpy as np  # noqa: PLC0415
    from rapidocr import RapidOCR  # noqa: PLC0415  only after the limits are set
    from rapidocr.main import RapidOCRError  # noqa: PLC0415

    engine = RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,  # a page that stands on its head is the scanner's fault
            "Global.use_vertical_padding": False,
            "Det.limit_type": "max",
            "Det.limit_side_len": DETECT,
            "Rec.rec_batch_num": 1,  # what is read does not hang on what else is on the page
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )

    def read(picture: Any) -> list[Segment]:
        crops, places = engine.detect_and_crop(np.asarray(picture), {})
        texts = engine.recognize_txt([_narrow(crop) for crop in crops])
        if texts.txts is None or texts.scores is None or places.boxes is None:
            return []
        return [
            {
                "text": text,
                "score": round(float(score), 4),
                "box": [round(float(v), 1) for corner in box for v in corner],
            }
            for text, score, box in zip(texts.txts, texts.scores, places.boxes, strict=True)
            if text.strip() and score >= SURE
        ]

    def safely(picture: Any) -> list[Segment]:
        try:
            return read(picture)
        except RapidOCRError:  # nothing that looks like text
            return []

    return safely


def _narrow(crop: Any) -> Any:
    import cv2  # noqa: PLC0415

    high, wide = crop.shape[:2]
    return cv2.resize(crop, (max(round(wide * SQUEEZE), 8), high), interpolation=cv2.INTER_AREA)
