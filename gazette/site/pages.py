"""Every page of the site as plain data: address, template, and what the template needs. Pure.

A page depends only on what stands in its `Page`, so it can be made again, skipped, or written by
another generator. Addresses in `meta` are site-relative (`2019/12/01/`); the templates make them
relative to the page.

Pages come in groups. A group names all that its pages are made of, most often a part of the
archive; its `make` is given that and nothing else, so where the inputs are as before, so are the
pages, and they need not even be worked out.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from pathlib import PurePosixPath
from typing import Any

from gazette.archive import (
    Archive,
    Scan,
    edition_address,
    part_address,
    readable_lines,
    searchable_address,
)
from gazette.dates import format_date
from gazette.dialect import link_targets
from gazette.digest import digest
from gazette.edits import Story
from gazette.filters import all_listings
from gazette.ledger import Ledger, ledger, ranges
from gazette.links import Resolve, annex_path, nowhere, redirects, resolver
from gazette.lists import Listing
from gazette.model import Document, Issue
from gazette.number import IssueNumber
from gazette.number import address as number_address
from gazette.pdf.model import PageText
from gazette.settings import Settings
from gazette.site.history import Told, history_address, history_data, told
from gazette.site.ledger import ADDRESS, CSV, XLSX, ledger_data
from gazette.site.life import Badges, badge, badges, issue_corrections, life_meta, states_on
from gazette.site.lists import list_pages, overview
from gazette.site.offline import marks
from gazette.site.quoting import citations, titled
from gazette.site.references import PageReferences, cited_lists
from gazette.structure import outline

_NOT_LISTED = frozenset({"history", "number", "redirect", "search", "saved"})
"""Kinds of pages that only lead to others, or tell what others say no more."""

QUALITY_NOTES: Mapping[tuple[str, str], str] = {
    ("good", "text"): "",
    ("good", "repaired"): "本页文字经过编码修复，仅供检索，以 PDF 原件为准。",
    ("good", "ocr"): "本页文字由 OCR 识别，仅供检索，以 PDF 原件为准。",
    ("good", "corrected"): "本页文字经过人工校订。",
    ("suspect", "ocr"): "本页文字由 OCR 识别，可能有错，仅供检索，以 PDF 原件为准。",
    ("scanned", "ocr"): "本页是图像，OCR 没有认出文字，请看图像或 PDF 原件。",
    ("garbled", "ocr"): "本页的文字 OCR 认不准，请看图像或 PDF 原件。",
    ("garbled", "text"): "本页的文字不能从 PDF 正常读出，请看图像或 PDF 原件。",
    ("scanned", "text"): "本页是扫描图像，还没有文字，请看图像或 PDF 原件。",
    ("blank", "text"): "本页是空白页。",
    ("suspect", "text"): "本页文字可能不准，仅供检索，以 PDF 原件为准。",
}
"""What a reader is told of a page's text, by its quality and the way it was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page: where it stands, the template it is set in, its data, and its text if it has one.

    `meta` holds only plain values (str, int, bool, list, dict, None). `body` is in the dialect;
    `links` gives for each target in it where it is published, relative to the page; `marks` are the
    citations in its visible text: start, end, and where they lead.
    """

    address: str
    template: str
    title: str
    meta: Mapping[str, Any] = field(default_factory=dict)
    body: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    marks: Sequence[tuple[int, int, str]] = ()

    @property
    def uri(self) -> str:
        """The generated source file: `2019/12/01/index.md`, `404.md`."""
        return (
            f"{self.address}index.md"
            if self.address.endswith("/") or not self.address
            else self.address
        )

    @property
    def file(self) -> str:
        """The file of the site that it is written to: `2019/12/01/index.html`."""
        whole = self.address.endswith("/") or not self.address
        return f"{self.address}index.html" if whole else self.address

    @property
    def is_listed(self) -> bool:
        """Whether the site map for search engines names it."""
        return self.meta.get("kind") not in _NOT_LISTED and "withdrawn" not in self.meta


@dataclass(frozen=True, kw_only=True)
class Group:
    """Pages that are made of the same inputs, and of nothing else.

    `make(**inputs)` gives the pages. It is a function of a module and pure: what it needs, it is
    given. Inputs are values that have a `digest`; their names are what `--explain` calls them.
    """

    name: str
    make: Callable[..., Iterable[Page]]
    inputs: Mapping[str, Any]

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """The hash of each input."""
        return {name: digest(value) for name, value in self.inputs.items()}

    @property
    def key(self) -> str:
        """A hash of all that the pages depend on but the program itself."""
        function = f"{self.make.__module__}.{self.make.__qualname__}"
        return digest([self.name, function, dict(self.digests)])

    def pages(self) -> Iterable[Page]:
        """The pages, worked out."""
        return self.make(**self.inputs)


@dataclass(frozen=True)
class Heads:
    """Documents of which nothing but the head is used: a changed text changes none of their pages."""

    documents: tuple[Document, ...]

    @cached_property
    def digest(self) -> str:
        """A hash of all the heads."""
        return digest([d.head for d in self.documents])

    def __getstate__(self) -> dict[str, Any]:
        """Without what was kept of the texts, for another process."""
        return {"documents": tuple(d.without_text() for d in self.documents)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """As any instance: fields are frozen, so they are put in by hand."""
        vars(self).update(state)


def site_pages(
    archive: Archive, settings: Settings, on: date | None, manifest: str = ""
) -> Iterator[Page]:
    """Every page of the site, in a fixed order."""
    for group in site_groups(archive, settings, on, manifest):
        yield from group.pages()


def site_groups(  # noqa: PLR0913  the choices of one site
    archive: Archive,
    settings: Settings,
    on: date | None,
    manifest: str = "",
    *,
    lists: Sequence[Listing] | None = None,
    address: str | None = None,
    is_page: Callable[[str], bool] = nowhere,
) -> Iterator[Group]:
    """Every page of the site in groups, in a fixed order.

    `lists` are the archive's, where they are known (`gazette.filters.all_listings`). With `address`,
    groups that cannot have a page there are left out. `is_page` tells of the site's own pages, to
    which texts may link (`own_pages`). `on` is the day that the site is made for;
    `manifest` is that of the search index, which the search page holds so that a phone need not
    ask for it.
    """
    gazette = archive.gazette

    def asked(start: str) -> bool:
        return address is None or address.startswith(start)

    whole = {"archive": archive, "settings": settings}
    yield Group(name="", make=_home, inputs={**whole, "on": on})
    for at, year in enumerate(gazette.years):
        if asked(f"{year}/"):
            part = archive.part(gazette.of_year(year))
            near = list(gazette.years[max(0, at - _NEAR) : at + _NEAR + 1])
            inputs = {"archive": part, "year": year, "near": near}
            yield Group(name=f"{year}/", make=_year, inputs=inputs)
    yield from _issues(archive, settings, on, asked, is_page)
    if asked("lists/"):
        yield from _sections(archive, settings, on)
        yield from _all_lists(archive, settings, on, lists)
    if asked("wh/"):
        yield from _numbers(archive, on)
    yield from _of_documents(archive, asked)
    yield Group(name=_MOVED, make=_redirects, inputs={"moved": redirects(gazette)})
    account = ledger(archive)
    sizes = {a: archive.sizes[a] for a in (CSV, XLSX) if a in archive.sizes}
    yield Group(name=ADDRESS, make=_ledger, inputs={"account": account, "sizes": sizes})
    yield Group(name="search/", make=_search, inputs={"manifest": manifest})
    yield Group(name="timeline/", make=_timeline, inputs={"archive": archive})
    yield Group(name="saved/", make=_saved, inputs={})
    yield Group(name="sitemap/", make=_sitemap, inputs=whole)


def page_at(groups: Iterable[Group], address: str) -> Page | None:
    """The page of an address, worked out; None where there is none."""
    near = (g for g in groups if address.startswith(g.name) or g.name in FREE)
    for group in sorted(near, key=lambda g: len(g.name), reverse=True):
        for page in group.pages() if group.name or not address else ():
            if page.address == address:
                return page
    return None


def own_pages(archive: Archive, settings: Settings, on: date | None) -> Callable[[str], bool]:
    """Whether the site has a page at an address, asked for whatever no document or issue is at."""

    @cache
    def is_page(address: str) -> bool:
        return page_at(site_groups(archive, settings, on, address=address), address) is not None

    return is_page


_MOVED = "旧网址"
FREE = frozenset({_MOVED})
"""Names of groups whose pages may stand anywhere; those of the others begin with the group's name."""


