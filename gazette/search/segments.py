"""Makes a segment of the static index, whole or from the one before. Knows files; reads no query.

What is made is a pure function of the entries. Where the segment of before is still there, only
what an issue that changed stood in is made again: the shards of terms that it had or has, the packs
of its texts. Everything else is linked from the folder of before. A *log* beside the published
files says what that folder was made of; without it, or where passages of other issues would move,
the segment is made whole.
"""

import hashlib
import json
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gazette.search import grams, pinyin, records, shards, terms
from gazette.search.entry import Entry, IssueEntries
from gazette.search.static_index import EPOCH, FACETS, FORMAT, Segment, is_whole, size_of
from gazette.search.varints import varints
from gazette.workers import Workers

_CHUNK = 128
_ALONE = 500
"""Fewer entries are not worth starting other processes for."""
_LARGE = 4
"""Where more than one in so many postings changes, making all anew is quicker."""


class _Row(NamedTuple):
    """What the columns have of an entry. Days are counted from 1900-01-01."""

    url: str
    kind: str
    issue: str
    section: str
    authorities: list[str]
    document_type: str
    topic: str
    year: int
    dated: int
    validity: list[tuple[int, str]]
    over: int | None
    sound: str
    place: int
    slots: int


class _Issue(NamedTuple):
    """An issue in the log: its slots are `first` to `end`; `packs` say where each pack's last ends.

    `sounds` are those of its titles.
    """

    name: str
    digest: str
    first: int
    end: int
    packs: list[tuple[int, int]]
    sounds: list[str]
    rows: list[_Row]


@dataclass(slots=True, kw_only=True)
class _Log:
    """What a folder of the index was made of; `lines` are issues as they were read, by identity."""

    segment: Segment
    postings: int
    terms: int
    bytes: int
    issues: list[_Issue]
    lines: dict[int, str] = field(default_factory=dict)


class _Laid(NamedTuple):
    """An issue whose passages have their places."""

    issue: _Issue
    records: list[tuple[int, bytes]]
    sources: list[grams.Source]
    others: list[grams.Other]


def segment_key(digests: Iterable[str]) -> str:
    """Names a segment by all that goes into it, the rules of folding and the format included."""
    hashed = hashlib.sha256()
    rules = [FORMAT, records.SLOT, records.PACK, records.ALIGN, *shards.SHARDING, terms.SINGLES]
    hashed.update(json.dumps([*rules, sorted(terms.simplified().items())]).encode())
    hashed.update("\n".join(digests).encode())
    return hashed.hexdigest()[:16]


def build_segment(
    issues: Sequence[IssueEntries], out: Path, *, log: Path | None = None, jobs: int = 1
) -> Segment:
    """Make the segment of these issues in `out`, or find it made.

    `log` is the file that tells what the last segment of this name was made of; it is read and
    written. What is made depends neither on it nor on `jobs`.
    """
    issues = sorted(issues, key=lambda issue: issue.place)
    key = segment_key(f"{issue.name} {issue.digest}" for issue in issues)
    if made := is_whole(out / key):
        return made
    part = out / f"{key}.part"
    shutil.rmtree(part, ignore_errors=True)
    known = _read_log(log) if log else None
    found = _from_before(known, issues, key, out, jobs) if known else None
    if found is None:
        shutil.rmtree(part, ignore_errors=True)
        for name in ("grams", "texts"):
            (part / name).mkdir(parents=True)
        found = _anew(issues, key, part, jobs)
    said = {
        "segment": asdict(found.segment),
        "sections": sorted({r.section for i in found.issues for r in i.rows if r.section}),
        "bytes": found.bytes,
    }
    (part / "segment.json").write_text(json.dumps(said), "utf-8")
    shutil.rmtree(out / key, ignore_errors=True)
    part.rename(out / key)
    if log:
        _write_log(log, found)
    return found.segment


