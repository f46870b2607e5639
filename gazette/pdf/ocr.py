"""OCR of scanned and garbled pages, asked of child processes and kept page by page.

What was recognised is kept by the file's hash and the versions of the OCR, one small file a page:
an interrupted run goes on where it stopped, and a page that breaks the child costs itself alone.
What the text of a page is, is derived from that anew each time (`gazette.pdf.scanned`).
"""

import importlib.metadata
import importlib.util
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache as once
from pathlib import Path
from typing import Any

from gazette.lock import scratch
from gazette.pdf.child import DEFAULT, Limits, ask, fault, on_pages
from gazette.pdf.extract import Progress, each
from gazette.pdf.model import PageText, PdfText
from gazette.pdf.scanned import recognised_pages

VERSION = 3
"""Raise when pages are to be recognised anew: another resolution, other settings."""
CHUNK = 16
"""Pages that one child recognises before it gives its memory back: loading the models costs about a
second, so more would save little."""
INSTALL = "pip install 'gongbaoshi[ocr]'"


@once
def available() -> bool:
    """Whether the extra `ocr` is installed."""
    return all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime"))


def version() -> str:
    """What recognises here, empty where the extra `ocr` is not installed."""
    return f"v{VERSION}-{_library()}" if available() else ""


def how_to_recognise(*, wanted: bool) -> str:
    """What is to be done so that scanned pages are recognised; empty where they are.

    `wanted` is what the city has set.
    """
    steps = [] if available() else [f"安装 OCR（{INSTALL}）"]
    steps += [] if wanted else ["在 mkdocs.yml 里写 OCR: true"]
    return f"要识别出文字，请{'，'.join(steps)}" if steps else ""


def wanted(text: PdfText) -> list[int]:
    """Pages that OCR should read: pictures, garbage, and old hidden layers, which are worse."""
    return [
        p.page
        for p in text.pages
        if (p.method == "text" and p.quality in ("scanned", "garbled"))
        or (p.method in ("text", "repaired") and p.page in text.hidden)
    ]


def left(text: PdfText, cache: Path) -> list[int]:
    """Pages that OCR should read and has not read yet."""
    folder = _folder(cache, text.sha256)
    return [n for n in wanted(text) if _kept(folder, n) is None]


def recognise_pdf(
    path: Path, text: PdfText, *, cache: Path, limits: Limits = DEFAULT, jobs: int = 1
) -> PdfText:
    """A PDF's text with its scanned and garbled pages recognised.

    A plain function of one file and what was read from it, to be run wherever the extra `ocr` is.
    """
    return recognise_pdfs({path: text}, cache=cache, limits=limits, jobs=jobs)[path]


def recognise_pdfs(
    texts: Mapping[Path, PdfText],
    *,
    cache: Path,
    jobs: int = 1,
    limits: Limits = DEFAULT,
    progress: Progress | None = None,
) -> dict[Path, PdfText]:
    """Recognise the pages of many PDFs that need it, `jobs` children at a time.

    `progress` counts pages. Neither the number of jobs nor an interruption changes the result.
    """
    pages = {path: wanted(text) for path, text in texts.items()}
    total = sum(map(len, pages.values()))
    tasks: list[tuple[Path, tuple[int, ...]]] = []
    for path, listed in pages.items():
        folder = _folder(cache, texts[path].sha256)
        missing = [n for n in listed if _kept(folder, n) is None]
        tasks += [(path, tuple(missing[at : at + CHUNK])) for at in range(0, len(missing), CHUNK)]
    done = total - sum(len(chunk) for _, chunk in tasks)

    def work(task: tuple[Path, tuple[int, ...]]) -> int:
        path, chunk = task
        _recognise(path, chunk, _folder(cache, texts[path].sha256), limits)
        return len(chunk)

    def step(_done: int, _all: int, count: int) -> None:
        nonlocal done
        done += count
        if progress:
            progress(done, total)

    if progress and total:
        progress(done, total)
    each(tasks, work, jobs, step)
    return {
        path: _merged(text, _folder(cache, text.sha256), pages[path]) if pages[path] else text
        for path, text in texts.items()
    }


def _folder(cache: Path, digest: str) -> Path:
    return cache / f"{digest}-ocr-v{VERSION}-{_library()}"


@once
def _library() -> str:
    return importlib.metadata.version("rapidocr")


def _kept(folder: Path, page: int) -> dict[str, Any] | None:
    """What was recognised on a page, None where that is not known."""
    try:
        value = json.loads((folder / f"{page:04d}.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) and value.get("page") == page else None


def _recognise(path: Path, pages: Sequence[int], folder: Path, limits: Limits) -> None:
    """Recognise pages and keep them; where the child dies, go on behind the page it died on.

    A page that ran out of time is tried once more: a busy machine is no property of the file.
    """
    left = list(pages)
    while left:
        with scratch(folder) as out:
            # Kept at once: who is killed in the middle has lost one page, and not all of them.
            keep = {"ocr_pages": left, "keep": str(folder.resolve())}
            answer, code = ask("ocr", path, out, limits.for_ocr(len(left)), **keep)
        left = [n for n in left if _kept(folder, n) is None]
        if answer is None and left:
            late = folder / f"{left[0]:04d}.late"
            if code == "timeout" and not late.exists():
                late.touch()
            else:
                failed = {"page": left[0], "failed": code}
                (folder / f"{left[0]:04d}.json").write_text(json.dumps(failed), "utf-8")
            left = left[1:]
        elif answer is not None:
            break


def _merged(text: PdfText, folder: Path, pages: Iterable[int]) -> PdfText:
    found = {n: kept for n in pages if (kept := _kept(folder, n)) and not kept.get("failed")}
    texts: dict[int, PageText] = {p.page: p for p in recognised_pages(list(found.values()))}
    failed = [n for n in pages if n not in found]
    trouble = text.fault or (fault("ocr_failed", on_pages(failed)) if failed else None)
    return replace(text, pages=tuple(texts.get(p.page, p) for p in text.pages), fault=trouble)


def searchable_pdfs(
    texts: Mapping[Path, PdfText],
    *,
    cache: Path,
    jobs: int = 1,
    limits: Limits = DEFAULT,
    progress: Progress | None = None,
) -> dict[Path, Path]:
    """Copies of PDFs with the recognised text as an invisible layer, for those that have any.

    The original is only read. A copy that cannot be made is left out: the original is there.
    """
    listed = [
        path
        for path, text in texts.items()
        if any(p.method == "ocr" and p.text for p in text.pages)
    ]

    def work(path: Path) -> tuple[Path, Path | None]:
        return path, _searchable(path, texts[path], cache, limits)

    made: dict[Path, Path] = {}

    def step(done: int, total: int, result: tuple[Path, Path | None]) -> None:
        if result[1]:
            made[result[0]] = result[1]
        if progress:
            progress(done, total)

    each(listed, work, jobs, step)
    return {path: made[path] for path in listed if path in made}


def _searchable(path: Path, text: PdfText, cache: Path, limits: Limits) -> Path | None:
    pages = [p.page for p in text.pages if p.method == "ocr"]
    folder = _folder(cache, text.sha256)
    kept = folder / "searchable.pdf"
    if kept.is_file():
        return kept
    recognised = [page for n in pages if (page := _kept(folder, n)) and page.get("segments")]
    if not recognised:
        return None
    with scratch(folder) as out:
        (out / "pages.json").write_text(json.dumps(recognised), "utf-8")
        answer, _ = ask("layer", path, out, limits, hidden=list(text.hidden))
        if answer is None or answer["code"]:
            return None
        (out / "searchable.pdf").replace(kept)
    return kept