def _issues(
    archive: Archive,
    settings: Settings,
    on: date | None,
    asked: Callable[[str], bool],
    is_page: Callable[[str], bool],
) -> Iterator[Group]:
    """A group for each issue: its own page, its documents, the pages of its PDF."""
    resolve_on = resolver(archive.gazette, is_page)
    documents = {d.address: d for d in archive.gazette.documents}
    for before, issue, after in _neighbours(archive.gazette.issues):
        if not asked(issue.address):
            continue
        part = archive.part(i for i in (before, issue, after) if i)
        inputs = {
            "archive": part,
            "address": issue.address,
            "settings": settings,
            "links": _issue_links(issue, resolve_on),
            "states": states_on(archive, issue.documents, on),
            "shown": badges(archive, issue.documents, on),
            "references": PageReferences(
                documents=issue.documents, known=archive.references, by_address=documents
            ),
            "stories": told(issue.documents, archive.stories),
            "marks": marks(archive, issue),
        }
        yield Group(name=issue.address, make=_issue_pages, inputs=inputs)


def _all_lists(
    archive: Archive, settings: Settings, on: date | None, lists: Sequence[Listing] | None
) -> Iterator[Group]:
    found = tuple(all_listings(archive, settings, on)) if lists is None else lists
    sizes = _sizes_by_list(archive, found)
    for listing in found:
        inputs = {"listing": listing, "sizes": sizes.get(listing.address, {})}
        yield Group(name=listing.address, make=_list, inputs=inputs)
    sections = _section_counts(archive, settings)
    inputs = {"lists": overview(found), "sections": sections}
    yield Group(name="lists/", make=_lists, inputs=inputs)


