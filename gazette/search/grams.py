r"""The terms of all passages as hash-sharded posting lists. Knows numpy; knows no files.

A shard is a varint N, N bytes of raw deflate, and raw deflate of *sides*, which packs better
alone. The first part is columns, which pack better than rows would::

    varint T                      number of terms
    varint B, B bytes             the terms, UTF-8, sorted, joined by "\n"
    T × varint                    bytes of the posting list << 1 | it is a bitmap
    T × varint                    bytes of the list of marks
    posting lists                 gaps - 1 of rising passage numbers as varints (the first number
                                  as it is), or, where that is shorter, one bit a passage up to
                                  the last, lowest bit first
    marks                         for the postings that deserve one: varint of
                                  gap - 1 in the posting list << 2 | title << 1 | often;
                                  after a title's a byte: its length in units, at most 255

*Sides* are a byte for each posting of each list of at most `SIDES`: of every unit that follows the
term in the passage one of the low 4 bits, chosen by the high 2 bits of the unit's hash; of every
unit before it one of the high 4 bits, alike. They link the bigrams of a run without positions: that
国家 and 市场 are in one passage says little, but that 国家 is followed by something like 市 says a
lot. So of a run of four units the bigram in the middle, which goes across words and is rare, tells
nearly all: 商环 with 营 before and 境 behind it.

*often*: the term stands three times or more in the passage; *title*: it stands in the title or
number of the entry (which counts as part of its first passage). Hashes are the 32-bit FNV-1a of
UTF-8; a term's shard is the low bits of the hash of its `family`. Varints are little-endian, 7 bits
a byte.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gazette.errors import SearchError
from gazette.search import terms
from gazette.search.records import deflate, inflate

OFTEN = 3
SIDES = 2000
SHARD_BYTES = 5500
MAX_BITS = 13
SMALL_SHARD_BYTES = 1200
FEW_BITS = 10
SHARDING = (SHARD_BYTES, MAX_BITS, SMALL_SHARD_BYTES, FEW_BITS)
_GROUP = 2_000_000
_FEW = 100
"""Shorter lists are read and written sooner one by one than as arrays."""
_BYTES = [bytes([value]) for value in range(256)]

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
    sides: int = 0


@dataclass(frozen=True, slots=True)
class Postings:
    """Where a term stands: rising passage numbers; and of some, how it stands there."""

    passages: list[int]
    sides: bytes = b""
    often: frozenset[int] = frozenset()
    titles: dict[int, int] = field(default_factory=dict)  # passage → units of its title


class Posting(NamedTuple):
    """How a term stands in one passage; `title` is the units of the title, None outside of one."""

    sides: int
    often: bool
    title: int | None


class Change(NamedTuple):
    """What becomes of a term: passages that no longer have it as they had, and those that now do."""

    term: str
    gone: list[int]
    come: dict[int, Posting]


class Gathered(NamedTuple):
    """Postings in order, one key for each term and passage, and of each passage its title's units."""

    keys: Keys
    sides: Bytes
    title_units: dict[int, int]


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
    """The bit of *sides* that stands for a unit behind a term."""
    return 1 << (fnv1a(unit.encode()) >> 30)


def before_bit(unit: str) -> int:
    """The bit of *sides* that stands for a unit before a term."""
    return next_bit(unit) << 4


