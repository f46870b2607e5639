"""The issues folder, to a Gazette and findings, and back. The only module that reads `issues/`.

Names are addresses: `issues/2019/12/01-任意名.md` is published at `/2019/12/01/`. One bad file
costs only itself: what is wrong with it becomes findings, and whatever can still be read is kept.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from gazette import matter
from gazette.corrections import is_draft
from gazette.errors import Finding, in_order
from gazette.fields import Report, read_document_fields, read_issue_fields
from gazette.matter import MatterError, Value
from gazette.model import Document, Gazette, Issue
from gazette.number import IssueNumber
from gazette.sources import is_ignored

MAX_BYTES = 16_000_000
"""Largest Markdown file that is read. The longest real document met has 0.6 MB."""
PUBLISHED_TYPES = frozenset(
    {"pdf", "ofd", "doc", "docx", "wps", "xls", "xlsx", "et", "csv", "txt"}
    | {"ppt", "pptx", "dps", "zip", "png", "jpg", "jpeg", "gif", "webp"}
)
"""Types of annexes and images that are published. No HTML and no SVG: they can carry script."""

_YEAR = re.compile(r"[1-9][0-9]{3}")
_DOCUMENT = re.compile(r"([0-9]{2,3})(?:-.*)?\.md", re.DOTALL)
_FOLDER = re.compile(r"[0-9]{2,3}")
_CORRECTION = re.compile(r"([0-9]{4,5})\.md")
_MADE = {
    "-ydb.pdf": "本软件排印的阅读版",
    "-ysb.pdf": "从印刷版 PDF 拆出的单件",
    "-ocr.pdf": "由 OCR 制作的可检索副本",
}
"""Endings of the PDFs that the build makes itself; a committed file may not take them."""

_LFS = b"version https://git-lfs"
"""How a Git LFS pointer starts (git-lfs specification, "The Pointer")."""

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\ufffe\uffff]")
"""Control characters: nothing that a reader sees, and some that HTML and PDF cannot hold."""

_T = TypeVar("_T")


def read_gazette(folder: Path) -> tuple[Gazette, tuple[Finding, ...]]:
    """Read every issue under `folder`. Never raises for what stands in it."""
    folders, strays = issue_folders(folder)
    return assemble((read_issue(p, path) for p, path in folders), strays, folder.name)


def issue_folders(folder: Path) -> tuple[list[tuple[Path, str]], list[Finding]]:
    """The folder of every issue, with its name in findings; and what stands in no issue."""
    found: list[tuple[Path, str]] = []
    findings: list[Finding] = []
    base = folder.name
    report = Report(base, findings)
    for entry in _entries(folder, report):
        if _is_folder(entry) and _YEAR.fullmatch(entry.name):
            inner = report.inside(entry.name)
            for child in _entries(entry, inner):
                path = f"{inner.path}/{child.name}"
                if _is_folder(child):
                    found.append((child, path))
                else:
                    findings.append(_stray(path))
        else:
            findings.append(_stray(f"{base}/{entry.name}"))
    return found, findings


def assemble(
    read: Iterable[tuple[Issue | None, Iterable[Finding]]], strays: Iterable[Finding], base: str
) -> tuple[Gazette, tuple[Finding, ...]]:
    """The gazette of issues that were read one by one; of two with one number, neither."""
    issues: list[Issue] = []
    findings = [*strays]
    for issue, found in read:
        findings += found
        issues += [issue] if issue else []
    kept, clashing = _without_clashes(issues, key=lambda i: i.number)
    findings += (
        Finding(
            level="error",
            code="duplicate_issue",
            path=f"{base}/{issue.source}",
            line=None,
            message=f"{issue.label}有不止一个文件夹，都先不发布",
            hint="请只留一个，把其余文件夹里的文件并进来。",
        )
        for issue in clashing
    )
    kept.sort(key=lambda i: i.number)
    return Gazette(issues=tuple(kept)), in_order(findings)


def _entries(folder: Path, report: Report) -> list[Path]:
    try:
        return sorted(p for p in folder.iterdir() if not is_ignored(p.name))
    except OSError as error:
        _unreadable(error, report)
        return []


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir() and not path.is_symlink()
    except OSError:  # in a folder that may be listed and not entered
        return False


def _unreadable(error: OSError, report: Report) -> None:
    message = f"读不出来（{error.strerror}），不会发布"
    hint = "请检查文件的权限和磁盘，改好后重新生成。"
    report.add("error", "unreadable", None, message, hint)


def _is_wrong_kind(child: Path, report: Report) -> bool:
    """Whether it is a link, or a pipe, socket or device: reading one of those may never end."""
    try:
        if child.is_symlink():
            report.add("error", "symlink", None, "是一个链接，不会发布", "请放入文件本身。")
        elif not child.is_dir() and not child.is_file():
            message = "不是普通的文件（管道、设备一类），不会发布"
            report.add("error", "special_file", None, message, "请删去，或换成文件本身。")
        else:
            return False
    except OSError as error:
        _unreadable(error, report)
    return True


def _stray(path: str) -> Finding:
    return Finding(
        level="warning",
        code="stray_file",
        path=path,
        line=None,
        message="不是公报的内容，不会发布",
        hint="一期放在 issues/年份/期号/ 里（如 issues/2019/12/，合刊 05-06，增刊 zk1）；不要的请删去。",
    )


def _without_clashes(things: list[_T], *, key: Callable[[_T], object]) -> tuple[list[_T], list[_T]]:
    """Part things into those whose key is their own and those that share one.

    None of those that share a key is published: to pick one would be to guess.
    """
    count: dict[object, int] = {}
    for thing in things:
        count[key(thing)] = count.get(key(thing), 0) + 1
    return (
        [t for t in things if count[key(t)] == 1],
        [t for t in things if count[key(t)] > 1],
    )


def read_issue(  # noqa: C901, PLR0912  one branch for each kind of thing in a folder
    folder: Path, path: str
) -> tuple[Issue | None, list[Finding]]:
    """Read one issue's folder; None when it cannot have an address or holds nothing.

    `path` is the folder as findings name it.
    """
    report = Report(path)
    try:
        number = IssueNumber.from_folder(int(folder.parent.name), folder.name)
    except ValueError as error:
        report.add(
            "error",
            "issue_folder",
            None,
            str(error),
            "文件夹名写期号：12、05-06（合刊）或 zk1（增刊）。",
        )
        return None, report.findings
    issue = Issue(number=number, source=f"{folder.parent.name}/{folder.name}")
    entries: list[Document] = []
    documents: list[Document] = []
    files: list[str] = []
    taken: set[int] = set()
    # index.md first: documents carry what it says of the issue's number.
    for child in sorted(_entries(folder, report), key=lambda c: c.name != "index.md"):
        inner = report.inside(child.name)
        if _is_wrong_kind(child, inner):
            continue
        if child.is_dir() and child.name == "text":
            issue = replace(issue, corrections=tuple(_read_corrections(child, inner)))
        elif child.is_dir() and _FOLDER.fullmatch(child.name):
            files += _published_files(child, child.name, inner)
        elif child.is_dir():
            hint = "附件放在与文件序号同名的文件夹里，如 01/。"
            inner.add("warning", "stray_file", None, "不认识的文件夹，不会发布", hint)
        elif child.name == "index.md":
            issue, entries = _read_index(child, issue, inner)
        elif found := _DOCUMENT.fullmatch(child.name):
            taken.add(int(found[1]))
            if document := _read_document(child, issue, found[1], inner):
                documents.append(document)
        elif child.suffix.lower() == ".md":
            hint = "文件名以两位序号开头，如 01-名称.md；不是公报内容的请移出去。"
            inner.add("error", "document_name", None, "文件名没有两三位的序号，不会发布", hint)
        elif _may_be_published(child, inner):
            files.append(child.name)
    numbered = _numbered_once(documents, entries, taken, report)
    folders = {d.serial: d.folder for d in numbered}
    issue = replace(
        issue,
        files=tuple(sorted(_with_own_folder(files, folders, taken, report))),
        documents=tuple(d for d in numbered if not d.unreviewed),
        drafts=tuple(d for d in numbered if d.unreviewed),
    )
    issue = _with_pdf(issue, report)
    if not issue.documents and not issue.pdf:
        if not any(f.level == "error" for f in report.findings):
            hint = "请放入文件（01-名称.md）或 PDF，或者删去文件夹。"
            report.add("error", "empty_issue", None, "这一期里什么也没有", hint)
        return None, report.findings
    return issue, report.findings


def _numbered_once(
    documents: list[Document], entries: list[Document], taken: set[int], report: Report
) -> list[Document]:
    """Documents and 目录 entries in order, each number once.

    A file takes its entry's place, its pages, and its 撤下; `taken` holds the numbers of all files, also of those that
    cannot be read, for whose address an entry must not stand in.
    """
    kept, clashing = _without_clashes(documents, key=lambda d: d.serial)
    entries_kept, entries_clashing = _without_clashes(entries, key=lambda d: d.serial)
    for document in [*clashing, *(e for e in entries_clashing if e.serial not in taken)]:
        line = document.body_line if document.source.endswith("/index.md") else 1
        message = f"序号 {document.folder} 用了不止一次，都先不发布（{document.title}）"
        hint = "序号是文件的永久网址：请给其中一件换一个没有用过的序号。"
        report.inside(Path(document.source).name).add(
            "error", "duplicate_serial", line, message, hint
        )
    folders = {e.serial: e.folder for e in entries_kept}
    for document in kept:
        listed = folders.get(document.serial, document.folder)
        if listed != document.folder:
            message = f"序号 {document.folder} 在目录里写作 {listed}：网址会变"
            hint = f"如果目录已经发布过，请把文件名开头改成 {listed}；否则改目录。"
            report.inside(Path(document.source).name).add(
                "error", "serial_spelling", 1, message, hint
            )
    listed_as = {e.serial: e for e in entries_kept}
    for at, document in enumerate(kept):
        if entry := listed_as.get(document.serial):
            gone = document.withdrawn or entry.withdrawn
            kept[at] = replace(document, pages=document.pages or entry.pages, withdrawn=gone)
    kept += [e for e in entries_kept if e.serial not in taken]
    return sorted(kept, key=lambda d: d.serial)


def _with_own_folder(
    files: list[str], folders: Mapping[int, str], taken: set[int], report: Report
) -> Iterator[str]:
    """The files that may be published: those of annexes stand in a folder named as their document.

    A folder of another spelling (001 beside 01-名称.md) is no document's: what is in it would stay
    published when the document is withdrawn.
    """
    wrong = set()
    for name in sorted({f.split("/")[0] for f in files if "/" in f}):
        inner, serial = report.inside(name), int(name)
        if folders.get(serial, name) != name:
            wrong.add(name)
            hint = f"请把文件夹改名为 {folders[serial]}，与文件的序号写法一致。"
            message = f"文件夹与文件的序号 {folders[serial]} 写法不同，里面的附件不会发布"
            inner.add("error", "annex_folder", None, message, hint)
        elif serial not in folders and serial not in taken:
            hint = f"请放入文件 {name}-名称.md，或把文件夹改成它所属文件的序号，或删去。"
            inner.add("warning", "annex_alone", None, f"没有序号为 {name} 的文件", hint)
    return (f for f in files if f.split("/")[0] not in wrong)


def _with_pdf(issue: Issue, report: Report) -> Issue:
    """Settle which file is the printed edition: the one named in index.md, else by its name."""
    usual = f"{issue.number.year}-{issue.number.folder}.pdf"
    if issue.pdf:
        if issue.pdf in issue.files:
            return issue
        hint = f"请把文件放进 {report.path}/，或改正“PDF”一项（通常是 {usual}，可以不写）。"
        report.inside("index.md").add(
            "error", "missing_pdf", issue.line("pdf"), f"找不到 PDF：{issue.pdf}", hint
        )
    pdfs = [f for f in issue.files if "/" not in f and f.lower().endswith(".pdf")]
    if usual in pdfs:
        return replace(issue, pdf=usual)
    if len(pdfs) == 1 and not issue.pdf:
        return replace(issue, pdf=pdfs[0])
    if len(pdfs) > 1:
        hint = f"请把印刷版命名为 {usual}，或在 index.md 里用“PDF”指明。"
        report.add("warning", "which_pdf", None, f"有 {len(pdfs)} 个 PDF，不知道哪个是印刷版", hint)
    return replace(issue, pdf="")


def _published_files(folder: Path, prefix: str, report: Report) -> list[str]:
    found = []
    for child in _entries(folder, report):
        inner = report.inside(child.name)
        if _is_wrong_kind(child, inner):
            continue
        if child.is_dir():
            found += _published_files(child, f"{prefix}/{child.name}", inner)
        elif _may_be_published(child, inner):
            found.append(f"{prefix}/{child.name}")
    return found


def _may_be_published(file: Path, report: Report) -> bool:
    for ending, what in _MADE.items():
        if file.name.lower().endswith(ending):
            hint = f"以 {ending} 结尾的名字留给{what}，请换一个名字。"
            report.add("error", "reserved_name", None, "这个文件名不能用，不会发布", hint)
            return False
    if file.suffix.lower().removeprefix(".") not in PUBLISHED_TYPES:
        hint = f"可以发布的类型：{' '.join(sorted(PUBLISHED_TYPES))}。"
        report.add(
            "error", "file_type", None, f"不发布这种类型的文件（{file.suffix or '无扩展名'}）", hint
        )
        return False
    try:
        with file.open("rb") as opened:
            head = opened.read(len(_LFS))
    except OSError as error:
        _unreadable(error, report)
        return False
    if head == _LFS:
        hint = "请运行 git lfs pull，再重新生成。"
        report.add("error", "lfs_pointer", None, "文件还在 Git LFS 里，这里只有它的指针", hint)
    elif not head:
        report.add("error", "empty_file", None, "文件是空的（0 字节）", "请重新放入完整的文件。")
    return True


def _read_corrections(folder: Path, report: Report) -> Iterator[tuple[int, str]]:
    for child in _entries(folder, report):
        inner = report.inside(child.name)
        name = _CORRECTION.fullmatch(child.name)
        if not name or child.is_symlink() or not child.is_file():
            hint = "校订文字的文件名是四位 PDF 页码，如 text/0012.md。"
            inner.add("warning", "stray_file", None, "不是某一页的校订文字，不会使用", hint)
        elif (text := _read_text(child, inner)) is not None:
            if is_draft(text):
                hint = "请对照 PDF 改正，然后删去第一行；删去以前显示自动读出的文字。"
                inner.add("warning", "draft_correction", 1, "校订文字还是草稿，不会使用", hint)
            else:
                yield int(name[1]), text.strip("\n")


def _read_text(file: Path, report: Report) -> str | None:
    """The file's text with line feeds; None with a finding where it is not UTF-8."""
    try:
        size = file.stat().st_size
        raw = file.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        _unreadable(error, report)
        return None
    if size > MAX_BYTES:
        hint = f"请拆成几件；一个文件最大 {MAX_BYTES // 1_000_000} MB。"
        report.add(
            "error", "too_large", None, f"文件太大（{size // 1_000_000} MB），不会发布", hint
        )
        return None
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
    code = _encoding(raw)
    named = f"是 {code} 编码" if code else "既不是 UTF-8 也不是 GB18030"
    cure = (
        f"请另存为 UTF-8（如：iconv -f {code} -t UTF-8）。"
        if code
        else "文件可能坏了，请用原稿重新保存为 UTF-8。"
    )
    report.add("error", "encoding", line, f"文件不是 UTF-8 编码（{named}），不会发布", cure)
    return None


