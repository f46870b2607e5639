"""From what a clerk or a text calls a document to the documents that it may be. Pure.

A document is named by its 发文字号 in any spelling, by its title, also in 《》 and also by that of
what it 印发s, by 《标题》（字号）, or by its address. A number may be borne by many documents and a
title by more than one: the answer is always a tuple, and to choose among several is nobody's
business here.
"""

import posixpath
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from gazette.model import Document, Gazette
from gazette.number import DocumentNumber, IssueNumber

_MARKS = re.compile("[《》〈〉<>“”\"「」『』‘’']")
_ISSUED = re.compile("关于(?:印发|公布|发布|颁布)(.+)的(?:通知|决定|公告|通告|命令|令)")
_ADDRESS = re.compile(r"/?(\d{4})/([\w-]+)/(\d{2,3})/?", re.ASCII)
_WITH_NUMBER = re.compile(r"(?P<title>.*[^\s(（])\s*[(（](?P<number>[^()（）]+)[)）]", re.DOTALL)
_LONGEST = 400
"""Nothing longer names a document."""


@dataclass(frozen=True, slots=True)
class Targets:
    """The documents of a gazette by everything that may name one."""

    by_number: Mapping[DocumentNumber, tuple[Document, ...]]
    by_title: Mapping[str, tuple[Document, ...]]
    by_issued: Mapping[str, tuple[Document, ...]]
    by_address: Mapping[str, Document]
    site_url: str


def targets(gazette: Gazette, site_url: str = "") -> Targets:
    """Everything that names a document; `site_url` is taken off addresses that start with it."""
    numbers, titles, issued = defaultdict(list), defaultdict(list), defaultdict(list)
    addresses: dict[str, Document] = {}
    for document in gazette.documents:
        if document.number:
            numbers[document.number].append(document)
        key, *inner = titles_of(document)
        titles[key].append(document)
        for title in inner:
            issued[title].append(document)
        addresses[_place(document.issue, document.serial)] = document
        addresses[document.source] = document
    for document in gazette.documents:
        for old in document.old_addresses:
            addresses.setdefault(_path(old), document)
    return Targets(
        by_number={n: tuple(d) for n, d in numbers.items()},
        by_title={t: tuple(d) for t, d in titles.items()},
        by_issued={t: tuple(d) for t, d in issued.items()},
        by_address=addresses,
        site_url=site_url,
    )


def titles_of(document: Document) -> Iterator[str]:
    """The key of a document's title, and that of what it 印发s."""
    key = title_key(document.title)
    yield key
    if found := _ISSUED.search(key):
        yield found[1]


def title_key(title: str) -> str:
    """A title without what may be written one way or the other: blanks, marks, widths."""
    text = unicodedata.normalize("NFKC", title)
    if (
        text.isprintable() and " " not in text
    ):  # as nearly all: the rest has no blank, nothing unseen
        return _MARKS.sub("", text)
    text = "".join(c for c in text if not c.isspace() and unicodedata.category(c) != "Cf")
    return _MARKS.sub("", text)


def read_number(text: str) -> DocumentNumber | None:
    """The 发文字号 that a whole text is, None where it is none."""
    try:
        return DocumentNumber.parse(text)
    except ValueError:
        return None


def resolve(known: Targets, text: str, *, beside: Document | None = None) -> tuple[Document, ...]:
    """The documents that a text may name, in the order of issues; none outside this archive.

    `beside` is the document that the text stands in: files are named relative to it, and it does
    not name itself by a number or title that it shares with another.
    """
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return ()
    if (document := _by_address(known, text, beside)) is not None:
        return (document,)
    if number := read_number(text):
        return _others(known.by_number.get(number, ()), beside)
    if found := _WITH_NUMBER.fullmatch(text):
        number = read_number(found["number"])
        if number:
            return by_both(known, found["title"], number, beside=beside)
    return _others(by_title(known, text), beside)


def by_title(known: Targets, title: str) -> tuple[Document, ...]:
    """The documents of a title; where none has it, those that issued what has it."""
    key = title_key(title)
    return known.by_title.get(key) or known.by_issued.get(key, ())


def by_both(
    known: Targets, title: str, number: DocumentNumber | None, *, beside: Document | None = None
) -> tuple[Document, ...]:
    """The documents of a number; of several those that also have the title.

    Where the archive does not have the number, a document of the title counts only if it has no
    number of its own: two numbers are two documents.
    """
    titled = _others(by_title(known, title), beside) if title else ()
    if number is None:
        return titled
    numbered = _others(known.by_number.get(number, ()), beside)
    if not numbered:
        return tuple(d for d in titled if d.number is None and not d.number_text)
    of_title = {d.address for d in titled}
    both = tuple(d for d in numbered if d.address in of_title)
    return both if len(numbered) > 1 and both else numbered


def _others(found: Iterable[Document], beside: Document | None) -> tuple[Document, ...]:
    """Without the document that speaks, unless it is the only one."""
    found = tuple(found)
    others = tuple(d for d in found if beside is None or d.address != beside.address)
    return others or found


def _by_address(known: Targets, text: str, beside: Document | None) -> Document | None:
    path = text
    if known.site_url and path.startswith(known.site_url):
        path = "/" + path[len(known.site_url) :].lstrip("/")
    elif path.startswith(("http://", "https://")):
        return known.by_address.get(_path(path))
    elif not re.search(r"[/.]", path):
        return None
    if found := _ADDRESS.fullmatch(unquote(path)):
        try:
            issue = IssueNumber.from_folder(int(found[1]), found[2])
        except ValueError:
            return None
        return known.by_address.get(_place(issue, int(found[3])))
    path = unquote(path)
    if path.startswith("/"):
        return known.by_address.get(_path(path)) or known.by_address.get(path[1:])
    folder = posixpath.dirname(beside.source) if beside else ""
    return (
        known.by_address.get(posixpath.normpath(f"{folder}/{path}"))
        or known.by_address.get(path.removeprefix("issues/"))
        or known.by_address.get(_path(path))
    )


def _place(issue: IssueNumber, serial: int) -> str:
    """One text for one address, however issue and document are padded."""
    return f"{issue.year}/{'zk' if issue.supplement else ''}{issue.numbers}/{serial}"


def _path(address: str) -> str:
    """An old address as it is compared: without host, slashes at the ends, or index.html."""
    try:
        path = urlsplit(address).path
    except ValueError:  # http://[ and the like: no address, so it is nobody's
        path = address
    return "旧网址:" + path.strip("/").removesuffix("index.html").rstrip("/")
