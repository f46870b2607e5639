"""What the index of words was last brought to hold. Light: who only asks need not load Whoosh."""

import json
from collections.abc import Iterable
from pathlib import Path

from gazette.search.entry import IssueEntries

_NAME = "issues.json"

Log = dict[str, tuple[str, dict[str, str]]]
"""Of each issue its digest, and the digests of its entries by address."""


def read_log(folder: Path) -> Log | None:
    """What the index in a folder holds; None where nothing says so."""
    try:
        said = json.loads((folder / _NAME).read_bytes())
        return {name: (its[0], dict(its[1])) for name, its in said.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_log(folder: Path, log: Log) -> None:
    """The inverse of `read_log`."""
    fresh = folder / f"{_NAME}.part"
    fresh.write_text(json.dumps(log, separators=(",", ":")), "utf-8")
    fresh.replace(folder / _NAME)


def forget(folder: Path) -> None:
    """Say nothing of an index that is about to change: if that is cut off, it is asked itself."""
    (folder / _NAME).unlink(missing_ok=True)


def unwritten(folder: Path, issues: Iterable[IssueEntries]) -> set[str]:
    """Names of the issues of which the index would be given the entries."""
    log = read_log(folder) or {}
    return {i.name for i in issues if i.name not in log or log[i.name][0] != i.digest}
