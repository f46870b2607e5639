"""The gazette together with what its PDFs hold: what pages, search and downloads are made of.

Joins three parts that do not know one another: the content model, the texts that were read from
PDFs, and the sizes of files to download. No input or output.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from gazette.cited import References
from gazette.dialect import parse, visible_lines
from gazette.digest import digest, of_fields
from gazette.edits import Stories
from gazette.model import Document, Gazette, Issue
from gazette.pdf.model import PageText, PdfFault
from gazette.relations import Relations
from gazette.search.entry import Entry
from gazette.validity import Timeline
from gazette.withholding import Held


@dataclass(frozen=True, slots=True, kw_only=True)
class PageImage:
    """The picture of a PDF page. Names are relative to the issue's address; pixels for 800 wide."""

    name: str
    thumbnail_name: str
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What was read from an issue's PDF: its pages in order, their pictures, and what went wrong.

    `source` is a hash of what `pages` and `fault` were read from, empty where they were not read;
    `sha256` that of the file. `truncated` tells that the file lacks its end. `hidden` are its pages with an old invisible
    OCR layer. `held` tells where withdrawn documents stand in it; those pages have no text here.
    """

    pages: tuple[PageText, ...] = ()
    images: Mapping[int, PageImage] = field(default_factory=dict)
    fault: PdfFault | None = None
    hidden: tuple[int, ...] = ()
    source: str = ""
    sha256: str = ""
    truncated: bool = False
    held: tuple[Held, ...] = ()

    @cached_property
    def withheld(self) -> frozenset[int]:
        """Pages that are not shown: withdrawn documents stand on them, or stood."""
        return frozenset(n for held in self.held for n in held.pages)

    @cached_property
    def digest(self) -> str:
        """A hash of all that the value holds; its texts are not touched where `source` is known."""
        return digest([self.source, self.images]) if self.source else of_fields(self)


@dataclass(frozen=True, kw_only=True)
class Archive:
    """The gazette, the scans by issue address, and sizes in bytes by site-relative address.

    `relations` are what the documents do to one another (`gazette.relations.relate`), `references`
    what their texts cite (`gazette.cited.read_references`), `stories` how their texts changed
    (`gazette.reading.with_stories`); a part of an archive has none of these two.
    """

    name: str
    gazette: Gazette
    scans: Mapping[str, Scan] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    relations: Relations = field(default_factory=Relations)
    references: References = field(default_factory=References)
    stories: Stories = field(default_factory=Stories)

    def part(self, issues: Iterable[Issue]) -> "Archive":
        """These issues and all that belongs to them, and nothing else: what a page is made of."""
        kept = tuple(issues)
        homes = {i.address for i in kept}
        part = Archive(
            name=self.name,
            gazette=Gazette(issues=kept),
            scans={a: self.scans[a] for a in sorted(homes & self.scans.keys())},
            sizes={a: n for home in sorted(homes) for a, n in self._sizes_by_issue.get(home, ())},
            relations=self.relations.part(d for i in kept for d in i.documents),
        )
        vars(part)["_issue_digests"] = self._issue_digests  # what belongs to an issue is the same
        return part

    @cached_property
    def digest(self) -> str:
        """A hash of all but references and stories, which pages are told of by themselves."""
        return digest([self.name, [self._digest_of(issue) for issue in self.gazette.issues]])

    @cached_property
    def _issue_digests(self) -> dict[str, str]:
        return {}

    def _digest_of(self, issue: Issue) -> str:
        found = self._issue_digests.get(issue.address)
        if found is None:
            standings = [self.relations.of(d).digest for d in issue.documents]
            sizes = self._sizes_by_issue.get(issue.address, [])
            scan = self.scans.get(issue.address)
            found = digest([issue, scan, sizes, standings])
            self._issue_digests[issue.address] = found
        return found

    @cached_property
    def _sizes_by_issue(self) -> Mapping[str, list[tuple[str, int]]]:
        found: dict[str, list[tuple[str, int]]] = {}
        for address in sorted(self.sizes):
            home = "/".join(address.split("/")[:2]) + "/"
            found.setdefault(home, []).append((address, self.sizes[address]))
        return found

    def states(self, document: Document) -> Timeline:
        """A document's 有效性: each state with its first day, in order; () where it has none."""
        return self.relations.of(document).states

    @cached_property
    def issues_by_address(self) -> Mapping[str, Issue]:
        """Issues by their address."""
        return {i.address: i for i in self.gazette.issues}

    def shown_pages(self, issue: Issue) -> list[int]:
        """PDF pages that have a page of their own on the site.

        The printed edition of an issue that is committed as text is offered for download only: its
        pages would repeat the documents. Where a document names its pages, the issue is a
        historical one, whose pages keep their addresses however many documents are added as text;
        not where a withdrawn text alone names them, to say where it was printed. Pages of withdrawn
        documents are gone.
        """
        scan = self.scans.get(issue.address)
        named = (d for d in (*issue.documents, *issue.drafts) if d.pages)
        paged = any(not d.withdrawn or d.source.endswith("/index.md") for d in named)
        if scan is None or (issue.documents and not paged):
            return []
        return [p.page for p in scan.pages if p.page not in scan.withheld]

    def document_lines(self, issue: Issue, document: Document) -> Iterator[str]:
        """The visible text of a document, line by line: its body's, or that of its PDF pages."""
        if document.withdrawn:
            return
        if document.body or document.pages is None:
            yield from visible_lines(parse(document.body))
        elif scan := self.scans.get(issue.address):
            for page in scan.pages[document.pages.first - 1 : document.pages.last]:
                yield from readable_lines(page)