def _of_documents(archive: Archive, asked: Callable[[str], bool]) -> Iterator[Group]:
    """What some documents have besides their own page: who cites them, how they were changed."""
    documents = {d.address: d for d in archive.gazette.documents}
    for document, citing in cited_lists(archive.references, documents):
        if asked(document.address):
            inputs = {"document": _document_row(document), "citing": Heads(citing)}
            yield Group(name=f"{document.address}cited/", make=_cited, inputs=inputs)
    for address in sorted(a for a, story in archive.stories.of.items() if story.edits):
        document = documents[address]
        if asked(address) and not document.withdrawn:
            inputs = {"document": _document_row(document), "story": archive.stories.of[address]}
            yield Group(name=history_address(document), make=_history, inputs=inputs)


def _issue_links(issue: Issue, resolve_on: Callable[[str], Resolve]) -> dict[str, dict[str, str]]:
    """By the address of each page of an issue: where the targets in its text are published."""
    texts = [(issue.address, link_targets(issue.note))]
    texts += ((d.address, d.of_text(link_targets)) for d in issue.documents if not d.withdrawn)
    found = {}
    for address, targets in texts:
        resolve = resolve_on(address)
        if links := {t: to for t in targets if (to := resolve(t)) is not None}:
            found[address] = links
    return found


def _issue_pages(  # noqa: PLR0913, PLR0917  what an issue's pages are made of
    archive: Archive,
    address: str,
    settings: Settings,
    links: Mapping[str, Mapping[str, str]],
    states: Mapping[str, str],
    shown: Badges,
    references: PageReferences,
    stories: Told,
    marks: Mapping[str, str],
) -> Iterator[Page]:
    """An issue with its documents and the pages of its PDF; `archive` holds its neighbours too."""
    for before, issue, after in _neighbours(archive.gazette.issues):
        if issue.address == address:
            made = [
                _issue(archive, settings, issue, before, after, links.get(address, {}), shown),
                *_documents(archive, issue, links, states, references.pages, stories),
            ]
            for page in made:
                mark = marks.get(page.address)
                yield replace(page, meta={**page.meta, "mark": mark}) if mark else page
            yield from _pdf_pages(archive, issue)


