"""Has a child process open a PDF, with limits, and names what went wrong.

Nothing that a PDF does reaches the caller: a crash, a hang, a bomb becomes the code of a fault. Each
file has a child of its own, forked by a `gazette.pdf.starter`, of which there are as many as files
are read at a time.
"""

import atexit
import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import gazette
from gazette.pdf.model import PdfFault

_ANSWER_BYTES = 256_000_000
_TRIES = 3
"""So many pages of a file may cost the child its life before the file is given up."""
_ALL_PAGES = ("text", "images", "layout")
"""Tasks that go through all pages, and can go on behind one that killed the child."""
_GONE = 256
"""The status of a child whose starter died: no process ends with it."""
AT = "at"
"""Where the child writes which page it is at."""
STDERR = "stderr.txt"
"""What the child said on its error output, in the folder of its answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may cost. Bytes and seconds."""

    memory: int = 2 * 2**30
    """Address space of the child. A 5 KB file of nested Flate streams once took 14.5 GB."""
    seconds: int = 300
    """Processor time of a file; the wall clock may show twice as much."""
    page_seconds: int = 10
    """Processor time of a page, and three times as much for opening the file."""
    output: int = 512_000_000
    """Largest file that the child may write."""
    size: int = 1_000_000_000
    """Largest PDF that is opened."""
    pages: int = 5_000
    ocr_memory: int = 4 * 2**30
    """Address space of a child that recognises: the models, and a page of 200 dpi at a time."""
    ocr_seconds: int = 60
    """Processor time for one page that is recognised; a usual one takes a few."""

    def for_ocr(self, pages: int) -> "Limits":
        """What a child may cost that recognises so many pages."""
        seconds = min(self.seconds, 60) + self.ocr_seconds * pages
        each = self.ocr_seconds
        return replace(self, memory=self.ocr_memory, seconds=seconds, page_seconds=each)


DEFAULT = Limits()

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
    "timeout": (
        "读这个 PDF 用的时间超过了限制",
        "文件可能损坏或有意为之；请用原稿重新导出。以为是机器太忙，就删去 .gazette/pdf 再生成。",
    ),
    "crashed": (
        "读这个 PDF 时出错中断",
        "文件可能损坏；请用原稿重新导出，或用 qpdf 修复后再放入。",
    ),
    "ocr_failed": (
        "PDF 有几页没能识别出文字",
        "这些页能看能下载；可以重新生成再试，或把文字写进 text/ 里的文件。",
    ),
}


def fault(code: str, detail: str = "") -> PdfFault:
    """The fault of this code; `detail` follows its message."""
    message, hint = _FAULTS[code]
    return PdfFault(code=code, message=message + detail, hint=hint)


def on_pages(pages: Iterable[int]) -> str:
    """`：第 1、2、5 页`, empty without pages; not more than twenty are named."""
    listed = sorted(pages)
    more = " 等" if len(listed) > 20 else ""  # noqa: PLR2004  a message, not a list
    return f"：第 {'、'.join(map(str, listed[:20]))}{more} 页" if listed else ""


def refused(path: Path, size: int, limits: Limits) -> str:
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


_State = tuple[int, int, int, int]
"""Size, modification and change in nanoseconds, inode."""
_hashes: dict[tuple[str, _State], str] = {}
"""Hashes of files by path and state, as this process was told or has found them."""
_YOUNG = 2_000_000_000
"""Nanoseconds within which a file may be changed again under the same times."""


def remember(path: Path, state: _State, digest: str) -> None:
    """Take a hash that is known: it holds as long as the file's state does."""
    _hashes[str(path), state] = digest


