"""Processes at work: what they do does not depend on how many, and none outlives a killed parent."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from gazette.workers import Workers

PARENT = """
import os, sys, time
from gazette.workers import pool
if __name__ == "__main__":
    with pool(2, print, "ready") as workers:
        print(*{workers.submit(os.getpid).result() for _ in range(20)}, flush=True)
        time.sleep(60)
"""


def _square(number: int) -> int:
    return number * number


def test_the_number_of_processes_changes_nothing() -> None:
    with Workers(1) as one, Workers(2) as two:
        assert list(one.map(_square, range(9))) == list(two.map(_square, range(9)))


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text("utf-8").split()[2] != "Z"


def test_the_processes_of_a_killed_parent_end() -> None:
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:  # noqa: S603  ours
        assert parent.stdout
        said = parent.stdout.readline().split()
        while not said or said[0] == "ready":
            said = parent.stdout.readline().split()
        parent.kill()
        parent.wait()
    children = [int(pid) for pid in said]
    assert children
    for _ in range(200):
        if not any(map(_runs, children)):
            return
        time.sleep(0.05)
    raise AssertionError(children)


INTERRUPTED = """
import time
from gazette.workers import pool
if __name__ == "__main__":
    with pool(1) as workers:
        workers.submit(int).result()
        workers.submit(time.sleep, 60)
        workers.submit(time.sleep, 60)
        print("ready", flush=True)
        time.sleep(60)
"""


def test_an_interrupt_ends_all_of_them_at_once_and_only_the_parent_tells() -> None:
    command = [sys.executable, "-c", INTERRUPTED]
    with subprocess.Popen(  # noqa: S603  ours
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Where the tests themselves were started to ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    ) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == "ready\n"
        os.killpg(parent.pid, signal.SIGINT)
        _, told = parent.communicate(timeout=20)
    assert told.count("Traceback") == 1, told
