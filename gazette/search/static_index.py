r"""The index that a phone reads: segments of plain files, and the same read here.

A segment is a pure function of its entries; its folder is named by `segment_key` of them, so it
can be cached for good and is never made twice::

    manifest.json                 the segments in order, oldest first (the only file that changes),
                                  and the names of all 栏目, which typing suggests
    table-<hash>.bin              traditional → simplified, whole; fetched only when needed
    <key>/segment.json            what the manifest says of the segment; written last
    <key>/items.bin               the traditional characters that its texts have, and its entries
    <key>/grams/0000.bin …        see `grams`; the number is that of the shard, in hex
    <key>/texts/0000.bin …        see `records`; the number is that of the pack
    <key>/year.bin section.bin …  a facet: deflated JSON {names, sets}, and of each entry its set
    <key>/validity.bin            有效性 of each entry through time
    <key>/pinyin.bin              deflated; see `pinyin.table_text`
    <key>/urls.bin                deflated, one a line; for the command line

`items.bin`, deflated: varint pairs, each varint gap of the traditional code point and zigzag varint
of simplified - traditional; then of each entry varint(slots << 3 | it is over some day << 2 | it is
a page of the same issue as the entry before << 1 | it is a page), and where it is over, varint of
that day (counted from 1900-01-01). `validity.bin`, deflated: varint n, n bytes of the names of the
states as a JSON list; then of each entry varint of how many states, and of each state varint of its
name and, but of the first, zigzag varint of its day - the day before it in the file, from 0. Entries count from 0
through all segments, and so do passages: those of the second follow those of the first.
"""

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from gazette.digest import digest
from gazette.errors import SearchError
from gazette.search import grams, pinyin, records, terms
from gazette.search.entry import Entry