def _cited(document: Mapping[str, Any], citing: Heads) -> Iterator[Page]:
    """被引用 of one document: a page a year, newest first, so that a new one changes only its year's."""
    rows = [{**_document_row(d), "year": d.issue.year} for d in citing.documents]
    base = f"{document['url']}cited/"
    years = sorted({row["year"] for row in rows}, reverse=True)
    for year in (None, *years):
        yield Page(
            address=base if year is None else f"{base}{year}/",
            template="cited.html",
            title=f"引用{titled(document['title'])}的文件" + (f"（{year}年）" if year else ""),
            meta={
                "kind": "cited",
                "document": document,
                "year": year or years[0],
                "years": [{"year": y, "url": f"{base}{y}/"} for y in years],
                "documents": [row for row in rows if row["year"] == (year or years[0])],
            },
        )


def _history(document: Mapping[str, Any], story: Story) -> Iterator[Page]:
    """How one document's text changed after it was published."""
    yield Page(
        address=f"{document['url']}history/",
        template="history.html",
        title=f"发布后的改动：{document['title']}",
        meta={"kind": "history", "document": document, **history_data(story)},
    )


def _ledger(account: Ledger, sizes: Mapping[str, int]) -> Iterator[Page]:
    data = ledger_data(account, sizes)
    yield Page(address=ADDRESS, template="ledger.html", title="馆藏台账", meta=data)


def _search(manifest: str) -> Iterator[Page]:
    meta = {"kind": "search", "manifest": manifest}
    yield Page(address="search/", template="search.html", title="检索", meta=meta)


def _saved() -> Iterator[Page]:
    yield Page(address="saved/", template="saved.html", title="已保存", meta={"kind": "saved"})


def _neighbours(things: Iterable[Any]) -> Iterator[tuple[Any, Any, Any]]:
    listed = [None, *things, None]
    return zip(listed, listed[1:-1], listed[2:], strict=False)


def _day(day: date | None) -> str:
    return format_date(day) if day else ""


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _issue_card(archive: Archive, issue: Issue) -> dict[str, Any]:
    """What stands for an issue in lists and links."""
    scan = archive.scans.get(issue.address)
    return {
        "url": issue.address,
        "label": issue.label,
        "year": issue.number.year,
        "short": issue.label.removeprefix(f"{issue.number.year}年"),
        "cumulative": "、".join(map(str, issue.number.cumulative)),
        "title": issue.title,
        "published_on": _day(issue.published_on),
        "published_iso": _iso(issue.published_on),
        "documents": len(issue.documents),
        "pages": len(scan.pages) if scan and issue.printed else 0,
        "historical": bool(issue.pdf) and not any(d.of_text(bool) for d in issue.documents),
        "cover": issue.address + issue.cover if issue.cover in issue.files else "",
    }


_COVER_LINES = 7
_LINE_WIDTHS = (14, 72)


def _cover_card(archive: Archive, issue: Issue) -> dict[str, Any]:
    """A card with what its cover is drawn from: a line for each document, as long as its title."""
    least, most = _LINE_WIDTHS
    titles = [d.title for d in issue.documents if not d.withdrawn][:_COVER_LINES]
    lines = [min(most, max(least, 2 * len(t))) for t in titles]
    return {**_issue_card(archive, issue), "lines": lines}


def _document_row(document: Document, shown: Badges | None = None) -> dict[str, Any]:
    """What stands for a document in lists and links; `shown` are the badges of a list."""
    return {
        **badge(shown or {}, document),
        "url": document.address,
        "folder": document.folder,
        "title": document.title,
        "number": document.number_text,
        "authorities": list(document.authorities),
        "dated": _day(document.dated),
        "dated_iso": _iso(document.dated),
        "section": document.section,
        "withdrawn": document.withdrawn is not None,
        "pages": str(document.pages or ""),
    }


def _by_section(
    documents: Iterable[Document], settings: Settings, shown: Badges
) -> list[dict[str, Any]]:
    groups: dict[str, list[Document]] = defaultdict(list)
    for document in documents:
        groups[document.section].append(document)
    return [
        {"name": name, "documents": [_document_row(d, shown) for d in groups[name]]}
        for name in sorted(groups, key=settings.section_order)
    ]


def _newest(issue: Issue) -> tuple[date, IssueNumber]:
    return issue.published_on or date(issue.number.year, 1, 1), issue.number


