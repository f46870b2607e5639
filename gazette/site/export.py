"""Every page as plain Markdown with front matter, for another generator. Pure.

The way out, should MkDocs and Material no longer be had: what is written here needs nothing of
ours. Texts are escaped, so that any Markdown shows them as they were committed.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from gazette.dialect import Heading, Image, Inline, Link, Table, Text, parse
from gazette.site.pages import Page

_SPECIAL = re.compile(r"[\\`*_{}\[\]#+\-.!]|[<>&|~]")
"""What Markdown may take for its own: escaped where every dialect knows that, else an entity."""
_NAMES = ("title", "label", "name", "short", "year", "decade", "page")
"""What an entry of a list is called by, the best first."""


def export_name(page: Page) -> str:
    """The page's file: `2019/12/01.md` is shown at `/2019/12/01/` by any generator; `index.md`."""
    return f"{page.address.rstrip('/') or 'index'}.md"


def markdown(page: Page) -> str:
    """The page: its address, title, kind and data as front matter (YAML), then its text."""
    head = {
        "title": page.title,
        "url": f"/{page.address}",
        "type": page.meta.get("kind", ""),
        "params": {**page.meta},
    }
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in head.items()]
    blocks = list(_blocks(page)) if page.body else []
    listed = [f"- [{_escape(name)}](/{quote(url)})" for name, url in _entries(page.meta)]
    text = "\n\n".join([*blocks, "\n".join(dict.fromkeys(listed))]).strip()
    return "---\n" + "\n".join(lines) + f"\n---\n\n{text}\n"


def _blocks(page: Page) -> Iterator[str]:
    for block in parse(page.body):
        if isinstance(block, Heading):
            yield "#" * block.level + " " + _inlines(block.inlines, page.links)
        elif isinstance(block, Table):
            rows = [block.head, *block.rows]
            lines = ["| " + " | ".join(_inlines(c, page.links) for c in r) + " |" for r in rows]
            lines.insert(1, "|" + " --- |" * len(block.head))
            yield "\n".join(lines)
        else:
            yield _inlines(block.inlines, page.links)


def _inlines(parts: tuple[Inline, ...], links: Mapping[str, str]) -> str:
    return "".join(_inline(part, links) for part in parts)


def _inline(part: Inline, links: Mapping[str, str]) -> str:
    if isinstance(part, Text):
        return _escape(part.text)
    target = links.get(part.target)
    if isinstance(part, Link | Image) and target:
        mark = "!" if isinstance(part, Image) else ""
        return f"{mark}[{_escape(part.text)}]({target})"
    return _escape(part.text)


def _escape(text: str) -> str:
    return _SPECIAL.sub(lambda m: f"&#{ord(m[0])};" if m[0] in "<>&|~" else f"\\{m[0]}", text)


def _entries(value: Any) -> Iterator[tuple[str, str]]:
    """All that a page's data links to: (name, address)."""
    if isinstance(value, Mapping):
        url = value.get("url")
        name = next((value[n] for n in _NAMES if value.get(n)), None)
        if isinstance(url, str) and name is not None and "://" not in url:
            yield str(name), url
        for inner in value.values():
            yield from _entries(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _entries(inner)
