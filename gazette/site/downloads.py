"""The tables of lists as files, each kept under a hash of what it holds, so that it is made once."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from gazette.digest import digest
from gazette.kept import program, write
from gazette.lists import Listing
from gazette.publish.spreadsheet import to_csv, to_xlsx
from gazette.site.lists import list_tables, table


def list_files(
    found: Iterable[Listing], *, site_url: str, cache: Path
) -> Iterator[tuple[str, Path]]:
    """The address and the file of every table; what is no longer used is taken out of the cache."""
    cache.mkdir(parents=True, exist_ok=True)
    used = set()
    for listing in found:
        for address, documents in list_tables(listing):
            kind = address.rpartition(".")[2]
            said = [listing.title, site_url, listing.deadlines]
            made_of = [program(), *said, [d.digest for d in documents]]
            file = cache / f"{digest(made_of)}.{kind}"
            if not file.is_file():
                rows = table(listing, documents, site_url)
                write(file, to_csv(rows) if kind == "csv" else to_xlsx(rows))
            used.add(file.name)
            yield address, file
    for file in cache.iterdir():
        if file.name not in used:
            file.unlink()
