r"""The posting lists of terms in files of shards: how they are written, read and changed. Knows no text.

A term's shard is the low bits of the 32-bit FNV-1a of its `family`, in UTF-8. A file holds `GROUP`
shards, one at each multiple of `PITCH` bytes, so that a phone can fetch one without a table of
where they lie; *behind* them, in the order of shards, what did not fit. A shard is three numbers of
4 bytes (N, M, and where in the file the first thing behind stands), N bytes of raw deflate of
*columns*, M bytes of raw deflate of *sides*, and zeros up to `PITCH`. Columns pack better than rows
would::

    varint T                      number of terms
    varint B, B bytes             the terms, UTF-8, sorted, joined by "\n"
    T × varint                    bytes of the posting list << 2 | it is a bitmap << 1; or, of one
                                  that stands behind, bytes of it there << 2 | 1
    T × varint                    bytes of the list of marks, 0 where it stands behind
    posting lists                 gaps - 1 of rising passage numbers as varints (the first number
                                  as it is), or, where that is shorter, one bit a passage up to
                                  the last, lowest bit first
    marks                         for the postings that deserve one: varint of
                                  gap - 1 in the posting list << 2 | title << 1 | often;
                                  after a title's a byte: its length in units, at most 255

The longest terms of a shard stand behind, as many as must: raw deflate of varint
of bytes of the posting list << 1 | it is a bitmap, the posting list, the marks, the sides. So a rare term costs one request of `PITCH` bytes, and a frequent one its own list besides,
not those of its neighbours. A shard whose terms would not even then fit (hundreds of numbers of one
`family`) has its columns and sides behind, too, before its terms; N and M tell.

*Sides* are two bytes for each posting of each list of at most `SIDES`: what follows the term in the
passage, and what is before it there. A byte is 0 where that is nothing; where it is one unit, 128 +
the hash of the unit >> 16, modulo 127; where there are several, of each unit the bit of its hash
modulo 7. They link the bigrams of a run without positions: that
国家 and 市场 are in one passage says little, but that 国家 is followed by something like 市 says a
lot. So of a run of four units the bigram in the middle, which goes across words and is rare, tells
nearly all: 商环 with 营 before and 境 behind it.

*often*: the term stands three times or more in the passage; *title*: it stands in the title or
number of the entry (which counts as part of its first passage).
"""

import math
import struct
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from gazette.errors import SearchError
from gazette.search.records import deflate, inflate
from gazette.search.varints import Ints, Reader, varint, varints

SIDES = 2000
ANY = 255
"""The byte of *sides* that may be anything: of lists that are too long to have any."""
PITCH = 768
GROUP = 8
SHARD_BYTES = 600
MAX_BITS = 15
SHARDING = (SIDES, PITCH, GROUP, SHARD_BYTES, MAX_BITS)
_PACKS = 0.76
"""What is packed is about this part of what it was."""
_FEW = 100
"""Shorter lists are read and written sooner one by one than as arrays."""
_HEAD = struct.Struct("<III")


@dataclass(frozen=True, slots=True)
class Postings:
    """Where a term stands: rising passage numbers; and of some, how it stands there."""

    passages: list[int]
    sides: bytes = b""
    often: frozenset[int] = frozenset()
    titles: dict[int, int] = field(default_factory=dict)  # passage → units of its title

    @property
    def beside(self) -> list[int]:
        """What stands beside it in each passage: the byte of what follows | that of what is before << 8."""
        return [n for (n,) in struct.iter_unpack("<H", self.sides)]


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


def side_of(unit: str) -> tuple[int, int]:
    """What a byte of *sides* is where this is the only unit, and its bit where there are others."""
    value = fnv1a(unit.encode())
    return 128 + (value >> 16) % 127, 1 << value % 7


def side(units: Iterable[str]) -> int:
    """The byte of *sides* of these units."""
    alone, bits = set(), 0
    for unit in units:
        one, bit = side_of(unit)
        alone.add(one)
        bits |= bit
    return alone.pop() if len(alone) == 1 else bits


def may_be(side: int, unit: tuple[int, int]) -> bool:
    """Whether a byte of *sides* may be one that this unit, as `side_of` gives it, is in."""
    return side in (unit[0], ANY) if side > 127 else side & unit[1] > 0  # noqa: PLR2004


def shard_bits(postings: int, terms: int) -> int:
    """How many shards, as a power of two: so many that most of them fit."""
    size = postings * 1.1 + terms * 6
    return min(math.ceil(math.log2(max(size / SHARD_BYTES, 1))), MAX_BITS)


class Lists(NamedTuple):
    """The lists of one term; `sides` are empty where they are left out.

    `packed` is how they stand behind, where that is known.
    """

    postings: bytes
    marks: bytes
    sides: bytes
    is_bitmap: bool
    packed: bytes = b""


class Packed(NamedTuple):
    """A shard, packed, and what of it stands behind in any case."""

    columns: bytes
    sides: bytes
    behind: bytes

    @property
    def fits(self) -> bool:
        """Whether it has room between its neighbours."""
        return _HEAD.size + len(self.columns) + len(self.sides) <= PITCH


