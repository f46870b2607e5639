r"""The terms of all passages as hash-sharded posting lists. Knows numpy; knows no files.

A shard is a varint N, N bytes of raw deflate, and raw deflate of *nexts*, which packs better
alone. The first part is columns, which pack better than rows would::

    varint T                      number of terms
    varint B, B bytes             the terms, UTF-8, sorted, joined by "\n"
    T × varint                    bytes of the posting list << 1 | it is a bitmap
    T × varint                    bytes of the list of marks
    posting lists                 gaps - 1 of rising passage numbers as varints (the first number
                                  as it is), or one bit a passage, lowest bit first
    marks                         for the postings that deserve one: varint of
                                  gap - 1 in the posting list << 2 | title << 1 | often;
                                  after a title's a byte: its length in units, at most 255

*Nexts* are a byte for each posting of each list in order: of every unit that follows the term in
the passage, the bit that is the high 3 bits of the unit's hash. They link the bigrams of a run
without positions: that 国家 and 市场 are in one passage says little, but that 国家 is followed by
something like 市 says a lot. So a run needs only every second bigram, and few candidates are false.

*often*: the term stands three times or more in the passage; *title*: it stands in the title or
number of the entry (which counts as part of its first passage). Hashes are the 32-bit FNV-1a of
UTF-8; a term's shard is the low bits of the hash of its `family`. Varints are little-endian, 7 bits
a byte.
"""

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gazette.errors import SearchError
from gazette.search import terms
from gazette.search.records import deflate, inflate

OFTEN = 3
NEXTS = 2000
SHARD_BYTES = 5500
MAX_BITS = 13
SMALL_SHARD_BYTES = 1200
FEW_BITS = 10
SHARDING = (SHARD_BYTES, MAX_BITS, SMALL_SHARD_BYTES, FEW_BITS)
_GROUP = 2_000_000

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Keys = npt.NDArray[np.uint64]

# A posting is one 64-bit number, so that sorting groups and orders everything:
# first unit (21 bits; 0 for a single-unit term), second unit (21), passage (20), title, often.
_UNIT_BITS = 21
_PASSAGE_BITS = 20
_MARK = 2
_TERM = _PASSAGE_BITS + _MARK
_UNKNOWN, _BARRIER, _BLANK, _SINGLE, _DIGIT, _LETTER = range(6)


class Source(NamedTuple):
    """One text of a passage: the passage's number, the text, whether it is title or number."""

    passage: int
    text: str
    is_title: bool


class Other(NamedTuple):
    """A term of a passage that is none of its text: `#` and a number, `~` and initials."""

    passage: int
    term: str
    nexts: int = 0


@dataclass(frozen=True, slots=True)
class Postings:
    """Where a term stands: rising passage numbers; and of some, how it stands there."""

    passages: list[int]
    nexts: bytes = b""
    often: frozenset[int] = frozenset()
    titles: dict[int, int] = field(default_factory=dict)  # passage → units of its title


def fnv1a(data: bytes) -> int:
    """The 32-bit FNV-1a hash."""
    value = 0x811C9DC5
    for byte in data:
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def family(term: str) -> str:
    """What of a term decides its shard: all of it, but of a 发文字号 all but its serial.

    `#国发 2018 39` lies beside `#国发 2018 40`, so that a number that is not there finds its
    neighbours at no cost.
    """
    return term.rpartition(" ")[0] if term.startswith("#") else term


def shard_of(term: str, bits: int) -> int:
    """The number of the shard that holds a term, of 2 to the power of `bits`."""
    return fnv1a(family(term).encode()) & ((1 << bits) - 1)


def next_bit(unit: str) -> int:
    """The bit of *nexts* that stands for a unit."""
    return 1 << (fnv1a(unit.encode()) >> 29)