class Grams:
    """Collects passages, then gives the shards. Work is done on arrays, never a posting at once."""

    def __init__(self) -> None:
        self._names: list[str] = [""]
        self._runs: dict[str, int] = {}
        self._single_ids = np.zeros(0x110000, np.int64)
        self._kinds = np.zeros(0x110000, np.uint8)
        self._bits = np.zeros(1 << 16, np.uint8)
        self._parts: list[Keys] = []
        self._sides: list[Bytes] = []
        self._title_units: dict[int, int] = {}
        self.postings = self.terms = 0  # how many there were in the shards that were made last

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
        beside = np.zeros(len(ids) + 1, np.uint8)  # of each pair, by its first unit
        beside[pairs] = self._bits[ids[pairs + 1]]
        follows, leads = beside[pairs + 1], np.zeros(len(pairs), np.uint8)
        inner = np.flatnonzero(
            np.diff(pairs, prepend=-2) == 1
        )  # the pair before is the same block's
        leads[inner] = self._bits[ids[pairs[inner] - 1]] << 4
        sides = [np.zeros(int(alone.sum()), np.uint8), follows | leads]
        keys = [
            _keys(np.zeros_like(ids[alone]), ids[alone], passage[alone], is_title[alone]),
            _keys(ids[pairs], ids[pairs + 1], passage[pairs], is_title[pairs]),
        ]
        if others:
            called = np.array([self._run_id(other.term) for other in others], np.int64)
            where = np.array([other.passage for other in others], np.int64)
            keys.append(_keys(np.zeros_like(called), called, where, np.zeros_like(called)))
            sides.append(np.array([other.sides for other in others], np.uint8))
        counted, merged = _counted(np.concatenate(keys), np.concatenate(sides))
        self._parts.append(counted)
        self._sides.append(merged)

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

    def take(self) -> "Gathered":
        """What was gathered until now, which is forgotten; units keep their numbers."""
        keys = np.concatenate(self._parts) if self._parts else np.zeros(0, np.uint64)
        sides = np.concatenate(self._sides) if self._sides else np.zeros(0, np.uint8)
        self._parts.clear()
        self._sides.clear()
        order = np.argsort(keys)
        units, self._title_units = self._title_units, {}
        return Gathered(keys[order], sides[order], units)

    def changes(self, before: "Gathered", after: "Gathered") -> Iterator["Change"]:
        """What a change of some passages does to the terms."""
        keys = np.concatenate((before.keys, after.keys))
        is_new = np.repeat([False, True], [len(before.keys), len(after.keys)])
        extra = np.concatenate([self._extra(part) for part in (before, after)])
        order = np.lexsort((extra, keys))
        keys, extra, is_new = keys[order], extra[order], is_new[order]
        same = (keys[1:] == keys[:-1]) & (extra[1:] == extra[:-1])
        differs = np.ones(len(keys), bool)
        differs[1:] &= ~same
        differs[:-1] &= ~same
        keys, extra, is_new = keys[differs], extra[differs], is_new[differs]
        pairs = keys >> np.uint64(_TERM)
        places = (keys >> np.uint64(_MARK)).astype(np.int64) & ((1 << _PASSAGE_BITS) - 1)
        flags = (keys & np.uint64(3)).astype(np.int64)
        edges = np.flatnonzero(np.concatenate(([True], pairs[1:] != pairs[:-1]))[: len(pairs)])
        for begin, end in pairwise([*edges.tolist(), len(pairs)]):
            first, second = divmod(int(pairs[begin]), 1 << _UNIT_BITS)
            name = f"{self._names[first]} {self._names[second]}" if first else self._names[second]
            gone: list[int] = []
            come: dict[int, Posting] = {}
            rows = slice(begin, end)
            for place, flag, more, new in zip(
                places[rows].tolist(),
                flags[rows].tolist(),
                extra[rows].tolist(),
                is_new[rows].tolist(),
                strict=True,
            ):
                if new:
                    length = more & 255 if flag & 2 else None
                    come[place] = Posting(more >> 8, bool(flag & 1), length)
                else:
                    gone.append(place)
            yield Change(name, gone, come)

    def _extra(self, part: "Gathered") -> Ints:
        """What of each posting its key does not say: sides, and the units of a title."""
        titled = np.flatnonzero(part.keys & np.uint64(2))
        places = (part.keys[titled] >> np.uint64(_MARK)).astype(np.int64)
        lengths = [
            part.title_units.get(p, 0) for p in (places & ((1 << _PASSAGE_BITS) - 1)).tolist()
        ]
        extra = part.sides.astype(np.int64) << 8
        extra[titled] |= np.array(lengths, np.int64)
        return extra

    def _groups(self, passages: int) -> Iterator[list["_Shard"]]:
        """The shards in order, some neighbouring ones at a time."""
        if passages > 1 << _PASSAGE_BITS:
            raise SearchError("检索索引的一段放不下这么多文字", hint="请把档案分成更多段")
        keys, sides, units = self.take()
        pairs = keys >> np.uint64(_TERM)
        begins = np.flatnonzero(np.concatenate(([True], pairs[1:] != pairs[:-1])) & (keys >= 0))
        counts = np.diff(np.append(begins, len(keys)))
        firsts = (pairs[begins] >> np.uint64(_UNIT_BITS)).astype(np.int64)
        seconds = (pairs[begins] & np.uint64((1 << _UNIT_BITS) - 1)).astype(np.int64)
        del pairs
        self.postings, self.terms = len(keys), len(begins)
        bits = shard_bits(self.postings, self.terms)
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
        for passage, length in units.items():
            title_units[passage] = length

        done = np.concatenate(([0], np.cumsum(counts)))
        first = 0
        while first < 1 << bits:
            last = int(np.searchsorted(done[edges], done[edges[first]] + _GROUP, "right")) - 1
            last = min(max(last, first + 1), 1 << bits)
            here = slice(int(edges[first]), int(edges[last]))
            columns = _columns(keys, sides, begins[here], counts[here], title_units)
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