def _home(archive: Archive, settings: Settings, on: date | None) -> Iterator[Page]:
    issues = archive.gazette.issues
    newest = sorted(issues, key=_newest, reverse=True)
    latest = newest[0] if newest else None
    yield Page(
        address="",
        template="home.html",
        title=settings.site_name,
        meta={
            "kind": "home",
            "latest": _cover_card(archive, latest) if latest else None,
            "latest_sections": _by_section(
                latest.documents, settings, badges(archive, latest.documents, on)
            )
            if latest
            else [],
            "latest_downloads": _downloads(archive, latest) if latest else [],
            "recent": [_cover_card(archive, i) for i in newest[1:7]],
            "years": _years(archive),
            "sections": _section_counts(archive, settings),
            "counts": {
                "issues": len(issues),
                "documents": len(archive.gazette.documents),
                "pages": sum(_issue_card(archive, i)["pages"] for i in issues),
                "first_year": archive.gazette.years[0] if issues else None,
                "last_year": archive.gazette.years[-1] if issues else None,
            },
        },
    )


def _years(archive: Archive) -> list[dict[str, Any]]:
    counts: dict[int, list[int]] = {}
    for issue in archive.gazette.issues:
        count = counts.setdefault(issue.number.year, [0, 0, 0])
        count[0] += 1
        count[1] += len(issue.documents)
        scan = archive.scans.get(issue.address)
        count[2] += len(issue.documents) or (len(scan.pages) if scan else 0)
    return [
        {
            "year": y,
            "url": f"{y}/",
            "issues": counts[y][0],
            "documents": counts[y][1],
            "weight": counts[y][2],
        }
        for y in sorted(counts, reverse=True)
    ]


def _section_address(section: str) -> str:
    return f"lists/{section.replace('/', '／')}/"


def _section_counts(archive: Archive, settings: Settings) -> list[dict[str, Any]]:
    counts: dict[str, int] = defaultdict(int)
    for document in archive.gazette.documents:
        counts[document.section] += 1
    return [
        {"name": s, "url": _section_address(s), "count": counts[s]}
        for s in sorted(filter(None, counts), key=settings.section_order)
    ]


_NEAR = 5
"""Years before and after one that its page offers."""


def _year(archive: Archive, year: int, near: list[int]) -> Iterator[Page]:
    """A year and its issues; `near` are the years around it, itself among them, oldest first."""
    issues = archive.gazette.issues
    at = near.index(year)
    before = near[at - 1] if at else None
    after = near[at + 1] if at + 1 < len(near) else None
    yield Page(
        address=f"{year}/",
        template="year.html",
        title=f"{year}年",
        meta={
            "kind": "year",
            "year": year,
            "issues": [_cover_card(archive, i) for i in issues],
            "documents": sum(len(i.documents) for i in issues),
            "near": near[::-1],
            "previous": {"label": f"{before}年", "url": f"{before}/"} if before else None,
            "next": {"label": f"{after}年", "url": f"{after}/"} if after else None,
        },
    )


def _downloads(archive: Archive, issue: Issue) -> list[dict[str, Any]]:
    """The PDFs of an issue: `name` says what each is, `size` is in bytes."""
    found = []
    if issue.printed:
        address = issue.address + issue.printed
        found.append({"url": address, "name": "印刷版 PDF", "size": archive.sizes.get(address, 0)})
    found += _searchable(archive, issue)
    typeset = edition_address(issue)
    if typeset in archive.sizes:
        found.append({"url": typeset, "name": "阅读版 PDF", "size": archive.sizes[typeset]})
    return found


def _searchable(archive: Archive, issue: Issue) -> list[dict[str, Any]]:
    """The copy of a scanned PDF with OCR's text in it, where there is one."""
    address = searchable_address(issue)
    if not issue.printed or address not in archive.sizes:
        return []
    return [{"url": address, "name": "可检索副本 PDF（OCR）", "size": archive.sizes[address]}]


def _issue(  # noqa: PLR0913, PLR0917  what an issue's page shows
    archive: Archive,
    settings: Settings,
    issue: Issue,
    before: Issue | None,
    after: Issue | None,
    links: Mapping[str, str],
    shown: Badges,
) -> Page:
    scan = archive.scans.get(issue.address)
    return Page(
        address=issue.address,
        template="issue.html",
        title=issue.label,
        meta={
            "kind": "issue",
            "issue": _cover_card(archive, issue),
            "sections": _by_section(issue.documents, settings, shown),
            "corrections": issue_corrections(archive, issue),
            "downloads": _downloads(archive, issue),
            "pdf_pages": [_pdf_page_card(issue, scan, p) for p in archive.shown_pages(issue)]
            if scan
            else [],
            "pdf_fault": scan.fault.message if scan and scan.fault else "",
            "withheld": issue.pdf != issue.printed,
            "previous": _issue_card(archive, before) if before else None,
            "next": _issue_card(archive, after) if after else None,
        },
        body=issue.note,
        links=links,
    )