class Grams:
    """Collects passages, then gives the shards. Work is done on arrays, never a posting at once."""

    def __init__(self) -> None:
        self._names: list[str] = [""]
        self._runs: dict[str, int] = {}
        self._single_ids = np.zeros(0x110000, np.int64)
        self._kinds = np.zeros(0x110000, np.uint8)
        self._bits = np.zeros(1 << 16, np.uint8)
        self._parts: list[Keys] = []
        self._nexts: list[Bytes] = []
        self._title_units: dict[int, int] = {}

    def add(self, sources: Sequence[Source], others: Sequence[Other] = ()) -> None:
        """Take in whole passages (all texts of a passage in one call) and their other terms."""
        folded = [terms.fold(source.text) for source in sources]
        text = "\n".join(folded)
        if not text:
            return
        codes = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.int64)
        kinds = self._classify(codes)
        is_start = kinds == _SINGLE
        is_start |= (kinds >= _DIGIT) & (kinds != np.concatenate(([_UNKNOWN], kinds[:-1])))
        starts = np.flatnonzero(is_start)
        ids = self._identify(text, codes, kinds, starts)
        blocks = np.cumsum(kinds == _BARRIER)[starts]
        firsts = np.cumsum([0, *(len(part) + 1 for part in folded[:-1])])
        source = np.searchsorted(firsts, starts, "right") - 1
        is_title = np.array([s.is_title for s in sources], np.int64)[source]
        passage = np.array([s.passage for s in sources], np.int64)[source]
        self._count_titles(passage[is_title == 1], source[is_title == 1])

        alone = (kinds[starts] >= _DIGIT) | (is_title == 1)
        pairs = np.flatnonzero(blocks[:-1] == blocks[1:])
        follows = np.zeros(len(ids), np.uint8)
        follows[pairs] = self._bits[ids[pairs + 1]]
        nexts = [np.zeros(int(alone.sum()), np.uint8), follows[pairs + 1]]
        keys = [
            _keys(np.zeros_like(ids[alone]), ids[alone], passage[alone], is_title[alone]),
            _keys(ids[pairs], ids[pairs + 1], passage[pairs], is_title[pairs]),
        ]
        if others:
            called = np.array([self._run_id(other.term) for other in others], np.int64)
            where = np.array([other.passage for other in others], np.int64)
            keys.append(_keys(np.zeros_like(called), called, where, np.zeros_like(called)))
            nexts.append(np.array([other.nexts for other in others], np.uint8))
        counted, merged = _counted(np.concatenate(keys), np.concatenate(nexts))
        self._parts.append(counted)
        self._nexts.append(merged)

    def _classify(self, codes: Ints) -> Bytes:
        kinds = self._kinds[codes]
        for code in np.unique(codes[kinds == _UNKNOWN]).tolist():
            char = chr(code)
            self._kinds[code] = (
                _BARRIER
                if char == "\n"
                else _BLANK
                if char == " "
                else _SINGLE
                if terms.is_single(char)
                else _DIGIT
                if char.isdecimal()
                else _LETTER
            )
        return self._kinds[codes]

    def _identify(self, text: str, codes: Ints, kinds: Bytes, starts: Ints) -> Ints:
        """The number of each unit, given out as units are first met."""
        ids = np.zeros(len(starts), np.int64)
        single = kinds[starts] == _SINGLE
        chars = codes[starts[single]]
        for code in np.unique(chars[self._single_ids[chars] == 0]).tolist():
            self._single_ids[code] = self._new_id(chr(code))
        ids[single] = self._single_ids[chars]
        changes = np.append(np.flatnonzero(np.diff(kinds)) + 1, len(codes))
        begins = starts[~single]
        ends = changes[np.searchsorted(changes, begins, "right")]
        runs = zip(begins.tolist(), ends.tolist(), strict=True)
        ids[~single] = [self._run_id(text[start:end]) for start, end in runs]
        return ids

    def _run_id(self, run: str) -> int:
        found = self._runs.get(run)
        if found is None:
            found = self._runs[run] = self._new_id(run)
        return found

    def _new_id(self, name: str) -> int:
        self._names.append(name)
        if len(self._names) > 1 << _UNIT_BITS:
            raise SearchError("检索索引的一段放不下这么多不同的词", hint="请把档案分成更多段")
        if len(self._names) > len(self._bits):
            self._bits = np.append(self._bits, np.zeros_like(self._bits))
        self._bits[len(self._names) - 1] = next_bit(name)
        return len(self._names) - 1

    def _count_titles(self, passages: Ints, sources: Ints) -> None:
        """A passage's title length, in units, is that of its first title text: the title itself."""
        pairs, counts = np.unique(passages << 32 | sources, return_counts=True)
        for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
            self._title_units.setdefault(pair >> 32, min(count, 255))

    def shards(self, passages: int, jobs: int = 1) -> Iterator[bytes]:
        """All shards in order, a power of two of them; `passages` is one more than the last.

        Packing them, the longest part, is shared out to `jobs` threads.
        """
        with ThreadPoolExecutor(jobs) as pool:
            for group in self._groups(passages):
                yield from pool.map(_pack, group)

    def _groups(self, passages: int) -> Iterator[list["_Shard"]]:
        """The shards in order, some neighbouring ones at a time."""
        if passages > 1 << _PASSAGE_BITS:
            raise SearchError("检索索引的一段放不下这么多文字", hint="请把档案分成更多段")
        keys = np.concatenate(self._parts) if self._parts else np.zeros(0, np.uint64)
        nexts = np.concatenate(self._nexts) if self._nexts else np.zeros(0, np.uint8)
        self._parts.clear()
        self._nexts.clear()
        sorting = np.argsort(keys)
        keys, nexts = keys[sorting], nexts[sorting]
        del sorting
        pairs = keys >> np.uint64(_TERM)
        begins = np.flatnonzero(np.concatenate(([True], pairs[1:] != pairs[:-1])) & (keys >= 0))
        counts = np.diff(np.append(begins, len(keys)))
        firsts = (pairs[begins] >> np.uint64(_UNIT_BITS)).astype(np.int64)
        seconds = (pairs[begins] & np.uint64((1 << _UNIT_BITS) - 1)).astype(np.int64)
        del pairs
        size = len(keys) * 1.1 + len(begins) * 6
        bits = _shard_bits(size)
        hashes = self._hashes(firsts, seconds)
        shard = hashes & ((1 << bits) - 1)
        rank = np.empty(len(self._names), np.int64)
        rank[sorted(range(len(self._names)), key=self._names.__getitem__)] = np.arange(
            len(self._names)
        )
        order = np.lexsort((rank[seconds], rank[firsts], shard))
        firsts, seconds = firsts[order], seconds[order]
        begins, counts = begins[order], counts[order]
        edges = np.searchsorted(shard[order], np.arange((1 << bits) + 1))
        title_units = np.zeros(max(passages, 1), np.uint8)
        for passage, length in self._title_units.items():
            title_units[passage] = length

        done = np.concatenate(([0], np.cumsum(counts)))
        first = 0
        while first < 1 << bits:
            last = int(np.searchsorted(done[edges], done[edges[first]] + _GROUP, "right")) - 1
            last = min(max(last, first + 1), 1 << bits)
            here = slice(int(edges[first]), int(edges[last]))
            columns = _columns(keys, nexts, begins[here], counts[here], title_units, passages)
            group = []
            for index in range(first, last):
                span = slice(int(edges[index] - here.start), int(edges[index + 1] - here.start))
                names = [
                    f"{self._names[a]} {self._names[b]}" if a else self._names[b]
                    for a, b in zip(
                        firsts[edges[index] : edges[index + 1]].tolist(),
                        seconds[edges[index] : edges[index + 1]].tolist(),
                        strict=True,
                    )
                ]
                group.append(columns.shard(names, span))
            yield group
            first = last

    def _hashes(self, firsts: Ints, seconds: Ints) -> Ints:
        """FNV-1a of the terms: of `second`, going on from that of `first` and a blank."""
        start = np.full(len(self._names), 0x811C9DC5, np.int64)
        for index, name in enumerate(self._names):
            if index:
                start[index] = fnv1a(name.encode() + b" ")
        value = start[firsts]
        encoded = [family(name).encode() for name in self._names]
        lengths = np.array([len(name) for name in encoded])
        offsets = np.concatenate(([0], np.cumsum(lengths)[:-1]))
        flat = np.frombuffer(b"".join(encoded), np.uint8).astype(np.int64)
        active = np.arange(len(seconds))
        position = 0
        while len(active):
            active = active[lengths[seconds[active]] > position]
            byte = flat[offsets[seconds[active]] + position]
            value[active] = (value[active] ^ byte) * 0x01000193 & 0xFFFFFFFF
            position += 1
        return value


