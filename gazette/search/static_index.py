r"""The index that a phone reads: segments of plain files, and the same read here.

A segment is a pure function of its entries; its folder is named by `segment_key` of them, so it
can be cached for good and is never made twice::

    manifest.json                 the segments in order, oldest first (the only file that changes)
    table-<hash>.bin              traditional → simplified, whole; fetched only when needed
    <key>/segment.json            what the manifest says of the segment; written last
    <key>/items.bin               the traditional characters that its texts have, and its entries
    <key>/grams/0000.bin …        see `grams`; the number is that of the shard, in hex
    <key>/texts/0000.bin …        see `records`; the number is that of the pack
    <key>/year.bin section.bin …  a facet: deflated JSON {names, sets}, and of each entry its set
    <key>/urls.bin                deflated, one a line; for the command line

`items.bin`, deflated: varint pairs, each varint gap of the traditional code point and zigzag varint
of simplified - traditional; then of each entry varint(slots << 1 | it is a page). Entries count
from 0 through all segments, and so do passages: those of the second follow those of the first.
"""

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from gazette.errors import SearchError
from gazette.search import grams, records, terms
from gazette.search.entry import Entry

FORMAT = 1
FACETS = ("year", "section", "authority", "document_type", "topic", "issue")
_CHUNK = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """What must be known of a segment to read it. `slots` is one more than the last slot."""

    key: str
    entries: int
    slots: int
    bits: int


def segment_key(entries: Iterable[Entry]) -> str:
    """Names a segment by all that goes into it, the rules of folding and the format included."""
    digest = hashlib.sha256()
    rules = [FORMAT, records.SLOT, records.PACK, *grams.SHARDING, terms.SINGLES]
    digest.update(json.dumps([*rules, sorted(terms.simplified().items())]).encode())
    for entry in entries:
        values = {name: getattr(entry, name) for name in entry.__slots__}
        digest.update(json.dumps(values, default=str, ensure_ascii=True).encode())
    return digest.hexdigest()[:16]


def build_segment(entries: Sequence[Entry], out: Path) -> Segment:
    """Make the segment of these entries in `out`, or find it made.

    Sorted by the caller, oldest first: that order is "newest first" backwards, and breaks ties.
    """
    key = segment_key(entries)
    folder = out / key
    if made := _made(folder):
        return made
    part = out / f"{key}.part"
    shutil.rmtree(part, ignore_errors=True)
    for name in ("grams", "texts"):
        (part / name).mkdir(parents=True)

    counts, slots, gathered, seen = _write_texts(entries, part)
    pages = np.array([entry.kind == "page" for entry in entries], np.int64)
    items = _pairs(seen) + grams.varints(np.array(counts, np.int64) << 1 | pages)
    (part / "items.bin").write_bytes(records.deflate(items))
    for name in FACETS:
        (part / f"{name}.bin").write_bytes(_facet(entries, name))
    urls = "\n".join(entry.url for entry in entries)
    (part / "urls.bin").write_bytes(records.deflate(urls.encode()))
    shards = -1
    for shards, data in enumerate(gathered.shards(slots)):
        (part / "grams" / f"{shards:04x}.bin").write_bytes(data)
    segment = Segment(
        key=key, entries=len(entries), slots=slots, bits=(shards + 1).bit_length() - 1
    )
    said = {"segment": asdict(segment), "bytes": _bytes(part)}
    (part / "segment.json").write_text(json.dumps(said), "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)
    return segment


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


def _write_texts(
    entries: Sequence[Entry], part: Path
) -> tuple[list[int], int, grams.Grams, set[str]]:
    """Packs and terms in one pass: (slots of each entry, slots in all, terms, characters)."""
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

    rest = iter(entries)
    while chunk := list(islice(rest, _CHUNK)):
        sources: list[grams.Source] = []
        numbers: list[tuple[int, str]] = []
        for entry in chunk:
            first = True
            begin = slot
            for record, text in records.records(entry):
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
                    key = terms.number_key(terms.units(entry.number))
                    numbers += [(slot, key)] if key else []
                    first = False
                sources.append(grams.Source(slot, text, is_title=False))
                pack.append(record.ljust(size * records.SLOT, b"\0"))
                slot += size
                if slot % records.PACK == 0 or size > records.PACK:
                    slot += -slot % records.PACK
                    flush()
            counts.append(slot - begin)
        gathered.add(sources, numbers)
        seen.update(*(source.text for source in sources))
    flush()
    return counts, slot, gathered, seen


def _pairs(seen: Iterable[str]) -> bytes:
    table = terms.simplified()
    codes = sorted(map(ord, terms.traditional(seen)))
    values = [len(codes)]
    last = 0
    for code in codes:
        change = ord(table[chr(code)]) - code
        values += [code - last, change << 1 if change >= 0 else -change << 1 | 1]
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
    manifest = {
        "format": FORMAT,
        "slot": records.SLOT,
        "pack": records.PACK,
        "table": name,
        "segments": [asdict(segment) for segment in segments],
    }
    fresh = out / "manifest.json.part"
    fresh.write_text(json.dumps(manifest, separators=(",", ":")), "utf-8")
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
        self._packs: dict[tuple[int, int], bytes] = {}
        self.starts: list[int] = []  # first passage number of each entry, and one past the last
        self.is_page: list[bool] = []
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
                at += value >> 1
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
                shard = grams.fnv1a(term.encode()) & ((1 << segment.bits) - 1)
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