FORMAT = 2
FACETS = ("year", "section", "authority", "document_type", "topic", "issue")
_CHUNK = 128
_ALONE = 500
"""Fewer entries are not worth starting other processes for."""
_EPOCH = dt.date(1900, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """What must be known of a segment to read it. `slots` is one more than the last slot."""

    key: str
    entries: int
    slots: int
    bits: int


def segment_key(digests: Iterable[str]) -> str:
    """Names a segment by all that goes into it, the rules of folding and the format included."""
    hashed = hashlib.sha256()
    rules = [FORMAT, records.SLOT, records.PACK, *grams.SHARDING, terms.SINGLES]
    hashed.update(json.dumps([*rules, sorted(terms.simplified().items())]).encode())
    hashed.update("\n".join(digests).encode())
    return hashed.hexdigest()[:16]


def build_segment(
    entries: Sequence[Entry], out: Path, *, digests: Sequence[str] | None = None, jobs: int = 1
) -> Segment:
    """Make the segment of these entries in `out`, or find it made.

    Sorted by the caller, oldest first: that order is "newest first" backwards, and breaks ties.
    `digests` are those of the entries (`digest`, or another name of all they hold) for a
    caller who knows them. What is made does not depend on `jobs`.
    """
    key = segment_key(digests if digests is not None else map(digest, entries))
    folder = out / key
    if made := _made(folder):
        return made
    part = out / f"{key}.part"
    shutil.rmtree(part, ignore_errors=True)
    for name in ("grams", "texts"):
        (part / name).mkdir(parents=True)

    counts, slots, gathered, seen = _write_texts(entries, part, jobs)
    (part / "items.bin").write_bytes(records.deflate(_pairs(seen) + _items(entries, counts)))
    for name in FACETS:
        (part / f"{name}.bin").write_bytes(_facet(entries, name))
    (part / "validity.bin").write_bytes(_validity(entries))
    table = pinyin.table_text(entry.title for entry in entries if entry.kind == "document")
    (part / "pinyin.bin").write_bytes(records.deflate(table.encode()))
    urls = "\n".join(entry.url for entry in entries)
    (part / "urls.bin").write_bytes(records.deflate(urls.encode()))
    shards = -1
    for shards, data in enumerate(gathered.shards(slots, jobs)):
        (part / "grams" / f"{shards:04x}.bin").write_bytes(data)
    segment = Segment(
        key=key, entries=len(entries), slots=slots, bits=(shards + 1).bit_length() - 1
    )
    sections = sorted({entry.section for entry in entries if entry.section})
    said = {"segment": asdict(segment), "sections": sections, "bytes": _bytes(part)}
    (part / "segment.json").write_text(json.dumps(said), "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)
    return segment


def _items(entries: Sequence[Entry], counts: Sequence[int]) -> bytes:
    values: list[int] = []
    issue = None
    for entry, count in zip(entries, counts, strict=True):
        is_page = entry.kind == "page"
        goes_on = is_page and entry.issue == issue
        values.append(count << 3 | (entry.over is not None) << 2 | goes_on << 1 | is_page)
        if entry.over:
            values.append(max(entry.over.toordinal() - _EPOCH, 0))
        issue = entry.issue if is_page else None
    return grams.varints(np.array(values, np.int64))


def _validity(entries: Sequence[Entry]) -> bytes:
    names = sorted({state for entry in entries for _, state in entry.validity})
    places = {name: index for index, name in enumerate(names)}
    values: list[int] = []
    last = 0
    for entry in entries:
        values.append(len(entry.validity))
        for which, (since, state) in enumerate(entry.validity):
            values.append(places[state])
            if which:
                day = max(since.toordinal() - _EPOCH, 0)
                values.append(_zigzag(day - last))
                last = day
    text = json.dumps(names, ensure_ascii=False).encode()
    head = grams.varints(np.array([len(text)]))
    return records.deflate(head + text + grams.varints(np.array(values, np.int64)))


def _zigzag(value: int) -> int:
    return value << 1 if value >= 0 else -value << 1 | 1


def is_segment(out: Path, segment: Segment) -> bool:
    """Whether a segment stands in `out`, whole."""
    return _made(out / segment.key) == segment


def _made(folder: Path) -> Segment | None:
    """The segment that stands in a folder, None where it is not whole: a disk may have been full."""
    try:
        said = json.loads((folder / "segment.json").read_text("utf-8"))
        return Segment(**said["segment"]) if said["bytes"] == _bytes(folder) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _bytes(folder: Path) -> int:
    """Bytes of all files of a segment but `segment.json`."""
    files = (p for p in folder.rglob("*.bin") if p.is_file())
    return sum(p.stat().st_size for p in files)


def _packed(chunk: Sequence[Entry]) -> list[list[tuple[bytes, str]]]:
    return [list(records.records(entry)) for entry in chunk]


def _write_texts(
    entries: Sequence[Entry], part: Path, jobs: int
) -> tuple[list[int], int, grams.Grams, set[str]]:
    """Packs and terms in one pass: (slots of each entry, slots in all, terms, characters).

    Other processes pack the texts while this one gathers the terms.
    """
    gathered = grams.Grams()
    counts: list[int] = []
    seen: set[str] = set()
    pack: list[bytes] = []
    slot = pack_start = 0

    def flush() -> None:
        nonlocal pack, pack_start
        if pack:
            path = part / "texts" / f"{pack_start // records.PACK:04x}.bin"
            path.write_bytes(b"".join(pack))
        pack, pack_start = [], slot

    chunks = [entries[at : at + _CHUNK] for at in range(0, len(entries), _CHUNK)]
    many = jobs > 1 and len(entries) > _ALONE
    started = ProcessPoolExecutor(jobs, get_context("spawn")) if many else nullcontext()
    with started as pool:
        packed = pool.map(_packed, chunks) if pool else map(_packed, chunks)
        for chunk, found in zip(chunks, packed, strict=True):
            sources: list[grams.Source] = []
            others: list[grams.Other] = []
            for entry, passages in zip(chunk, found, strict=True):
                first = True
                begin = slot
                for record, text in passages:
                    size = records.slots(record)
                    if slot % records.PACK + size > records.PACK and slot % records.PACK:
                        rest_of_pack = records.PACK - slot % records.PACK
                        slot += rest_of_pack
                        flush()
                        if first:  # an entry starts at its first record
                            counts[-1] += rest_of_pack
                            begin = slot
                    if first:
                        sources += [
                            grams.Source(slot, entry.title, is_title=True),
                            grams.Source(slot, entry.number, is_title=True),
                        ]
                        others += _others(entry, slot)
                        first = False
                    sources.append(grams.Source(slot, text, is_title=False))
                    pack.append(record.ljust(size * records.SLOT, b"\0"))
                    slot += size
                    if slot % records.PACK == 0 or size > records.PACK:
                        slot += -slot % records.PACK
                        flush()
                counts.append(slot - begin)
            gathered.add(sources, others)
            seen.update(*(source.text for source in sources))
    flush()
    return counts, slot, gathered, seen


def _others(entry: Entry, slot: int) -> Iterator[grams.Other]:
    """The terms of an entry that are none of its text: its number, its title's initials."""
    key = terms.number_key(terms.units(entry.number))
    if key:
        yield grams.Other(slot, key)
    if entry.kind == "document":
        for term, after in pinyin.index_terms(entry.title).items():
            bits = {grams.next_bit(f"~{letter}") for letter in after}
            yield grams.Other(slot, term, sum(bits))


def _pairs(seen: Iterable[str]) -> bytes:
    table = terms.simplified()
    codes = sorted(map(ord, terms.traditional(seen)))
    values = [len(codes)]
    last = 0
    for code in codes:
        change = ord(table[chr(code)]) - code
        values += [code - last, _zigzag(change)]
        last = code
    return grams.varints(np.array(values))


def _facet(entries: Sequence[Entry], name: str) -> bytes:
    sets: dict[tuple[str, ...], int] = {}
    column = []
    for entry in entries:
        value = entry.authorities if name == "authority" else str(getattr(entry, name))
        chosen = (value,) if isinstance(value, str) else value
        chosen = tuple(dict.fromkeys(name for name in chosen if name))
        column.append(sets.setdefault(chosen, len(sets)))
    names = sorted({name for chosen in sets for name in chosen})
    places = {name: index for index, name in enumerate(names)}
    said = {"names": names, "sets": [[places[n] for n in chosen] for chosen in sets]}
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    head = grams.varints(np.array([len(text)]))
    return records.deflate(head + text + grams.varints(np.array(column, np.int64)))


def write_manifest(segments: Sequence[Segment], out: Path) -> None:
    """Write `manifest.json` for these segments, oldest first, and drop segments it leaves out."""
    table = records.deflate(_pairs(terms.simplified()))
    name = f"table-{hashlib.sha256(table).hexdigest()[:8]}.bin"
    out.mkdir(parents=True, exist_ok=True)
    (out / name).write_bytes(table)
    sections: set[str] = set()
    for segment in segments:
        said = json.loads((out / segment.key / "segment.json").read_text("utf-8"))
        sections.update(said["sections"])
    manifest = {
        "format": FORMAT,
        "slot": records.SLOT,
        "pack": records.PACK,
        "table": name,
        "sections": sorted(sections),
        "segments": [asdict(segment) for segment in segments],
    }
    fresh = out / "manifest.json.part"
    fresh.write_text(json.dumps(manifest, ensure_ascii=False, separators=(",", ":")), "utf-8")
    fresh.replace(out / "manifest.json")
    kept = {segment.key for segment in segments} | {name, "manifest.json"}
    for path in sorted(out.iterdir()):
        if path.name not in kept:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


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
        expected = (FORMAT, records.SLOT, records.PACK)
        if (
            not isinstance(manifest, dict)
            or tuple(manifest.get(name) for name in ("format", "slot", "pack")) != expected
        ):
            raise SearchError("检索索引是另一个版本的", path=str(folder), hint="请重新生成网站")
        self.segments = [_segment(said) for said in manifest["segments"]]
        self.sections: list[str] = list(manifest["sections"])
        self._packs: dict[tuple[int, int], bytes] = {}
        self.starts: list[int] = []  # first passage number of each entry, and one past the last
        self.is_page: list[bool] = []
        self.group: list[int] = []  # of a page the first page of its issue, else the entry itself
        self.over: list[int] = []  # ordinal of the day from which it is over for good, or a far one
        self._bases: list[int] = []
        slots = 0
        for segment in self.segments:
            self._bases.append(slots)
            at = slots
            reader = grams.Reader(records.inflate(self._read(segment, "items.bin")))
            for _ in range(2 * reader.varint()):
                reader.varint()
            for _ in range(segment.entries):
                value = reader.varint()
                self.starts.append(at)
                self.is_page.append(bool(value & 1))
                self.group.append(self.group[-1] if value & 2 else len(self.group))
                over = reader.varint() + _EPOCH if value & 4 else dt.date.max.toordinal()
                self.over.append(over)
                at += value >> 3
            slots += segment.slots
        self.starts.append(slots)

    def _read(self, segment: Segment, name: str) -> bytes:
        path = self._folder / segment.key / name
        try:
            return path.read_bytes()
        except OSError as error:
            raise SearchError("检索索引缺少文件", path=str(path)) from error

    def postings(self, wanted: Sequence[str]) -> dict[str, grams.Postings]:
        """The postings of terms, each with at least an empty one."""
        found = {term: grams.Postings([]) for term in wanted}
        for segment, base in zip(self.segments, self._bases, strict=True):
            shards: dict[int, list[str]] = {}
            for term in found:
                shard = grams.shard_of(term, segment.bits)
                shards.setdefault(shard, []).append(term)
            for shard, names in shards.items():
                data = self._read(segment, f"grams/{shard:04x}.bin")
                for term, postings in grams.lookup(data, names).items():
                    known = found[term]
                    found[term] = grams.Postings(
                        known.passages + [base + passage for passage in postings.passages],
                        known.nexts + postings.nexts,
                        known.often | {base + passage for passage in postings.often},
                        known.titles | {base + p: size for p, size in postings.titles.items()},
                    )
        return found

    def siblings(self, term: str) -> dict[str, list[int]]:
        """The numbers of the same code and year as a `#` term, and the passages of each."""
        found: dict[str, list[int]] = {}
        for segment, base in zip(self.segments, self._bases, strict=True):
            data = self._read(segment, f"grams/{grams.shard_of(term, segment.bits):04x}.bin")
            for name, passages in grams.siblings(data, term).items():
                found.setdefault(name, []).extend(base + passage for passage in passages)
        return found

    def pinyin(self) -> pinyin.Table:
        """How the characters of titles are spelt."""
        texts = (records.inflate(self._read(part, "pinyin.bin")).decode() for part in self.segments)
        return pinyin.read_table(texts)

    def states(self, day: dt.date) -> list[str]:
        """The 有效性 of every entry on a day, "" where it does not apply."""
        found: list[str] = []
        for segment in self.segments:
            reader = grams.Reader(records.inflate(self._read(segment, "validity.bin")))
            names = json.loads(reader.take(reader.varint()))
            at = 0
            for _ in range(segment.entries):
                state = ""
                for which in range(reader.varint()):
                    name = names[reader.varint()]
                    if which:
                        change = reader.varint()
                        at += -(change >> 1) if change & 1 else change >> 1
                    if which == 0 or at + _EPOCH <= day.toordinal():
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
        reader = grams.Reader(records.inflate(self._read(segment, f"{name}.bin")))
        said = json.loads(reader.take(reader.varint()))
        return Facet(said["names"], said["sets"], [reader.varint() for _ in range(segment.entries)])

    def urls(self) -> Iterator[str]:
        """The address of every entry, in order."""
        for segment in self.segments:
            if segment.entries:
                data = records.inflate(self._read(segment, "urls.bin"))
                yield from data.decode().split("\n")
