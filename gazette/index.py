"""From the archive to both indexes. Joins content and search, which do not know one another."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import gazette
from gazette.archive import Archive, entries_digest, issue_entries
from gazette.digest import digest
from gazette.errors import Finding
from gazette.model import Document
from gazette.pdf.extract import is_settled
from gazette.progress import Progress, silent
from gazette.reading import read_archive
from gazette.search import word_log
from gazette.search.entry import Entry, IssueEntries
from gazette.settings import Settings

if TYPE_CHECKING:
    from gazette.search.static_index import Segment

GRAMS = "index"
WORDS = "words"


def make_static_index(
    entries: Iterable[Entry],
    folder: Path,
    *,
    closed_through: int,
    digests: Mapping[str, str] | None = None,
    jobs: int = 1,
) -> None:
    """Bring the static index in `folder` up to date with these entries.

    `digests` gives a name of all that an entry holds, by address, for a caller who has it
    (`digest`).
    """
    issues = by_issue(entries, digests=digests)
    update_static_index(issues, folder, closed_through=closed_through, jobs=jobs)


def by_issue(
    entries: Iterable[Entry], *, digests: Mapping[str, str] | None = None
) -> list[IssueEntries]:
    """Entries as `update_static_index` and `whoosh_index.update` take them."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.issue, []).append(entry)
    return [
        IssueEntries(
            name=name,
            year=some[0].year,
            digest=digest([digests[e.url] if digests is not None else digest(e) for e in some]),
            entries=partial(list, some),
        )
        for name, some in found.items()
    ]


def issues_to_index(archive: Archive) -> list[IssueEntries]:
    """All that can be found in an archive, by issue; worked out only where an index needs it."""
    return [
        IssueEntries(
            name=issue.address.rstrip("/"),
            year=issue.number.year,
            digest=entries_digest(archive, issue),
            entries=partial(issue_entries, archive, issue),
        )
        for issue in archive.gazette.issues
    ]


def update_static_index(
    issues: Iterable[IssueEntries], folder: Path, *, closed_through: int, jobs: int = 1
) -> "list[Segment]":
    """Bring the static index in `folder` up to date; only issues that changed are worked out.

    Two segments: the years up to `closed_through`, whose files a phone may keep for good, and the
    years since. A segment that is there already is left as it is; one that was there before with
    other issues is made from it (`segments`), by logs that lie beside the folder. `jobs` processes
    share the work of a large segment; the result depends neither on them nor on the logs.
    """
    from gazette.search.segments import build_segment, write_manifest  # noqa: PLC0415  numpy, too

    logs = folder.with_name(f"{folder.name}.logs")
    parts: dict[str, list[IssueEntries]] = {"closed": [], "open": []}
    for issue in issues:
        parts["closed" if issue.year <= closed_through else "open"].append(issue)
    segments = [
        build_segment(part, folder, log=logs / f"{name}.json", jobs=jobs)
        for name, part in parts.items()
        if part
    ]
    write_manifest(segments, folder)
    return segments


def update_words(issues: Iterable[IssueEntries], cache: Path) -> None:
    """Bring the index of words, `WORDS` in `cache`, up to date; it is no part of the site."""
    from gazette.search import whoosh_index  # noqa: PLC0415  it takes long to load, jieba's words most

    whoosh_index.update(cache / WORDS, issues)


_FEW = 40
"""Issues that are handed to another process sooner than that one has read them."""


class _NotGivenError(Exception):
    """An index asks for an issue that it was thought to hold."""


def _not_given() -> Iterable[Entry]:
    raise _NotGivenError


def elsewhere(
    found: Iterable[IssueEntries], settings: Settings, issues: Path, cache: Path
) -> tuple[Callable[[], bool] | None, Callable[[], None]]:
    """`update_static_index` and `update_words` as calls that one other process can make.

    Few issues are worked out here and go along. Where there are more, it reads them itself for the
    words, and the static index is left to this process: the first is None. It may also say that it
    could not do it (False).
    """
    found = list(found)
    fresh = word_log.unwritten(cache / WORDS, found)
    few = len(fresh) <= _FEW
    given = []
    for issue in found:
        goes_along = few and issue.name in fresh
        entries = partial(list, tuple(issue.entries())) if goes_along else _not_given
        given.append(replace(issue, entries=entries))
    static = partial(_write_static, given, cache / GRAMS, settings.closed_through) if few else None
    return static, partial(_write_words, given, settings, issues, cache)


def _write_static(given: Sequence[IssueEntries], folder: Path, closed_through: int) -> bool:
    try:
        update_static_index(given, folder, closed_through=closed_through)
    except _NotGivenError:
        return False
    return True


def _write_words(
    given: Sequence[IssueEntries], settings: Settings, issues: Path, cache: Path
) -> None:
    try:
        update_words(given, cache)
    except _NotGivenError:
        archive, _ = read_archive(settings, issues, cache=cache)
        update_words(issues_to_index(archive), cache)


def update_indexes(archive: Archive, settings: Settings, *, cache: Path, jobs: int = 1) -> None:
    """Bring both indexes in `cache` up to date with an archive that is read: `GRAMS` and `WORDS`."""
    found = issues_to_index(archive)
    update_static_index(found, cache / GRAMS, closed_through=settings.closed_through, jobs=jobs)
    update_words(found, cache)


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
    progress("编制索引", 0, len(archive.gazette.documents))
    update_indexes(archive, settings, cache=cache, jobs=jobs)
    late = [s for s in archive.scans.values() if s.fault and s.fault.code == "timeout"]
    if all(is_settled(s.sha256, cache / "pdf") for s in late):  # else it may do better next time
        stamp.write_text(state, "utf-8")


def near_duplicates(archive: Archive, base: str, *, cache: Path) -> Iterator[Finding]:
    """Documents that repeat another one, by the index of words, which is brought up to date.

    `base` is the name of the issues folder, as findings give it.
    """
    from gazette.search import whoosh_index  # noqa: PLC0415  as above

    update_words(issues_to_index(archive), cache)
    documents = {document.address: document for document in archive.gazette.documents}
    for first, second, share in whoosh_index.near_duplicates(cache / WORDS):
        one, other = documents[first], documents[second]
        yield Finding(
            level="warning",
            code="near_duplicate",
            path=f"{base}/{other.source}",
            line=None,
            message=f"{_named(other)}与 {base}/{one.source} {_named(one)}几乎相同（约 {share:.0%}）",
            hint="如果是重复收录，请删去一件；确是两件文件的，不用改。",
        )


def _named(document: Document) -> str:
    """By number and title: many entries of a 目录 stand in one file."""
    return f"{document.folder}《{document.title}》"


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
