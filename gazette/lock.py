"""One process at a time in a cache, and folders that end with it. The only module that knows file locks.

The system drops the lock when its holder ends, however it ends: nothing is ever left locked.
"""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache as once
from pathlib import Path

_UNFINISHED = "part-"
_YOUNG = 60
"""Seconds after which a folder that nobody holds was left behind: a new one is not held at once."""


@contextmanager
def alone(cache: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the lock of a cache, made where it is missing; `waiting` is called if others hold it."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """A folder for unfinished work in a cache, removed afterwards unless it was renamed.

    What a process left that was killed is removed at the first work of the next one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    part = Path(tempfile.mkdtemp(dir=folder, prefix=_UNFINISHED))
    held = os.open(part, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield part
    finally:
        os.close(held)
        shutil.rmtree(part, ignore_errors=True)


@once
def _sweep(folder: Path) -> None:
    for part in folder.glob(f"{_UNFINISHED}*"):
        with suppress(OSError):  # another process removes it, or holds it
            if time.time() - part.stat().st_mtime < _YOUNG:
                continue
            held = os.open(part, os.O_RDONLY)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(part, ignore_errors=True)
            finally:
                os.close(held)


def clear(cache: Path) -> None:
    """Empty a cache whose lock is held; the lock stays."""
    for path in sorted(cache.iterdir()):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name != "lock":
            path.unlink(missing_ok=True)
