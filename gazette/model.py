"""The nouns of the gazette, as frozen values. No input or output, no clock, no library.

The words follow 国办发〔2018〕22号 (the gazette), GB/T 9704-2012 (the parts of a document) and the
metadata table of 政府信息公开; `docs/glossary.md` pairs each with its Chinese term.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, cast

from gazette.dialect import numbered_lines, parse
from gazette.digest import digest, of_fields
from gazette.kept import loads
from gazette.number import DocumentNumber, IssueNumber

_T = TypeVar("_T")

_FROM = r"\s*(?:第|[Pp]\.?)?\s*([0-9]{1,5})\s*页?\s*"
_TEXT = frozenset({"body", "body_line", "key_lines"})
"""Fields of a document that only its own page is made of, or none."""
_PAGES = re.compile(rf"{_FROM}(?:[-‐‑‒–—―−~至到]+{_FROM})?")


class RelationKind(StrEnum):
    """What a document does to another one; the value is the front matter key."""

    AMENDMENT = "修改"
    REPEAL = "废止"
    LAPSE = "失效"
    BASIS = "依据"
    FORWARD = "转发"
    INTERPRETATION = "解读"
    CORRECTION = "更正"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """What this document does to `target`, which is a number, a title or an address.

    `articles` narrows it to parts of the target (第三条); `since` is the day from which it holds,
    None where the document does not say. Instead of a target, `table` may name a table of the
    body, all of whose rows are targets: its number from 1, or words of the line above it (附件1).
    `line` is where it stands in the file; it is no part of the relation.
    """

    kind: RelationKind
    target: str = ""
    articles: tuple[str, ...] = ()
    since: date | None = None
    table: str = ""
    line: int = field(default=1, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Annex:
    """A file that belongs to a document: `file` is relative to the document's own folder."""

    title: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """撤下: the document's text is published no more; its address says when and why."""

    dated: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRange:
    """Pages of the issue's PDF, counted from 1, both ends included."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if not 1 <= self.first <= self.last:
            raise ValueError(f"不是页码范围：{self.first}-{self.last}")

    @classmethod
    def parse(cls, text: str) -> "PageRange":
        """Read `12-18`, `12`, `12～18`, `第12至18页`, `P12—18`; ValueError for anything else."""
        found = _PAGES.fullmatch(unicodedata.normalize("NFKC", text))
        if not found:
            raise ValueError(f"不是页码范围：{text[:40]}")
        first, last = found.groups()
        return cls(first=int(first), last=int(last or first))

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"

    def __contains__(self, page: int) -> bool:
        return self.first <= page <= self.last


@dataclass(frozen=True, kw_only=True)
class Document:
    """One 文件 of an issue: its front matter, parsed, and its body as committed.

    `folder` is its permanent number in the issue, as written in the file's name. A document of a
    historical issue may be an entry of the 目录: then `pages` holds its pages of the issue's PDF
    and `body` is empty; while it is a draft, `unreviewed` says what a person should look at, and
    it is among the issue's drafts, not its documents. `source` is the committed file, relative to the issues folder.
    """

    issue: IssueNumber
    folder: str
    source: str
    title: str
    authorities: tuple[str, ...] = ()
    dated: date | None = None
    number: DocumentNumber | None = None
    number_text: str = ""
    published_on: date | None = None
    received_on: date | None = None
    effective_on: date | None = None
    valid_until: date | None = None
    section: str = ""
    document_type: str = ""
    topic: str = ""
    index_number: str = ""
    disclosure: str = ""
    keywords: tuple[str, ...] = ()
    summary: str = ""
    addressees: str = ""
    annexes: tuple[Annex, ...] = ()
    pages: PageRange | None = None
    old_addresses: tuple[str, ...] = ()
    withdrawn: Withdrawal | None = None
    redacted: Withdrawal | None = None
    """旧文撤下: the text as it was before is published no more, what it says now is."""
    relations: tuple[Relation, ...] = ()
    unreviewed: str = ""
    body: str = field(default_factory=str, repr=False)
    body_line: int = field(default=1, repr=False, compare=False)
    key_lines: tuple[tuple[str, int], ...] = field(default=(), repr=False, compare=False)
    """Where the body and the fields stand in `source`; they are no part of the document."""

    def line(self, name: str) -> int:
        """The line of a field's key in `source`, for findings; 1 where it has none."""
        return dict(self.key_lines).get(name, 1)

    def line_of(self, at: int) -> int:
        """The line of `source` that holds a place of the body's visible text (`visible_text`)."""
        for said, line in numbered_lines(parse(self.body)):
            at -= len(said) + 1
            if at < 0:
                return self.body_line + line - 1
        return self.body_line

    @property
    def serial(self) -> int:
        """The permanent number in the issue, as it is compared."""
        return int(self.folder)

    @cached_property
    def address(self) -> str:
        """Its permanent, site-relative address: `2019/12/01/`."""
        return f"{self.issue.address}{self.folder}/"

    @cached_property
    def digest(self) -> str:
        """A hash of all that the value holds, its body included; equal values have equal ones."""
        return of_fields(self)

    @cached_property
    def head(self) -> str:
        """A hash of all but the text, of which it says only whether there is one.

        What lists, links and neighbours show of a document is made of this.
        """
        names = (f.name for f in fields(self) if f.name not in _TEXT)
        return digest([[getattr(self, name) for name in names], self.of_text(bool)])

    def of_text(self, function: Callable[[str], _T]) -> _T:
        """`function(self.body)`, which must be a pure function of the text.

        Where it is one of those of `gazette.reading`, it is worked out once, when the file is read,
        and kept with the document: asking then costs nothing, and the text is not touched.
        """
        name = f"{function.__module__}.{function.__qualname__}"
        known: dict[str, Any] = vars(self).get("known", {})
        if name in known:
            return cast("_T", known[name])
        packed: dict[str, bytes] = vars(self).get("packed", {})
        return cast("_T", loads(packed[name])) if name in packed else function(self.body)

    def __getattr__(self, name: str) -> str:
        """The body of a document that came from the store (`left_in_store`), read when asked for."""
        place = vars(self).get("place") if name == "body" else None
        if place is None:
            raise AttributeError(f"{type(self).__name__} has no {name!r}", name=name, obj=self)
        path, start, size = place
        with Path(path).open("rb") as file:
            file.seek(start)
            return file.read(size).decode("utf-8", "surrogatepass")

    def without_text(self) -> "Document":
        """The same with an empty text, and nothing kept of it but whether there was one."""
        made = Document.__new__(Document)
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in _TEXT}
        vars(made).update(values, body="", body_line=1, key_lines=(), head=self.head)
        vars(made).update(known={"builtins.bool": self.of_text(bool)})
        return made

    @classmethod
    def left_in_store(cls, values: dict[str, Any], place: tuple[str, int, int]) -> "Document":
        """A document whose body stays in a file until it is asked for: (path, offset, bytes).

        `values` are its other fields, its `digest` and `head`, and as `known` what `of_text` need
        not work out again; as `packed` the same, by `gazette.kept.dumps`, of what few ask for. An
        archive of thousands of documents is so held without their texts.
        """
        made = cls.__new__(cls)
        vars(made).update(values, place=place)
        return made


