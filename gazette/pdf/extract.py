"""Asks a child process to read a PDF, with limits, and keeps the answer by the file's hash.

Nothing that a PDF does reaches the caller: a crash, a hang, a bomb becomes a `PdfFault` of that file.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import gazette
from gazette.pdf.model import PdfFault, PdfText, from_json, to_json

VERSION = 2
"""Raise when the way of reading changes: what was kept is then read anew."""

_ANSWER_BYTES = 256_000_000
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may cost. Bytes and seconds."""

    memory: int = 2 * 2**30
    """Address space of the child. A 5 KB file of nested Flate streams once took 14.5 GB."""
    seconds: int = 300
    """Processor time; the wall clock may show twice as much."""
    output: int = 512_000_000
    """Largest file that the child may write."""
    size: int = 1_000_000_000
    """Largest PDF that is opened."""
    pages: int = 5_000


DEFAULT = Limits()


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


_FAULTS = {
    "empty": ("PDF 是空的（0 字节）", "请重新放入完整的文件。"),
    "lfs_pointer": ("PDF 还在 Git LFS 里，这里只有它的指针", "请运行 git lfs pull，再重新生成。"),
    "not_pdf": ("文件不是 PDF", "请检查是不是放错了文件；图片请先合成 PDF。"),
    "too_large": ("PDF 太大，没有读", "请拆成几个文件，或降低扫描的分辨率。"),
    "encrypted": ("PDF 加了密码，读不出文字", "请用没有密码的原稿重新导出。"),
    "broken": ("PDF 损坏，打不开", "请用原稿重新导出，或用 qpdf 修复后再放入。"),
    "damaged_pages": ("PDF 有几页损坏，读不出来", "请用原稿重新导出，或用 qpdf 修复后再放入。"),
    "too_many_pages": ("PDF 页数太多，只读了前面的", "请拆成几个文件。"),
    "memory": ("读这个 PDF 要的内存超过了限制", "文件可能损坏或有意为之；请用原稿重新导出。"),
    "timeout": ("读这个 PDF 用的时间超过了限制", "文件可能损坏或有意为之；请用原稿重新导出。"),
    "crashed": (
        "读这个 PDF 时出错中断",
        "文件可能损坏；请用原稿重新导出，或用 qpdf 修复后再放入。",
    ),
}


def _fault(code: str, detail: str = "") -> PdfFault:
    message, hint = _FAULTS[code]
    return PdfFault(code=code, message=message + detail, hint=hint)


def read_pdf(path: Path, *, cache: Path, limits: Limits = DEFAULT) -> PdfText:
    """The text of a PDF, page by page. Raises OSError only when the file cannot be read at all."""
    size = path.stat().st_size
    digest = _sha256(path)
    known = PdfText(sha256=digest, size=size)
    if code := _refused(path, size, limits):
        return PdfText(sha256=digest, size=size, fault=_fault(code))
    kept = cache / f"{digest}-v{VERSION}.json"
    if kept.is_file():
        try:
            return from_json(json.loads(kept.read_text("utf-8")))
        except (ValueError, KeyError, TypeError):
            kept.unlink()  # torn or foreign: read anew
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix="part-") as folder:
        answer, code = _ask("text", path, Path(folder), limits)
        text = _text(known, answer, code)
        if (
            text.fault is None or text.fault.code != "timeout"
        ):  # a busy machine is no property of the file
            part = Path(folder) / "kept.json"
            part.write_text(json.dumps(to_json(text), ensure_ascii=False), "utf-8")
            part.replace(kept)
    return text


def _text(known: PdfText, answer: dict[str, Any] | None, code: str) -> PdfText:
    if answer is None:
        name, mark, detail = code.partition("：")
        return PdfText(sha256=known.sha256, size=known.size, fault=_fault(name, mark + detail))
    failed = answer.get("failed") or []
    detail = f"：第 {'、'.join(map(str, failed[:20]))} 页" if failed else ""
    code = answer["code"]
    fault = asdict(_fault(code, detail)) if code else None
    return from_json({"sha256": known.sha256, "size": known.size, **answer, "fault": fault})


