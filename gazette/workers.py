"""Work in several processes at once, whose results do not depend on how many there are."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, Self, TypeVar

_T = TypeVar("_T")


class Workers:
    """As many processes as `jobs`, started when they are first needed; with one job, there are none."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._pool: ProcessPoolExecutor | None = None

    def map(self, function: Callable[[Any], _T], tasks: Sequence[Any]) -> Iterator[_T]:
        """`function` of each task, in order; it is one of a module, and tasks are values."""
        if self.jobs == 1:
            return map(function, tasks)
        if self._pool is None:
            # Not forked: that would copy whatever state threads are in, and is not for every system.
            self._pool = ProcessPoolExecutor(self.jobs, mp_context=get_context("spawn"))
        return self._pool.map(function, tasks)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