def pack(names: Sequence[str], lists: Sequence[Lists]) -> Packed:
    """A shard of these terms; what stands behind depends on nothing else."""
    text = "\n".join(names).encode()
    rows = _Rows(
        varint(len(names)) + varint(len(text)) + text,
        [varint(len(one[0]) << 2 | one[3] << 1) for one in lists],
        [varint(len(one[1])) for one in lists],
        [one[0] for one in lists],
        [one[1] for one in lists],
        [one[2] for one in lists],
    )
    sizes = [len(one[0]) + len(one[1]) + len(one[2]) for one in lists]
    order = sorted(range(len(lists)), key=sizes.__getitem__, reverse=True)
    left = sum(sizes) + len(text)
    behind = 0
    while behind < len(order) and left * _PACKS > PITCH:
        left -= sizes[order[behind]]
        behind += 1
    blobs: dict[int, bytes] = {}
    while True:
        for at in order[len(blobs) : behind]:
            blobs[at] = lists[at].packed or _pack_alone(lists[at])
        packed = _pack(rows, blobs)
        over = _HEAD.size + len(packed.columns) + len(packed.sides) - PITCH
        if packed.fits:
            return packed
        if behind == len(order):
            return _pack(rows, {at: blobs[at] for at in order if sizes[at] > PITCH // 4})
        while behind < len(order) and over > 0:
            over -= sizes[order[behind]]
            behind += 1


class _Rows(NamedTuple):
    """What a shard is put together from: names, and of each term what stands in each column."""

    names: bytes
    heads: list[bytes]
    mark_heads: list[bytes]
    postings: list[bytes]
    marks: list[bytes]
    sides: list[bytes]


def _pack(rows: _Rows, behind: Mapping[int, bytes]) -> Packed:
    heads, mark_heads, postings, marks, sides = map(list.copy, rows[1:])
    for at, blob in behind.items():
        heads[at], mark_heads[at] = varint(len(blob) << 2 | 1), b"\0"
        postings[at] = marks[at] = sides[at] = b""
    columns = b"".join((rows.names, *heads, *mark_heads, *postings, *marks))
    there = b"".join([behind[at] for at in sorted(behind)])
    return Packed(deflate(columns), deflate(b"".join(sides)), there)


def _pack_alone(lists: Lists) -> bytes:
    head = varint(len(lists.postings) << 1 | lists.is_bitmap)
    return deflate(b"".join((head, lists.postings, lists.marks)), lists.sides)


def write_file(shards: Sequence[Packed]) -> bytes:
    """A file of shards."""
    heads: list[bytes] = []
    tails: list[bytes] = []
    at = len(shards) * PITCH
    for columns, sides, behind in shards:
        head = _HEAD.pack(len(columns), len(sides), at)
        fits = len(head) + len(columns) + len(sides) <= PITCH
        heads.append((head + columns + sides if fits else head).ljust(PITCH, b"\0"))
        tails += [behind] if fits else [columns, sides, behind]
        at += len(behind) + (0 if fits else len(columns) + len(sides))
    return b"".join((*heads, *tails))


def write_files(shards: Iterable[Packed]) -> Iterator[bytes]:
    """All files of shards in order."""
    some: list[Packed] = []
    for shard in shards:
        some.append(shard)
        if len(some) == GROUP:
            yield write_file(some)
            some = []
    if some:
        yield write_file(some)


def _head(file: bytes, place: int) -> tuple[int, int, int]:
    try:
        columns, sides, first = _HEAD.unpack_from(file, place * PITCH)
    except struct.error as error:
        raise SearchError("检索索引已损坏：数据不完整") from error
    return columns, sides, first


def _packed(file: bytes, place: int) -> Packed:
    """The shard at a place of its file, still packed; behind it stands all to the end of the file."""
    columns, sides, first = _head(file, place)
    start = place * PITCH + _HEAD.size
    if _HEAD.size + columns + sides > PITCH:
        start, first = first, first + columns + sides
    middle, end = start + columns, start + columns + sides
    if max(end, first) > len(file):
        raise SearchError("检索索引已损坏：数据不完整")
    return Packed(file[start:middle], file[middle:end], file[first:])


@dataclass(frozen=True, slots=True)
class _Opened:
    """A shard, parted: its terms, and the lists of each by its place."""

    names: list[str]
    heads: list[int]
    marks: list[bytes]
    postings: list[bytes]
    sides: list[bytes]
    behind: list[bytes]

    def lists(self, at: int) -> Lists:
        """The lists of the term at a place."""
        if not self.heads[at] & 1:
            is_bitmap = bool(self.heads[at] & 2)
            return Lists(self.postings[at], self.marks[at], self.sides[at], is_bitmap)
        reader = Reader(inflate(self.behind[at]))
        size = reader.varint()
        postings = reader.take(size >> 1)
        count = _count(postings, is_bitmap=bool(size & 1))
        end = len(reader.data) - (count * 2 if count <= SIDES else 0)
        marks = reader.take(end - reader.at)
        return Lists(postings, marks, reader.data[end:], bool(size & 1), self.behind[at])


def _open(shard: Packed) -> _Opened:
    """A shard as it was stored; a `SearchError` where it is damaged."""
    reader = Reader(inflate(shard.columns))
    count = reader.varint()
    names = reader.take(reader.varint()).decode("utf-8", "replace").split("\n")[:count]
    heads = reader.varints(count).tolist()
    marks = reader.varints(count).tolist()
    here = [0 if head & 1 else head >> 2 for head in heads]
    postings = [reader.take(size) for size in here]
    its_marks = [reader.take(size) for size in marks]
    counts = [
        _count(some, is_bitmap=bool(head & 2)) for head, some in zip(heads, postings, strict=True)
    ]
    sides = Reader(inflate(shard.sides))
    its_sides = [sides.take(count * 2 if count <= SIDES else 0) for count in counts]
    if len(names) != count or sides.at != len(sides.data):
        raise SearchError("检索索引已损坏：数据不一致")
    behind = Reader(shard.behind)
    its_behind = [behind.take(head >> 2 if head & 1 else 0) for head in heads]
    return _Opened(names, heads, its_marks, postings, its_sides, its_behind)


_ENDS = bytes(range(128, 256))


def _count(postings: bytes, *, is_bitmap: bool) -> int:
    """How many passages a list names."""
    if is_bitmap:
        return int.from_bytes(postings, "little").bit_count()
    return len(postings.translate(None, _ENDS))


def lookup(file: bytes, place: int, wanted: Sequence[str]) -> dict[str, Postings]:
    """The postings of some terms in a shard of a file; what it lacks is left out."""
    opened = _open(_packed(file, place))
    places = {name: at for at, name in enumerate(opened.names)}
    return {name: read_lists(opened.lists(places[name])) for name in wanted if name in places}


def siblings(file: bytes, place: int, wanted: str) -> dict[str, list[int]]:
    """The terms of a shard that have the same `family` as a term, and the passages of each."""
    names = _open(_packed(file, place)).names
    same = [name for name in names if name[:1] == "#" and family(name) == family(wanted)]
    return {name: found.passages for name, found in lookup(file, place, same).items()}


def change_file(
    file: bytes, count: int, changes: Mapping[int, Iterable[Change]]
) -> tuple[bytes, int]:
    """A file of so many shards after changes by their place, and how many terms more it has.

    Raises `ValueError` where it does not tell enough: *sides* that were left out of a long list are
    needed once it is no longer long.
    """
    firsts = [_head(file, place)[2] for place in range(count)]
    shards: list[Packed] = []
    more = 0
    for place, (_, end) in enumerate(pairwise([*firsts, len(file)])):
        shard = _packed(file[:end], place)
        if place in changes:
            shard, fresh = _change(shard, changes[place])
            more += fresh
        shards.append(shard)
    return write_file(shards), more


def _change(shard: Packed, changes: Iterable[Change]) -> tuple[Packed, int]:
    opened = _open(shard)
    found = {name: opened.lists(at) for at, name in enumerate(opened.names)}
    for change in changes:
        lists = changed(found.get(change.term), change)
        if lists:
            found[change.term] = lists
        else:
            found.pop(change.term, None)
    names = sorted(found, key=_rank)
    return pack(names, [found[name] for name in names]), len(names) - len(opened.names)


def _rank(term: str) -> tuple[str, str]:
    """Where a term stands in its shard: those that are no bigrams first."""
    first, _, second = ("", "", term) if term[:1] in ("#", "~") else term.partition(" ")
    return (first, second) if second else ("", first)


def changed(lists: Lists | None, change: Change) -> Lists | None:
    """A term's lists after a change, None where nothing is left of it; else as `change_shard`."""
    old = read_lists(lists) if lists else Postings([])
    gone, come = set(change.gone), change.come
    if len(old.passages) <= _FEW:
        known = {p: s for p, s in zip(old.passages, old.beside, strict=True) if p not in gone}
        known |= {p: one.sides for p, one in come.items()}
        passages = sorted(known)
        sides = b"".join(known[p].to_bytes(2, "little") for p in passages)
    else:
        places, its = np.array(old.passages, np.int64), np.frombuffer(old.sides, np.dtype("<u2"))
        stays = ~np.isin(places, change.gone)
        places, its = places[stays], its[stays]
        new = np.array(sorted(come), np.int64)
        spots = np.searchsorted(places, new)
        added = np.array([come[p].sides for p in new.tolist()], np.dtype("<u2"))
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
    return _with_marks(passages, lists.sides or bytes((ANY, ANY)) * len(passages), lists.marks)


def write_lists(postings: Postings) -> Lists:
    """The inverse of `read_lists`."""
    passages = postings.passages
    if len(passages) <= _FEW:
        packed = b"".join(varint(p - before - 1) for before, p in pairwise([-1, *passages]))
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
        marks += varint((at - last - 1) << 2 | flags)
        if length is not None:
            marks.append(length)
        last = at
    kept = postings.sides if len(passages) <= SIDES else b""
    return Lists(packed, bytes(marks), kept, is_bitmap)


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
