"""The child process that opens a PDF: the only module that knows pypdfium2, pypdf and pillow.

Its OCR is `recognise`, and the layer that makes a scan searchable is `layer`.

Run as `python -m gazette.pdf.worker TASK FILE OUT LIMITS`. It limits itself before it loads any
library, reads one file, writes its answer into OUT and ends. Whoever asked must not trust it: it may
die at any moment, which is why it is a process of its own.
"""

import ctypes
import gc
import json
import signal
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

MAX_GLYPHS = 200_000
"""Characters of one page that are read; the fullest real page met has about 6,000."""
MAX_OUTLINE = 5_000
SMALL = 240
"""Width of a page's thumbnail, in pixels."""
MAX_HEIGHT = 4_000
"""Tallest picture: a longer page is drawn narrower."""
_INK_DPI = 40
OCR_DPI = 200
OCR_PIXELS = 12_000_000
"""Most pixels of a picture that is recognised: A3 at 200 dpi has 7.7 million."""
_COVERED = 0.8
"""A picture over this share of a page is the page: it was scanned."""
_RUNS = 40
"""Runs of visible text on a page from which on the others are not asked how they are shown."""
_NESTED = 3
"""Forms in forms in which text and pictures are looked for."""
_ENCRYPTED = 4
"""FPDF_ERR_PASSWORD."""


