"""阅读版: documents and issues as PDFs that we set ourselves. The only module that knows typst.

A text is data to typst, never markup (`edition.typ`), and each PDF is set in a child process that
sees nothing but the pictures laid before it, with limits on memory and time: what cannot be set
costs only itself. A PDF is a pure function of its document, the pictures, the template and the
versions, so it is kept under a hash of these.
"""

import hashlib
import json
import os
import posixpath
import re
import resource
import shutil
import struct
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from datetime import date
from functools import cache as remembered
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import typst
from pylopdf_fonts_zh_cn import sans_path, serif_path

from gazette import dates, dialect
from gazette import form as forms
from gazette.archive import Archive, edition_address
from gazette.dates import format_date
from gazette.dialect import Cell, Heading, Image, Inline, Link, Paragraph, Table, Text, parse
from gazette.digest import digest
from gazette.errors import Finding, in_order
from gazette.form import article_name, form
from gazette.kept import Kept
from gazette.model import Document, Issue
from gazette.workers import pool

MAX_CHARACTERS = 2_000_000
"""Longest text that is set; a long report has 200,000, a full issue rarely 500,000."""
MAX_IMAGE_BYTES = 32_000_000
MEMORY = 6 * 2**30
"""Address space of one worker, in bytes."""
SECONDS = 120
"""Processor time for one PDF; a million characters take ten."""

_TEMPLATE = Path(__file__).with_name("edition.typ")
_IMAGES = frozenset({"png", "jpg", "jpeg", "gif", "webp"})
NOTICE = "阅读版按公布的文本重新排印，供阅读和检索；内容以印刷版公报为准。"

