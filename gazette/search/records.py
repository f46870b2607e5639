r"""Texts as a phone fetches them: passages in slots of equal size. Knows nothing of posting lists.

An entry's text is cut at barriers into *passages*. A passage is stored as one record: 4 bytes of
length (little-endian), then raw deflate of UTF-16LE (5 % smaller than UTF-8 here), then zeros up
to a whole number of slots. The text of a record is one line of JSON, the entry's metadata in the
order of `FIELDS` (有效性 as `尚未生效 2024-03-01 现行有效`: the first state has no day; folds are the
traditional characters of the record, each with its simplified one: 電电), then the passage's blocks,
one a line. Nearly every record fills one slot; a block too long for one takes several in a row.

The number of a passage is that of its first slot, so its address needs no table: pack file
`number // PACK`, byte `number % PACK * SLOT`. A record never crosses pack files: one that does not
fit the rest of a pack makes its pack file longer, and the next pack begins with as many empty slots.
What is shown, its metadata, and what a hit is verified against arrive in one request.

The slots of an issue begin at a multiple of `ALIGN`, so that most changes inside an issue move
nothing of the others.
"""

import datetime as dt
import json
import struct
import zlib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from gazette.errors import SearchError
from gazette.search import terms
from gazette.search.entry import Entry

SLOT = 1024
PACK = 128
ALIGN = 8
FIELDS = [
    "kind",
    "title",
    "number",
    "url",
    "issue",
    "page",
    "section",
    "dated",
    "authorities",
    "document_type",
    "quality",
    "validity",
    "folds",
]
_LENGTH = struct.Struct("<I")
_OWN_CODE = 400
_LOOK_AHEAD = 262
"""Bytes of a window that zlib keeps for itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Consecutive blocks of an entry's body as they were read back, with the entry's metadata."""

    kind: str
    title: str
    number: str
    url: str
    issue: str
    page: int | None
    section: str
    dated: str | None
    authorities: tuple[str, ...]
    document_type: str
    quality: str
    validity: tuple[tuple[dt.date, str], ...]
    folds: str
    text: str


def deflate(data: bytes, other: bytes = b"") -> bytes:
    """Raw deflate, as small as zlib makes it. A window no wider than the data is made much sooner.

    `other` data behind it, where there is much, are packed by a code of their own.
    """
    bits = min(max((len(data) + len(other) + _LOOK_AHEAD).bit_length(), 9), 15)
    packer = zlib.compressobj(9, zlib.DEFLATED, -bits, min(bits - 6, 9))
    packed = packer.compress(data)
    if len(other) > _OWN_CODE:
        packed += packer.flush(zlib.Z_BLOCK)
    return packed + packer.compress(other) + packer.flush()


def inflate(data: bytes) -> bytes:
    """The reverse of `deflate`; a `SearchError` for damaged data."""
    unpacker = zlib.decompressobj(-15)
    try:
        found = unpacker.decompress(data)
    except zlib.error as error:
        raise SearchError(f"检索索引已损坏：{error}") from error
    if not unpacker.eof:
        raise SearchError("检索索引已损坏：数据不完整")
    return found


def _header(entry: Entry) -> str:
    """The metadata of an entry, as JSON that still lacks its folds and its end."""
    values = []
    for field in FIELDS[:-2]:
        value = getattr(entry, field)
        values.append(value.isoformat() if isinstance(value, dt.date) else value)
    first, *rest = entry.validity or ((dt.date.min, ""),)
    values.append(" ".join([first[1], *(f"{day.isoformat()} {state}" for day, state in rest)]))
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))[:-1]


@cache
def _pairs(char: str) -> str:
    """What of the table of traditional characters folding a character needs."""
    return "".join(c + terms.simplified()[c] for c in sorted(terms.traditional(char)))


def _record(header: str, blocks: list[str], odd: set[str]) -> bytes:
    """A record; `odd` are the characters of the entry that have `_pairs`."""
    text = "\n".join([header, *blocks])
    folds = "".join(sorted({_pairs(char) for char in odd.intersection(text)})) if odd else ""
    text = f'{header},"{folds}"]{text[len(header) :]}'
    packed = deflate(text.encode("utf-16-le", "replace"))
    return _LENGTH.pack(len(packed)) + packed


def records(entry: Entry) -> Iterator[tuple[bytes, str]]:
    """An entry's passages, at least one: (record without padding, its text).

    Greedy: as many blocks as one slot holds, found by trial from a guess that follows how well
    the entry's text packs.
    """
    header = _header(entry)
    odd = {char for char in set(header).union(entry.body) if _pairs(char)}
    blocks = [block for block in entry.body.split("\n") if block]
    ends = [0, *accumulate(len(block) + 1 for block in blocks)]
    room = len(header) + 8
    per_char = 1.3
    start = 0
    while start < len(blocks) or start == 0:
        fits, best = 0, b""
        low, high = 1, len(blocks) - start
        guess = _reach(ends, start, (SLOT - room) / per_char)
        while low <= high:
            tried = _record(header, blocks[start : start + guess], odd)
            chars = ends[min(start + guess, len(blocks))] - ends[start] or 1
            per_char = max((len(tried) - room) / chars, 0.3)
            if len(tried) <= SLOT or guess == 1:
                fits, best = guess, tried
                low = guess + 1
                if len(tried) > SLOT * 15 // 16:
                    break
            else:
                high = guess - 1
            reach = _reach(ends, start, (SLOT - room) / per_char)
            guess = min(max(reach, low), high)
        if not best:
            fits, best = len(blocks) - start, _record(header, blocks[start:], odd)
        yield best, "\n".join(blocks[start : start + fits])
        start += max(fits, 1)


def _reach(ends: list[int], start: int, chars: float) -> int:
    """How many blocks from `start` on make up this many characters; at least one."""
    return max(bisect_right(ends, ends[start] + chars) - 1 - start, 1)


def slots(record: bytes) -> int:
    """How many slots a record takes."""
    return -(-len(record) // SLOT)


def parse(text: str) -> Passage:
    """A record's text as a value; a `SearchError` where it is not one."""
    header, _, body = text.partition("\n")
    try:
        values = dict(zip(FIELDS, json.loads(header), strict=True))
        values["authorities"] = tuple(values["authorities"])
        first, *rest = values["validity"].split(" ")
        later = zip(map(dt.date.fromisoformat, rest[::2]), rest[1::2], strict=True)
        values["validity"] = ((dt.date.min, first), *later) if first else ()
        return Passage(**values, text=body)
    except (ValueError, TypeError) as error:
        raise SearchError(f"检索索引已损坏：{error}") from error


def stored(pack: bytes, number: int) -> bytes:
    """The record of this number, without padding, from the bytes of its pack file."""
    start = number % PACK * SLOT
    if len(pack) < start + _LENGTH.size:
        raise SearchError("检索索引已损坏：数据不完整")
    (length,) = _LENGTH.unpack_from(pack, start)
    return pack[start : start + _LENGTH.size + length]


def read(pack: bytes, number: int) -> Passage:
    """The passage of this number from the bytes of its pack file."""
    return unpack(stored(pack, number))


def unpack(record: bytes) -> Passage:
    """The passage of a record."""
    return parse(inflate(record[_LENGTH.size :]).decode("utf-16-le", "replace"))


def aligned(slot: int) -> int:
    """The slot at which an issue begins that follows one that ended before `slot`."""
    return -(-slot // ALIGN) * ALIGN
