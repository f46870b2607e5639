"""Starts a child for each file by forking: the libraries are loaded once, the isolation is whole.

Run as `python -m gazette.pdf.starter`. It reads one order a line, `{task, file, out, limits, wall}`,
and answers each with the child's exit status as `subprocess` gives it, or null where it had to be
killed. It opens no file itself: what a PDF does to a child ends with that child.
"""

import gc
import json
import os
import select
import signal
import sys
import traceback
from typing import Any

from gazette.pdf import worker
from gazette.pdf.child import STDERR


def main() -> None:
    """Carry out orders until there are no more."""
    gc.disable()  # a child lives shortly, and nothing here refers to itself
    worker.warm_up()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_run(json.loads(line))) + "\n")
        sys.stdout.flush()


def _run(order: dict[str, Any]) -> int | None:
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        _be_child(order)
    os.close(writer)
    # The pipe ends with the child, which holds it and never writes into it; standard input with
    # whoever gave the order, and nobody else would read the answer.
    ended, _, _ = select.select([reader, 0], [], [], order["wall"])
    os.close(reader)
    if reader not in ended:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) if reader in ended else None


def _be_child(order: dict[str, Any]) -> None:
    code = 1
    try:
        os.chdir(order["out"])
        nothing = os.open(os.devnull, os.O_RDWR)
        errors = os.open(STDERR, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for ours, theirs in ((nothing, 0), (nothing, 1), (errors, 2)):
            os.dup2(ours, theirs)
        worker.run(order["task"], order["file"], order["out"], order["limits"])
        code = 0
    except BaseException:  # noqa: BLE001  whatever it was, this process ends here
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