def sha256(path: Path) -> str:
    """The hash of a file's bytes, in hexadecimal. A gazette's PDFs are gigabytes: each is read once."""
    found = path.stat()
    state = (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
    known = _hashes.get((str(path), state), "")
    if not known:
        with path.open("rb") as file:
            known = hashlib.file_digest(file, "sha256").hexdigest()
        if time.time_ns() - max(state[1:3]) > _YOUNG:
            _hashes[str(path), state] = known
    return known


def ask(
    task: str, path: Path, out: Path, limits: Limits, **more: Any
) -> tuple[dict[str, Any] | None, str]:
    """Run the child on one file: its answer, or None and the code of what went wrong.

    `more` is what the task needs to know besides. A page that the child dies of is left out at the
    next try: then there are an answer, and a code that names the pages. Behind the code of a crash
    stands what the child said last, so that a bug of ours can be found.
    """
    skipped: dict[int, str] = {}
    while True:
        answer, code = _ask(task, path, out, limits, skip=sorted(skipped), **more)
        page = _page_at(out)
        if answer is not None or task not in _ALL_PAGES or page is None or page in skipped:
            break
        if len(skipped) == _TRIES:
            break
        skipped[page] = code
    if answer is None or not skipped:
        return answer, code
    return answer, next(iter(skipped.values())) + on_pages(n for n in skipped if n)


def _page_at(out: Path) -> int | None:
    """The page that the child was at when it ended; 0 for what is read besides pages."""
    try:
        return int((out / AT).read_bytes())
    except (OSError, ValueError):
        return None


def _ask(
    task: str, path: Path, out: Path, limits: Limits, **more: Any
) -> tuple[dict[str, Any] | None, str]:
    written = out / "answer.json"
    for stale in (written, out / AT):
        stale.unlink(missing_ok=True)
    order = {
        "task": task,
        "file": str(path.resolve()),
        "out": str(out.resolve()),
        "limits": asdict(limits) | more,
        "wall": 2 * limits.seconds,
    }
    status = _carried_out(order)
    if status == _GONE:  # by no fault of the file, unless it happens again
        status = _carried_out(order)
    if status == _GONE:
        return None, "crashed"
    if status in (None, -signal.SIGXCPU, -signal.SIGKILL):
        return None, "timeout"
    if status:
        said = _last_said(out / STDERR)
        # pdfium and the C++ library give up by abort() where there is no memory left.
        if status == -signal.SIGABRT or "MemoryError" in said:
            return None, "memory"
        last = said.strip().rpartition("\n")[2][:200]
        return None, f"crashed：{last or signal.Signals(-status).name}"
    answer = _answer(written)
    return answer, "" if answer else "crashed"


def _carried_out(order: dict[str, Any]) -> int | None:
    """The status that a starter gives back; `_GONE` where it died itself."""
    starter = _take()
    try:
        assert starter.stdin  # noqa: S101  both are pipes
        assert starter.stdout  # noqa: S101
        starter.stdin.write(json.dumps(order) + "\n")
        starter.stdin.flush()
        line = starter.stdout.readline()
    except OSError:
        line = ""
    except BaseException:  # an interruption: the child is in a session of its own
        _end(starter)
        raise
    if not line:
        _end(starter)
        return _GONE
    _running.discard(starter)
    _idle.append(starter)
    status: int | None = json.loads(line)
    return status


def _last_said(errors: Path) -> str:
    try:
        with errors.open("rb") as file:
            file.seek(max(0, errors.stat().st_size - 4_000))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


def _answer(written: Path) -> dict[str, Any] | None:
    if not written.is_file() or written.stat().st_size > _ANSWER_BYTES:
        return None
    try:
        answer: dict[str, Any] = json.loads(written.read_text("utf-8"))
    except ValueError:
        return None
    return answer


_idle: list[subprocess.Popen[str]] = []
_running: set[subprocess.Popen[str]] = set()


def _take() -> subprocess.Popen[str]:
    """A starter that has nothing to do, or a new one."""
    try:
        starter = _idle.pop()
    except IndexError:
        starter = _start()
    _running.add(starter)
    return starter


def _start() -> subprocess.Popen[str]:
    root = str(Path(gazette.__file__).resolve().parents[1])
    return subprocess.Popen(
        [sys.executable, "-s", "-P", "-m", "gazette.pdf.starter"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={
            "PATH": os.defpath,
            "PYTHONPATH": root,
            "LANG": "C.UTF-8",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",  # each thread of it takes address space
        },
        encoding="utf-8",
        start_new_session=True,
    )


def _end(starter: subprocess.Popen[str]) -> None:
    """End a starter and the child that it may have."""
    _running.discard(starter)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(starter.pid, signal.SIGKILL)
    with contextlib.suppress(OSError):
        starter.communicate()


def end_children() -> None:
    """Kill every child that runs: the work is interrupted, nobody waits for its answer."""
    for starter in list(_running):
        _end(starter)
    end_starters()


@atexit.register
def end_starters() -> None:
    """End the starters that have nothing to do: they are started again when they are needed."""
    while _idle:
        starter = _idle.pop()
        with contextlib.suppress(OSError):
            starter.communicate()
