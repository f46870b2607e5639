"""Gathers the terms of all passages into posting lists. Knows numpy; knows no files.

How the lists are written stands in `shards`.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gazette.errors import SearchError
from gazette.search import shards, terms
from gazette.search.shards import Change, Lists, Packed, Posting, family, fnv1a, side_of
from gazette.search.varints import Bytes, Ints, stream

OFTEN = 3
_GROUP = 2_000_000
_ALONE = 128
_PORTIONS, _SAMPLE = 6, 1000

Keys = npt.NDArray[np.uint64]
Sides = npt.NDArray[np.uint16]
Beside = npt.NDArray[np.uint32]
"""Of one place of a term: what is beside it there if it is alone, and its bit, of both sides in turn."""

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


class Gathered(NamedTuple):
    """Postings in order, one key for each term and passage, and of each passage its title's units."""

    keys: Keys
    sides: Sides
    title_units: dict[int, int]


class Grams:
    """Collects passages, then gives the shards. Work is done on arrays, never a posting at once."""

    def __init__(self) -> None:
        self._names: list[str] = [""]
        self._runs: dict[str, int] = {}
        self._single_ids = np.zeros(0x110000, np.int64)
        self._kinds = np.zeros(0x110000, np.uint8)
        self._beside = np.zeros(1 << 16, np.uint32)
        self._parts: list[Keys] = []
        self._sides: list[Sides] = []
        self._title_units: dict[int, int] = {}
        self.postings = self.terms = self.bits = 0  # of the shards that were made last

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
        beside = self._beside[ids]
        follows, leads = np.zeros((2, len(ids)), np.uint32)  # what is beside a unit in its block
        follows[pairs] = beside[pairs + 1]
        leads[pairs + 1] = beside[pairs] << np.uint32(8)
        sides = [np.zeros(int(alone.sum()), np.uint32), follows[pairs + 1] | leads[pairs]]
        keys = [
            _keys(np.zeros_like(ids[alone]), ids[alone], passage[alone], is_title[alone]),
            _keys(ids[pairs], ids[pairs + 1], passage[pairs], is_title[pairs]),
        ]
        if others:
            called = np.array([self._run_id(other.term) for other in others], np.int64)
            where = np.array([other.passage for other in others], np.int64)
            keys.append(_keys(np.zeros_like(called), called, where, np.zeros_like(called)))
            told = (other.sides for other in others)
            sides.append(np.array([s if s >= _ALONE else s << 16 for s in told], np.uint32))
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
        if len(self._names) > len(self._beside):
            self._beside = np.append(self._beside, np.zeros_like(self._beside))
        alone, bit = side_of(name)
        self._beside[len(self._names) - 1] = alone | bit << 16
        return len(self._names) - 1

    def _count_titles(self, passages: Ints, sources: Ints) -> None:
        """A passage's title length, in units, is that of its first title text: the title itself."""
        pairs, counts = np.unique(passages << 32 | sources, return_counts=True)
        for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
            self._title_units.setdefault(pair >> 32, min(count, 255))

    def files(self, passages: int, jobs: int = 1) -> Iterator[bytes]:
        """All files of shards in order; `passages` is one more than the last, `bits` says how many.

        Packing them, the longest part, is shared out to `jobs` threads.
        """
        with ThreadPoolExecutor(jobs) as pool:
            yield from shards.write_files(
                shard for group in self._groups(passages) for shard in pool.map(_pack, group)
            )

    def take(self) -> "Gathered":
        """What was gathered until now, which is forgotten; units keep their numbers."""
        sizes = [len(part) for part in self._parts]
        keys, sides = np.empty(sum(sizes), np.uint64), np.empty(sum(sizes), np.uint16)
        some = np.sort(np.concatenate([part[::_SAMPLE] for part in self._parts] or [keys]))
        steps = np.linspace(0, len(some) - 1, _PORTIONS + 1).astype(np.int64)[1:-1]
        at = 0
        for low, high in pairwise([0, *(some[steps].tolist() if len(some) else ()), 1 << 64]):
            # A portion at a time: sorting all at once takes twice the memory.
            chosen = [np.flatnonzero((p >= low) & (p <= high - 1)) for p in self._parts]
            its = np.concatenate([p[c] for p, c in zip(self._parts, chosen, strict=True)] or [keys])
            beside = np.concatenate(
                [s[c] for s, c in zip(self._sides, chosen, strict=True)] or [sides]
            )
            order = np.argsort(its)
            keys[at : at + len(its)], sides[at : at + len(its)] = its[order], beside[order]
            at += len(its)
        self._parts.clear()
        self._sides.clear()
        units, self._title_units = self._title_units, {}
        return Gathered(keys, sides, units)

    def changes(self, before: "Gathered", after: "Gathered") -> Iterator[Change]:
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
        self.bits = bits = shards.shard_bits(self.postings, self.terms)
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
                group.append(_Shard(names, columns.terms(span)))
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