def _shard_bits(size: float) -> int:
    """How many shards, as a power of two: small ones while they are few, larger ones later."""
    small = min(math.ceil(math.log2(max(size / SMALL_SHARD_BYTES, 1))), FEW_BITS)
    return max(small, min(math.ceil(math.log2(max(size / SHARD_BYTES, 1))), MAX_BITS))


def _keys(firsts: Ints, seconds: Ints, passages: Ints, titles: Ints) -> Keys:
    term = firsts.astype(np.uint64) << np.uint64(_UNIT_BITS) | seconds.astype(np.uint64)
    low = passages.astype(np.uint64) << np.uint64(_MARK) | titles.astype(np.uint64) << np.uint64(1)
    return term << np.uint64(_TERM) | low


def _counted(keys: Keys, nexts: Bytes) -> tuple[Keys, Bytes]:
    """One key for each term and passage, with its marks; and what follows the term there."""
    order = np.argsort(keys)
    keys, nexts = keys[order], nexts[order]
    places = keys >> np.uint64(_MARK)
    begins = np.flatnonzero(np.concatenate(([True], places[1:] != places[:-1])))
    if not len(keys):
        return keys, nexts
    titles = np.maximum.reduceat(keys & np.uint64(2), begins)
    often = np.diff(np.append(begins, len(keys))) >= OFTEN
    merged = places[begins] << np.uint64(_MARK) | titles | often.astype(np.uint64)
    return merged, np.bitwise_or.reduceat(nexts, begins)