def _refused(path: Path, size: int, limits: Limits) -> str:
    """Why a file need not be opened at all; empty where it may be a PDF."""
    if not size:
        return "empty"
    with path.open("rb") as file:
        head = file.read(1024)
    if head.startswith(b"version https://git-lfs"):
        return "lfs_pointer"
    if b"%PDF-" not in head:
        return "not_pdf"
    return "too_large" if size > limits.size else ""


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _ask(task: str, path: Path, out: Path, limits: Limits) -> tuple[dict[str, Any] | None, str]:
    """Run the child on one file: its answer, or None and the code of what went wrong.

    Behind the code of a crash stands what the child said last, so that a bug of ours can be found.
    """
    command = [
        sys.executable,
        "-s",
        "-m",
        "gazette.pdf.worker",
        task,
        str(path.resolve()),
        str(out),
    ]
    root = str(Path(gazette.__file__).resolve().parents[1])
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": root,
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
    }
    with subprocess.Popen(  # noqa: S603  our own module, arguments as a list
        [*command, json.dumps(asdict(limits))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment,
        cwd=out,
        start_new_session=True,
    ) as child:
        try:
            _, errors = child.communicate(timeout=2 * limits.seconds)
        except subprocess.TimeoutExpired:
            _kill(child)
            return None, "timeout"
    if child.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return None, "timeout"
    if child.returncode:
        # pdfium and the C++ library give up by abort() where there is no memory left.
        if child.returncode == -signal.SIGABRT or b"MemoryError" in errors:
            return None, "memory"
        last = errors.decode("utf-8", "replace").strip().rpartition("\n")[2][:200]
        return None, f"crashed：{last or signal.Signals(-child.returncode).name}"
    written = out / "answer.json"
    if not written.is_file() or written.stat().st_size > _ANSWER_BYTES:
        return None, "crashed"
    return json.loads(written.read_text("utf-8")), ""


def _kill(child: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        child.kill()
    child.communicate()


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
    return _each(paths, lambda p: read_pdf(p, cache=cache, limits=limits), jobs, progress)


def page_images(
    paths: Sequence[Path],
    *,
    cache: Path,
    jobs: int = 1,
    limits: Limits = DEFAULT,
    progress: Progress | None = None,
) -> dict[Path, PageImages]:
    """Pictures of the pages of many PDFs, made once and kept by the file's hash."""
    return _each(paths, lambda p: _images(p, cache=cache, limits=limits), jobs, progress)


def _each(
    paths: Iterable[Path], work: Callable[[Path], _T], jobs: int, progress: Progress | None
) -> dict[Path, _T]:
    listed = list(dict.fromkeys(paths))
    with ThreadPoolExecutor(max_workers=max(jobs, 1)) as pool:
        waiting = {pool.submit(work, path): path for path in listed}
        for done, future in enumerate(as_completed(waiting), 1):
            future.result()
            if progress:
                progress(done, len(listed))
    return {path: future.result() for future, path in waiting.items()}


def _images(path: Path, *, cache: Path, limits: Limits) -> PageImages:
    if _refused(path, path.stat().st_size, limits):
        return PageImages()
    kept = cache / f"{_sha256(path)}-images-v{VERSION}"
    if not (kept / "answer.json").is_file():
        cache.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(dir=cache, prefix="part-"))
        try:
            answer, _ = _ask("images", path, part, limits)
            if answer is None:
                return PageImages()
            shutil.rmtree(kept, ignore_errors=True)
            part.rename(kept)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    answer = json.loads((kept / "answer.json").read_text("utf-8"))
    pages = (
        Picture(
            file=kept / f"{p['page']:04d}.webp", thumbnail=kept / f"{p['page']:04d}-small.webp", **p
        )
        for p in answer["pages"]
    )
    return PageImages(pages=tuple(pages))