def _keys(firsts: Ints, seconds: Ints, passages: Ints, titles: Ints) -> Keys:
    term = firsts.astype(np.uint64) << np.uint64(_UNIT_BITS) | seconds.astype(np.uint64)
    low = passages.astype(np.uint64) << np.uint64(_MARK) | titles.astype(np.uint64) << np.uint64(1)
    return term << np.uint64(_TERM) | low


def _counted(keys: Keys, sides: Beside) -> tuple[Keys, Sides]:
    """One key for each term and passage, with its marks; and what follows the term there."""
    order = np.argsort(keys)
    keys, sides = keys[order], sides[order]
    places = keys >> np.uint64(_MARK)
    begins = np.flatnonzero(np.concatenate(([True], places[1:] != places[:-1])))
    if not len(keys):
        return keys, sides.astype(np.uint16)
    titles = np.maximum.reduceat(keys & np.uint64(2), begins)
    often = np.diff(np.append(begins, len(keys))) >= OFTEN
    merged = places[begins] << np.uint64(_MARK) | titles | often.astype(np.uint64)
    return merged, _merged(sides, begins)


def _merged(beside: Beside, begins: Ints) -> Sides:
    """*Sides* of each posting, from what is beside the term at each of its places there."""
    some = np.bitwise_or.reduceat(beside, begins)
    alone = beside.astype(np.uint16)
    alone.view(np.uint8)[alone.view(np.uint8) == 0] = 255
    every = np.bitwise_and.reduceat(alone, begins).view(np.uint8)
    one, bits = some.astype(np.uint16).view(np.uint8), (some >> 16).astype(np.uint16).view(np.uint8)
    return np.where(one == every, one, bits).view(np.uint16)


class _Shard(NamedTuple):
    """The terms of a shard, in order, and the lists of each."""

    names: list[str]
    lists: list[Lists]


def _pack(shard: _Shard) -> Packed:
    return shards.pack(shard.names, shard.lists)


@dataclass(frozen=True, slots=True)
class _Columns:
    """The lists of some terms in a row, and of each kind where each term's end, after a 0."""

    lists: bytes
    list_ends: list[int]
    marks: bytes
    mark_ends: list[int]
    bitmaps: dict[int, bytes]
    sides: bytes
    side_ends: list[int]

    def terms(self, span: slice) -> list[Lists]:
        """The lists of each of some neighbouring terms."""
        ends = (self.list_ends, self.mark_ends, self.side_ends)
        lists, marks, sides = (pairwise(some[span.start : span.stop + 1]) for some in ends)
        found: list[Lists] = []
        for at, (p, m, s) in enumerate(zip(lists, marks, sides, strict=True), span.start):
            own = self.bitmaps.get(at)
            postings = own or self.lists[p[0] : p[1]]
            is_bitmap = own is not None
            found.append(
                Lists(postings, self.marks[m[0] : m[1]], self.sides[s[0] : s[1]], is_bitmap)
            )
        return found


def _columns(keys: Keys, sides: Sides, begins: Ints, counts: Ints, title_units: Bytes) -> _Columns:
    """Posting lists and marks of some terms, given where each one's keys begin and how many."""
    heads = np.concatenate(([0], np.cumsum(counts)))
    index = np.arange(heads[-1]) - np.repeat(heads[:-1], counts)
    chosen = np.repeat(begins, counts) + index
    found = keys[chosen]
    flags = (found & np.uint64(3)).astype(np.int64)
    places = (found >> np.uint64(_MARK)).astype(np.int64) & ((1 << _PASSAGE_BITS) - 1)
    gaps = np.diff(places, prepend=-1) - 1
    gaps[heads[:-1][counts > 0]] = places[heads[:-1][counts > 0]]
    lists, ends = stream(gaps)
    list_ends = np.concatenate(([0], ends))[heads]

    bitmaps = {}
    room = places[heads[1:] - 1] // 8 + 1  # no list is empty
    for term in np.flatnonzero(np.diff(list_ends) > room).tolist():
        bitmaps[term] = shards.bitmap(places[heads[term] : heads[term + 1]])

    marked = np.flatnonzero(flags)
    term_of = np.repeat(np.arange(len(counts)), counts)[marked]
    steps = np.diff(index[marked], prepend=-1) - 1
    new = np.concatenate(([True], term_of[1:] != term_of[:-1]))[: len(marked)]
    steps[new] = index[marked][new]
    titled = (flags[marked] & 2) > 0
    extra = title_units[places[marked]].astype(np.int64)
    marks, ends = stream(steps << 2 | flags[marked], titled, extra)
    per_term = np.concatenate(([0], np.cumsum(np.bincount(term_of, minlength=len(counts)))))
    mark_ends = np.concatenate(([0], ends))[per_term]
    kept = counts <= shards.SIDES
    side_ends = np.concatenate(([0], np.cumsum(counts * kept * 2)))
    return _Columns(
        lists.tobytes(),
        list_ends.tolist(),
        marks.tobytes(),
        mark_ends.tolist(),
        bitmaps,
        sides[chosen[np.repeat(kept, counts)]].tobytes(),
        side_ends.tolist(),
    )
