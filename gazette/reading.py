"""From files to the archive: content, then the texts of its PDFs. What all commands begin with.

An issue whose files are as before is not read again (`gazette.store`), and neither is a PDF.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gazette.archive import Archive, Scan, with_corrections, without_held
from gazette.citations import citations_in
from gazette.content import assemble, issue_folders, read_issue
from gazette.dialect import link_targets
from gazette.digest import digest
from gazette.edits import Stories, Story, counted, missed, story
from gazette.errors import BuildError, Finding
from gazette.history import Head, Version, read_head, read_history, read_texts
from gazette.kept import Kept, program
from gazette.model import Document, Gazette, Issue
from gazette.pdf.child import remember
from gazette.pdf.emptied import leftovers
from gazette.pdf.extract import is_settled, read_pdfs
from gazette.pdf.model import PdfText
from gazette.pdf.ocr import left, recognise_pdfs, version
from gazette.pdf.tail import is_truncated
from gazette.progress import Progress, silent
from gazette.referring import read_references_again
from gazette.relations import relate
from gazette.settings import Settings
from gazette.sources import Sources, find_sources, unchanged
from gazette.store import get_issue, put_issue
from gazette.structure import articles_in, outline
from gazette.targets import targets
from gazette.withholding import (
    Held,
    emptied,
    has_headings,
    held_in_pdf,
    with_leftovers,
    withheld_files,
)
from gazette.workers import Workers

AT_ONCE: tuple[Callable[[str], Any], ...] = (bool, link_targets)
LATER: tuple[Callable[[str], Any], ...] = (outline, articles_in, citations_in)
"""Functions of a document's text that are worked out when it is read (`Document.of_text`).

