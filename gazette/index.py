"""From the archive to both indexes. Joins content and search, which do not know one another."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import gazette
from gazette.archive import Archive, entries
from gazette.digest import digest
from gazette.errors import Finding
from gazette.progress import Progress, silent
from gazette.reading import read_archive
from gazette.search import whoosh_index
from gazette.search.entry import Entry
from gazette.search.static_index import Segment, build_segment, write_manifest
from gazette.settings import Settings

GRAMS = "index"
WORDS = "words"


def make_static_index(
    entries: Sequence[Entry],
    folder: Path,
    *,
    closed_through: int,
    digests: Mapping[str, str] | None = None,
    jobs: int = 1,
) -> dict[str, Path]:
    """Bring the static index in `folder` up to date; its files by name, relative to it.

    Two segments: the years up to `closed_through`, whose files a phone may keep for good, and the
    years since, each sorted by date. A segment that is there already is left as it is, and then
    costs no more than the digests of its entries. `digests` gives those by address, for a caller
    who has them (`digest`, or any other name that changes whenever the entry does). `jobs`
    processes share the work of a large segment; the result does not depend on it.
    """
    closed = [e for e in entries if e.year <= closed_through]
    opened = [e for e in entries if e.year > closed_through]
    segments = [
        make_segment(part, folder, digests=digests, jobs=jobs) for part in (closed, opened) if part
    ]
    write_manifest(segments, folder)
    return {p.relative_to(folder).as_posix(): p for p in sorted(folder.rglob("*")) if p.is_file()}


def make_segment(
    entries: Sequence[Entry],
    folder: Path,
    *,
    digests: Mapping[str, str] | None = None,
    jobs: int = 1,
) -> Segment:
    """One segment of the static index, as `make_static_index` makes it, or found made."""
    by_date = sorted(entries, key=lambda e: e.dated or dt.date(e.year, 1, 1))
    known = [digests[entry.url] for entry in by_date] if digests is not None else None
    return build_segment(by_date, folder, digests=known, jobs=jobs)


def refresh_indexes(
    settings: Settings, issues: Path, *, cache: Path, jobs: int = 1, progress: Progress = silent
) -> None:
    """Bring both indexes in `cache` up to date with the content: `GRAMS` and `WORDS`.

    Where no file of the content or of this program changed since, nothing is read.
    """
    stamp = cache / "indexed"
    state = _state(settings, issues)
    if stamp.is_file() and stamp.read_text("utf-8") == state:
        return
    stamp.unlink(missing_ok=True)
    archive, _ = read_archive(settings, issues, cache=cache, jobs=jobs, progress=progress)
    found = list(entries(archive))
    progress("编制索引", 0, len(found))
    digests = {entry.url: digest(entry) for entry in found}
    make_static_index(
        found, cache / GRAMS, closed_through=settings.closed_through, digests=digests, jobs=jobs
    )
    whoosh_index.update(cache / WORDS, found, digests=digests)
    faults = (scan.fault for scan in archive.scans.values())
    if not any(fault and fault.code == "timeout" for fault in faults):  # may do better next time
        stamp.write_text(state, "utf-8")


def near_duplicates(archive: Archive, base: str, *, cache: Path) -> Iterator[Finding]:
    """Documents that repeat another one, by the index of words, which is brought up to date.

    `base` is the name of the issues folder, as findings give it.
    """
    whoosh_index.update(cache / WORDS, entries(archive))
    documents = {document.address: document for document in archive.gazette.documents}
    for first, second, share in whoosh_index.near_duplicates(cache / WORDS):
        one, other = documents[first], documents[second]
        yield Finding(
            level="warning",
            code="near_duplicate",
            path=f"{base}/{other.source}",
            line=None,
            message=f"与 {base}/{one.source}《{one.title}》几乎相同（约 {share:.0%}）",
            hint="如果是重复收录，请删去一件；确是两件文件的，不用改。",
        )


def _state(settings: Settings, issues: Path) -> str:
    """Names, sizes and times of all files of the content and of this program."""
    hashed = hashlib.sha256(repr(settings).encode())
    for folder in (issues, Path(gazette.__file__).parent):
        for path in sorted(p for p in folder.rglob("*") if p.suffix != ".pyc" and p.is_file()):
            info = path.stat()
            hashed.update(
                f"{path}\0{info.st_size}\0{info.st_mtime_ns}\n".encode("utf-8", "replace")
            )
    return hashed.hexdigest()
