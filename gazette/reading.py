"""From files to the archive: content, then the texts of its PDFs. What all commands begin with."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gazette.archive import Archive, Scan, with_corrections
from gazette.content import read_gazette
from gazette.dialect import link_targets
from gazette.errors import BuildError, Finding
from gazette.pdf.extract import read_pdfs
from gazette.settings import Settings

OF_TEXT: tuple[Callable[[str], Any], ...] = (bool, link_targets)
"""Functions of a document's text that are worked out when it is read (`Document.of_text`)."""

Progress = Callable[[str, int, int], None]
"""Called with the stage, how much of it is done, and how much there is."""


def silent(_stage: str, _done: int, _all: int) -> None:
    """Progress that nobody watches."""


def read_archive(
    settings: Settings, issues: Path, *, cache: Path, jobs: int = 1, progress: Progress = silent
) -> tuple[Archive, tuple[Finding, ...]]:
    """Read the issues folder and the texts of its PDFs: all that search and checks need.

    Raises BuildError if there is no such folder; whatever is wrong in it becomes findings.
    """
    if not issues.is_dir():
        hint = "请在公报仓库的根目录下运行，或用 --issues 指明。"
        raise BuildError("找不到公报内容的文件夹", path=str(issues), hint=hint)
    progress("读取内容", 0, 1)
    gazette, findings = read_gazette(issues)
    paths = {i.address: issues / i.source / i.pdf for i in gazette.issues if i.pdf}
    texts = read_pdfs(
        list(paths.values()),
        cache=cache / "pdf",
        jobs=jobs,
        progress=lambda done, all_: progress("读取 PDF", done, all_),
    )
    scans = {}
    for issue in gazette.issues:
        if issue.pdf:
            text = texts[paths[issue.address]]
            scan = Scan(pages=text.pages, fault=text.fault)
            scans[issue.address] = with_corrections(scan, issue.corrections)
    name = settings.name + ("（示例）" if settings.sample else "")
    return Archive(name=name, gazette=gazette, scans=scans), findings