def readable_lines(page: PageText) -> Iterator[str]:
    """The lines of a page's text, none where they are garbage: nobody should read or find that."""
    if page.quality in ("good", "suspect"):
        yield from filter(None, map(str.strip, page.text.split("\n")))


def covered_pages(archive: Archive, issue: Issue, document: Document) -> list[PageText]:
    """The pages of the PDF that a document without a text of its own is read from."""
    scan = archive.scans.get(issue.address)
    if document.body or document.pages is None or scan is None:
        return []
    return list(scan.pages[document.pages.first - 1 : document.pages.last])


_DOUBTS = ("garbled", "scanned", "suspect", "ocr", "repaired")
"""Why a text may be wrong, the worst first."""


def _doubt(pages: Iterable[PageText]) -> str:
    """Why a text from these pages may be wrong, empty where it is as good as the PDF itself."""
    found = {
        p.method if p.quality == "good" and p.method in ("ocr", "repaired") else p.quality
        for p in pages
    }
    return next((d for d in _DOUBTS if d in found), "")


def with_corrections(scan: Scan, corrections: tuple[tuple[int, str], ...]) -> Scan:
    """Put corrected text (`text/0012.md`) in the place of what was extracted."""
    texts = dict(corrections)
    if not texts:
        return scan
    pages = tuple(
        replace(p, text=texts[p.page], quality="good", method="corrected", confidence=None)
        if p.page in texts
        else p
        for p in scan.pages
    )
    source = digest([scan.source, corrections]) if scan.source else ""
    return replace(scan, pages=pages, source=source)


def without_held(scan: Scan, held: tuple[Held, ...]) -> Scan:
    """The same without the texts of pages that withdrawn documents stand on."""
    if not held:
        return scan
    scan = replace(scan, held=held, source=digest([scan.source, held]) if scan.source else "")
    pages = (replace(p, text="") if p.page in scan.withheld else p for p in scan.pages)
    return replace(scan, pages=tuple(pages))


def edition_address(thing: Issue | Document) -> str:
    """Where the PDF that we set of an issue or a document stands: `2019/12/01/01-ydb.pdf`."""
    if isinstance(thing, Issue):
        return f"{thing.address}{thing.number.year}-{thing.number.folder}-ydb.pdf"
    return f"{thing.address}{thing.folder}-ydb.pdf"


def part_address(document: Document) -> str:
    """Where the PDF of a document's printed pages stands: `1998/03/05/05-ysb.pdf` (印刷版)."""
    return f"{document.address}{document.folder}-ysb.pdf"


def searchable_address(issue: Issue) -> str:
    """Where the copy of an issue's PDF stands that OCR made searchable: `1998/03/1998-03-ocr.pdf`."""
    return f"{issue.address}{issue.number.year}-{issue.number.folder}-ocr.pdf"


def entries(archive: Archive) -> Iterator[Entry]:
    """Everything that can be found, oldest issue first; what was withdrawn is not among it."""
    for issue in archive.gazette.issues:
        yield from issue_entries(archive, issue)


def entries_digest(archive: Archive, issue: Issue) -> str:
    """A hash of all that `issue_entries` is made of: where it is as before, so are the entries."""
    states = [archive.relations.of(d).timeline_text for d in issue.documents]
    scan = archive.scans.get(issue.address)
    # Pictures are no part of it: a search reads the archive without drawing any.
    return digest([issue, replace(scan, images={}) if scan else None, states])


def issue_entries(archive: Archive, issue: Issue) -> Iterator[Entry]:
    """What can be found of one issue: its documents, and the pages that no document covers."""
    for document in issue.documents:
        if document.withdrawn:
            continue
        lines = [*archive.document_lines(issue, document), *(a.title for a in document.annexes)]
        yield Entry(
            url=document.address,
            kind="document",
            title=document.title,
            number=document.number_text,
            issue=issue.address.rstrip("/"),
            page=document.pages.first if document.pages else None,
            section=document.section,
            authorities=document.authorities,
            document_type=document.document_type,
            topic=document.topic,
            dated=document.dated,
            year=issue.number.year,
            body="\n".join(lines),
            quality=_doubt(covered_pages(archive, issue, document)),
            validity=tuple((day, state.value) for day, state in archive.states(document)),
        )
    covered = [d.pages for d in issue.documents if d.pages]
    scan = archive.scans.get(issue.address)
    for page in archive.shown_pages(issue):
        if scan is None or any(page in pages for pages in covered):
            continue  # found as the document that covers it
        read = scan.pages[page - 1]
        yield Entry(
            url=f"{issue.address}p{page}/",
            kind="page",
            title=f"{issue.label} 第{page}页",
            number="",
            issue=issue.address.rstrip("/"),
            page=page,
            section="",
            authorities=(),
            document_type="",
            topic="",
            dated=issue.published_on,
            year=issue.number.year,
            body="\n".join(readable_lines(read)),
            quality=_doubt([read]),
        )