def _pdf_page_card(issue: Issue, scan: Scan, page: int) -> dict[str, Any]:
    read = scan.pages[page - 1]
    image = scan.images.get(page)
    return {
        "page": page,
        "printed": read.printed_page or "",
        "url": f"{issue.address}p{page}/",
        "thumbnail": f"{issue.address}{image.thumbnail_name}" if image else "",
        "quality": read.quality,
    }


def _pdf_page_text(read: PageText) -> dict[str, Any]:
    """A page's text as lines to show, none where it is not readable, and what a reader is told of it."""
    return {
        "lines": list(readable_lines(read)),
        "note": QUALITY_NOTES.get((read.quality, read.method), ""),
    }


def _documents(  # noqa: PLR0913, PLR0917  what documents' pages are made of
    archive: Archive,
    issue: Issue,
    links: Mapping[str, Mapping[str, str]],
    states: Mapping[str, str],
    references: Mapping[str, Mapping[str, Any]],
    stories: Told,
) -> Iterator[Page]:
    card = _issue_card(archive, issue)
    for before, document, after in _neighbours(issue.documents):
        row = _document_row(document)
        meta: dict[str, Any] = {
            "kind": "document",
            "document": row,
            "issue": card,
            "previous": _document_row(before) if before else None,
            "next": _document_row(after) if after else None,
        }
        if document.withdrawn:
            day = document.withdrawn.dated
            meta["withdrawn"] = {
                "dated": _day(day) if day != date.min else "",
                "reason": document.withdrawn.reason,
            }
            # Only that it existed: no text, no summary, no files.
            yield Page(
                address=document.address, template="document.html", title=document.title, meta=meta
            )
            continue
        scan = archive.scans.get(issue.address)
        pages = range(document.pages.first, document.pages.last + 1) if document.pages else ()
        meta |= life_meta(archive, document, states.get(document.address, ""))
        meta |= {
            "rows": _metadata_rows(document),
            "summary": document.summary,
            "keywords": list(document.keywords),
            "addressees": document.addressees,
            "published_iso": _iso(document.published_on or issue.published_on or document.dated),
            "annexes": [
                {
                    "title": a.title,
                    "url": f"{issue.address}{path}" if path in issue.files else "",
                    "type": a.file.rpartition(".")[2].upper() if path in issue.files else "",
                    "size": archive.sizes.get(f"{issue.address}{path}", 0),
                }
                for a in document.annexes
                for path in (annex_path(document, a.file),)
            ],
            "downloads": _document_downloads(archive, issue, document),
            "citations": [
                {"name": c.name, "lead": c.lead, "mark": c.mark, "rest": c.rest, "online": c.online}
                for c in citations(archive.name, issue, document)
            ],
            "outline": _outline(document),
            "history": stories.get(document.address),
            "references": {
                k: v for k, v in references.get(document.address, {}).items() if k != "marks"
            },
            "pdf_pages": [
                {**_pdf_page_card(issue, scan, p), **_pdf_page_text(scan.pages[p - 1])}
                for p in pages
                if scan and p <= len(scan.pages) and p not in scan.withheld
            ],
            "withheld": ranges(p for p in pages if scan and p in scan.withheld),
            "from_pdf": not document.of_text(bool) and bool(pages),
        }
        yield Page(
            address=document.address,
            template="document.html",
            title=document.title,
            meta=meta,
            body=document.body,
            links=links.get(document.address, {}),
            marks=references.get(document.address, {}).get("marks", ()),
        )


_FEW_HEADINGS = 3
_FEW_ARTICLES = 10
"""Texts with fewer headings and fewer articles are seen at a glance: they have no 目录."""