def limit(limits: dict[str, int]) -> None:
    """Bind this process: address space, processor time, size of files, no core dump.

    Where the platform has no `resource` (Windows) only the caller's wall clock holds.
    """
    try:
        import resource  # noqa: PLC0415  not on every platform
    except ImportError:
        return
    for name, value in (
        (resource.RLIMIT_AS, limits["memory"]),
        (resource.RLIMIT_CPU, limits["seconds"]),
        (resource.RLIMIT_FSIZE, limits["output"]),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(name, (value, value))
    if sys.platform == "linux":
        die_with_parent = 1  # PR_SET_PDEATHSIG: nobody would read the answer
        ctypes.CDLL(None).prctl(die_with_parent, signal.SIGKILL)


def main() -> None:
    """Do the task that the command line names."""
    task, file, out, limits = sys.argv[1:]
    bounds = json.loads(limits)
    limit(bounds)
    gc.disable()  # a short life, and nothing here that refers to itself
    work = _TASKS[task]
    answer = work(Path(file), Path(out), bounds)
    (Path(out) / "answer.json").write_text(json.dumps(answer, ensure_ascii=True), "utf-8")


def _open(file: Path) -> Any:
    import pypdfium2  # noqa: PLC0415  only after the limits are set

    return pypdfium2.PdfDocument(file)


def _code(error: Exception) -> str:
    """The fault that an error of pdfium stands for."""
    encrypted = getattr(error, "err_code", None) == _ENCRYPTED or "password" in str(error).lower()
    return "encrypted" if encrypted else "broken"


def _read(file: Path, _out: Path, limits: dict[str, int]) -> dict[str, Any]:
    from pypdfium2 import PdfiumError  # noqa: PLC0415

    try:
        pdf = _open(file)
    except PdfiumError as error:
        return {"code": _code(error), "pages": [], "hidden": [], **_frame(None)}
    pages, failed = [], []
    count = len(pdf)
    for at in range(min(count, limits["pages"])):
        try:
            pages.append(_page(pdf[at], at + 1))
        except PdfiumError:
            failed.append(at + 1)
            pages.append({"page": at + 1, "groups": [], "ink": 1.0, "failed": True})
    code = "too_many_pages" if count > limits["pages"] else "damaged_pages" if failed else ""
    if not count:
        code = "broken"
    from gazette.pdf.pages import page_texts  # noqa: PLC0415

    hidden = [p["page"] for p in pages if p.get("hidden")]
    texts = page_texts(pages)
    return {"code": code, "failed": failed, "pages": texts, "hidden": hidden, **_frame(file)}


def _page(page: Any, number: int) -> dict[str, Any]:
    from gazette.pdf.lines import lines_in_order  # noqa: PLC0415

    glyphs = list(_glyphs(page))
    few = sum(len(g.text.strip()) for g in glyphs) < 20  # noqa: PLR2004  see quality.FEW
    return {
        "page": number,
        "groups": lines_in_order(glyphs),
        "hidden": bool(glyphs) and _hidden(page),
        # Ink, not images: a page of outlined type has neither text nor pictures.
        "ink": _ink(page) if few else 1.0,
    }


def _hidden(page: Any) -> bool:
    """Whether the page's text is not what is seen: an old OCR's layer on or under a scan.

    So is text in render mode 3, and text that a picture of the whole page covers. What is printed
    over such a picture is text.
    """
    from pypdfium2 import raw  # noqa: PLC0415

    wide, high = page.get_size()
    form = raw.FPDF_PAGEOBJ_FORM, raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject
    counts = {"seen": 0, "unseen": 0}

    def look(count: int, at: Callable[[int], Any], depth: int) -> None:
        for number in range(count):
            thing = at(number)
            kind = raw.FPDFPageObj_GetType(thing)
            if kind == raw.FPDF_PAGEOBJ_TEXT:
                # The mode of a page's first runs is that of the others.
                enough = counts["seen"] > _RUNS
                mode = 0 if enough else raw.FPDFTextObj_GetTextRenderMode(thing)
                counts["unseen" if mode == raw.FPDF_TEXTRENDERMODE_INVISIBLE else "seen"] += 1
            elif kind == raw.FPDF_PAGEOBJ_IMAGE and _size(thing) >= _COVERED * wide * high:
                counts["unseen"], counts["seen"] = sum(counts.values()), 0
            elif kind == form[0] and depth < _NESTED:
                look(form[1](thing), partial(form[2], thing), depth + 1)

    look(raw.FPDFPage_CountObjects(page.raw), partial(raw.FPDFPage_GetObject, page.raw), 0)
    return counts["unseen"] > counts["seen"]


def _size(thing: Any) -> float:
    """The area that an object takes, in square points."""
    from pypdfium2 import raw  # noqa: PLC0415

    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(thing, left, bottom, right, top):
        return 0.0
    return float((right.value - left.value) * (top.value - bottom.value))


_AS_SEEN: dict[int, Callable[[float, float, float, float], tuple[float, float, float, float]]] = {
    0: lambda x, y, x_end, y_end: (x, y, x_end, y_end),
    90: lambda x, y, x_end, y_end: (y, -x_end, y_end, -x),
    180: lambda x, y, x_end, y_end: (-x_end, -y_end, -x, -y),
    270: lambda x, y, x_end, y_end: (-y_end, x, -y, x_end),
}
"""A box of the page's own space as it is seen, by /Rotate; only differences of places matter."""


def _glyphs(page: Any) -> Iterator[Any]:
    from pypdfium2 import raw  # noqa: PLC0415

    from gazette.pdf.lines import Glyph, tidy  # noqa: PLC0415

    textpage = page.get_textpage()
    left, bottom, right, top = page.get_cropbox(fallback_ok=True)
    box = raw.FS_RECTF()
    place = ctypes.byref(box)
    handle = textpage.raw
    unicode_of, loose_box = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox
    seen = _AS_SEEN[page.get_rotation()]
    high = 0
    for at in range(min(textpage.count_chars(), MAX_GLYPHS)):
        code = unicode_of(handle, at)
        if 0xD800 <= code < 0xE000:  # noqa: PLR2004  pdfium gives surrogates one by one
            if code < 0xDC00:  # noqa: PLR2004
                high = code
                continue
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD
        high = 0
        # What pdfium adds by itself is blanks, and those are dropped here.
        character = tidy(chr(code)) if code <= 0x10FFFF else "\ufffd"  # noqa: PLR2004
        if not character or not loose_box(handle, at, place):
            continue
        x, y, x_end, y_end = box.left, box.bottom, box.right, box.top
        if left <= (x + x_end) / 2 <= right and bottom <= (y + y_end) / 2 <= top:
            yield Glyph(character, *seen(x, y, x_end, y_end))
    textpage.close()


def _ink(page: Any) -> float:
    """The share of dark pixels on a coarse picture of the page."""
    scale = _scale(page, _INK_DPI / 72 * page.get_width())
    image = page.render(scale=scale, grayscale=True).to_pil()
    histogram = image.histogram()
    return float(sum(histogram[:160]) / max(sum(histogram), 1))


def _scale(page: Any, width: float) -> float:
    """The scale at which a page is `width` pixels wide and no taller than what is allowed."""
    wide, high = page.get_size()
    return float(min(width / max(wide, 1), MAX_HEIGHT / max(high, 1), 8))


def _frame(file: Path | None) -> dict[str, Any]:
    """Outline, page labels and title, by pypdf; empty where it cannot read what pdfium could."""
    empty: dict[str, Any] = {"outline": [], "labels": [], "title": ""}
    if file is None:
        return empty
    import logging  # noqa: PLC0415

    from pypdf import PdfReader  # noqa: PLC0415

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(file)
        title = str(reader.metadata.title or "")[:500] if reader.metadata else ""
        labels = list(reader.page_labels) if "/PageLabels" in reader.root_object else []
        outline = list(_outline(reader, reader.outline, 1))
    except Exception:  # noqa: BLE001  whatever a broken file makes pypdf do, the text is there
        return empty
    return {"outline": outline[:MAX_OUTLINE], "labels": labels, "title": _clean(title)}


def _outline(reader: Any, items: list[Any], level: int) -> Iterator[dict[str, Any]]:
    for item in items:
        if isinstance(item, list):
            if level < 10:  # noqa: PLR2004  deeper is no table of contents
                yield from _outline(reader, item, level + 1)
        else:
            page = reader.get_destination_page_number(item)
            known = page + 1 if isinstance(page, int) and page >= 0 else None
            yield {"title": _clean(str(item.title or ""))[:500], "page": known, "level": level}


def _clean(text: str) -> str:
    """Text without what JSON and HTML cannot carry."""
    return "".join(c for c in text if c.isprintable()).strip()


def _draw(file: Path, out: Path, limits: dict[str, int]) -> dict[str, Any]:
    from PIL import Image  # noqa: PLC0415
    from pypdfium2 import PdfiumError  # noqa: PLC0415

    try:
        pdf = _open(file)
    except PdfiumError as error:
        return {"code": _code(error), "pages": []}
    pages = []
    for at in range(min(len(pdf), limits["pages"])):
        try:
            page = pdf[at]
            image = page.render(scale=_scale(page, limits["width"])).to_pil().convert("RGB")
        except (PdfiumError, MemoryError, ValueError):
            continue
        name = f"{at + 1:04d}"
        image.save(out / f"{name}.webp", quality=limits["fineness"], method=4)
        small = image.resize(
            (SMALL, max(1, image.height * SMALL // image.width)), Image.Resampling.LANCZOS
        )
        small.save(out / f"{name}-small.webp", quality=50, method=4)
        pages.append({"page": at + 1, "width": image.width, "height": image.height})
        page.close()
    return {"code": "", "pages": pages}


def _lay_out(file: Path, _out: Path, limits: dict[str, int]) -> dict[str, Any]:
    """Every line of every page with its place, for whoever looks for titles and contents."""
    from pypdfium2 import PdfiumError  # noqa: PLC0415

    from gazette.pdf.columns import in_shared_columns  # noqa: PLC0415
    from gazette.pdf.lines import lines_in_order  # noqa: PLC0415

    try:
        pdf = _open(file)
    except PdfiumError as error:
        return {"code": _code(error), "pages": []}
    pages = []
    for at in range(min(len(pdf), limits["pages"])):
        try:
            pages.append(lines_in_order(list(_glyphs(pdf[at]))))
        except PdfiumError:
            pages.append([])
    rows = [
        [
            [x.text, *(round(v, 2) for v in (x.left, x.right, x.middle, x.height))]
            for group in groups
            for x in group
        ]
        for groups in in_shared_columns(pages)
    ]
    return {"code": "", "pages": rows}


def _cut(file: Path, out: Path, _limits: dict[str, int]) -> dict[str, Any]:
    from gazette.pdf.cut import cut_here  # noqa: PLC0415

    return cut_here(file, out)


def _recognise(file: Path, out: Path, limits: dict[str, Any]) -> dict[str, Any]:
    """Recognise the pages that `ocr_pages` names: one file a page, written when it is whole."""
    from pypdfium2 import PdfiumError  # noqa: PLC0415

    from gazette.pdf.recognise import recogniser  # noqa: PLC0415

    try:
        pdf = _open(file)
    except PdfiumError as error:
        return {"code": _code(error)}
    read = recogniser()
    for number in limits["ocr_pages"]:
        try:
            page = pdf[number - 1]
            wide, high = page.get_size()
            scale = min(OCR_DPI / 72, (OCR_PIXELS / max(wide * high, 1)) ** 0.5)
            image = page.render(scale=scale, grayscale=True).to_pil().convert("RGB")
        except (PdfiumError, ValueError):
            answer: dict[str, Any] = {"page": number, "failed": "damaged_pages"}
        else:
            segments = read(image)
            for segment in segments:
                segment["box"] = [round(v / scale, 2) for v in segment["box"]]
            answer = {"page": number, "width": wide, "height": high, "segments": segments}
            page.close()
        part = out / f"{number:04d}.part"
        part.write_text(json.dumps(answer, ensure_ascii=False), "utf-8")
        part.rename(out / f"{number:04d}.json")
    return {"code": ""}


def _layer(file: Path, out: Path, limits: dict[str, Any]) -> dict[str, Any]:
    """Write `searchable.pdf`: the file with the text of `pages.json` as an invisible layer."""
    from pikepdf import PdfError  # noqa: PLC0415

    from gazette.pdf.layer import add_layer  # noqa: PLC0415

    pages = json.loads((out / "pages.json").read_text("utf-8"))
    try:
        add_layer(file, out / "searchable.pdf", pages, limits["hidden"])
    except (PdfError, ValueError, TypeError, KeyError, AttributeError):
        return {"code": "broken"}  # pdfium reads files that qpdf does not
    return {"code": ""}


_TASKS: dict[str, Callable[[Path, Path, dict[str, Any]], dict[str, Any]]] = {
    "text": _read,
    "images": _draw,
    "layout": _lay_out,
    "cut": _cut,
    "ocr": _recognise,
    "layer": _layer,
}
"""What the child can be asked for, by name."""


if __name__ == "__main__":
    main()
