"""sitemap.xml, for search engines (sitemaps.org, protocol 0.9). Pure."""

from collections.abc import Iterable, Iterator
from html import escape
from urllib.parse import quote, urljoin

MOST = 50_000
"""Addresses in one file, as the protocol allows."""

_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def sitemaps(addresses: Iterable[str], site_url: str) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file for these pages; none without the site's own address."""
    if not site_url:
        return
    root = site_url if site_url.endswith("/") else f"{site_url}/"
    listed = [urljoin(root, quote(address)) for address in addresses]
    parts = [listed[at : at + MOST] for at in range(0, len(listed), MOST)]
    if len(parts) == 1:
        yield "sitemap.xml", _file("urlset", "url", parts[0])
        return
    names = [f"sitemap-{n}.xml" for n in range(1, len(parts) + 1)]
    for name, part in zip(names, parts, strict=True):
        yield name, _file("urlset", "url", part)
    yield "sitemap.xml", _file("sitemapindex", "sitemap", [root + n for n in names])


def _file(whole: str, each: str, addresses: Iterable[str]) -> bytes:
    lines = (f"<{each}><loc>{escape(a)}</loc></{each}>\n" for a in addresses)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{whole} {_SPACE}>\n{"".join(lines)}</{whole}>\n'
    ).encode()