def _outline(document: Document) -> list[dict[str, Any]]:
    """The 目录 of a text: headings with their articles, or the articles alone."""
    entries = document.of_text(outline)
    if (
        len(entries) < _FEW_HEADINGS
        and sum(len(entry.articles) for entry in entries) < _FEW_ARTICLES
    ):
        return []
    return [
        {
            "text": entry.text,
            "anchor": entry.anchor,
            "depth": entry.depth,
            "articles": [list(article) for article in entry.articles],
        }
        for entry in entries
    ]


def _document_downloads(archive: Archive, issue: Issue, document: Document) -> list[dict[str, Any]]:
    typeset, part = edition_address(document), part_address(document)
    found: list[dict[str, Any]] = [
        {"url": address, "name": name, "size": archive.sizes[address]}
        for address, name in ((typeset, "阅读版 PDF"), (part, "本件印刷版 PDF"))
        if address in archive.sizes
    ]
    if issue.printed and typeset not in archive.sizes:
        address = issue.address + issue.printed
        found.append(
            {
                "url": address,
                "fragment": f"page={document.pages.first}" if document.pages else "",
                "name": "本期印刷版 PDF",
                "size": archive.sizes.get(address, 0),
            }
        )
    return found


def _metadata_rows(document: Document) -> list[tuple[str, str]]:
    """The metadata table, in the order of government information pages; what is empty is left out."""
    rows = [
        ("索引号", document.index_number),
        ("主题分类", document.topic),
        ("发文机关", "、".join(document.authorities)),
        ("成文日期", _day(document.dated)),
        ("发文字号", document.number_text),
        ("发布日期", _day(document.published_on)),
        ("施行日期", _day(document.effective_on)),
        ("有效期至", _day(document.valid_until)),
        ("公文种类", document.document_type),
        ("公开方式", document.disclosure),
        ("关键词", "、".join(document.keywords)),
    ]
    return [(name, value) for name, value in rows if value]


def _pdf_pages(archive: Archive, issue: Issue) -> Iterator[Page]:
    scan = archive.scans.get(issue.address)
    if scan is None:
        return
    card = _issue_card(archive, issue)
    pdf = [issue.address + issue.printed] if issue.printed else []
    covering = [d for d in issue.documents if d.pages and not d.withdrawn]
    for before, page, after in _neighbours(archive.shown_pages(issue)):
        read = scan.pages[page - 1]
        image = scan.images.get(page)
        yield Page(
            address=f"{issue.address}p{page}/",
            template="page.html",
            title=f"{issue.label} 第{page}页",
            meta={
                "kind": "page",
                "issue": card,
                "page": page,
                "pages": len(scan.pages),
                "printed": read.printed_page or "",
                "quality": read.quality,
                "method": read.method,
                **_pdf_page_text(read),
                "image": {
                    "url": f"{issue.address}{image.name}",
                    "width": image.width,
                    "height": image.height,
                }
                if image
                else None,
                "downloads": [
                    *({"url": a, "name": "PDF", "size": archive.sizes.get(a, 0)} for a in pdf),
                    *({**f, "name": "可检索副本（OCR）"} for f in _searchable(archive, issue)),
                ],
                "documents": [_document_row(d) for d in covering if d.pages and page in d.pages],
                "previous": _pdf_page_card(issue, scan, before) if before else None,
                "next": _pdf_page_card(issue, scan, after) if after else None,
            },
        )


def _sections(archive: Archive, settings: Settings, on: date | None) -> Iterator[Group]:
    groups: dict[str, list[Document]] = defaultdict(list)
    for document in archive.gazette.documents:
        if document.section:
            groups[document.section].append(document)
    for section in sorted(groups, key=settings.section_order):
        inputs = {
            "section": section,
            "documents": Heads(tuple(groups[section])),
            "shown": badges(archive, groups[section], on),
        }
        yield Group(name=_section_address(section), make=_section, inputs=inputs)


def _section(section: str, documents: Heads, shown: Badges) -> Iterator[Page]:
    """A column: a page of its years, and a page a year with its documents, newest first."""
    by_year: dict[int, list[Document]] = defaultdict(list)
    for document in documents.documents:
        by_year[document.issue.year].append(document)
    base = _section_address(section)
    years = sorted(by_year, reverse=True)
    listed = [{"year": y, "url": f"{base}{y}/", "count": len(by_year[y])} for y in years]
    for year in (None, *years):
        listed_year = year or years[0]
        yield Page(
            address=base if year is None else f"{base}{year}/",
            template="section.html",
            title=section if year is None else f"{section}（{year}年）",
            meta={
                "kind": "section",
                "section": section,
                "year": listed_year,
                "years": listed,
                "count": len(documents.documents),
                "documents": [_document_row(d, shown) for d in reversed(by_year[listed_year])],
            },
        )


