"""From what a text points at to the address where it is published. Pure."""

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote, unquote, urlsplit

from gazette.model import Document, Gazette

Resolve = Callable[[str], str | None]
"""From a target as written to an address relative to the page, None where nothing is published."""


def report_address(where: str, site: str, address: str, title: str) -> str:
    """Where a reader reports an error of one page: 报错地址 with the page in it.

    `{网址}` and `{标题}` in it stand for the page's whole address and its title; `address` is
    percent-encoded already. Where neither is named, a mail gets them as its text, a web address as
    its query.
    """
    if not where:
        return ""
    if "{网址}" not in where and "{标题}" not in where:
        names = ("subject", "body") if where.startswith("mailto:") else ("title", "url")
        where += ("&" if "?" in where else "?") + f"{names[0]}={{标题}}&{names[1]}={{网址}}"
    url = quote(f"{site.rstrip('/')}/{address}", safe="")
    return where.replace("{网址}", url).replace("{标题}", quote(title, safe=""))


def annex_path(document: Document, file: str) -> str:
    """An annex's file, relative to the issue's folder: `01/表.xlsx`, written with the folder or without."""
    return file if file.startswith(f"{document.folder}/") else f"{document.folder}/{file}"


OWN = frozenset(
    {"404.html", "assets", "data", "feed.xml", "lists", "saved", "search", "search-index"}
    | {"manifest.webmanifest", "robots.txt", "sitemap", "sitemap.xml", "sw.js", "timeline", "wh"}
    | {"withdrawn.json"}
)
"""First segments of the site's own addresses, which no document can have had before."""

_FILES = (".html", ".htm", ".shtml")
"""Endings of addresses that are files of their own, not `index.html` in a folder."""
_MADE = re.compile(r"p\d+(/.*)?|.*\.(pdf|webp)(/.*)?", re.ASCII | re.IGNORECASE)
"""What an issue has besides documents and annexes: pages of its PDF, and PDFs that we make."""
_LONGEST_NAME = 200
"""In bytes. File systems end at 255, and the build adds a few."""


def old_path(text: str) -> str:
    """The site-relative path of an address on a former site: `art/2019/t1.html`, `zfgb/12/`.

    Takes a whole URL, whose host is dropped, or a path, percent-encoded or not. ValueError, with
    the reason in Chinese, where a static site cannot answer at that address.
    """
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        raise ValueError(f"“{text}”不是网页的地址") from None
    if parts.scheme not in ("", "http", "https"):
        raise ValueError(f"“{text}”不是网页的地址")
    if parts.query:
        raise ValueError(f"“{text}”带有问号后面的参数，静态网站分不开")
    path = unquote(parts.path).strip("/")
    path = re.sub(r"(^|/)index\.html?$", "", path)
    if any(len(s.encode("utf-8", "replace")) > _LONGEST_NAME for s in path.split("/")):
        raise ValueError(f"“{text[:40]}…”太长，做不成文件夹")
    if not path or "\\" in path or not path.isprintable():
        raise ValueError(f"“{text}”没有指明哪一页")
    segments = path.split("/")
    if any(s in ("", ".", "..") for s in segments) or segments[0] in OWN:
        raise ValueError(f"“{text}”不能用作旧网址")
    return path if path.endswith(_FILES) else f"{path}/"


def redirects(gazette: Gazette) -> Mapping[str, Document]:
    """From every former path to its document; one that is taken or no path is left out.

    Taken is what the site has itself, and what no file system holds beside what it has: a file
    `a.html` and a folder `a.html/`.
    """
    found: dict[str, Document] = {}
    if not any(d.old_addresses for d in gazette.documents):
        return found
    files = _own_files(gazette)
    folders = {folder for file in files for folder in _folders(file)}
    homes = {i.address for i in gazette.issues}
    for document in gazette.documents:
        for text in document.old_addresses:
            try:
                path = old_path(text)
            except ValueError:
                continue
            file = path if path.endswith(_FILES) else f"{path}index.html"
            above = {*_folders(file)}
            home, inner = "/".join(path.split("/")[:2]) + "/", path.split("/")[2:]
            made = home in homes and _MADE.fullmatch("/".join(inner).rstrip("/"))
            if made or file in files or file in folders or files & above:
                continue
            files.add(file)
            folders |= above
            found[path] = document
    return found


def _own_files(gazette: Gazette) -> set[str]:
    """The files of the site that stand where an address of another site might have been."""
    pages = [f"{y}/" for y in gazette.years] + [d.address for d in gazette.documents]
    pages += [i.address for i in gazette.issues]
    return {f"{page}index.html" for page in pages} | {
        i.address + name for i in gazette.issues for name in i.files
    }


def _folders(file: str) -> Iterator[str]:
    """Every folder that a file is in: `a/b` and `a` for `a/b/c.html`."""
    while "/" in file:
        file = file.rpartition("/")[0]
        yield file


def nowhere(_address: str) -> bool:
    """No page that the site makes by itself is known."""
    return False


def resolver(
    gazette: Gazette, is_page: Callable[[str], bool] = nowhere
) -> Callable[[str], Resolve]:
    """From a page's address to the function that turns targets in its text into links.

    A target is written as it stands in the repository: relative to the Markdown file (`01/图.png`,
    `02-名称.md`, `../11/01-名称.md`), or as a site address (`/2019/12/01/`). Nothing is made of a
    target that is not published, so a text never links into the void. `is_page` tells whether the
    site has a page of its own at an address (`lists/in-force/`, `1998/03/p12/`).
    """
    sources = {d.source: d.address for d in gazette.documents}
    published = {
        f"{i.address}{f}" for i in gazette.issues for f in i.files if f not in i.withdrawn_files
    }
    addresses = {d.address for d in gazette.documents} | {i.address for i in gazette.issues}
    addresses |= {f"{year}/" for year in gazette.years}

    def for_page(address: str) -> Resolve:
        folder = "/".join(address.split("/")[:2])
        up = "../" * address.count("/")

        def resolve(target: str) -> str | None:
            if target.startswith(("http://", "https://", "mailto:", "#")):
                return target
            path, mark, fragment = target.partition("#")
            path = unquote(path)
            path = path[1:] if path.startswith("/") else posixpath.normpath(f"{folder}/{path}")
            found = sources.get(path)
            if found is None and path in published:
                found = path
            if found is None and f"{path.rstrip('/')}/" in addresses:
                found = f"{path.rstrip('/')}/"
            if found is None and is_page(f"{path.rstrip('/')}/"):
                found = f"{path.rstrip('/')}/"
            return f"{up}{quote(found)}{mark}{fragment}" if found is not None else None

        return resolve

    return for_page
