"""Reads PDFs on the machines of a Dask cluster. The only module that knows dask.

A worker runs the same function on the same bytes as this machine would, in the same limited child
process, and sends back what that function would have kept in the cache. So reading ahead on a
cluster changes nothing but where the work is done: whatever no worker could do is done here after.

A worker that finds the file under the same path (a shared file system), with the same content,
reads it there; to any other the bytes are sent. A worker must have the same version of this
program, which is asked first.
"""

import logging
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from hashlib import sha256
from pathlib import Path

from distributed import Client, as_completed
from distributed.scheduler import KilledWorker

from gazette.errors import ClusterError
from gazette.kept import program, write
from gazette.pdf.extract import VERSION, read_pdf
from gazette.pdf.ocr import available, left, recognise_pdf

Progress = Callable[[int, int], None]
Kept = dict[str, bytes]
"""Files of a cache: relative path → content."""

_WAIT = 30
"""Seconds to wait for the scheduler, and for its first worker."""
_AT_ONCE = 2
"""Files under way for each thread of the cluster: the next is there when one is done."""
_TRIES = 3


def read_ahead(
    paths: Sequence[Path],
    *,
    scheduler: str,
    cache: Path,
    ocr: bool = False,
    progress: Progress | None = None,
) -> int:
    """Have the cluster read what is not in the cache yet; how many files it read.

    With `ocr`, pages that need it are recognised there too, where this machine has the extra, whose
    version the workers then have as well.

    Raises ClusterError where there is no scheduler, no worker, or a worker of another version. A
    worker that dies costs only time: its files are given to another, or left to this machine.
    """
    cache.mkdir(parents=True, exist_ok=True)
    ocr = ocr and available()
    missing = [
        (path, digest)
        for path, digest in _hashed(paths)
        if not _is_kept(path, cache, digest, ocr=ocr)
    ]
    if not missing:
        return 0
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with _connected(scheduler) as client:
        threads = _threads(client, scheduler)
        return _run(client, missing, threads * _AT_ONCE, cache, progress, ocr=ocr)


def _hashed(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    seen = set()
    for path in paths:
        with path.open("rb") as file:
            digest = _digest(file.read())
        if digest not in seen:
            seen.add(digest)
            yield path.resolve(), digest


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def _is_kept(path: Path, cache: Path, digest: str, *, ocr: bool) -> bool:
    if not (cache / f"{digest}-v{VERSION}.json").is_file():
        return False
    return not ocr or not left(read_pdf(path, cache=cache), cache)


def _connected(scheduler: str) -> Client:
    try:
        return Client(scheduler, timeout=_WAIT, set_as_default=False, name="gazette")
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterError(
            f"连不上调度器 {scheduler}（{type(error).__name__}）",
            hint="请先在一台机器上运行 dask scheduler，在各台机器上运行 dask worker，再用 --scheduler tcp://主机:8786。",
        ) from None


def _here() -> str:
    return program()


def _threads(client: Client, scheduler: str) -> int:
    """How many files the workers read at once; ClusterError where they cannot be used."""
    try:
        client.wait_for_workers(1, timeout=_WAIT)
    except TimeoutError:
        raise ClusterError(
            f"调度器 {scheduler} 下没有工作机", hint=f"请在各台机器上运行 dask worker {scheduler}。"
        ) from None
    try:
        versions = client.run(program)
    except Exception as error:  # noqa: BLE001  whatever a worker without this program says
        raise ClusterError(
            f"工作机上没有装本软件（{type(error).__name__}）",
            hint="请在每台工作机的 Python 环境里装上同一版本：pip install 'gongbaoshi[cluster]'。",
        ) from None
    others = sorted(w for w, version in versions.items() if version != _here())
    if others:
        raise ClusterError(
            f"工作机上的版本与这里不同：{'、'.join(others)}",
            hint="请在每台机器上装同一版本的本软件和依赖（用同一份 constraints.txt），结果才会一样。",
        )
    return sum(client.nthreads().values())


def _run(  # noqa: PLR0913  one run of many files
    client: Client,
    missing: Sequence[tuple[Path, str]],
    at_once: int,
    cache: Path,
    progress: Progress | None,
    *,
    ocr: bool,
) -> int:
    waiting = list(reversed(missing))
    tries: dict[str, int] = {}
    under_way = as_completed(loop=client.loop)
    tasks: dict[str, tuple[Path, str]] = {}
    done = finished = 0

    def start(path: Path, digest: str, data: bytes | None) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of large graphs: a file is as large as it is
            future = client.submit(read_there, str(path), digest, data, ocr=ocr, pure=False)
        tasks[str(future.key)] = (path, digest)
        under_way.add(future)

    for path, digest in (waiting.pop() for _ in range(min(at_once, len(waiting)))):
        start(path, digest, None)
    for future in under_way:
        path, digest = tasks.pop(str(future.key))
        try:
            kept: Kept | None = future.result()
        except (KilledWorker, CancelledError, OSError, RuntimeError):
            tries[digest] = tries.get(digest, 0) + 1
            if tries[digest] < _TRIES:
                start(path, digest, path.read_bytes())
                continue
            kept = {}
        if kept is None:  # the worker does not see the file
            start(path, digest, path.read_bytes())
            continue
        done += bool(kept)
        for name, content in kept.items():
            (cache / name).parent.mkdir(parents=True, exist_ok=True)
            write(cache / name, content)
        finished += 1
        if progress:
            progress(finished, len(missing))
        if waiting:
            start(*waiting.pop(), None)
    return done


def read_there(path: str, digest: str, data: bytes | None, *, ocr: bool = False) -> Kept | None:
    """On a worker: read a PDF and give what was kept of it; None where the file is not seen here."""
    with tempfile.TemporaryDirectory(prefix="gazette-") as folder:
        file = Path(path)
        if data is None:
            try:
                data = file.read_bytes()
            except OSError:
                return None
            if _digest(data) != digest:
                return None
        else:
            file = Path(folder) / "it.pdf"
            file.write_bytes(data)
        cache = Path(folder) / "cache"
        text = read_pdf(file, cache=cache)
        if ocr:
            recognise_pdf(file, text, cache=cache)
        return {
            p.relative_to(cache).as_posix(): p.read_bytes()
            for p in sorted(cache.rglob("*"))
            if p.is_file()
        }
