"""The build, from top to bottom: read, check, read PDFs, set PDFs, index, lay out pages.

Knows every part and how they follow on one another; knows nothing of MkDocs, which renders what
`prepare` returns (`gazette.site.plugin`). What was worked out before is kept by the hash of what it
came from (`gazette.kept`), so a second build works out only what changed.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

from gazette.archive import (
    Archive,
    PageImage,
    Scan,
    searchable_address,
)
from gazette.check import check
from gazette.digest import digest
from gazette.errors import in_order
from gazette.history import Head
from gazette.index import (
    GRAMS,
    elsewhere,
    issues_to_index,
    update_static_index,
    update_words,
)
from gazette.kept import Kept, program
from gazette.ledger import ledger
from gazette.model import Gazette
from gazette.pdf.extract import PageImages, page_images
from gazette.pdf.model import PdfText
from gazette.pdf.ocr import how_to_recognise, searchable_pdfs
from gazette.progress import Progress, Stages, silent
from gazette.publish.edition import set_editions
from gazette.publish.parts import cut_parts
from gazette.reading import read, with_stories
from gazette.search.entry import IssueEntries
from gazette.settings import Settings
from gazette.site.ledger import ledger_files
from gazette.site.life import day_style
from gazette.site.look import look_files
from gazette.site.made import Row, Site, SiteFile
from gazette.site.offline import withdrawn
from gazette.site.pages import Group, own_pages, site_groups
from gazette.site.shelf import lists_and_tables
from gazette.site.sitemap import sitemaps
from gazette.sources import Sources


def prepare(  # noqa: PLR0913  the choices of one build
    settings: Settings,
    issues: Path,
    *,
    cache: Path,
    look: Path | None = None,
    on: date | None = None,
    editions: bool = True,
    sources: Sources | None = None,
    head: Head | None = None,
    kept: Kept | None = None,
    jobs: int = 1,
    beside: Executor | None = None,
    progress: Progress = silent,
) -> Site:
    """Make everything but the HTML. Faults in content become findings; the rest is published.

    `look` is the folder of templates, styles and scripts; `editions` whether we set PDFs; `kept`
    what the last build kept, where it was read already; `beside` another process that may help.
    """
    stages = progress if isinstance(progress, Stages) else Stages(progress)
    kept = kept or Kept(cache / "kept", program())
    reading = read(
        settings, issues, cache=cache, sources=sources, jobs=jobs, progress=progress, tidy=True
    )
    archive = with_stories(reading.archive, settings, issues, cache=cache, head=head)
    stages.done("读取内容")
    day = on or archive.gazette.newest_day
    is_page = own_pages(archive, settings, day)
    ocr = how_to_recognise(wanted=settings.ocr)
    findings = in_order([*reading.findings, *check(archive, issues.name, ocr, is_page)])
    stages.done("检查")

    found = issues_to_index(archive)
    with _indexes(found, settings, issues, cache, jobs, beside) as update_static:
        files = [*_committed(archive.gazette, issues, reading.sources), *look_files(look, settings)]
        budget = settings.image_budget * 1_000_000
        images = _images(archive, issues, budget, cache=cache, jobs=jobs, progress=progress)
        archive = replace(archive, scans=images.scans)
        files += images.files
        files += _searchable(archive, issues, cache=cache, jobs=jobs, progress=progress)
        stages.done("绘制 PDF 页面")
        if editions and settings.editions:
            typeset, found_setting = set_editions(
                archive,
                issues,
                cache=cache / "editions",
                jobs=jobs,
                progress=lambda d, n: progress("排印 PDF", d, n),
                kept=kept,
                hashes=reading.sources.files,
                since=settings.editions_since,
            )
            findings = in_order([*findings, *found_setting])
            files += (SiteFile(address=a, source=p, key=p.name) for a, p in typeset.items())
        stages.done("排印 PDF")
        parts, found_cutting = cut_parts(archive, issues, cache=cache / "parts", jobs=jobs)
        findings = in_order([*findings, *found_cutting])
        files += (SiteFile(address=a, source=p) for a, p in parts.items())
        account = ledger(archive)
        made = kept.get("ledger", digest(account), lambda: dict(ledger_files(account)))
        files += (SiteFile(address=a, source=d) for a, d in made.items())
        lists, tables = lists_and_tables(archive, settings, day, folder=cache / "lists", kept=kept)
        files += (SiteFile(address=a, source=p, key=p.name) for a, p in tables.items())
        archive = replace(archive, sizes=_sizes(files))
        stages.done("拆分 PDF")
        progress("编制索引", 0, len(archive.gazette.documents))
        update_static()
        files += _index_files(cache / GRAMS)
        manifest = (cache / GRAMS / "manifest.json").read_text("utf-8")
        stages.done("编制索引")
        groups = tuple(site_groups(archive, settings, day, manifest, lists=lists, is_page=is_page))
        rows = _rows(groups, kept, progress=progress)
    listed = [row.address for part in rows for row in part if row.is_listed]
    files += (SiteFile(address=n, source=c) for n, c in sitemaps(listed, settings.site_url))
    files.append(SiteFile(address="withdrawn.json", source=withdrawn(archive)))
    files.append(SiteFile(address="day.css", source=day_style(day)))
    kept.save()
    stages.done("排列网页")
    return Site(
        archive=archive,
        groups=groups,
        files=tuple(files),
        findings=findings,
        rows=rows,
        sources=reading.sources,
        passing=reading.passing,
    )


def _searchable(
    archive: Archive, issues: Path, *, cache: Path, jobs: int, progress: Progress
) -> list[SiteFile]:
    """Copies of scanned PDFs with OCR's text in them; none of a PDF that is withheld."""
    texts: dict[Path, PdfText] = {}
    addresses: dict[Path, str] = {}
    for issue in archive.gazette.issues:
        scan = archive.scans.get(issue.address)
        if scan and scan.sha256 and issue.printed:
            path = issues / issue.source / issue.pdf
            addresses[path] = searchable_address(issue)
            texts[path] = PdfText(sha256=scan.sha256, size=0, pages=scan.pages, hidden=scan.hidden)
    made = searchable_pdfs(
        texts,
        cache=cache / "pdf",
        jobs=jobs,
        progress=lambda d, n: progress("制作可检索副本", d, n),
    )
    return [SiteFile(address=addresses[path], source=file) for path, file in made.items()]


