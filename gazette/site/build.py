"""The build, from top to bottom: read, check, read PDFs, set PDFs, index, lay out pages.

Knows every part and how they follow on one another; knows nothing of MkDocs, which renders what
`prepare` returns (`gazette.site.plugin`).
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from gazette.archive import Archive, PageImage, Scan, entries
from gazette.check import check
from gazette.errors import Finding, in_order
from gazette.index import GRAMS, make_static_index
from gazette.ledger import ledger
from gazette.model import Gazette
from gazette.pdf.extract import PageImages, page_images
from gazette.publish.edition import set_editions
from gazette.publish.parts import cut_parts
from gazette.reading import Progress, read_archive, silent
from gazette.settings import Settings
from gazette.site.ledger import ledger_files
from gazette.site.offline import withdrawn
from gazette.site.pages import Page, site_pages
from gazette.site.sitemap import sitemaps


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFile:
    """A file of the site that is not a page: its address, and its bytes or where they lie."""

    address: str
    source: Path | bytes


@dataclass(frozen=True, kw_only=True)
class Site:
    """All that is to be published, ready to be rendered, and what was found wrong on the way."""

    archive: Archive
    pages: tuple[Page, ...]
    files: tuple[SiteFile, ...]
    findings: tuple[Finding, ...]


def prepare(  # noqa: PLR0913  the choices of one build
    settings: Settings,
    issues: Path,
    *,
    cache: Path,
    on: date | None = None,
    jobs: int = 1,
    progress: Progress = silent,
) -> Site:
    """Make everything but the HTML. Faults in content become findings; the rest is published."""
    archive, findings = read_archive(settings, issues, cache=cache, jobs=jobs, progress=progress)
    findings = in_order([*findings, *check(archive, issues.name)])
    day = on or archive.gazette.newest_day

    files = [*_committed(archive.gazette, issues)]
    images = _images(archive, issues, cache=cache, jobs=jobs, progress=progress)
    archive = replace(archive, scans=images.scans)
    files += images.files
    typeset, found_setting = set_editions(
        archive,
        issues,
        cache=cache / "editions",
        jobs=jobs,
        progress=lambda d, n: progress("排印 PDF", d, n),
    )
    findings = in_order([*findings, *found_setting])
    files += (SiteFile(address=a, source=p) for a, p in typeset.items())
    parts, found_cutting = cut_parts(archive, issues, cache=cache / "parts", jobs=jobs)
    findings = in_order([*findings, *found_cutting])
    files += (SiteFile(address=a, source=p) for a, p in parts.items())
    files += (SiteFile(address=a, source=d) for a, d in ledger_files(ledger(archive)))
    archive = replace(archive, sizes=_sizes(files))
    found = list(entries(archive))
    progress("编制索引", 0, len(found))
    index = make_static_index(
        found, cache / GRAMS, closed_through=settings.closed_through, jobs=jobs
    )
    files += (SiteFile(address=f"search-index/{name}", source=p) for name, p in index.items())
    manifest = index["manifest.json"].read_text("utf-8")
    pages = tuple(site_pages(archive, settings, day, manifest))
    files += (SiteFile(address=n, source=c) for n, c in sitemaps(pages, settings.site_url))
    files.append(SiteFile(address="withdrawn.json", source=withdrawn(archive)))
    return Site(archive=archive, pages=pages, files=tuple(files), findings=findings)


def _committed(gazette: Gazette, issues: Path) -> Iterator[SiteFile]:
    for issue in gazette.issues:
        for name in issue.files:
            if name not in issue.withdrawn_files:
                yield SiteFile(address=issue.address + name, source=issues / issue.source / name)


@dataclass(frozen=True, kw_only=True)
class _Images:
    scans: dict[str, Scan]
    files: list[SiteFile]


def _images(
    archive: Archive, issues: Path, *, cache: Path, jobs: int, progress: Progress
) -> _Images:
    """Pictures of the pages that are shown; pages whose PDF cannot be drawn have none."""
    shown = {i: archive.shown_pages(i) for i in archive.gazette.issues if archive.shown_pages(i)}
    drawn = page_images(
        [issues / i.source / i.pdf for i in shown],
        cache=cache / "pdf",
        jobs=jobs,
        progress=lambda d, n: progress("绘制 PDF 页面", d, n),
    )
    scans = dict(archive.scans)
    files: list[SiteFile] = []
    for issue, pages in shown.items():
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


def _sizes(files: list[SiteFile]) -> dict[str, int]:
    return {
        f.address: len(f.source) if isinstance(f.source, bytes) else f.source.stat().st_size
        for f in files
    }


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def put_in_place(made: Path, site: Path) -> None:
    """Swap a finished site for the one that stands, which is whole until the moment it is gone."""
    old = site.with_name(f"{site.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if site.exists():
        site.rename(old)
    made.rename(site)
    shutil.rmtree(old, ignore_errors=True)
