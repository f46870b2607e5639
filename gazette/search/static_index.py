r"""The index that a phone reads: segments of plain files, and the same read here.

A segment is a pure function of its entries; its folder is named by a hash of them, so it can be
cached for good and is never made twice (`segments` makes it)::

    manifest.json                 the segments in order, oldest first (the only file that changes),
                                  and the names of all 栏目, which typing suggests
    table-<hash>.bin              traditional → simplified; fetched when a query has a character that
                                  stands nowhere (texts bring their own pairs, see `records`)
    <key>/segment.json            what the manifest says of the segment; written last
    <key>/items.bin               its entries: how many slots each takes
    <key>/dates.bin               the day of each entry, by which they can be sorted
    <key>/grams/0000.bin …        see `shards`; the number is that of the file, in hex
    <key>/texts/0000.bin …        see `records`; the number is that of the pack
    <key>/year.bin section.bin …  a facet: deflated JSON {names, sets}, and of each entry its set
    <key>/validity.bin            有效性 of each entry through time
    <key>/pinyin.bin              deflated; see `pinyin.table_text`
    <key>/urls.bin                deflated, one a line; for the command line

All but grams and texts are deflated. `table`: varint pairs, each varint gap of the traditional
code point and zigzag varint of simplified - traditional. `items.bin`: varint issues, and of each varint entries;
of each entry varint of how many slots it has more than the one before it in its issue; of each entry whether it is a page; varint of how many are over from some
day on, and of each varint entry - entry before - 1 and varint of that day (counted from 1900-01-01).
The first passage of an issue is the next multiple of `records.ALIGN`, that of an entry follows the
last of the entry before. `dates.bin`: of each entry zigzag varint of its day - that of the entry
before; of each entry zigzag varint of how much later it stands in the issue than here. `validity.bin`: varint n, n bytes of the names of the states as a JSON list; then of each
entry varint of how many states, and of each state varint of its name and, but of the first, zigzag
varint of its day - the day before it in the file, from 0. Entries stand by issue, the oldest first, the
shortest first in an issue (which makes `items.bin`, that every reader needs, half as large), and count from 0 through all segments, and so do passages: those of the second follow those of the
first.
"""

import datetime as dt
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gazette.errors import SearchError
from gazette.search import pinyin, records, shards
from gazette.search.varints import Reader

