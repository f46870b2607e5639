"""The printed pages of each document of a historical issue, as a PDF of their own.

A page may hold the end of one document and the beginning of the next; both then have it.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from gazette.archive import Archive, part_address
from gazette.errors import Finding, in_order
from gazette.model import Document, Issue
from gazette.pdf.split import Range, cut_pdfs


def cut_parts(
    archive: Archive, issues: Path, *, cache: Path, jobs: int = 1
) -> tuple[dict[str, Path], tuple[Finding, ...]]:
    """The PDFs of documents by site-relative address, and what could not be cut."""
    wanted: dict[Path, list[Range]] = defaultdict(list)
    documents: list[tuple[Issue, Document, Path, Range]] = []
    for issue in archive.gazette.issues:
        for document, span in _printed(archive, issue):
            path = issues / issue.source / issue.pdf
            wanted[path].append(span)
            documents.append((issue, document, path, span))
    cut = cut_pdfs(wanted, cache=cache, jobs=jobs)
    parts: dict[str, Path] = {}
    findings = []
    for issue, document, path, span in documents:
        if part := cut[path].get(span):
            parts[part_address(document)] = part
        else:
            findings.append(
                Finding(
                    level="warning",
                    code="pdf_not_cut",
                    path=f"{issues.name}/{issue.source}/{issue.pdf}",
                    line=None,
                    message=f"第 {document.pages} 页没有能拆成单独的 PDF（{document.title}）",
                    hint="这件文件仍可读，整期 PDF 仍可下载；想要单独的 PDF，请用原稿重新导出。",
                )
            )
    return parts, in_order(findings)


def _printed(archive: Archive, issue: Issue) -> Iterator[tuple[Document, Range]]:
    """Documents whose pages may be given out alone: all there, none shared with a withdrawn one."""
    scan = archive.scans.get(issue.address)
    shown = set(archive.shown_pages(issue))
    for document in issue.documents:
        if scan is None or document.withdrawn or document.pages is None:
            continue
        span = (document.pages.first, document.pages.last)
        if set(range(span[0], span[1] + 1)) <= shown and span != (1, len(scan.pages)):
            yield document, span