def shard_bits(postings: int, terms: int) -> int:
    """How many shards, as a power of two: small ones while they are few, larger ones later."""
    size = postings * 1.1 + terms * 6
    small = min(math.ceil(math.log2(max(size / SMALL_SHARD_BYTES, 1))), FEW_BITS)
    return max(small, min(math.ceil(math.log2(max(size / SHARD_BYTES, 1))), MAX_BITS))


def _keys(firsts: Ints, seconds: Ints, passages: Ints, titles: Ints) -> Keys:
    term = firsts.astype(np.uint64) << np.uint64(_UNIT_BITS) | seconds.astype(np.uint64)
    low = passages.astype(np.uint64) << np.uint64(_MARK) | titles.astype(np.uint64) << np.uint64(1)
    return term << np.uint64(_TERM) | low


def _counted(keys: Keys, sides: Bytes) -> tuple[Keys, Bytes]:
    """One key for each term and passage, with its marks; and what follows the term there."""
    order = np.argsort(keys)
    keys, sides = keys[order], sides[order]
    places = keys >> np.uint64(_MARK)
    begins = np.flatnonzero(np.concatenate(([True], places[1:] != places[:-1])))
    if not len(keys):
        return keys, sides
    titles = np.maximum.reduceat(keys & np.uint64(2), begins)
    often = np.diff(np.append(begins, len(keys))) >= OFTEN
    merged = places[begins] << np.uint64(_MARK) | titles | often.astype(np.uint64)
    return merged, np.bitwise_or.reduceat(sides, begins)


class _Shard(NamedTuple):
    """The two parts of a shard, plain."""

    columns: bytes
    sides: bytes