What every build asks of every document is read with it; the rest is read when it is asked for.
"""

_YOUNG = 3600
"""Seconds for which what a preview put into the store stays there, whatever a build takes to be so."""

_FEW = 40
"""Issues that are read sooner here than by processes that must first be started."""


def _is_passing(text: PdfText, cache: Path) -> bool:
    """Whether a PDF has a fault that a less busy machine may not have."""
    if text.fault and text.fault.code == "ocr_failed":
        return bool(left(text, cache))
    return bool(text.fault and text.fault.code == "timeout" and not is_settled(text.sha256, cache))


Recall = dict[Path, tuple[Issue | None, tuple[Finding, ...]]]
"""Issues that were read, by where they stand in the store, which is named by what they hold."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The archive, what was found wrong in it, and the files that it was read from.

    `passing` tells that a PDF may be read better next time: the machine was too busy.
    """

    archive: Archive
    findings: tuple[Finding, ...]
    sources: Sources
    passing: bool = False


def read_archive(
    settings: Settings, issues: Path, *, cache: Path, jobs: int = 1, progress: Progress = silent
) -> tuple[Archive, tuple[Finding, ...]]:
    """Read the issues folder and the texts of its PDFs: all that search and checks need.

    Raises BuildError if there is no such folder; whatever is wrong in it becomes findings.
    """
    reading = read(settings, issues, cache=cache, jobs=jobs, progress=progress)
    return reading.archive, reading.findings


def read(  # noqa: PLR0913  the choices of one reading
    settings: Settings,
    issues: Path,
    *,
    cache: Path,
    sources: Sources | None = None,
    jobs: int = 1,
    progress: Progress = silent,
    recall: Recall | None = None,
    tidy: bool = False,
) -> Reading:
    """As `read_archive`, with the sources, which may be given where they are known.

    With `tidy`, what is no longer needed goes from the store: that is for whoever holds the cache's
    lock. Others may read beside it what was saved since, and it may yet ask for texts of before.

    Who reads again and again gives the same `recall` each time: issues that are as they were are
    then not even fetched from the store.
    """
    sources = sources or find_sources(issues, cache)
    store = cache / "read"
    store.mkdir(parents=True, exist_ok=True)
    folders, strays = issue_folders(issues)
    files = _files(folders, store, sources)
    while not _read_missing(issues, store, files, folders, sources, jobs, progress):
        sources = find_sources(issues, cache)  # somebody is writing: look again
        folders, strays = issue_folders(issues)
        files = _files(folders, store, sources)
    found = _read_issues(issues, folders, files, sources, {} if recall is None else recall)
    gazette, findings = assemble(found, strays, issues.name)
    if tidy:
        _tidy(store, {file.name for file in files.values()})

    paths = {i.address: issues / i.source / i.pdf for i in gazette.issues if i.pdf}
    for issue in gazette.issues:
        name = f"{issue.source}/{issue.pdf}"
        if name in sources.states:
            remember(paths[issue.address], sources.states[name], sources.files[name])
    texts = read_pdfs(
        list(paths.values()),
        cache=cache / "pdf",
        jobs=jobs,
        progress=lambda done, all_: progress("读取 PDF", done, all_),
    )
    ocr = version() if settings.ocr else ""
    if ocr:
        texts = recognise_pdfs(
            texts,
            cache=cache / "pdf",
            jobs=jobs,
            progress=lambda done, all_: progress("识别扫描页", done, all_),
        )
    held = _held(gazette, paths, texts, cache=cache, jobs=jobs)
    scans = {}
    for issue in gazette.issues:
        if issue.pdf:
            text = texts[paths[issue.address]]
            scan = Scan(
                pages=text.pages,
                fault=text.fault,
                hidden=text.hidden,
                source=digest([program(), ocr, text.sha256, text.fault]),
                sha256=text.sha256,
                truncated=is_truncated(paths[issue.address]),
            )
            scan = with_corrections(scan, issue.corrections)
            scans[issue.address] = without_held(scan, held.get(issue.address, ()))
    gazette = _without_withheld(gazette, scans)
    kept_references = Kept(cache / "references", program())
    known = targets(gazette, settings.site_url)
    references = read_references_again(gazette, kept_references, known)
    kept_references.save()
    name = settings.name + ("（示例）" if settings.sample else "")
    return Reading(
        archive=Archive(
            name=name,
            gazette=gazette,
            scans=scans,
            relations=relate(gazette, settings, known),
            references=references,
        ),
        findings=findings,
        sources=sources,
        passing=any(_is_passing(t, cache / "pdf") for t in texts.values()),
    )


def _held(
    gazette: Gazette,
    paths: Mapping[str, Path],
    texts: Mapping[Path, PdfText],
    *,
    cache: Path,
    jobs: int,
) -> dict[str, tuple[Held, ...]]:
    """By the address of issues: where withdrawn documents stand in the PDF."""
    found: dict[str, tuple[Held, ...]] = {}
    for issue in gazette.issues:
        if issue.pdf and any(d.withdrawn for d in (*issue.documents, *issue.drafts)):
            path = paths[issue.address]
            held = held_in_pdf(issue, texts[path], truncated=is_truncated(path))
            found[issue.address] = held
    empty = {paths[a]: pages for a, h in found.items() if (pages := emptied(h)) is not None}
    kept = leftovers(empty, cache=cache / "pdf", jobs=jobs) if empty else {}
    for address, held in found.items():
        path = paths[address]
        if path in empty:
            more = ("outline",) if has_headings(held, texts[path].outline) else ()
            found[address] = with_leftovers(held, (*kept[path], *more))
    # The same file, put into another issue by mistake, holds the same texts.
    same = {texts[paths[a]].sha256: h for a, h in found.items() if any(one.pages for one in h)}
    for address, path in paths.items() if same else ():
        if address not in found and texts[path].sha256 in same:
            found[address] = same[texts[path].sha256]
    return found


def _without_withheld(gazette: Gazette, scans: Mapping[str, Scan]) -> Gazette:
    """The gazette whose issues know which of their files are not published."""
    withheld = {
        issue.address: names
        for issue in gazette.issues
        for scan in (scans.get(issue.address),)
        if (names := withheld_files(issue, scan.held if scan else ()))
    }
    if not withheld:
        return gazette
    issues = (
        replace(i, withheld=withheld[i.address]) if i.address in withheld else i
        for i in gazette.issues
    )
    return Gazette(issues=tuple(issues))


def with_stories(
    archive: Archive, settings: Settings, issues: Path, *, cache: Path, head: Head | None = None
) -> Archive:
    """The archive with how its published texts changed, as far as git knows."""
    head = head or read_head(issues)
    kept = Kept(cache / "history", program())
    history = kept.get("versions", digest(head), lambda: read_history(issues, head))
    asked: list[tuple[Document, tuple[Version, ...], str]] = []
    found: dict[str, Story | None] = {}
    for issue in archive.gazette.issues:
        for document in issue.documents:
            versions = history.versions.get(document.source, ())
            later = counted(document, issue, versions, settings.online_since)
            if later:
                key = digest([list(later), document.redacted is not None])
                asked.append((document, later, key))
            elif versions and not document.withdrawn:
                found[document.address] = Story()
    new = [(d, later, key) for d, later, key in asked if not kept.known("stories", key)]
    contents = read_texts(issues, (v.blob for _, later, _ in new for v in later))
    for document, later, key in new:
        texts = [next(contents, None) for _ in later]
        made = story(later, texts, redacted=document.redacted is not None)
        kept.put("stories", key, made)
    for document, _, key in asked:
        found[document.address] = kept.get("stories", key, lambda: None)
    kept.save()
    known = {address: told for address, told in found.items() if told is not None}
    gone = missed(history.gone, archive.gazette, settings.online_since)
    # A file that cannot be read has its number still, and findings of its own.
    gone = tuple(g for g in gone if not any(issues.glob(f"{g.number}[-.]*")))
    stories = Stories(of=known, gone=gone, unknown=history.unknown)
    return replace(archive, stories=stories)


Folders = Sequence[tuple[Path, str]]
"""Folders of issues, with their names in findings."""


def _files(folders: Folders, store: Path, sources: Sources) -> dict[Path, Path]:
    """Where each issue stands in the store, by a hash of its files."""

    def key(folder: Path, path: str) -> str:
        return digest([program(), path, sources.inside(_name(folder))])

    return {folder: store / key(folder, path) for folder, path in folders}


def _name(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"


def _read_issues(
    issues: Path,
    folders: Folders,
    files: Mapping[Path, Path],
    sources: Sources,
    recall: Recall,
) -> Iterator[tuple[Issue | None, tuple[Finding, ...]]]:
    before = dict(recall)
    recall.clear()
    for folder, path in folders:
        file = files[folder]
        issue = before.get(file) or get_issue(file)
        if issue is None:  # torn: a disk may have been full, or the power gone
            _read_one((issues, folder, path, file, sources.inside(_name(folder))))
            issue = get_issue(file)
        if issue is None:
            raise BuildError("缓存写不进去", path=path, hint="请检查磁盘空间和 .gazette 的权限。")
        recall[file] = issue
        yield issue


def _read_missing(  # noqa: PLR0913, PLR0917  what one reading is of
    issues: Path,
    store: Path,
    files: Mapping[Path, Path],
    folders: Folders,
    sources: Sources,
    jobs: int,
    progress: Progress,
) -> bool:
    """Put into the store what is not there; False where a file changed while it was read."""
    there = set(os.listdir(store))  # noqa: PTH208  names are all that is asked
    tasks = [
        (issues, folder, path, files[folder], sources.inside(_name(folder)))
        for folder, path in folders
        if files[folder].name not in there
    ]
    steady = True
    progress("读取内容", 0, len(tasks))
    with Workers(jobs if len(tasks) > _FEW else 1) as workers:
        for done, well in enumerate(workers.map(_read_one, tasks), 1):
            steady = well and steady
            progress("读取内容", done, len(tasks))
    return steady


def _tidy(store: Path, kept: set[str]) -> None:
    for name in set(os.listdir(store)) - kept:  # noqa: PTH208  as above
        file = store / name
        with suppress(OSError):  # another process has just named it, or moved it away
            if time.time() - file.stat().st_mtime > _YOUNG:
                file.unlink()


def _read_one(task: tuple[Path, Path, str, Path, Mapping[str, str]]) -> bool:
    issues, folder, path, file, sources = task
    issue, findings = read_issue(folder, path)
    texts = {p: value for p, value in sources.items() if p.endswith(".md")}
    if not unchanged(issues, texts):
        return False  # what was read may be newer than the name it would be kept under
    put_issue(file, issue, findings, AT_ONCE, LATER)
    return True