def _committed(gazette: Gazette, issues: Path, sources: Sources) -> Iterator[SiteFile]:
    for issue in gazette.issues:
        for name in issue.files:
            if name not in issue.withdrawn_files:
                path = f"{issue.source}/{name}"
                yield SiteFile(
                    address=issue.address + name,
                    source=issues / path,
                    key=sources.files.get(path, ""),
                )


@contextmanager
def _indexes(  # noqa: PLR0913, PLR0917  what they are made of, and by whom
    found: Sequence[IssueEntries],
    settings: Settings,
    issues: Path,
    cache: Path,
    jobs: int,
    beside: Executor | None,
) -> Iterator[Callable[[], object]]:
    """Have both indexes up to date when the block ends; what it is given sees to the static one.

    Where there is a process for it, they are made beside everything else. The index of words, which
    orders what the command finds, is no part of the site.
    """
    closed = settings.closed_through
    here = partial(update_static_index, found, cache / GRAMS, closed_through=closed, jobs=jobs)
    if beside is None:
        yield here
        update_words(found, cache)
        return
    static, words = elsewhere(found, settings, issues, cache)
    begun = beside.submit(static) if static else None
    written = beside.submit(words)
    yield lambda: (begun and begun.result()) or here()
    written.result()


def _index_files(folder: Path) -> Iterator[SiteFile]:
    root = str(folder)
    for path, info in sorted(_found(root)):
        address = f"search-index{path[len(root) :]}"
        if path.rpartition("/")[0] == root:
            yield SiteFile(address=address, source=Path(path).read_bytes())
        else:  # of a segment: the same file as long as it is not written anew, whatever the folder
            key = f"{info.st_size} {info.st_mtime_ns} {info.st_ino}"
            yield SiteFile(address=address, source=Path(path), key=key)


def _found(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    """Every file in a folder, with its size and times; there are ten thousand."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _found(entry.path)
            else:
                yield entry.path, entry.stat()


def rows_of(group: Group) -> tuple[Row, ...]:
    """What is kept of a group's pages."""
    return tuple(
        Row(address=p.address, file=p.file, digest=digest(p), is_listed=p.is_listed)
        for p in group.pages()
    )


def _rows(
    groups: Sequence[Group], kept: Kept, *, progress: Progress
) -> tuple[tuple[Row, ...], ...]:
    keyed = [(group, group.key) for group in groups]
    missing = [(group, key) for group, key in keyed if not kept.known("pages", key)]
    # In this process: to hand 13,000 documents to another takes twenty times as long as their rows.
    for done, (group, key) in enumerate(missing, 1):
        kept.put("pages", key, rows_of(group))
        progress("排列网页", done, len(missing))
    for group in groups:
        kept.put("inputs", group.name, dict(group.digests))
    return tuple(kept.get("pages", key, partial(rows_of, group)) for group, key in keyed)


@dataclass(frozen=True, kw_only=True)
class _Images:
    scans: dict[str, Scan]
    files: list[SiteFile]


def _images(  # noqa: PLR0913  the choices of one build
    archive: Archive, issues: Path, budget: int, *, cache: Path, jobs: int, progress: Progress
) -> _Images:
    """Pictures of the pages that are shown; pages whose PDF cannot be drawn have none."""
    shown = [(i, pages) for i in archive.gazette.issues if (pages := archive.shown_pages(i))]
    drawn = page_images(
        [issues / i.source / i.pdf for i, _ in shown],
        cache=cache / "pdf",
        budget=budget,
        jobs=jobs,
        progress=lambda d, n: progress("绘制 PDF 页面", d, n),
    )
    scans = dict(archive.scans)
    files: list[SiteFile] = []
    for issue, pages in shown:
        pictures = _named(drawn[issues / issue.source / issue.pdf], pages)
        scans[issue.address] = replace(
            scans[issue.address], images={n: image for n, (image, _, _) in pictures.items()}
        )
        for image, large, small in pictures.values():
            files.append(SiteFile(address=issue.address + image.name, source=large))
            files.append(SiteFile(address=issue.address + image.thumbnail_name, source=small))
    return _Images(scans=scans, files=files)


def _named(drawn: PageImages, pages: list[int]) -> dict[int, tuple[PageImage, Path, Path]]:
    return {
        i.page: (
            PageImage(
                name=f"p{i.page}/p{i.page}.webp",
                thumbnail_name=f"p{i.page}/p{i.page}-240.webp",
                width=i.width,
                height=i.height,
            ),
            i.file,
            i.thumbnail,
        )
        for i in drawn.pages
        if i.page in pages
    }


def _sizes(files: Iterable[SiteFile]) -> dict[str, int]:
    return {
        f.address: len(f.source) if isinstance(f.source, bytes) else os.stat(f.source).st_size  # noqa: PTH116  thousands of them
        for f in files
    }
