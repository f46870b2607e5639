"""Brings a printed issue into `issues/`: reads, proposes, writes. The only module of intake with files.

Planning and writing are two steps, so that `--dry-run` shows exactly what would be written.
"""

import contextlib
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gazette import matter
from gazette.content import read_issue
from gazette.errors import IntakeError
from gazette.fields import Report, read_issue_fields
from gazette.intake.cover import Front, front
from gazette.intake.draft import Draft, draft
from gazette.intake.folders import folder_of, numbers_of_files
from gazette.intake.propose import Proposed, propose
from gazette.intake.sheets import sheets
from gazette.matter import MatterError
from gazette.model import Document, Issue
from gazette.number import IssueNumber
from gazette.pdf.extract import read_pdf
from gazette.pdf.layout import read_layout
from gazette.pdf.model import PdfText
from gazette.pdf.ocr import INSTALL, available, recognise_pdf

_FILE_NAME = re.compile(
    r"(?P<year>(?:19|20)\d\d)\D{0,4}?(?:第|[-_. 年/])?(?P<folder>zk\d{1,2}|\d{1,3}(?:[-、,_]\d{1,3})?)(?!\d)"
)
SOURCES = {"outline": "PDF 书签", "contents": "目录页", "titles": "标题样式", "none": "没有找到"}
"""Where the entries came from, as it is said to the clerk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What bringing in one PDF would do: the folder, the index.md, the copy; and what to say."""

    file: Path
    issue: Issue
    folder: Path
    pdf: Path
    draft: Draft
    proposed: Proposed
    notes: tuple[str, ...] = ()

    @property
    def index(self) -> Path:
        """The index.md that would be written."""
        return self.folder / "index.md"


def plan(  # noqa: PLR0913  what a clerk may say of one file
    file: Path,
    issues: Path,
    *,
    cache: Path,
    number: IssueNumber | None = None,
    sections: Sequence[str] = (),
    ocr: bool = False,
    jobs: int = 1,
) -> Plan:
    """Read a PDF and say what to write; `number` where the clerk says which issue it is.

    With `ocr`, scanned and garbled pages are recognised first, where the extra is installed.

    Raises IntakeError where it cannot be told which issue it is, where the issue has another PDF
    already, and where the PDF cannot be read.
    """
    text = read_pdf(file, cache=cache / "pdf")
    if ocr and available():
        text = recognise_pdf(file, text, cache=cache / "pdf", jobs=jobs)
    if text.fault and not text.pages:
        raise IntakeError(text.fault.message, path=str(file), hint=text.fault.hint)
    notes = [f"{text.fault.message}。{text.fault.hint}"] if text.fault else []
    there = _issue_of_folder(file, issues)
    read = _corrected(text, there, issues)
    pages = sheets(read, read_layout(file))
    said = front(pages, text.title)
    notes += said.notes
    issue = _numbered(file, there or number, said, notes)
    folder = folder_of(issues, issue.number)
    issue = replace(issue, source=f"{folder.parent.name}/{folder.name}")
    issue, pdf = _placed(file, folder, issue, text, notes)
    notes += _copies(text, file, pdf, issues)
    unread = sum(p.quality in ("scanned", "garbled") for p in text.pages)
    if unread:
        cure = (
            "" if ocr and available() else f"；{'加上 --ocr' if available() else INSTALL}，再收一次"
        )
        notes.append(f"有 {unread} 页没有能用的文字（扫描或乱码），这些页上的标题找不到{cure}")
    proposed = propose(pages, text.outline, text.labels, sections)
    index, written, taken = _existing(folder, issue)
    try:
        made = draft(issue, proposed.entries, written=written, taken=taken, text=index)
    except MatterError as error:
        raise IntakeError(
            error.message, path=str(folder / "index.md"), line=error.line, hint=error.hint
        ) from None
    return Plan(
        file=file, issue=issue, folder=folder, pdf=pdf, draft=made, proposed=proposed,
        notes=(*notes, *made.differing),
    )  # fmt: skip


def carry_out(made: Plan) -> None:
    """Write the index.md and copy the PDF; each appears whole or not at all."""
    made.folder.mkdir(parents=True, exist_ok=True)
    if made.pdf.resolve() != made.file.resolve() and not made.pdf.exists():
        part = made.pdf.with_name(f".{made.pdf.name}.part")
        shutil.copyfile(made.file, part)
        part.replace(made.pdf)
    _write(made.index, made.draft.text)


def _write(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, "utf-8")
    part.replace(path)


