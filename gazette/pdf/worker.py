"""What the child process does that opens a PDF: the only module that knows pypdfium2, pypdf and pillow.

The characters of a page are `characters`, its OCR is `recognise`, and the layer that makes a scan
searchable is `layer`. The process (`gazette.pdf.starter` forks it) limits itself, reads one file,
writes its answer into a folder and ends. Whoever asked must not trust it: it may die at any moment,
which is why it is a process of its own.
"""

import ctypes
import json
import logging
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2
from PIL import Image
from pypdfium2 import PdfiumError

from gazette.pdf.characters import glyphs, is_hidden, tidy_all
from gazette.pdf.child import AT
from gazette.pdf.columns import in_shared_columns
from gazette.pdf.lines import lines_in_order
from gazette.pdf.pages import page_texts
from gazette.pdf.quality import FEW, USUAL, judge

MAX_OUTLINE = 5_000
SMALL = 240
"""Width of a page's thumbnail, in pixels."""
MAX_HEIGHT = 4_000
"""Tallest picture: a longer page is drawn narrower."""
_INK_DPI = 40
OCR_DPI = 200
OCR_PIXELS = 12_000_000
"""Most pixels of a picture that is recognised: A3 at 200 dpi has 7.7 million."""
_ENCRYPTED = 4
"""FPDF_ERR_PASSWORD."""


def warm_up() -> None:
    """Work out what every child would else work out anew: it is kept over the fork."""
    judge(USUAL)
    tidy_all(USUAL)


def run(task: str, file: str, out: str, limits: dict[str, Any]) -> None:
    """Do a task within the limits, in a process that does nothing else."""
    _limit(limits)
    answer = _TASKS[task](Path(file), Path(out), limits)
    (Path(out) / "answer.json").write_text(json.dumps(answer, ensure_ascii=True), "utf-8")


