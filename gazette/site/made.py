"""What a build hands to whoever writes the site: groups of pages, files, and what is known of them.

Light to import, for a preview begins with a single page.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gazette.archive import Archive
from gazette.digest import digest
from gazette.errors import Finding
from gazette.site.pages import Group, Page
from gazette.sources import Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFile:
    """A file of the site that is not a page: its address, and its bytes or where they lie.

    `key` is a hash of what it holds or is made of; without it, the file's size and time tell
    whether it changed.
    """

    address: str
    source: Path | bytes
    key: str = ""

    def hashed(self) -> str:
        """What changes when the file changes."""
        if self.key:
            return self.key
        if isinstance(self.source, bytes):
            return hashlib.sha256(self.source).hexdigest()[:32]
        found = os.stat(self.source)  # noqa: PTH116  thousands of them
        return digest([str(self.source), found.st_size, found.st_mtime_ns, found.st_ino])


@dataclass(frozen=True, kw_only=True)
class Row:
    """What is known of a page without working it out."""

    address: str
    file: str
    digest: str
    is_listed: bool


@dataclass(frozen=True, kw_only=True)
class Site:
    """All that is to be published, ready to be rendered, and what was found wrong on the way.

    `rows` tells of each group's pages; where it is empty, the groups were not worked out. `sources`
    is what it was read from, and `passing` tells that the same may give more next time.
    """

    archive: Archive
    groups: tuple[Group, ...]
    files: tuple[SiteFile, ...]
    findings: tuple[Finding, ...] = ()
    rows: tuple[tuple[Row, ...], ...] = ()
    sources: Sources = field(default_factory=lambda: Sources(files={}))
    passing: bool = False

    def pages(self) -> Iterator[Page]:
        """Every page, worked out."""
        for group in self.groups:
            yield from group.pages()