_TYPE_WIDTH = 442.2
"""Width of the type area (156 mm) in points."""
_LETTER = 0.6
"""Width of a letter or digit, in ems: most are narrower."""
_MAX_COLUMNS = 40
"""A wider table is set as lines, since its cells would be narrower than a character."""
_MAX_HEAD = 300
"""A head of a table longer than this, in characters, is not repeated on every page."""
_MAX_WHOLE = 800
"""Particulars longer than this, in characters, may be parted by the end of a page."""
_UNBROKEN = re.compile(
    r"[^\s\u2e80-\u2fff\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
"""A run in which typst may find no place to break a line: anything but Han, kana and blanks."""
_DRAWN = re.compile("[\u2500-\u257f]")
"""Characters that tables are drawn with."""
_MAX_DRAWN = 200
"""Half-widths of the widest line of a drawn table that is set as one: its type is 4.4 pt."""
_INVISIBLE = re.compile(r"[\s\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]+")
"""Characters that have no look of their own, so that no font needs to have them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """One PDF to be set. `issue.documents` are those that stand in it; `folder` holds its files.

    `blind` is set without pictures, after one was too much.
    """

    address: str
    target: Path
    gazette: str
    issue: Issue
    folder: Path
    whole: bool
    blind: bool = False


@dataclass(frozen=True, slots=True)
class _Notes:
    """What went wrong with one PDF: why there is none, or what it lacks."""

    fault: str = ""
    missing: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()


def set_editions(  # noqa: PLR0913  the choices of one build
    archive: Archive,
    issues: Path,
    *,
    cache: Path,
    jobs: int,
    progress: Callable[[int, int], None],
    kept: Kept | None = None,
    hashes: Mapping[str, str] | None = None,
    since: int = 0,
) -> tuple[dict[str, Path], tuple[Finding, ...]]:
    """Set the PDFs of all documents and issues that get one; `issues` is the issues folder.

    Issues before the year `since` get none.

    Where `kept` knows what an issue of the same content got, its texts are not even looked at;
    `hashes` are those of the committed files by their path in the issues folder.

    Returns the files by their site-relative addresses, and findings on characters and pictures
    that could not be shown and on texts that could not be set. A document gets a PDF unless it is
    withdrawn or has no text of its own; an issue, unless its printed PDF is committed or none of
    its documents has text.
    """
    cache.mkdir(parents=True, exist_ok=True)
    made: dict[str, Path] = {}
    findings: list[Finding] = []
    left: list[tuple[str, list[_Order]]] = []
    for issue in archive.gazette.issues:
        if issue.number.year < since:
            continue
        key = _issue_key(archive.name, issue, issues.name, hashes) if kept and hashes else ""
        known: Any = (
            kept.get("editions", key, tuple) if kept and kept.known("editions", key) else ()
        )
        if known and all(os.path.isfile(cache / name) for _, name in known[0]):  # noqa: PTH113
            made |= {address: cache / name for address, name in known[0]}
            findings += known[1]
        else:
            left.append((key, list(_orders(archive.name, issue, issues, cache))))
    orders = [order for _, part in left for order in part]
    notes = {o.target: _read_notes(o.target) for o in orders if o.target.is_file()}
    waiting = {o.target: o for o in orders if o.target not in notes}
    # The longest first, so that no processor waits for the other one at the end.
    queue = sorted(waiting.values(), key=_length, reverse=True)
    notes |= _set_all(queue, jobs, progress)
    for key, part in left:
        pdfs = {o.address: o.target for o in part if not notes[o.target].fault}
        found = tuple(f for o in part for f in _findings(o, notes[o.target], issues.name))
        made |= pdfs
        findings += found
        if kept and key and len(pdfs) == len(part):  # what failed may do better next time
            names = tuple((address, target.name) for address, target in pdfs.items())
            kept.put("editions", key, (names, found))
    return made, in_order(findings)


def _issue_key(name: str, issue: Issue, base: str, hashes: Mapping[str, str]) -> str:
    """A hash of all that the PDFs of an issue are made of, and of what is said of them."""
    pictures = [
        [file, hashes.get(f"{issue.source}/{file}", "")]
        for file in issue.files
        if file.rpartition(".")[2].lower() in _IMAGES
    ]
    return digest([name, issue, base, pictures, _versions().hex()])


def _orders(name: str, issue: Issue, issues: Path, cache: Path) -> Iterator[_Order]:
    kept = tuple(d for d in issue.documents if not d.withdrawn)
    written = [d for d in kept if d.of_text(bool) and d.body.strip()]
    folder = issues / issue.source
    issue = replace(issue, files=tuple(f for f in issue.files if f not in issue.withdrawn_files))
    alone = [(edition_address(d), replace(issue, documents=(d,)), False) for d in written]
    whole = [(edition_address(issue), replace(issue, documents=kept), True)]
    for address, part, is_whole in alone + (whole if written and not issue.pdf else []):
        target = cache / f"{_fingerprint(name, part, folder, is_whole=is_whole)}.pdf"
        yield _Order(
            address=address,
            target=target,
            gazette=name,
            issue=part,
            folder=folder,
            whole=is_whole,
        )


def _length(order: _Order) -> int:
    return sum(len(d.body) for d in order.issue.documents)


# What a PDF depends on.


@remembered
def _versions() -> bytes:
    sources = [Path(__file__), *(Path(str(m.__file__)) for m in (dates, dialect, forms))]
    parts = [_template(), *(s.read_bytes() for s in sources)]
    parts += [version(name).encode() for name in ("typst", "pylopdf-fonts-zh-cn")]
    return hashlib.sha256(b"\0".join(parts)).digest()


def _fingerprint(name: str, issue: Issue, folder: Path, *, is_whole: bool) -> str:
    hashed = hashlib.sha256(_versions())
    # `files` only matter where a picture is shown, which is hashed below.
    shape = repr((name, is_whole, replace(issue, files=(), documents=())))
    hashed.update(shape.encode())
    for document in issue.documents:
        hashed.update(f"\0{document!r}\0{document.body}".encode("utf-8", "surrogatepass"))
        for file in sorted(set(_pictures(issue, document).values())):
            with (folder / file).open("rb") as opened:
                hashed.update(hashlib.file_digest(opened, "sha256").digest())
    return hashed.hexdigest()[:40]


def _pictures(issue: Issue, document: Document) -> dict[str, str]:
    """Targets of the document's images → files of the issue, relative to its folder.

    Only what is published counts (`issue.files`), and of that what is a picture.
    """
    if "](" not in document.body:
        return {}
    found = {}
    for _, part in dialect.targets(parse(document.body)):
        path = unquote(part.target.partition("#")[0])
        path = path[1:] if path.startswith("/") else posixpath.normpath(f"{issue.source}/{path}")
        file = path.removeprefix(f"{issue.source}/")
        kind = file.rpartition(".")[2].lower()
        if isinstance(part, Image) and kind in _IMAGES and file in issue.files:
            found[part.target] = file
    return found


# Setting: in the parent.


def _set_all(
    orders: list[_Order], jobs: int, progress: Callable[[int, int], None]
) -> dict[Path, _Notes]:
    """Set every order in child processes; one that kills its process costs only itself."""
    notes: dict[Path, _Notes] = {}
    waiting = list(reversed(orders))
    suspects: list[_Order] = []
    while waiting:
        running: dict[Future[_Notes], _Order] = {}
        with pool(min(jobs, len(waiting)), _limit_memory, MEMORY) as workers:
            try:
                while waiting or running:
                    while waiting and len(running) < 2 * jobs:
                        running[workers.submit(_set, waiting[-1])] = waiting[-1]
                        waiting.pop()
                    for done in wait(running, return_when=FIRST_COMPLETED).done:
                        notes[running[done].target] = done.result()
                        del running[done]
                        progress(len(notes), len(orders))
            except (BrokenProcessPool, MemoryError):
                suspects += running.values()
    for order in suspects:
        notes[order.target] = _set_alone(order)
        progress(len(notes), len(orders))
    return notes


def _set_alone(order: _Order) -> _Notes:
    pictures = any(_pictures(order.issue, d) for d in order.issue.documents)
    for attempt in (order, replace(order, blind=True)) if pictures else (order,):
        with pool(1, _limit_memory, MEMORY) as workers:
            try:
                return workers.submit(_set, attempt).result()
            except (BrokenProcessPool, MemoryError):
                continue  # perhaps a picture was to blame: once more, without any
    return _Notes(fault="排印时耗尽了内存或时间")


# Setting: in the child.


def _limit_memory(size: int) -> None:
    if sys.platform == "darwin":
        return  # which knows the limit but refuses to set it
    resource.setrlimit(resource.RLIMIT_AS, (size, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _limit_time(seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    end = int(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (end, resource.getrlimit(resource.RLIMIT_CPU)[1]))


@remembered
def _template() -> bytes:
    return _TEMPLATE.read_bytes()


@remembered
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(serif_path().parent)],
    )


def _set(order: _Order) -> _Notes:
    """Set one PDF and put it in its place; called in a child process."""
    _limit_time(SECONDS)
    if (length := _length(order)) > MAX_CHARACTERS:
        return _Notes(fault=f"文字太长（{length // 10_000} 万字），不排印")
    with tempfile.TemporaryDirectory(prefix="gazette-") as name:
        root = Path(name)
        pictures: dict[tuple[str, str], str] = {}
        broken = []
        for document in order.issue.documents:
            for target, file in _pictures(order.issue, document).items():
                placed = root / str(len(pictures))
                if not order.blind and _place_picture(order.folder / file, placed):
                    pictures[document.folder, target] = placed.name
                else:
                    broken.append(file)
        data = _data(order, pictures)
        try:
            pdf = _compile(data, root)
        except typst.TypstError as error:
            return _Notes(fault=f"不能排印（{error.message}）")
        except BaseException as error:
            if type(error).__name__ != "PanicException":  # of Rust; it cannot be imported
                raise
            return _Notes(fault=f"不能排印（{error}）")
    notes = _Notes(missing=tuple(_missing(order)), pictures=tuple(sorted(set(broken))))
    if notes != _Notes():
        written = {"missing": notes.missing, "pictures": notes.pictures}
        _write(order.target.with_suffix(".json"), json.dumps(written).encode())
    _write(order.target, pdf)
    return notes


def _compile(data: Mapping[str, Any], root: Path) -> bytes:
    # YAML can name half a surrogate pair, which no encoding has.
    text = json.dumps(data, ensure_ascii=False).encode("utf-8", "replace").decode()
    pdf = typst.compile(  # type: ignore[type-var]  # the stub wants one type for all paths
        _template(),
        root=str(root),
        font_paths=_fonts(),
        sys_inputs={"data": text},
        timestamp=0,
    )
    return bytes(pdf)


def _place_picture(file: Path, placed: Path) -> bool:
    """Copy a picture to where typst may read it; False for one that typst cannot draw."""
    if file.stat().st_size > MAX_IMAGE_BYTES:
        return False
    shutil.copyfile(file, placed)
    try:
        typst.compile(  # type: ignore[type-var]
            f'#image(read("/{placed.name}", encoding: none))'.encode(), root=str(placed.parent)
        )
    except typst.TypstError:
        return False
    return True


def _write(target: Path, content: bytes) -> None:
    part = target.with_name(f"{target.name}.{os.getpid()}")
    part.write_bytes(content)
    part.replace(target)


def _read_notes(target: Path) -> _Notes:
    file = target.with_suffix(".json")
    if not file.is_file():
        return _Notes()
    found = json.loads(file.read_text("utf-8"))
    return _Notes(missing=tuple(found["missing"]), pictures=tuple(found["pictures"]))


# What typst is given: see edition.typ.


def _data(order: _Order, pictures: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    issue, documents = order.issue, order.issue.documents
    day = (
        issue.published_on
        if order.whole
        else documents[0].dated or documents[0].published_on or issue.published_on
    ) or date(issue.number.year, 1, 1)
    whole = f"{order.gazette} {issue.label}"
    return {
        "title": whole if order.whole else documents[0].title,
        "authors": [order.gazette] if order.whole else list(documents[0].authorities),
        "date": [day.year, day.month, day.day],
        "running": whole,
        "notice": NOTICE,
        "cover": _cover(order) if order.whole else None,
        "documents": [
            _document(order, d, {t: p for (f, t), p in pictures.items() if f == d.folder})
            for d in documents
        ],
    }


def _cover(order: _Order) -> dict[str, Any]:
    issue = order.issue
    cumulative = "—".join(map(str, issue.number.cumulative))
    lines = [
        issue.title,
        f"总第{cumulative}期" if cumulative else "",
        f"{format_date(issue.published_on)}出版" if issue.published_on else "",
        "阅读版",
    ]
    return {
        "name": order.gazette,
        "label": issue.label,
        "lines": [line for line in lines if line],
    }


def _document(order: _Order, document: Document, pictures: Mapping[str, str]) -> dict[str, Any]:
    particulars = [(k, v) for k, v in _particulars(order, document) if v]
    missing = sorted({*_visible(document)} - _covered())
    codes = " ".join(f"U+{ord(c):04X}" for c in missing)
    return {
        "title": document.title,
        "number": document.number_text,
        "blocks": list(_blocks(parse(document.body), pictures)),
        "annexes": [a.title for a in document.annexes],
        "particulars": particulars,
        "whole": sum(len(v) for _, v in particulars) <= _MAX_WHOLE,
        "missing": f"以下字符在排印字体里没有，文中显示为方框：{codes}" if missing else "",
    }


def _particulars(order: _Order, document: Document) -> Iterator[tuple[str, str]]:
    yield "标题", document.title
    yield "发文字号", document.number_text
    yield "发文机关", "、".join(document.authorities)
    yield "主送机关", document.addressees
    yield "成文日期", format_date(document.dated) if document.dated else ""
    yield "发布日期", format_date(document.published_on) if document.published_on else ""
    yield "施行日期", format_date(document.effective_on) if document.effective_on else ""
    yield "有效期至", format_date(document.valid_until) if document.valid_until else ""
    yield "公文种类", document.document_type
    yield "主题分类", document.topic
    yield "索引号", document.index_number
    yield "刊载", f"{order.gazette} {order.issue.label}，第 {document.folder} 件"


def _blocks(
    blocks: tuple[dialect.Block, ...], pictures: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    for drawn, group in groupby(blocks, _is_drawn):
        if drawn:
            yield _drawn(
                [dialect.inline_text(b.inlines) for b in group if isinstance(b, Paragraph)]
            )
        else:
            yield from (b for block in group for b in _block(block, pictures))


def _is_drawn(block: dialect.Block) -> bool:
    if not isinstance(block, Paragraph) or any(not isinstance(p, Text) for p in block.inlines):
        return False
    text = dialect.inline_text(block.inlines)
    return bool(_DRAWN.search(text)) and _width(text) <= _MAX_DRAWN


def _block(block: dialect.Block, pictures: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    match block:
        case Heading(level, parts):
            # The document's title is the first level.
            yield {"kind": "heading", "level": level + 1, "parts": _inlines(parts, pictures)}
        case Table() if _columns(block) > _MAX_COLUMNS:
            for row in (block.head, *block.rows):
                cells = [p for cell in row for p in [*_inlines(cell, pictures), "　"]]
                yield {"kind": "text", "parts": cells}
        case Table():
            yield _table(block, pictures)
        case Paragraph((Image(text, target),)) if target in pictures:
            yield {"kind": "image", "image": pictures[target], "text": text}
        case Paragraph((Image(text),)):
            yield {"kind": "caption", "parts": _inlines((Text(text),), {})}
        case Paragraph(parts):
            kind = form(block)
            first = parts[0] if parts else None
            if kind == "article" and isinstance(first, Text):
                name = article_name(first.text)
                rest = (Text(first.text[len(name) :]), *parts[1:])
                yield {"kind": kind, "name": name, "parts": _inlines(rest, pictures)}
            else:
                kind = "text" if kind == "article" else kind
                yield {"kind": kind, "parts": _inlines(parts, pictures)}


def _inlines(parts: Cell, pictures: Mapping[str, str], room: int = 40) -> list[Any]:
    """Texts, `{run}` (may be broken anywhere), `{image, text}` and `{target, text}`.

    `room` is how many half-widths surely fit a line.
    """
    return [found for part in parts for found in _inline(part, pictures, room)]


def _inline(part: Inline, pictures: Mapping[str, str], room: int) -> Iterator[Any]:
    match part:
        case Image(text, target) if target in pictures:
            yield {"image": pictures[target], "text": text}
        case Link(text, target) if target.startswith(("http://", "https://", "mailto:")) and text:
            yield {"target": target, "text": text}
        case _:
            done = 0
            for found in _UNBROKEN.finditer(part.text):
                if _width(found[0]) > room:
                    yield part.text[done : found.start()]
                    yield {"run": found[0]}
                    done = found.end()
            yield part.text[done:]


def _width(text: str) -> int:
    """Width in half-widths, taking all but ASCII for wide."""
    return sum(1 if c.isascii() else 2 for c in text)


def _drawn(lines: list[str]) -> dict[str, Any]:
    """A table drawn with characters: every character in a cell of its own, half or full width."""
    widest = max(map(_width, lines))
    return {
        "kind": "drawn",
        "size": min(12, 2 * _TYPE_WIDTH / widest),
        "lines": [[[c, _width(c) / 2] for c in line] for line in lines],
    }


def _columns(table: Table) -> int:
    return max(len(row) for row in (table.head, *table.rows))


def _table(table: Table, pictures: Mapping[str, str]) -> dict[str, Any]:
    """Type as large as the columns' longest words leave room for; long texts get what is left."""
    count = _columns(table)
    rows = [tuple(row) + ((),) * (count - len(row)) for row in (table.head, *table.rows)]
    needs, wants = zip(*(_widths([row[at] for row in rows]) for at in range(count)), strict=True)
    inset = 4.0 if count <= 12 else 1.5  # noqa: PLR2004  a dozen columns still have air
    room = _TYPE_WIDTH - 2 * inset * count
    size = next((s for s in (12, 10.5, 9, 7.5) if sum(needs) * s / 2 <= room), 6)
    rest = max(0, room - sum(needs) * size / 2)
    more = sum(wants) - sum(needs) or 1
    columns = [
        n * size / 2 + rest * (w - n) / more + 2 * inset for n, w in zip(needs, wants, strict=True)
    ]
    share = _TYPE_WIDTH / sum(columns)
    fits = [max(1, int((c * share - 2 * inset) / (size * _LETTER))) for c in columns]
    head_length = sum(len(dialect.inline_text(c)) for c in table.head)
    return {
        "kind": "table",
        "columns": columns,
        "align": [table.align[at] if at < len(table.align) else "" for at in range(count)],
        "size": size,
        "inset": inset,
        "repeat": head_length <= _MAX_HEAD,
        "head": [_inlines(c, pictures, fits[at]) for at, c in enumerate(rows[0])],
        "rows": [[_inlines(c, pictures, fits[at]) for at, c in enumerate(r)] for r in rows[1:]],
    }


def _widths(cells: list[Cell]) -> tuple[int, int]:
    """Half-widths that a column needs (its longest word, eight characters), and that it wants."""
    texts = [dialect.inline_text(c)[:2000] for c in cells]
    want = min(60, max(4, *map(_width, texts)))
    word = max((_width(run) + 1 for t in texts for run in _UNBROKEN.findall(t)), default=0)
    return max(min(want, 16), min(word, 32)), max(want, min(word, 32))


# Characters that the fonts do not have.


def _visible(document: Document) -> str:
    texts = (
        document.title,
        document.number_text,
        *document.authorities,
        *(a.title for a in document.annexes),
        document.body,
    )
    return _INVISIBLE.sub("", "".join(texts))


def _missing(order: _Order) -> list[str]:
    return sorted({c for d in order.issue.documents for c in _visible(d)} - _covered())


@remembered
def _covered() -> frozenset[str]:
    """Characters of both fonts, from their cmap tables (OpenType, "cmap", format 12)."""
    return frozenset(c for p in (serif_path(), sans_path()) for c in _characters(p.read_bytes()))


def _characters(font: bytes) -> Iterator[str]:
    tables = dict(struct.iter_unpack(">4s4xI4x", font[12 : 12 + 16 * _short(font, 4)]))
    start = tables[b"cmap"]
    for (offset,) in struct.iter_unpack(
        ">4xI", font[start + 4 : start + 4 + 8 * _short(font, start + 2)]
    ):
        table = start + offset
        if _short(font, table) == 12:  # noqa: PLR2004  the format's name
            (count,) = struct.unpack_from(">I", font, table + 12)
            groups = font[table + 16 : table + 16 + 12 * count]
            for first, last, _glyph in struct.iter_unpack(">III", groups):
                yield from map(chr, range(first, last + 1))


def _short(font: bytes, at: int) -> int:
    return int.from_bytes(font[at : at + 2], "big")


def _findings(order: _Order, notes: _Notes, base: str) -> Iterator[Finding]:
    if order.whole and not notes.fault:
        return  # said of its documents already
    path = f"{base}/{order.issue.source if order.whole else order.issue.documents[0].source}"
    line = None if order.whole else 1
    if notes.fault:
        hint = "网页不受影响；只是没有这一份阅读版 PDF。请检查正文里是不是有极长的行或表格。"
        yield Finding(
            level="error",
            code="edition",
            path=path,
            line=line,
            message=f"阅读版 PDF {notes.fault}",
            hint=hint,
        )
    if notes.missing:
        codes = " ".join(f"U+{ord(c):04X}" for c in notes.missing)
        message = f"有 {len(notes.missing)} 个字符阅读版 PDF 的字体里没有，显示为方框：{codes}"
        hint = "请核对：私用区（PUA）造字请换成规范的汉字，确是生僻字的可以保留；网页不受影响。"
        yield Finding(
            level="warning", code="missing_glyph", path=path, line=line, message=message, hint=hint
        )
    for file in notes.pictures:
        yield Finding(
            level="error",
            code="broken_image",
            path=f"{base}/{order.issue.source}/{file}",
            line=None,
            message="图片打不开或太大，阅读版 PDF 里只有说明文字",
            hint="请重新导出图片（PNG、JPEG、GIF 或 WebP）。",
        )