@dataclass(frozen=True, kw_only=True)
class Issue:
    """One 期: its number, its day, its documents in order, and its PDF where one is committed.

    `pdf` and `cover` are file names in the issue's folder, empty where there are none; `files`
    are all published files of the folder and of its documents' folders, relative to it;
    `corrections` maps a PDF page to its corrected text (`text/0012.md`). `drafts` are entries of
    the 目录 that nobody has reviewed: they hold their numbers, and are published nowhere. `withheld`
    are files that may hold the text of a withdrawn document (`gazette.withholding`).
    """

    number: IssueNumber
    source: str
    published_on: date | None = None
    title: str = ""
    cover: str = ""
    pdf: str = ""
    files: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    drafts: tuple[Document, ...] = ()
    withheld: tuple[str, ...] = ()
    corrections: tuple[tuple[int, str], ...] = ()
    note: str = field(default="", repr=False)
    key_lines: tuple[tuple[str, int], ...] = field(default=(), repr=False, compare=False)

    def line(self, name: str) -> int:
        """The line of a field's key in index.md, for findings; 1 where it has none."""
        return dict(self.key_lines).get(name, 1)

    @cached_property
    def address(self) -> str:
        """Its permanent, site-relative address: `2019/12/`."""
        return self.number.address

    @property
    def label(self) -> str:
        """`2019年第12期`."""
        return self.number.label()

    @cached_property
    def digest(self) -> str:
        """A hash of all that the value holds, its documents included."""
        return of_fields(self)

    @cached_property
    def withdrawn_files(self) -> frozenset[str]:
        """Files that belong to withdrawn documents or may hold their texts, so are not published."""
        gone = tuple(f"{d.folder}/" for d in self.documents if d.withdrawn)
        return frozenset(f for f in self.files if f.startswith(gone)) | {*self.withheld}

    @property
    def printed(self) -> str:
        """The PDF, where it is published; empty where there is none, or none that may be."""
        return "" if self.pdf in self.withheld else self.pdf


@dataclass(frozen=True, kw_only=True)
class Gazette:
    """Every issue, oldest first, with its documents in order."""

    issues: tuple[Issue, ...] = ()

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """Every document, in the order of issues."""
        return tuple(d for i in self.issues for d in i.documents)

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The years that have an issue, oldest first."""
        return tuple(sorted({i.number.year for i in self.issues}))

    def of_year(self, year: int) -> Iterator[Issue]:
        """The issues of one year, oldest first."""
        return (i for i in self.issues if i.number.year == year)

    @cached_property
    def newest_day(self) -> date | None:
        """The newest 出版日期: the default day that the site is built for."""
        return max((i.published_on for i in self.issues if i.published_on), default=None)