FORMAT = 4
_FORM = ("format", "slot", "pack", "pitch", "group")
FACETS = ("year", "section", "authority", "document_type", "topic", "issue")
EPOCH = dt.date(1900, 1, 1).toordinal()
"""Days are counted from here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """What must be known of a segment to read it. `slots` is one more than the last slot."""

    key: str
    entries: int
    slots: int
    bits: int


def is_whole(folder: Path) -> Segment | None:
    """The segment that stands in a folder, None where it is not whole: a disk may have been full."""
    try:
        said = json.loads((folder / "segment.json").read_text("utf-8"))
        return Segment(**said["segment"]) if said["bytes"] == size_of(folder) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def size_of(folder: str | Path) -> int:
    """Bytes of all files of a segment but `segment.json`."""
    total = 0
    with os.scandir(folder) as found:
        for file in found:
            if file.name != "segment.json":
                total += size_of(file.path) if file.is_dir() else file.stat().st_size
    return total


def _segment(said: object) -> Segment:
    try:
        return Segment(**said)  # type: ignore[arg-type]  # checked by the constructor's names
    except TypeError as error:
        raise SearchError(f"检索索引的说明不对：{error}") from error


@dataclass(frozen=True, slots=True)
class Facet:
    """A column: its names, the sets of names that occur, and of each entry its set."""

    names: list[str]
    sets: list[list[int]]
    column: list[int]


class Index:
    """A whole index, read: entries and passages are numbered through its segments.

    Raises `SearchError` when it is missing, of another format, or damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise SearchError("检索索引读不出来", path=str(folder)) from error
        expected = (FORMAT, records.SLOT, records.PACK, shards.PITCH, shards.GROUP)
        if (
            not isinstance(manifest, dict)
            or tuple(manifest.get(name) for name in _FORM) != expected
        ):
            raise SearchError("检索索引是另一个版本的", path=str(folder), hint="请重新生成网站")
        self.segments = [_segment(said) for said in manifest["segments"]]
        self.sections: list[str] = list(manifest["sections"])
        self._packs: dict[tuple[int, int], bytes] = {}
        self.starts: list[int] = []  # first passage number of each entry, and one past the last
        self.sizes: list[int] = []  # slots of each entry
        self.is_page: list[bool] = []
        self.group: list[int] = []  # of a page the first page of its issue, else the entry itself
        self.over: list[int] = []  # ordinal of the day from which it is over for good, or a far one
        self._bases: list[int] = []
        slots = 0
        for segment in self.segments:
            self._bases.append(slots)
            at = slots
            reader = Reader(records.inflate(self._read(segment, "items.bin")))
            of_issue = reader.varints(reader.varint()).tolist()
            sizes = iter(reader.varints(segment.entries).tolist())
            pages = iter(reader.varints(segment.entries).tolist())
            for entries in of_issue:
                at = slots + records.aligned(at - slots)
                first_page = -1
                size = 0
                for _ in range(entries):
                    self.starts.append(at)
                    size += next(sizes)
                    self.sizes.append(size)
                    at += size
                    self.is_page.append(bool(next(pages)))
                    own = len(self.group)
                    if self.is_page[-1] and first_page < 0:
                        first_page = own
                    self.group.append(first_page if self.is_page[-1] else own)
            self.over += [dt.date.max.toordinal()] * segment.entries
            entry = len(self.over) - segment.entries - 1
            for _ in range(reader.varint()):
                entry += reader.varint() + 1
                self.over[entry] = reader.varint() + EPOCH
            slots += segment.slots
        self.starts.append(slots)

    def _read(self, segment: Segment, name: str) -> bytes:
        path = self._folder / segment.key / name
        try:
            return path.read_bytes()
        except OSError as error:
            raise SearchError("检索索引缺少文件", path=str(path)) from error

    def postings(self, wanted: Sequence[str]) -> dict[str, shards.Postings]:
        """The postings of terms, each with at least an empty one."""
        found = {term: shards.Postings([]) for term in wanted}
        for segment, base in zip(self.segments, self._bases, strict=True):
            by_shard: dict[int, list[str]] = {}
            for term in found:
                by_shard.setdefault(shards.shard_of(term, segment.bits), []).append(term)
            for shard, names in by_shard.items():
                file, place = self._shard(segment, shard)
                for term, postings in shards.lookup(file, place, names).items():
                    known = found[term]
                    found[term] = shards.Postings(
                        known.passages + [base + passage for passage in postings.passages],
                        known.sides + postings.sides,
                        known.often | {base + passage for passage in postings.often},
                        known.titles | {base + p: size for p, size in postings.titles.items()},
                    )
        return found

    def _shard(self, segment: Segment, shard: int) -> tuple[bytes, int]:
        """The file of a shard, and the shard's place in it."""
        file, place = divmod(shard, shards.GROUP)
        return self._read(segment, f"grams/{file:04x}.bin"), place

    def siblings(self, term: str) -> dict[str, list[int]]:
        """The numbers of the same code and year as a `#` term, and the passages of each."""
        found: dict[str, list[int]] = {}
        for segment, base in zip(self.segments, self._bases, strict=True):
            file, place = self._shard(segment, shards.shard_of(term, segment.bits))
            for name, passages in shards.siblings(file, place, term).items():
                found.setdefault(name, []).extend(base + passage for passage in passages)
        return found

    def pinyin(self) -> pinyin.Table:
        """How the characters of titles are spelt."""
        texts = (records.inflate(self._read(part, "pinyin.bin")).decode() for part in self.segments)
        return pinyin.read_table(texts)

    def dates(self) -> list[tuple[int, int]]:
        """By what every entry is sorted by date: its day, else the first of its year; its place."""
        found: list[tuple[int, int]] = []
        for segment in self.segments:
            reader = Reader(records.inflate(self._read(segment, "dates.bin")))
            both = reader.varints(2 * segment.entries)
            steps = np.where(both & 1, -(both >> 1), both >> 1)
            places = np.arange(segment.entries) + steps[segment.entries :] + len(found)
            days = np.cumsum(steps[: segment.entries])
            found += zip(days.tolist(), places.tolist(), strict=True)
        return found

    def states(self, day: dt.date) -> list[str]:
        """The 有效性 of every entry on a day, "" where it does not apply."""
        found: list[str] = []
        for segment in self.segments:
            reader = Reader(records.inflate(self._read(segment, "validity.bin")))
            names = json.loads(reader.take(reader.varint()))
            at = 0
            for _ in range(segment.entries):
                state = ""
                for which in range(reader.varint()):
                    name = names[reader.varint()]
                    if which:
                        change = reader.varint()
                        at += -(change >> 1) if change & 1 else change >> 1
                    if which == 0 or at + EPOCH <= day.toordinal():
                        state = name
                found.append(state)
        return found

    def passage(self, number: int) -> records.Passage:
        """A passage, with its entry's metadata."""
        which = max(i for i, base in enumerate(self._bases) if base <= number)
        local = number - self._bases[which]
        pack = local // records.PACK
        data = self._packs.get((which, pack))
        if data is None:
            if len(self._packs) >= 256:  # noqa: PLR2004  # 25 MB at most
                self._packs.clear()
            data = self._read(self.segments[which], f"texts/{pack:04x}.bin")
            self._packs[which, pack] = data
        return records.read(data, local)

    def facet(self, name: str) -> Facet:
        """A facet of all entries; its names are those of all segments, sorted."""
        parts = [self._facet(segment, name) for segment in self.segments]
        names = sorted({name for part in parts for name in part.names})
        places = {name: index for index, name in enumerate(names)}
        sets: list[list[int]] = []
        column: list[int] = []
        for part in parts:
            column += [len(sets) + value for value in part.column]
            sets += [[places[part.names[i]] for i in chosen] for chosen in part.sets]
        return Facet(names, sets, column)

    def _facet(self, segment: Segment, name: str) -> Facet:
        reader = Reader(records.inflate(self._read(segment, f"{name}.bin")))
        said = json.loads(reader.take(reader.varint()))
        return Facet(said["names"], said["sets"], reader.varints(segment.entries).tolist())

    def urls(self) -> Iterator[str]:
        """The address of every entry, in order."""
        for segment in self.segments:
            if segment.entries:
                data = records.inflate(self._read(segment, "urls.bin"))
                yield from data.decode().split("\n")