def _sizes_by_list(archive: Archive, lists: Iterable[Listing]) -> dict[str, dict[str, int]]:
    """The sizes of each list's files, by the list's address, under which all of them stand."""
    homes = {listing.address for listing in lists if not listing.whole}
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for address in sorted(a for a in archive.sizes if a.startswith("lists/")):
        folder = PurePosixPath(address).parent
        home = next((f"{p}/" for p in (folder, *folder.parents) if f"{p}/" in homes), "")
        found[home][address] = archive.sizes[address]
    return found


def _list(listing: Listing, sizes: dict[str, int]) -> Iterator[Page]:
    for fields in list_pages(listing, sizes):
        yield Page(**fields)


def _lists(lists: dict[str, Any], sections: list[dict[str, Any]]) -> Iterator[Page]:
    """Every list and every column, with how many documents each has."""
    meta = {"kind": "lists", "sections": sections, **lists}
    yield Page(address="lists/", template="lists.html", title="文件目录", meta=meta)


def _numbers(archive: Archive, on: date | None) -> Iterator[Group]:
    """Groups by what a number begins with: `/wh/宁政办发/`."""
    groups: dict[str, list[Document]] = defaultdict(list)
    for document in archive.gazette.documents:
        if document.number:
            first = number_address(document.number).split("/")[:2]
            groups["/".join(first)].append(document)
    for name in sorted(groups):
        documents = tuple(groups[name])
        inputs = {"documents": Heads(documents), "shown": badges(archive, documents, on)}
        yield Group(name=f"{name}/", make=_number_pages, inputs=inputs)


def _number_pages(documents: Heads, shown: Badges) -> Iterator[Page]:
    """`/wh/宁政办发/2019/34/`: the documents of one 发文字号. One number may have many."""
    groups: dict[str, list[Document]] = defaultdict(list)
    for document in documents.documents:
        if document.number:
            groups[number_address(document.number)].append(document)
    for address in sorted(groups):
        named = groups[address]
        yield Page(
            address=address,
            template="number.html",
            title=str(named[0].number),
            meta={"kind": "number", "documents": [_document_row(d, shown) for d in named]},
        )


def _redirects(moved: Mapping[str, Document]) -> Iterator[Page]:
    """Every address that a document had before (旧网址) leads to the one it has now."""
    for address, document in moved.items():
        yield Page(
            address=address,
            template="redirect.html",
            title=document.title,
            meta={"kind": "redirect", "to": document.address},
        )


_LEVELS = (1, 6, 13, 26)
"""From how many documents on an issue is a shade darker in the timeline."""


def _timeline(archive: Archive) -> Iterator[Page]:
    """Every issue, newest year first, with a level from 0 (nothing but a PDF) to 4."""
    years = _years(archive)
    decades = sorted({y["year"] // 10 for y in years}, reverse=True)
    meta = {
        "kind": "timeline",
        "count": sum(y["issues"] for y in years),
        "decades": [
            {
                "decade": f"{d}0",
                "first": max(y["year"] for y in years if y["year"] // 10 == d),
            }
            for d in decades
        ],
        "years": [
            {
                **y,
                "listed": [
                    {
                        "url": issue.address,
                        "short": issue.label.removeprefix(f"{issue.number.year}年"),
                        "documents": len(issue.documents),
                        "level": bisect_right(_LEVELS, len(issue.documents)),
                    }
                    for issue in archive.gazette.of_year(y["year"])
                ],
            }
            for y in years
        ],
    }
    yield Page(address="timeline/", template="timeline.html", title="往期公报", meta=meta)


def _sitemap(archive: Archive, settings: Settings) -> Iterator[Page]:
    meta = {
        "kind": "sitemap",
        "years": [
            {**y, "listed": [_issue_card(archive, i) for i in archive.gazette.of_year(y["year"])]}
            for y in _years(archive)
        ],
        "sections": _section_counts(archive, settings),
    }
    yield Page(address="sitemap/", template="sitemap.html", title="站点地图", meta=meta)
