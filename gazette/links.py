"""From what a text points at to the address where it is published. Pure."""

import posixpath
from collections.abc import Callable
from urllib.parse import quote, unquote

from gazette.model import Document, Gazette

Resolve = Callable[[str], str | None]
"""From a target as written to an address relative to the page, None where nothing is published."""


def annex_path(document: Document, file: str) -> str:
    """An annex's file, relative to the issue's folder: `01/表.xlsx`, written with the folder or without."""
    return file if file.startswith(f"{document.folder}/") else f"{document.folder}/{file}"


def resolver(gazette: Gazette) -> Callable[[str], Resolve]:
    """From a page's address to the function that turns targets in its text into links.

    A target is written as it stands in the repository: relative to the Markdown file (`01/图.png`,
    `02-名称.md`, `../11/01-名称.md`), or as a site address (`/2019/12/01/`). Nothing is made of a
    target that is not published, so a text never links into the void.
    """
    sources = {d.source: d.address for d in gazette.documents}
    published = {
        f"{i.address}{f}" for i in gazette.issues for f in i.files if f not in i.withdrawn_files
    }
    addresses = {d.address for d in gazette.documents} | {i.address for i in gazette.issues}

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
            return f"{up}{quote(found)}{mark}{fragment}" if found is not None else None

        return resolve

    return for_page