def _limit(limits: dict[str, Any]) -> None:
    """Bind this process: address space, processor time, size of files, no core dump."""
    seconds = limits["seconds"]
    for name, soft, hard in (
        (resource.RLIMIT_AS, limits["memory"], limits["memory"]),
        (resource.RLIMIT_CPU, min(3 * limits["page_seconds"], seconds), seconds),
        (resource.RLIMIT_FSIZE, limits["output"], limits["output"]),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(name, (soft, hard))
    if sys.platform == "linux":
        die_with_parent = 1  # PR_SET_PDEATHSIG: nobody would read the answer
        ctypes.CDLL(None).prctl(die_with_parent, signal.SIGKILL)


def _page_by_page(pdf: Any, out: Path, limits: dict[str, Any]) -> Iterator[tuple[int, Any]]:
    """The pages of a file by their numbers from 1, None for one that cannot be loaded.

    Each may take its own share of processor time, and where this process dies, it stands in `out`
    at which page; those of `skip`, of which another process died, are None.
    """
    for number in limits.get("ocr_pages") or range(1, min(len(pdf), limits["pages"]) + 1):
        if number in limits["skip"]:
            yield number, None
            continue
        _mark(number, out, limits)
        try:
            page = pdf[number - 1]
        except PdfiumError:
            yield number, None
            continue
        yield number, page
        page.close()


def _mark(number: int, out: Path, limits: dict[str, Any]) -> None:
    """Note which page comes now, 0 for what is no page, and give it its processor time."""
    (out / AT).write_text(str(number), "ascii")
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if hard != resource.RLIM_INFINITY:  # a benchmark has none
        used = resource.getrusage(resource.RUSAGE_SELF)
        wanted = int(used.ru_utime + used.ru_stime) + 1 + limits["page_seconds"]
        resource.setrlimit(resource.RLIMIT_CPU, (min(wanted, hard), hard))


def _opened(
    file: Path, work: Callable[[Any], dict[str, Any]], **nothing: list[Any]
) -> dict[str, Any]:
    """What the work gives of an open file, under `code` why it cannot be opened, empty where it can."""
    try:
        pdf = pypdfium2.PdfDocument(file)
    except PdfiumError as error:
        encrypted = getattr(error, "err_code", None) == _ENCRYPTED
        encrypted = encrypted or "password" in str(error).lower()
        return {"code": "encrypted" if encrypted else "broken", **nothing}
    return {"code": "", **work(pdf)}


def _read(file: Path, out: Path, limits: dict[str, Any]) -> dict[str, Any]:
    """The text of every page, and what stands beside the pages."""

    def work(pdf: Any) -> dict[str, Any]:
        pages = []
        for number, page in _page_by_page(pdf, out, limits):
            try:
                pages.append(_page(page, number) if page else _failed(number))
            except PdfiumError:
                pages.append(_failed(number))
        failed = [p["page"] for p in pages if p.get("failed") and p["page"] not in limits["skip"]]
        code = "damaged_pages" if failed else ""
        if len(pdf) > limits["pages"]:
            code = "too_many_pages"
        elif not pages:
            code = "broken"
        _mark(0, out, limits)
        return {
            "code": code,
            "failed": failed,
            "hidden": [p["page"] for p in pages if p.get("hidden")],
            "pages": page_texts(pages),
            **(_NO_FRAME if 0 in limits["skip"] else _frame(pdf, file)),
        }

    return _opened(file, work, pages=[], hidden=[], **_NO_FRAME)


def _failed(number: int) -> dict[str, Any]:
    return {"page": number, "groups": [], "ink": 1.0, "failed": True}


def _page(page: Any, number: int) -> dict[str, Any]:
    written = glyphs(page)
    return {
        "page": number,
        "groups": lines_in_order(written),
        "hidden": bool(written) and is_hidden(page),
        # Ink, not images: a page of outlined type has neither text nor pictures.
        "ink": _ink(page) if sum(len(g.text) for g in written) < FEW else 1.0,
    }


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


_NO_FRAME: dict[str, Any] = {"outline": [], "labels": [], "title": ""}


def _frame(pdf: Any, file: Path) -> dict[str, Any]:
    """Outline, page labels and title; pypdf reads the first two, where pdfium says that there are any.

    Empty where pypdf cannot read what pdfium could.
    """
    title = _clean(pdf.get_metadata_value("Title"))[:500]
    marked = pypdfium2.raw.FPDFBookmark_GetFirstChild(pdf.raw, None)
    labelled = pypdfium2.raw.FPDF_GetPageLabel(pdf.raw, 0, None, 0)  # its length, with a NUL
    if not marked and not labelled:
        return _NO_FRAME | {"title": title}
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(file)
        labels = list(reader.page_labels) if "/PageLabels" in reader.root_object else []
        outline = list(_outline(reader, reader.outline, 1))
    except Exception:  # noqa: BLE001  whatever a broken file makes pypdf do, the text is there
        return _NO_FRAME | {"title": title}
    return {"outline": outline[:MAX_OUTLINE], "labels": labels, "title": title}


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


def _draw(file: Path, out: Path, limits: dict[str, Any]) -> dict[str, Any]:
    """Write the pictures of every page that can be drawn."""

    def work(pdf: Any) -> dict[str, Any]:
        found = (_picture(p, n, out, limits) for n, p in _page_by_page(pdf, out, limits) if p)
        return {"pages": [picture for picture in found if picture]}

    return _opened(file, work, pages=[])


def _picture(page: Any, number: int, out: Path, limits: dict[str, Any]) -> dict[str, int] | None:
    try:
        image = page.render(scale=_scale(page, limits["width"])).to_pil().convert("RGB")
    except (PdfiumError, MemoryError, ValueError):
        return None
    image.save(out / f"{number:04d}.webp", quality=limits["fineness"], method=4)
    size = (SMALL, max(1, image.height * SMALL // image.width))
    small = image.resize(size, Image.Resampling.LANCZOS)
    small.save(out / f"{number:04d}-small.webp", quality=50, method=4)
    return {"page": number, "width": image.width, "height": image.height}


def _lay_out(file: Path, out: Path, limits: dict[str, Any]) -> dict[str, Any]:
    """Every line of every page with its place, for whoever looks for titles and contents."""

    def work(pdf: Any) -> dict[str, Any]:
        pages = []
        for _, page in _page_by_page(pdf, out, limits):
            try:
                pages.append(lines_in_order(glyphs(page)) if page else [])
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
        return {"pages": rows}

    return _opened(file, work, pages=[])


def _cut(file: Path, out: Path, _limits: dict[str, int]) -> dict[str, Any]:
    from gazette.pdf.cut import cut_here  # noqa: PLC0415

    return cut_here(file, out)


def _leftovers(file: Path, _out: Path, limits: dict[str, Any]) -> dict[str, Any]:
    from gazette.pdf.leftovers import leftovers_here  # noqa: PLC0415

    return leftovers_here(file, limits["empty"])


def _recognise(file: Path, out: Path, limits: dict[str, Any]) -> dict[str, Any]:
    """Recognise the pages that `ocr_pages` names: one file a page in `keep`, there when it is whole."""
    from gazette.pdf.recognise import recogniser  # noqa: PLC0415

    def work(pdf: Any) -> dict[str, Any]:
        read = recogniser()
        for number, page in _page_by_page(pdf, out, limits):
            answer = _recognised(page, number, read)
            part = out / f"{number:04d}.part"
            part.write_text(json.dumps(answer, ensure_ascii=False), "utf-8")
            part.rename(Path(limits["keep"]) / f"{number:04d}.json")
        return {}

    return _opened(file, work)


def _recognised(page: Any, number: int, read: Callable[[Any], Any]) -> dict[str, Any]:
    try:
        wide, high = page.get_size()
        scale = min(OCR_DPI / 72, (OCR_PIXELS / max(wide * high, 1)) ** 0.5)
        image = page.render(scale=scale, grayscale=True).to_pil().convert("RGB")
    except (PdfiumError, ValueError, AttributeError):  # None is a page that cannot be loaded
        return {"page": number, "failed": "damaged_pages"}
    segments = read(image)
    for segment in segments:
        segment["box"] = [round(v / scale, 2) for v in segment["box"]]
    return {"page": number, "width": wide, "height": high, "segments": segments}


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
    "leftovers": _leftovers,
    "ocr": _recognise,
    "layer": _layer,
}
"""What the child can be asked for, by name."""