def _pack(shard: _Shard) -> bytes:
    packed = deflate(shard.columns)
    return varints(np.array([len(packed)])) + packed + deflate(shard.sides)


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of some neighbouring shards; a slice of terms gives one shard."""

    lists: Bytes
    list_ends: Ints
    marks: Bytes
    mark_ends: Ints
    bitmaps: dict[int, bytes]
    sides: Bytes
    side_ends: Ints

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
        sides = self.sides[self.side_ends[span.start] : self.side_ends[span.stop]].tobytes()
        return _Shard(b"".join(columns), sides)


def _columns(keys: Keys, sides: Bytes, begins: Ints, counts: Ints, title_units: Bytes) -> _Columns:
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
    room = places[heads[1:] - 1] // 8 + 1  # no list is empty
    for term in np.flatnonzero(np.diff(list_ends) > room).tolist():
        bitmaps[term] = bitmap(places[heads[term] : heads[term + 1]])

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
    kept = counts <= SIDES
    side_ends = np.concatenate(([0], np.cumsum(counts * kept)))
    return _Columns(
        lists,
        list_ends,
        marks,
        mark_ends,
        bitmaps,
        sides[chosen[np.repeat(kept, counts)]],
        side_ends,
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

    def varints(self, count: int) -> Ints:
        """The next numbers."""
        data = np.frombuffer(self.data, np.uint8, offset=self.at)
        ends = np.flatnonzero(data < 128)[:count]  # noqa: PLR2004
        if len(ends) != count:
            raise SearchError("检索索引已损坏：数据不完整")
        self.at += int(ends[-1]) + 1 if count else 0
        begins = np.concatenate(([0], ends[:-1] + 1))[:count]
        values = np.zeros(count, np.int64)
        for byte in range(int((ends - begins).max()) + 1 if count else 0):
            has = np.flatnonzero(begins + byte <= ends)
            values[has] |= (data[begins[has] + byte].astype(np.int64) & 127) << 7 * byte
        return values

    def take(self, size: int) -> bytes:
        """The next bytes."""
        found = self.data[self.at : self.at + size]
        if len(found) != size:
            raise SearchError("检索索引已损坏：数据不完整")
        self.at += size
        return found


class Lists(NamedTuple):
    """The lists of one term as a shard has them; `sides` are empty where they are left out."""

    postings: bytes
    marks: bytes
    sides: bytes
    is_bitmap: bool


@dataclass(frozen=True, slots=True)
class _Opened:
    """A shard, parted: all terms' lists in a row, and of each kind where each term's end, after a 0.

    `heads` and `marks` are the columns of sizes.
    """

    names: list[str]
    heads: list[int]
    marks: list[int]
    data: tuple[bytes, bytes, bytes]
    ends: tuple[list[int], list[int], list[int]]

    def slices(self, start: int, stop: int) -> list[bytes]:
        """The lists of some neighbouring terms: postings, marks, sides."""
        both = zip(self.data, self.ends, strict=True)
        return [data[ends[start] : ends[stop]] for data, ends in both]

    def lists(self, at: int) -> Lists:
        """The lists of the term at a place."""
        postings, marks, sides = self.slices(at, at + 1)
        return Lists(postings, marks, sides, bool(self.heads[at] & 1))


def _open(shard: bytes) -> _Opened:
    """A shard as it was stored; a `SearchError` where it is damaged."""
    outer = Reader(shard)
    reader = Reader(inflate(outer.take(outer.varint())))
    sides = inflate(shard[outer.at :])
    count = reader.varint()
    names = reader.take(reader.varint()).decode("utf-8", "replace").split("\n")[:count]
    heads, marks = reader.varints(count), reader.varints(count)
    ends = np.concatenate(([0], np.cumsum(heads >> 1)))
    lists = reader.take(int(ends[-1]))
    closing = np.concatenate(([0], np.cumsum(np.frombuffer(lists, np.uint8) < 128)))  # noqa: PLR2004
    counts = np.diff(closing[ends])
    for at in np.flatnonzero(heads & 1).tolist():
        bits = np.frombuffer(lists[ends[at] : ends[at + 1]], np.uint8)
        counts[at] = np.bitwise_count(bits).sum()
    mark_ends = np.concatenate(([0], np.cumsum(marks)))
    side_ends = np.concatenate(([0], np.cumsum(counts * (counts <= SIDES))))
    if side_ends[-1] != len(sides) or len(names) != count:
        raise SearchError("检索索引已损坏：数据不一致")
    data = (lists, reader.take(int(mark_ends[-1])), sides)
    all_ends = (ends.tolist(), mark_ends.tolist(), side_ends.tolist())
    return _Opened(names, heads.tolist(), marks.tolist(), data, all_ends)


def lookup(shard: bytes, wanted: Sequence[str]) -> dict[str, Postings]:
    """The postings of some terms in a shard as it was stored; what it lacks is left out."""
    opened = _open(shard)
    places = {name: at for at, name in enumerate(opened.names)}
    return {name: read_lists(opened.lists(places[name])) for name in wanted if name in places}


def change_shard(shard: bytes, changes: Iterable[Change]) -> tuple[bytes, int]:
    """A shard after some changes, and how many terms it has more than before.

    Raises `ValueError` where it does not tell enough: *sides* that were left out of a long list are
    needed once it is no longer long.
    """
    opened = _open(shard)
    places = {name: at for at, name in enumerate(opened.names)}
    edits: list[tuple[int, bool, tuple[str, str], str, Lists | None]] = []
    for change in changes:
        at = places.get(change.term, -1)
        known = at >= 0
        if not known:
            at = bisect_left(opened.names, _rank(change.term), key=_rank)
        lists = changed(opened.lists(at) if known else None, change)
        edits.append((at, known, _rank(change.term), change.term, lists))
    names: list[str] = []
    heads: list[int] = []
    marks: list[int] = []
    pieces: list[list[bytes]] = []
    last = 0
    for at, known, _, name, lists in [
        *sorted(edits),
        (len(opened.names), False, ("", ""), "", None),
    ]:
        names += opened.names[last:at]
        heads += opened.heads[last:at]
        marks += opened.marks[last:at]
        pieces.append(opened.slices(last, at))
        if lists:
            names.append(name)
            heads.append(len(lists.postings) << 1 | lists.is_bitmap)
            marks.append(len(lists.marks))
            pieces.append([lists.postings, lists.marks, lists.sides])
        last = at + known
    postings, its_marks, sides = (b"".join(some) for some in zip(*pieces, strict=True))
    text = "\n".join(names).encode()
    sizes = varints(np.array([len(names), len(text)])), varints(np.array([*heads, *marks]))
    columns = b"".join((sizes[0], text, sizes[1], postings, its_marks))
    return _pack(_Shard(columns, sides)), len(names) - len(opened.names)


def _rank(term: str) -> tuple[str, str]:
    """Where a term stands in its shard: those that are no bigrams first."""
    first, _, second = ("", "", term) if term[:1] in ("#", "~") else term.partition(" ")
    return (first, second) if second else ("", first)


def changed(lists: Lists | None, change: Change) -> Lists | None:
    """A term's lists after a change, None where nothing is left of it; else as `change_shard`."""
    old = read_lists(lists) if lists else Postings([])
    gone, come = set(change.gone), change.come
    if len(old.passages) <= _FEW:
        known = {p: side for p, side in zip(old.passages, old.sides, strict=True) if p not in gone}
        known |= {p: one.sides for p, one in come.items()}
        passages = sorted(known)
        sides = bytes(map(known.__getitem__, passages))
    else:
        places, its = np.array(old.passages, np.int64), np.frombuffer(old.sides, np.uint8)
        stays = ~np.isin(places, change.gone)
        places, its = places[stays], its[stays]
        new = np.array(sorted(come), np.int64)
        spots = np.searchsorted(places, new)
        added = np.array([come[p].sides for p in new.tolist()], np.uint8)
        passages, sides = (
            np.insert(places, spots, new).tolist(),
            np.insert(its, spots, added).tobytes(),
        )
    if len(old.passages) > SIDES >= len(passages):
        raise ValueError(change.term)
    if not passages:
        return None
    often = {p for p in old.often if p not in gone} | {p for p, one in come.items() if one.often}
    titles = {p: length for p, length in old.titles.items() if p not in gone}
    titles |= {p: one.title for p, one in come.items() if one.title is not None}
    return write_lists(Postings(passages, sides, frozenset(often), titles))