def _encoding(raw: bytes) -> str:
    """The encoding in which the bytes make sense, among those that Chinese editors write."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return "GB18030"


def _split(file: Path, report: Report) -> tuple[Mapping[str, Value], str, int] | None:
    text = _read_text(file, report)
    if text is None:
        return None
    try:
        return matter.split(text)
    except MatterError as error:
        message = error.message if file.name == "index.md" else f"{error.message}，不会发布"
        report.add("error", error.code, error.line, message, error.hint)
        return None


def _read_index(file: Path, issue: Issue, report: Report) -> tuple[Issue, list[Document]]:
    parts = _split(file, report)
    if parts is None:
        return issue, []
    values, note, _ = parts
    return read_issue_fields(values, note, issue, report)


def _read_document(file: Path, issue: Issue, folder: str, report: Report) -> Document | None:
    parts = _split(file, report)
    if parts is None:
        return None
    values, body, line = parts
    document = read_document_fields(values, issue, file.name, report)
    if not body and not document.withdrawn:
        report.add("warning", "empty_body", line, "没有正文", "请在 --- 之后写正文。")
    if unseen := _UNSEEN.search(body):
        at = line + body.count("\n", 0, unseen.start())
        message = f"正文里有看不见的控制字符（U+{ord(unseen[0]):04X}）"
        hint = "多半是从 Word 或 PDF 粘贴时带来的，请删去，或换成空格、换行。"
        report.add("warning", "control_character", at, message, hint)
    return replace(document, folder=folder, body=body, body_line=line)