def _issue_of_folder(file: Path, issues: Path) -> IssueNumber | None:
    """The issue in whose folder a file lies already."""
    path = file.resolve()
    if path.parent.parent.parent == issues.resolve():
        with contextlib.suppress(ValueError):
            return IssueNumber.from_folder(int(path.parent.parent.name), path.parent.name)
    return None


def _corrected(text: PdfText, there: IssueNumber | None, issues: Path) -> PdfText:
    """With the pages that a person has corrected (`text/0012.md`), which win."""
    if there is None:
        return text
    issue, _ = read_issue(issues / str(there.year) / there.folder, "")
    right = dict(issue.corrections) if issue else {}
    pages = (
        replace(p, text=right[p.page], quality="good", method="corrected") if p.page in right else p
        for p in text.pages
    )
    return replace(text, pages=tuple(pages))


def _numbered(file: Path, told: IssueNumber | None, said: Front, notes: list[str]) -> Issue:
    named = _number_of_name(file.stem)
    number = told or said.number or named
    if number is None:
        raise IntakeError(
            "看不出这是哪一期", path=str(file), hint="请用 --as 指明，如 --as 1998/03、--as 2020/05-06、--as 2019/zk1。"
        )  # fmt: skip
    if said.number and said.number != number:
        notes.append(f"封面上是{said.number.label()}，按您指明的{number.label()}收入")
    elif said.number:
        number = replace(number, cumulative=said.number.cumulative)
    if not told and said.number and named and named != said.number:
        notes.append(f"文件名像是{named.label()}，封面上是{said.number.label()}，以封面为准")
    if not told and not said.number:
        notes.append(f"封面上没有找到期号，按文件名收为{number.label()}")
    return Issue(number=number, source="", published_on=said.published_on)


def _number_of_name(stem: str) -> IssueNumber | None:
    found = _FILE_NAME.search(stem)
    if not found:
        return None
    folder = re.sub("[、,_]", "-", found["folder"])
    if not folder.startswith("zk"):
        folder = "-".join(p.zfill(2) for p in folder.split("-"))
    try:
        return IssueNumber.from_folder(int(found["year"]), folder)
    except ValueError:
        return None


def _placed(
    file: Path, folder: Path, issue: Issue, text: PdfText, notes: list[str]
) -> tuple[Issue, Path]:
    """Where the PDF goes. One that is there already stays; another one in its place is refused."""
    usual = folder / f"{issue.number.year}-{folder.name}.pdf"
    issue = replace(issue, number=replace(issue.number, folder=folder.name))
    if file.resolve().parent == folder.resolve():
        name = "" if file.name == usual.name else file.name
        return replace(issue, pdf=name), file
    there, _ = read_issue(folder, "") if folder.is_dir() else (None, [])
    present = folder / there.pdf if there and there.pdf else usual
    if not present.exists():
        return issue, usual
    if present.stat().st_size == text.size and present.read_bytes() == file.read_bytes():
        notes.append(f"PDF 已在 {folder.parent.name}/{folder.name}/{present.name}，没有再复制")
        return issue, present
    raise IntakeError(
        f"{issue.number.label()}已经有另一个 PDF：{present.name}", path=str(file),
        hint="内容不同，没有覆盖。请先看哪一个对；要换，就先把原来的移走。",
    )  # fmt: skip


def _copies(text: PdfText, file: Path, pdf: Path, issues: Path) -> Iterator[str]:
    """The same file under another issue: one of the two is in the wrong place."""
    for other in sorted(issues.glob("*/*/*.pdf")):
        if other.resolve() in (file.resolve(), pdf.resolve()) or other.samefile(file):
            continue
        if other.stat().st_size == text.size and other.read_bytes() == file.read_bytes():
            yield f"与 {other.relative_to(issues)} 是同一个文件，请核对是不是放错了期"


def _existing(folder: Path, issue: Issue) -> tuple[str | None, list[Document], set[int]]:
    """The index.md as it stands, every document and entry of the issue, and the numbers in use."""
    taken = numbers_of_files(folder)
    there, _ = read_issue(folder, "") if folder.is_dir() else (None, [])
    written = [*there.documents, *there.drafts] if there else []
    index = folder / "index.md"
    if not index.is_file():
        return None, written, taken
    text = index.read_text("utf-8-sig").replace("\r\n", "\n")
    try:
        values, note, _ = matter.split(text)
    except MatterError as error:
        raise IntakeError(
            error.message, path=str(index), line=error.line, hint=error.hint
        ) from None
    _, entries = read_issue_fields(values, note, issue, Report(""))
    known = {d.serial for d in written}
    written += [e for e in entries if e.serial not in known]
    return text, written, taken | {e.serial for e in entries}
