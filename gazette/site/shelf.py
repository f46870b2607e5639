"""Every list with its tables, kept between builds: most edits change a text, and nothing that lists show.

What is kept of a list is all but its documents. They are worked out, for all lists at once, when
somebody looks at them: when a page or a table of a list has to be made.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import overload

from gazette.archive import Archive
from gazette.digest import digest
from gazette.filters import all_listings
from gazette.kept import Kept
from gazette.lists import Listed, Listing
from gazette.settings import Settings
from gazette.site.downloads import list_files


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """A list without its documents: how many they are, and the hash of it all."""

    listing: Listing
    count: int
    digest: str


class _Later(Sequence[Listed]):
    """The documents of a list, of which nothing is known yet but how many they are."""

    def __init__(self, count: int, work_out: Callable[[], Sequence[Listed]]) -> None:
        self._count = count
        self._work_out = work_out

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> Listed: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Listed]: ...
    def __getitem__(self, at: int | slice) -> Listed | Sequence[Listed]:
        return self._work_out()[at]

    def __iter__(self) -> Iterator[Listed]:
        return iter(self._work_out())


def lists_and_tables(
    archive: Archive, settings: Settings, on: date | None, *, folder: Path, kept: Kept
) -> tuple[tuple[Listing, ...], dict[str, Path]]:
    """Every list (`gazette.filters.all_listings`), and the file of each table by its address.

    `folder` holds the tables that were made before.
    """

    @cache
    def worked_out() -> Mapping[str, Listing]:
        return {listing.address: listing for listing in all_listings(archive, settings, on)}

    def later(known: _Kept) -> Listing:
        address = known.listing.address
        documents = _Later(known.count, lambda: worked_out()[address].documents)
        listing = replace(known.listing, documents=documents)
        vars(listing)["digest"] = known.digest
        return listing

    key = _made_of(archive, settings, on)
    said: tuple[_Kept, ...] | None = kept.last("lists", key)
    if said is None:
        lists = tuple(worked_out().values())
        said = tuple(
            _Kept(listing=replace(i, documents=()), count=len(i.documents), digest=i.digest)
            for i in lists
        )
    else:
        lists = tuple(map(later, said))
    kept.put("lists", key, said)
    names = kept.last("tables", key)
    if names is None or not all((folder / name).is_file() for name in names.values()):
        names = {
            a: file.name for a, file in list_files(lists, site_url=settings.site_url, cache=folder)
        }
    kept.put("tables", key, names)
    return lists, {address: folder / name for address, name in names.items()}


def _made_of(archive: Archive, settings: Settings, on: date | None) -> str:
    """A hash of all that lists show: heads of documents, their lives and relations, days of issues."""
    issues = [
        [
            issue.address,
            issue.published_on,
            [d.head for d in issue.documents],
            [archive.relations.of(d).digest for d in issue.documents],
        ]
        for issue in archive.gazette.issues
    ]
    return digest([settings, on, issues])