class _Shard(NamedTuple):
    """The two parts of a shard, plain."""

    columns: bytes
    nexts: bytes


def _pack(shard: _Shard) -> bytes:
    packed = deflate(shard.columns)
    return varints(np.array([len(packed)])) + packed + deflate(shard.nexts)


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of some neighbouring shards; a slice of terms gives one shard."""

    lists: Bytes
    list_ends: Ints
    marks: Bytes
    mark_ends: Ints
    bitmaps: dict[int, bytes]
    nexts: Bytes
    next_ends: Ints

    def shard(self, names: list[str], span: slice) -> _Shard:
        lists: list[bytes] = []
        flat = self.list_ends
        position = int(flat[span.start])
        for term in [t for t in range(span.start, span.stop) if t in self.bitmaps]:
            lists += [self.lists[position : flat[term]].tobytes(), self.bitmaps[term]]
            position = int(flat[term + 1])
        lists.append(self.lists[position : flat[span.stop]].tobytes())
        sizes = np.diff(flat[span.start : span.stop + 1]) << 1
        for term in range(span.start, span.stop):
            if term in self.bitmaps:
                sizes[term - span.start] = len(self.bitmaps[term]) << 1 | 1
        text = "\n".join(names).encode()
        marks = self.mark_ends
        columns = [
            varints(np.array([len(names), len(text)])),
            text,
            varints(sizes),
            varints(np.diff(marks[span.start : span.stop + 1])),
            *lists,
            self.marks[marks[span.start] : marks[span.stop]].tobytes(),
        ]
        nexts = self.nexts[self.next_ends[span.start] : self.next_ends[span.stop]].tobytes()
        return _Shard(b"".join(columns), nexts)


def _columns(  # noqa: PLR0913, PLR0917  six parallel arrays
    keys: Keys, nexts: Bytes, begins: Ints, counts: Ints, title_units: Bytes, passages: int
) -> _Columns:
    """Posting lists and marks of some terms, given where each one's keys begin and how many."""
    heads = np.concatenate(([0], np.cumsum(counts)))
    index = np.arange(heads[-1]) - np.repeat(heads[:-1], counts)
    chosen = np.repeat(begins, counts) + index
    found = keys[chosen]
    flags = (found & np.uint64(3)).astype(np.int64)
    places = (found >> np.uint64(_MARK)).astype(np.int64) & ((1 << _PASSAGE_BITS) - 1)
    gaps = np.diff(places, prepend=-1) - 1
    gaps[heads[:-1][counts > 0]] = places[heads[:-1][counts > 0]]
    lists, ends = _stream(gaps)
    list_ends = np.concatenate(([0], ends))[heads]

    bitmaps = {}
    room = -(-passages // 8)
    for term in np.flatnonzero(np.diff(list_ends) > room).tolist():
        bits = np.zeros(passages, np.uint8)
        bits[places[heads[term] : heads[term + 1]]] = 1
        bitmaps[term] = np.packbits(bits, bitorder="little").tobytes()

    marked = np.flatnonzero(flags)
    term_of = np.repeat(np.arange(len(counts)), counts)[marked]
    steps = np.diff(index[marked], prepend=-1) - 1
    new = np.concatenate(([True], term_of[1:] != term_of[:-1]))[: len(marked)]
    steps[new] = index[marked][new]
    titled = (flags[marked] & 2) > 0
    extra = title_units[places[marked]].astype(np.int64)
    marks, ends = _stream(steps << 2 | flags[marked], titled, extra)
    per_term = np.concatenate(([0], np.cumsum(np.bincount(term_of, minlength=len(counts)))))
    mark_ends = np.concatenate(([0], ends))[per_term]
    kept = counts <= NEXTS
    next_ends = np.concatenate(([0], np.cumsum(counts * kept)))
    return _Columns(
        lists,
        list_ends,
        marks,
        mark_ends,
        bitmaps,
        nexts[chosen[np.repeat(kept, counts)]],
        next_ends,
    )


def _stream(
    values: Ints, with_byte: npt.NDArray[np.bool_] | None = None, extra: Ints | None = None
) -> tuple[Bytes, Ints]:
    """Values as varints, some followed by one more byte; and where each of them ends."""
    sizes = np.ones(len(values), np.int64)
    for bits in range(7, 56, 7):
        longer = values >> bits > 0
        if not longer.any():
            break
        sizes += longer
    ends = np.cumsum(sizes if with_byte is None else sizes + with_byte)
    out = np.zeros(int(ends[-1]) if len(ends) else 0, np.uint8)
    begins = np.concatenate(([0], ends[:-1])) if len(ends) else ends
    for byte in range(int(sizes.max()) if len(sizes) else 0):
        has = np.flatnonzero(sizes > byte)
        more = (sizes[has] > byte + 1).astype(np.int64) << 7
        out[begins[has] + byte] = (values[has] >> 7 * byte & 127) | more
    if with_byte is not None and extra is not None:
        out[ends[with_byte] - 1] = extra[with_byte]
    return out, ends


def varints(values: Ints) -> bytes:
    """Numbers from 0 as varints."""
    return _stream(values.astype(np.int64))[0].tobytes()


class Reader:
    """Reads varints from bytes; a `SearchError` where they end too early."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def varint(self) -> int:
        """The next number."""
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 127) << shift
            if byte < 128:  # noqa: PLR2004
                return value
            shift += 7

    def take(self, size: int) -> bytes:
        """The next bytes."""
        found = self.data[self.at : self.at + size]
        if len(found) != size:
            raise SearchError("检索索引已损坏：数据不完整")
        self.at += size
        return found


def lookup(shard: bytes, wanted: Sequence[str]) -> dict[str, Postings]:
    """The postings of some terms in a shard as it was stored; what it lacks is left out."""
    outer = Reader(shard)
    reader = Reader(inflate(outer.take(outer.varint())))
    nexts = inflate(shard[outer.at :])
    count = reader.varint()
    names = reader.take(reader.varint()).decode().split("\n")
    sizes = [reader.varint() for _ in range(count)]
    mark_sizes = [reader.varint() for _ in range(count)]
    lists = [(reader.take(size >> 1), bool(size & 1)) for size in sizes]
    marks = [reader.take(size) for size in mark_sizes]
    found = {}
    at = 0
    for name, (data, is_bitmap), its_marks in zip(names, lists, marks, strict=False):
        values = np.frombuffer(data, np.uint8)
        size = int(np.bitwise_count(values).sum() if is_bitmap else (values < 128).sum())  # noqa: PLR2004
        if name in wanted:
            passages = _bitmap(values) if is_bitmap else _gaps(data)
            known = nexts[at : at + size] if size <= NEXTS else b"\xff" * size
            found[name] = _with_marks(passages, known, its_marks)
        at += size if size <= NEXTS else 0
    if at != len(nexts):
        raise SearchError("检索索引已损坏：数据不一致")
    return found


def siblings(shard: bytes, wanted: str) -> dict[str, list[int]]:
    """The terms of a shard that have the same `family` as a term, and the passages of each."""
    names = [name for name in _names(shard) if name[:1] == "#" and family(name) == family(wanted)]
    return {name: found.passages for name, found in lookup(shard, names).items()}


def _names(shard: bytes) -> list[str]:
    outer = Reader(shard)
    reader = Reader(inflate(outer.take(outer.varint())))
    reader.varint()
    return reader.take(reader.varint()).decode().split("\n")


def _bitmap(data: Bytes) -> list[int]:
    return np.flatnonzero(np.unpackbits(data, bitorder="little")).tolist()


def _gaps(data: bytes) -> list[int]:
    reader, passages, last = Reader(data), [], -1
    while reader.at < len(data):
        last += reader.varint() + 1
        passages.append(last)
    return passages


def _with_marks(passages: list[int], nexts: bytes, data: bytes) -> Postings:
    reader, index = Reader(data), -1
    often, titles = set(), {}
    while reader.at < len(data):
        value = reader.varint()
        index += (value >> 2) + 1
        if index >= len(passages):
            raise SearchError("检索索引已损坏：数据不一致")
        if value & 1:
            often.add(passages[index])
        if value & 2:
            titles[passages[index]] = reader.take(1)[0]
    return Postings(passages, nexts, frozenset(often), titles)