def _anew(issues: Sequence[IssueEntries], key: str, part: Path, jobs: int) -> _Log:
    """All of a segment. Other processes pack the texts while this one gathers the terms."""
    gathered = grams.Grams()
    made: list[_Issue] = []
    packs: dict[int, bytearray] = {}
    slot = 0
    chunks = _chunks(issues)
    many = jobs > 1 and len(issues) * 8 > _ALONE
    with Workers(jobs if many else 1) as workers:
        packed = workers.map(_packed, chunks)
        at = 0
        for passages in packed:
            sources: list[grams.Source] = []
            others: list[grams.Other] = []
            for entries, found in passages:
                laid = _lay(issues[at], entries, found, records.aligned(slot))
                at += 1
                made.append(laid.issue)
                slot = laid.issue.end
                sources += laid.sources
                others += laid.others
                for number, record in laid.records:
                    _put(packs, number, record)
            gathered.add(sources, others)
            for pack in [pack for pack in packs if pack < slot // records.PACK]:
                (part / "texts" / _name(pack)).write_bytes(packs.pop(pack))
    for pack, texts in packs.items():
        (part / "texts" / _name(pack)).write_bytes(texts)
    for at, file in enumerate(gathered.files(slot, jobs)):
        (part / "grams" / _name(at)).write_bytes(file)
    rows = [row for issue in made for row in issue.rows]
    segment = Segment(key=key, entries=len(rows), slots=slot, bits=gathered.bits)
    _write_columns(made, _Written(part))
    return _Log(
        segment=segment,
        postings=gathered.postings,
        terms=gathered.terms,
        bytes=size_of(part),
        issues=made,
    )


def _chunks(issues: Sequence[IssueEntries]) -> Iterator[list[list[Entry]]]:
    chunk: list[list[Entry]] = []
    for issue in issues:
        chunk.append(list(issue.entries()))
        if sum(map(len, chunk)) >= _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


_Passages = list[tuple[bytes, str]]


def _packed(chunk: list[list[Entry]]) -> list[tuple[list[Entry], list[_Passages]]]:
    return [(issue, [list(records.records(entry)) for entry in issue]) for issue in chunk]


def _name(number: int) -> str:
    return f"{number:04x}.bin"


def _put(packs: dict[int, bytearray], number: int, record: bytes) -> None:
    """Write a record into its pack, which grows as it must."""
    pack = packs.setdefault(number // records.PACK, bytearray())
    start = number % records.PACK * records.SLOT
    end = start + records.slots(record) * records.SLOT
    pack.extend(bytes(max(end - len(pack), 0)))
    pack[start:end] = record.ljust(end - start, b"\0")


def _lay(
    issue: IssueEntries, entries: Sequence[Entry], passages: Sequence[_Passages], first: int
) -> _Laid:
    """Give the passages of an issue their places from a slot on."""
    placed: list[tuple[int, bytes]] = []
    sources: list[grams.Source] = []
    others: list[grams.Other] = []
    rows: list[_Row] = []
    packs: dict[int, int] = {}
    slot = first
    both = [(place, *one) for place, one in enumerate(zip(entries, passages, strict=True))]
    for place, entry, its in sorted(both, key=lambda one: _size(one[2])):
        begin = slot
        sources += _heads(begin, entry.title, entry.number)
        others += _others(begin, entry.title, entry.number, entry.kind)
        for record, text in its:
            placed.append((slot, record))
            sources.append(grams.Source(slot, text, is_title=False))
            pack = slot // records.PACK
            slot += records.slots(record)
            packs[pack] = slot - pack * records.PACK
        rows.append(_row(entry, place, slot - begin))
    titles = [entry.title for entry in entries if entry.kind == "document"]
    made = _Issue(
        name=issue.name,
        digest=issue.digest,
        first=first,
        end=slot,
        packs=sorted(packs.items()),
        sounds=pinyin.sounds(map(pinyin.spell, titles)),
        rows=rows,
    )
    return _Laid(made, placed, sources, others)


def _size(passages: _Passages) -> int:
    return sum(records.slots(record) for record, _ in passages)


def _heads(slot: int, title: str, number: str) -> list[grams.Source]:
    return [
        grams.Source(slot, title, is_title=True),
        grams.Source(slot, number, is_title=True),
    ]


def _others(slot: int, title: str, number: str, kind: str) -> Iterator[grams.Other]:
    """The terms of an entry that are none of its text: its number, its title's initials."""
    key = terms.number_key(terms.units(number))
    if key:
        yield grams.Other(slot, key)
    if kind == "document":
        for term, after in pinyin.index_terms(title).items():
            yield grams.Other(slot, term, shards.side(f"~{letter}" for letter in after))


def _row(entry: Entry, place: int, slots: int) -> _Row:
    dated = entry.dated.toordinal() - EPOCH if entry.dated else None
    over = max(entry.over.toordinal() - EPOCH, 0) if entry.over else None
    spelt = pinyin.spell(entry.title) if entry.kind == "document" else ()
    runs = ("".join(c for c, _ in run) + ":" + ",".join(s for _, s in run) for run in spelt)
    return _Row(
        url=entry.url,
        kind=entry.kind,
        issue=entry.issue,
        section=entry.section,
        authorities=list(entry.authorities),
        document_type=entry.document_type,
        topic=entry.topic,
        year=entry.year,
        dated=_first_of(entry.year) if dated is None else max(dated, 0),
        validity=[(max(day.toordinal() - EPOCH, 0), state) for day, state in entry.validity],
        over=over,
        sound=" ".join(runs),
        place=place,
        slots=slots,
    )


def _first_of(year: int) -> int:
    """The first day of a year, by the calendar that Python has."""
    return max(
        365 * (year - 1) + (year - 1) // 4 - (year - 1) // 100 + (year - 1) // 400 + 1 - EPOCH, 0
    )


def _spelt(sound: str) -> pinyin.Spelt:
    """How a title is spelt, from the way that a row keeps it."""
    parted = (run.partition(":") for run in sound.split(" ") if run)
    return tuple(tuple(zip(chars, said.split(","), strict=True)) for chars, _, said in parted)


# The columns


def _write_columns(issues: Sequence[_Issue], written: "_Written") -> None:
    rows = [row for issue in issues for row in issue.rows]
    columns = {
        "items": _items(issues),
        "dates": _dates(issues),
        "validity": _validity(rows),
        "pinyin": pinyin.table_text(issue.sounds for issue in issues).encode(),
        "urls": "\n".join(row.url for row in rows).encode(),
        **{name: _facet(rows, name) for name in FACETS},
    }
    for name, data in columns.items():
        file = f"{name}.bin"
        written.put(file, records.deflate(data), len(written.read(file)))


def _pairs(table: Mapping[str, str]) -> bytes:
    codes = sorted(map(ord, table))
    values = [len(codes)]
    last = 0
    for code in codes:
        values += [code - last, _zigzag(ord(table[chr(code)]) - code)]
        last = code
    return varints(np.array(values))


def _items(issues: Sequence[_Issue]) -> bytes:
    rows = [row for issue in issues for row in issue.rows]
    values = [len(issues), *(len(issue.rows) for issue in issues)]
    for issue in issues:  # the shortest first, so each says how much longer it is
        values += [b - a for a, b in pairwise([0, *(row.slots for row in issue.rows)])]
    values += [row.kind == "page" for row in rows]
    over = [(at, row.over) for at, row in enumerate(rows) if row.over is not None]
    values.append(len(over))
    last = -1
    for at, day in over:
        values += [at - last - 1, day]
        last = at
    return varints(np.array(values, np.int64))


def _dates(issues: Sequence[_Issue]) -> bytes:
    days = [0, *(row.dated for issue in issues for row in issue.rows)]
    values = [b - a for a, b in pairwise(days)]
    values += [row.place - at for issue in issues for at, row in enumerate(issue.rows)]
    return varints(np.array([_zigzag(value) for value in values], np.int64))


def _validity(rows: Sequence[_Row]) -> bytes:
    names = sorted({state for row in rows for _, state in row.validity})
    places = {name: index for index, name in enumerate(names)}
    values: list[int] = []
    last = 0
    for row in rows:
        values.append(len(row.validity))
        for which, (day, state) in enumerate(row.validity):
            values.append(places[state])
            if which:
                values.append(_zigzag(day - last))
                last = day
    text = json.dumps(names, ensure_ascii=False).encode()
    return varints(np.array([len(text)])) + text + varints(np.array(values, np.int64))


def _zigzag(value: int) -> int:
    return value << 1 if value >= 0 else -value << 1 | 1


def _facet(rows: Sequence[_Row], name: str) -> bytes:
    sets: dict[tuple[str, ...], int] = {}
    known: dict[tuple[str, ...] | str | int, int] = {}
    column = []
    for row in rows:
        value = tuple(row.authorities) if name == "authority" else getattr(row, name)
        if value not in known:
            chosen = value if isinstance(value, tuple) else (str(value),)
            chosen = tuple(dict.fromkeys(one for one in chosen if one))
            known[value] = sets.setdefault(chosen, len(sets))
        column.append(known[value])
    names = sorted({name for chosen in sets for name in chosen})
    places = {name: index for index, name in enumerate(names)}
    said = {"names": names, "sets": [[places[n] for n in chosen] for chosen in sets]}
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    return varints(np.array([len(text)])) + text + varints(np.array(column, np.int64))


# From the segment before


def _from_before(  # noqa: PLR0911  one return a reason to make it anew
    known: _Log, issues: Sequence[IssueEntries], key: str, out: Path, jobs: int
) -> _Log | None:
    """A segment out of the one before it; None where that one is gone, or others would move."""
    old = out / known.segment.key
    if is_whole(old) != known.segment:
        return None
    before = {issue.name: issue for issue in known.issues}
    kept = {i.name for i in issues if i.name in before and before[i.name].digest == i.digest}
    gone = [was for was in known.issues if was.name not in kept]
    if sum(was.end - was.first for was in gone) > known.segment.slots // _LARGE:
        return None
    gathered = grams.Grams()
    for was in gone:
        gathered.add(*_read_back(old, was))
    old_terms = gathered.take()
    made: list[_Issue] = []
    laid: list[_Laid] = []
    slot = 0
    for issue in issues:
        first = records.aligned(slot)
        if issue.name not in kept:
            entries = list(issue.entries())
            laid.append(_lay(issue, entries, _packed([entries])[0][1], first))
            gathered.add(laid[-1].sources, laid[-1].others)
        elif before[issue.name].first != first:
            return None
        made.append(before[issue.name] if issue.name in kept else laid[-1].issue)
        slot = made[-1].end
    new_terms = gathered.take()
    if len(old_terms.keys) + len(new_terms.keys) > known.postings // _LARGE:
        return None
    part = out / f"{key}.part"
    old.rename(part)
    (part / "segment.json").unlink()  # from here on it is not whole
    written = _Written(part)
    try:
        fresh = _change_shards(written, known, gathered.changes(old_terms, new_terms), jobs)
    except ValueError:
        return None
    postings = known.postings + len(new_terms.keys) - len(old_terms.keys)
    bits = known.segment.bits
    if shards.shard_bits(postings, known.terms + fresh) != bits:
        return None
    _change_packs(written, made, gone, laid)
    _write_columns(made, written)
    entries_in_all = sum(len(issue.rows) for issue in made)
    segment = Segment(key=key, entries=entries_in_all, slots=slot, bits=bits)
    return _Log(
        segment=segment,
        postings=postings,
        terms=known.terms + fresh,
        bytes=known.bytes + written.more,
        issues=made,
        lines=known.lines,
    )


class _Written:
    """Files of a segment that are made again; each is put in its place whole, since others link to it.

    `more` is how many bytes there are more than before.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.more = 0

    def read(self, name: str) -> bytes:
        """A file as it is, b"" where there is none."""
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            return b""

    def put(self, name: str, data: bytes | None, before: int) -> None:
        """Write a file that had so many bytes, or take it away."""
        file = self.folder / name
        self.more += len(data or b"") - before
        if data is None:
            file.unlink(missing_ok=True)
        else:
            fresh = file.with_suffix(".part")
            fresh.write_bytes(data)
            fresh.replace(file)


def _read_back(old: Path, issue: _Issue) -> tuple[list[grams.Source], list[grams.Other]]:
    """The texts of an issue as they were indexed, out of its packs."""
    sources: list[grams.Source] = []
    others: list[grams.Other] = []
    heads: dict[int, _Row] = {}
    slot = issue.first
    for row in issue.rows:
        heads[slot] = row
        slot += row.slots
    packs = {pack: (old / "texts" / _name(pack)).read_bytes() for pack, _ in issue.packs}
    slot = issue.first
    while slot < issue.end:
        record = records.stored(packs[slot // records.PACK], slot)
        passage = records.unpack(record)
        head = heads.get(slot)
        if head:
            if passage.kind == "document":
                pinyin.know(passage.title, _spelt(head.sound))
            sources += _heads(slot, passage.title, passage.number)
            others += _others(slot, passage.title, passage.number, passage.kind)
        sources.append(grams.Source(slot, passage.text, is_title=False))
        slot += records.slots(record)
    return sources, others


def _change_shards(
    written: _Written, known: _Log, changes: Iterator[shards.Change], jobs: int
) -> int:
    """Make again the files of terms that changed; how many terms more there are.

    Raises `ValueError` where a shard does not tell enough.
    """
    bits = known.segment.bits
    by_file: dict[int, dict[int, list[shards.Change]]] = defaultdict(lambda: defaultdict(list))
    for change in changes:
        file, place = divmod(shards.shard_of(change.term, bits), shards.GROUP)
        by_file[file][place].append(change)
    count = min(shards.GROUP, 1 << bits)

    def work(file: int) -> tuple[str, int, bytes, int]:
        name = f"grams/{_name(file)}"
        before = written.read(name)
        return name, len(before), *shards.change_file(before, count, by_file[file])

    more = 0
    with ThreadPoolExecutor(jobs) as pool:
        for name, before, made, fresh in pool.map(work, list(by_file)):
            written.put(name, made, before)
            more += fresh
    return more


def _change_packs(
    written: _Written, made: list[_Issue], gone: list[_Issue], laid: list[_Laid]
) -> None:
    """Make again the packs that issues are gone from or have come to."""
    changed = [*gone, *(one.issue for one in laid)]
    names = {pack: f"texts/{_name(pack)}" for issue in changed for pack, _ in issue.packs}
    packs = {pack: bytearray(written.read(name)) for pack, name in names.items()}
    sizes = {pack: len(data) for pack, data in packs.items()}
    for issue in gone:
        for pack, end in issue.packs:
            begin = max(issue.first - pack * records.PACK, 0)
            size = (end - begin) * records.SLOT
            packs[pack][begin * records.SLOT : end * records.SLOT] = bytes(size)
    for one in laid:
        for slot, record in one.records:
            _put(packs, slot, record)
    ends = dict(sorted((pack, end) for issue in made for pack, end in issue.packs))  # the largest
    for pack, data in packs.items():
        kept = bytes(data[: ends[pack] * records.SLOT]) if pack in ends else None
        written.put(names[pack], kept, sizes[pack])


def _read_log(file: Path) -> _Log | None:
    """What was written of the segment before, None where there is nothing to be had."""
    try:
        head, *lines = file.read_text("utf-8").rstrip("\n").split("\n")
        said = json.loads(head)
        if said["rules"] != segment_key(()):
            return None
        issues = [_issue(json.loads(line)) for line in lines]
        segment = Segment(**said["segment"])
        numbers = {name: said[name] for name in ("postings", "terms", "bytes")}
        return _Log(
            segment=segment,
            issues=issues,
            lines=dict(zip(map(id, issues), lines, strict=True)),
            **numbers,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _issue(said: list[Any]) -> _Issue:
    return _Issue._make([*said[:-1], [_Row._make(row) for row in said[-1]]])


def _write_log(file: Path, log: _Log) -> None:
    said: dict[str, Any] = {"rules": segment_key(()), "segment": asdict(log.segment)}
    said |= {"postings": log.postings, "terms": log.terms, "bytes": log.bytes}
    pack = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.part")
    with fresh.open("w", encoding="utf-8") as out:
        out.write(pack(said) + "\n")
        for issue in log.issues:
            out.write((log.lines.get(id(issue)) or pack(issue)) + "\n")
    fresh.replace(file)


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
        "pitch": shards.PITCH,
        "group": shards.GROUP,
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
