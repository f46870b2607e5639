"""One process at a time in a cache. The only module that knows file locks.

The system drops the lock when its holder ends, however it ends: nothing is ever left locked.
"""

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


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


def clear(cache: Path) -> None:
    """Empty a cache whose lock is held; the lock stays."""
    for path in sorted(cache.iterdir()):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name != "lock":
            path.unlink(missing_ok=True)
