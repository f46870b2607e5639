"""Asks whether PDFs still keep what was taken out of their pages; kept by the file's hash."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from gazette.digest import digest
from gazette.lock import scratch
from gazette.pdf.child import DEFAULT, Limits, ask, refused, sha256
from gazette.pdf.extract import by_path

VERSION = 2
"""Raise when it is to be looked at anew."""
UNKNOWN = "unknown"
"""Given for a file that cannot be looked into: it may keep anything."""


def leftovers(
    empty: Mapping[Path, Sequence[int]],
    *,
    cache: Path,
    jobs: int = 1,
    limits: Limits = DEFAULT,
) -> dict[Path, tuple[str, ...]]:
    """What each PDF keeps besides what its pages show (`gazette.pdf.leftovers`); () for a clean one.

    `empty` are its pages, from 1, that show nothing of what they once held.
    """
    return by_path(
        list(empty), lambda p: _leftovers(p, empty[p], cache=cache, limits=limits), jobs, None
    )


def _leftovers(path: Path, pages: Sequence[int], *, cache: Path, limits: Limits) -> tuple[str, ...]:
    if refused(path, path.stat().st_size, limits):
        return (UNKNOWN,)
    kept = cache / f"{sha256(path)}-{digest(list(pages))}-leftovers-v{VERSION}.json"
    if kept.is_file():
        return tuple(json.loads(kept.read_text("utf-8")))
    with scratch(cache) as out:
        answer, _ = ask("leftovers", path, out, limits, empty=list(pages))
        if answer is None:
            return (UNKNOWN,)  # the machine may have been too busy: it is asked again
        found = [UNKNOWN] if answer["code"] else answer["found"]
        (out / "kept.json").write_text(json.dumps(found), "utf-8")
        (out / "kept.json").replace(kept)
    return tuple(found)
