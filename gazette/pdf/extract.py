"""The text and the pictures of PDFs, kept by the file's hash. What other parts ask for.

A PDF is opened by a child process only (`gazette.pdf.child`); whatever goes wrong in it becomes a
`PdfFault` of that file.
"""

import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from gazette.lock import scratch
from gazette.pdf.child import (
    DEFAULT,
    Limits,
    ask,
    end_children,
    end_starters,
    fault,
    on_pages,
    refused,
    sha256,
)
from gazette.pdf.model import PdfText, from_json, to_json

VERSION = 10
"""Raise when the way of reading changes: what was kept is then read anew."""
IMAGES = 1
"""The same for the pages' pictures."""
FINENESS = ((800, 60), (800, 40), (640, 35), (480, 30))
"""Width in pixels and quality of pages' pictures, from the finest; the thumbnails stay as they are."""

_S = TypeVar("_S")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A page's pictures: 800 and 240 pixels wide; width and height are those of the larger."""

    page: int
    width: int
    height: int
    file: Path
    thumbnail: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class PageImages:
    """The pictures of a PDF's pages; a page that cannot be drawn has none."""

    pages: tuple[Picture, ...] = ()


def read_pdf(path: Path, *, cache: Path, limits: Limits = DEFAULT) -> PdfText:
    """The text of a PDF, page by page. Raises OSError only when the file cannot be read at all."""
    size = path.stat().st_size
    digest = sha256(path)
    known = PdfText(sha256=digest, size=size)
    if code := refused(path, size, limits):
        return PdfText(sha256=digest, size=size, fault=fault(code))
    kept = cache / f"{digest}-v{VERSION}.json"
    if kept.is_file():
        try:
            return from_json(json.loads(kept.read_text("utf-8")))
        except (ValueError, KeyError, TypeError):
            kept.unlink()  # torn or foreign: read anew
    with scratch(cache) as folder:
        answer, code = ask("text", path, folder, limits)
        text = _text(known, answer, code)
        late = cache / f"{digest}-v{VERSION}.late"
        if text.fault and text.fault.code == "timeout" and not late.exists():
            late.touch()  # a busy machine is no property of the file: it is tried once more
        else:
            part = folder / "kept.json"
            part.write_text(json.dumps(to_json(text), ensure_ascii=False), "utf-8")
            part.replace(kept)
    return text


def is_settled(digest: str, cache: Path) -> bool:
    """Whether what was read of a file is kept, so that it would not be read otherwise next time."""
    return (cache / f"{digest}-v{VERSION}.json").is_file()


def _text(known: PdfText, answer: dict[str, Any] | None, code: str) -> PdfText:
    if answer is None:
        name, mark, detail = code.partition("：")
        return PdfText(sha256=known.sha256, size=known.size, fault=fault(name, mark + detail))
    if not code and answer["code"]:
        code = answer["code"] + on_pages(answer.get("failed") or ())
    name, mark, detail = code.partition("：")
    found = asdict(fault(name, mark + detail)) if code else None
    return from_json({"sha256": known.sha256, "size": known.size, **answer, "fault": found})


Progress = Callable[[int, int], None]


def read_pdfs(
    paths: Sequence[Path],
    *,
    cache: Path,
    jobs: int = 1,
    limits: Limits = DEFAULT,
    progress: Progress | None = None,
) -> dict[Path, PdfText]:
    """Read many PDFs, `jobs` at a time; the result does not depend on how many."""
    return by_path(paths, lambda p: read_pdf(p, cache=cache, limits=limits), jobs, progress)


def page_images(  # noqa: PLR0913  the choices of one build
    paths: Sequence[Path],
    *,
    cache: Path,
    budget: int = 50_000_000,
    jobs: int = 1,
    limits: Limits = DEFAULT,
    progress: Progress | None = None,
) -> dict[Path, PageImages]:
    """Pictures of the pages of many PDFs, made once and kept by the file's hash.

    Those of one PDF take `budget` bytes together: where they would take more, they are made coarser,
    and in the end only the first pages have any. Without a budget there are none.
    """
    if not budget:
        return dict.fromkeys(paths, PageImages())
    return by_path(
        paths, lambda p: _images(p, cache=cache, budget=budget, limits=limits), jobs, progress
    )


def by_path(
    paths: Iterable[Path], work: Callable[[Path], _T], jobs: int, progress: Progress | None
) -> dict[Path, _T]:
    """Work on each path, `jobs` at a time; results by path, in the order of the paths."""
    listed = list(dict.fromkeys(paths))
    done = each(listed, work, jobs, lambda d, n, _: progress(d, n) if progress else None)
    return dict(zip(listed, done, strict=True))


def each(
    things: Sequence[_S],
    work: Callable[[_S], _T],
    jobs: int,
    step: Callable[[int, int, _T], None],
) -> list[_T]:
    """Work on each thing, `jobs` at a time; results in the order of the things.

    `step` is told how many are done, of how many, and the result. Whoever interrupts ends the
    children too.
    """
    with ThreadPoolExecutor(max_workers=max(jobs, 1)) as pool:
        futures = [pool.submit(work, thing) for thing in things]
        try:
            for done, future in enumerate(as_completed(futures), 1):
                step(done, len(futures), future.result())
        except BaseException:
            for future in futures:
                future.cancel()
            end_children()
            raise
    end_starters()
    return [future.result() for future in futures]


def _images(path: Path, *, cache: Path, budget: int, limits: Limits) -> PageImages:
    if refused(path, path.stat().st_size, limits):
        return PageImages()
    digest = sha256(path)
    pictures: tuple[Picture, ...] = ()
    for width, fineness in FINENESS:
        pictures = _drawn(path, digest, cache, limits, width, fineness)
        if sum(map(_bytes, pictures)) <= budget:
            return PageImages(pages=pictures)
    kept: list[Picture] = []
    for picture in pictures:
        budget -= _bytes(picture)
        if budget < 0:
            break
        kept.append(picture)
    return PageImages(pages=tuple(kept))


def _bytes(picture: Picture) -> int:
    return picture.file.stat().st_size + picture.thumbnail.stat().st_size


def _drawn(  # noqa: PLR0913, PLR0917  what a picture is made of
    path: Path, digest: str, cache: Path, limits: Limits, width: int, fineness: int
) -> tuple[Picture, ...]:
    kept = cache / f"{digest}-images-v{IMAGES}-{width}-{fineness}"
    if not (kept / "answer.json").is_file():
        with scratch(cache) as part:
            answer, _ = ask("images", path, part, limits, width=width, fineness=fineness)
            if answer is None:
                return ()
            shutil.rmtree(kept, ignore_errors=True)
            part.rename(kept)
    answer = json.loads((kept / "answer.json").read_text("utf-8"))
    return tuple(
        Picture(
            file=kept / f"{p['page']:04d}.webp", thumbnail=kept / f"{p['page']:04d}-small.webp", **p
        )
        for p in answer["pages"]
    )