def read_lists(lists: Lists) -> Postings:
    """The postings that a term's lists say."""
    if lists.is_bitmap:
        bits = np.unpackbits(np.frombuffer(lists.postings, np.uint8), bitorder="little")
        passages = np.flatnonzero(bits).tolist()
    elif len(lists.postings) <= _FEW:
        passages, last, value, shift = [], -1, 1, 0
        for byte in lists.postings:
            value += (byte & 127) << shift
            shift += 7
            if byte < 128:  # noqa: PLR2004
                last += value
                passages.append(last)
                value, shift = 1, 0
    else:
        count = int((np.frombuffer(lists.postings, np.uint8) < 128).sum())  # noqa: PLR2004
        passages = (np.cumsum(Reader(lists.postings).varints(count) + 1) - 1).tolist()
    return _with_marks(passages, lists.sides or b"\xff" * len(passages), lists.marks)


def write_lists(postings: Postings) -> Lists:
    """The inverse of `read_lists`."""
    passages = postings.passages
    if len(passages) <= _FEW:
        packed = b"".join(_varint(p - before - 1) for before, p in pairwise([-1, *passages]))
    else:
        places: Ints = np.array(passages, np.int64)
        packed = varints(np.diff(places, prepend=-1) - 1)
    if is_bitmap := len(packed) > passages[-1] // 8 + 1:
        packed = bitmap(np.array(passages, np.int64))
    marks = bytearray()
    last = -1
    for passage in sorted(postings.often.union(postings.titles)):
        at = bisect_left(passages, passage)
        length = postings.titles.get(passage)
        flags = (length is not None) << 1 | (passage in postings.often)
        marks += _varint((at - last - 1) << 2 | flags)
        if length is not None:
            marks.append(length)
        last = at
    kept = postings.sides if len(passages) <= SIDES else b""
    return Lists(packed, bytes(marks), kept, is_bitmap)


def _varint(value: int) -> bytes:
    if value < 128:  # noqa: PLR2004
        return _BYTES[value]
    found = bytearray()
    while value > 127:  # noqa: PLR2004
        found.append(value & 127 | 128)
        value >>= 7
    found.append(value)
    return bytes(found)


def siblings(shard: bytes, wanted: str) -> dict[str, list[int]]:
    """The terms of a shard that have the same `family` as a term, and the passages of each."""
    names = [
        name for name in _open(shard).names if name[:1] == "#" and family(name) == family(wanted)
    ]
    return {name: found.passages for name, found in lookup(shard, names).items()}


def bitmap(passages: Ints) -> bytes:
    """Rising passage numbers as bits, as many as the last needs."""
    bits = np.zeros(int(passages[-1]) + 1, np.uint8)
    bits[passages] = 1
    return np.packbits(bits, bitorder="little").tobytes()


def _with_marks(passages: list[int], sides: bytes, data: bytes) -> Postings:
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
    return Postings(passages, sides, frozenset(often), titles)
