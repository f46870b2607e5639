"""Work in several processes at once, whose results do not depend on how many there are."""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from typing import Any, Self, TypeVar

from gazette.memory import look_seldom

_T = TypeVar("_T")


def pool(
    count: int, prepare: Callable[..., object] | None = None, *given: Any
) -> ProcessPoolExecutor:
    """So many processes, each prepared by a function; they end when this one does, even if killed.

    They are not forked: that would copy whatever state threads are in, and is not for every system.
    """
    return ProcessPoolExecutor(
        count, mp_context=get_context("spawn"), initializer=_start, initargs=(prepare, given)
    )


def _start(prepare: Callable[..., object] | None, given: tuple[Any, ...]) -> None:
    # A pool's processes wait for work for ever when their parent is killed: each holds the pipe open.
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Ctrl-C is for all of them at once: the parent tells of it, and has none to wait for.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    look_seldom()
    if prepare:
        prepare(*given)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent:
        parent.join()
        os._exit(1)


_AHEAD = 4
"""Tasks for each process that are handed over before the first is done."""


def _in_order(
    workers: ProcessPoolExecutor, function: Callable[[Any], _T], tasks: Iterable[Any], ahead: int
) -> Iterator[_T]:
    running: deque[Future[_T]] = deque()
    for task in tasks:
        running.append(workers.submit(function, task))
        if len(running) > ahead:
            yield running.popleft().result()
    while running:
        yield running.popleft().result()


class Workers:
    """As many processes as `jobs`, started when they are first needed; with one job, there are none."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._pool: ProcessPoolExecutor | None = None

    def map(self, function: Callable[[Any], _T], tasks: Iterable[Any]) -> Iterator[_T]:
        """`function` of each task, in order; it is one of a module, and tasks are values.

        Tasks are taken as they are needed, a few ahead, so that they need not all be in memory.
        """
        if self.jobs == 1:
            return map(function, tasks)
        if self._pool is None:
            self._pool = pool(self.jobs)
        return _in_order(self._pool, function, tasks, _AHEAD * self.jobs)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
