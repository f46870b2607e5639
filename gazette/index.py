"""The search indexes of an archive: made where they lack, kept where they stand.

The static index (`gazette.search.static_index`) is what the reader's browser and `gazette search`
look in; Whoosh only orders what it found. Both live in the cache and can always be deleted.
"""

from collections.abc import Sequence
from pathlib import Path

from gazette.search.entry import Entry
from gazette.search.static_index import build_segment, write_manifest


def make_static_index(
    entries: Sequence[Entry], folder: Path, *, closed_through: int
) -> dict[str, Path]:
    """Bring the static index in `folder` up to date; its files by name, relative to it.

    Two segments: the years up to `closed_through`, whose files a phone may keep for good, and the
    years since. A segment whose entries are the same is kept as it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    closed = [e for e in entries if e.year <= closed_through]
    opened = [e for e in entries if e.year > closed_through]
    segments = [build_segment(part, folder) for part in (closed, opened) if part]
    write_manifest(segments, folder)
    return {p.relative_to(folder).as_posix(): p for p in sorted(folder.rglob("*")) if p.is_file()}
