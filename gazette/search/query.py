r"""Answers a query from the index. `query.js` follows the same rules and finds the same set.

**Reading a query.** At most 200 units count. A query that reads as a 发文字号 (see
`terms.number_key`) is looked for as such: first the documents whose own number it is (*number*),
then those that hold it as a run (*exact*); if there is neither, it is an ordinary query. Otherwise
blanks separate *groups*, all of which must be there. A group in quotes ("" “” ‘’ '' 「」 『』) is
a phrase; `-` before a group excludes it. A single Han character searches titles only, and beside
other groups it is left out: 垃圾 费 means 垃圾.

**Matching.** *Exact*: every group stands as a contiguous run within one block. *Words*: every
bigram of the unquoted groups is somewhere in the entry, and every quoted group stands as a run.
Exact ones come first. If nothing is found and the query is of Latin letters, *pinyin*: titles that
they spell (see `pinyin`). If there is none either, *relaxed*: what has any term of any group. No
query at all but a filter lists what the filter allows, the newest first (*listed*).

**Certainty.** Postings tell the passages that hold all bigrams of a run, each between something like
what is beside it there; whether they stand in a row is verified against the text, here for as
many as are asked for and up to `VERIFY` to make the total exact. No text is needed for a run of two
units, nor for the set of words matches; what is shown is verified all the same.

**Order.** Documents before pages, and a title that is the query itself before all others. Then BM25
over passages that hold the group (twice more where often), and a bonus for titles, larger the more
of the title the group is; less for what is over on the day, a little more for what is newer. Pages
of one issue stand together behind the best of them.

**When it is not there.** A number that no document has is named with its nearest neighbours of the
same code and year. A run of `nearest.LEAST` units or more that stands nowhere is compared with the
titles that share most of its bigrams; the nearest parts of them are suggested.
"""

import datetime as dt
import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from gazette.search import nearest, pinyin, terms
from gazette.search.entry import IN_FORCE
from gazette.search.records import Passage
from gazette.search.shards import Postings, may_be, side_of
from gazette.search.static_index import Index

Match = Literal["number", "exact", "words", "pinyin", "relaxed", "listed"]
Sort = Literal["relevance", "date"]

MAX_CHARS = 2000
MAX_UNITS = 200
VERIFY = 2000
TITLE = 12
OVER_WEIGHT = 0.8
NEWER = 0.1
SNIPPET = 100
LEAD = 20
_QUOTES = {'"': '"', "＂": "＂", "“": "”", "”": "”", "‘": "’", "'": "'", "「": "」", "『": "』"}
_MINUS = "-－−"
_BLANKS = " \t\n\r\v\f\u00a0\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


@dataclass(frozen=True, slots=True)
class Group:
    """A run of units that is looked for, in its way."""

    units: tuple[str, ...]
    phrase: bool = False
    exclude: bool = False

    @property
    def terms(self) -> list[str]:
        """What the index is asked for, without repetitions."""
        return list(dict.fromkeys(terms.terms(self.units)))

    @property
    def lone(self) -> bool:
        """Whether it is one Han character, of which the index knows titles only."""
        return len(self.units) == 1 and terms.is_single(self.units[0])

    @property
    def unsure(self) -> bool:
        """Whether holding all terms in a passage is not yet holding the run."""
        return len(self.units) > 2  # noqa: PLR2004


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What hits are restricted to; empty means anything. Several values of one filter are "or".

    `validity` are states on the day of the search; `in_force` admits those of `IN_FORCE`.
    """

    years: tuple[int | None, int | None] = (None, None)
    sections: tuple[str, ...] = ()
    authorities: tuple[str, ...] = ()
    document_types: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()
    validity: tuple[str, ...] = ()
    in_force: bool = False
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One entry that was found, the passage that shows it, and the runs to be marked in it."""

    match: Match
    passage: Passage
    runs: tuple[Sequence[str], ...]
    score: float

    @property
    def shown(self) -> tuple[str, list[tuple[int, int]]]:
        """Its snippet and the marks in it, in code points; made when asked for, for most are not."""
        return snippet(self.passage.text, self.runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A 发文字号 that no document has, as it is read, and the ones before and after it."""

    number: str
    neighbours: tuple[Passage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The first hits of a query and how many there are; `total_exact` says whether that is sure.

    `missing` is set where the query is a number that no document has, `suggestions` where nothing
    holds the query but titles hold something like it.
    """

    query: str
    total: int
    total_exact: bool
    hits: tuple[Hit, ...]
    missing: Missing | None = None
    suggestions: tuple[str, ...] = ()


Rank = Callable[[Sequence[str]], Mapping[str, float]]


def parse(query: str) -> list[Group]:
    """The groups of a query, in order, repeated ones once."""
    text = query[:MAX_CHARS]
    found: dict[Group, None] = {}
    at = room = 0
    while at < len(text) and room < MAX_UNITS:
        if text[at] in _BLANKS:
            at += 1
            continue
        exclude = text[at] in _MINUS and at + 1 < len(text) and text[at + 1] not in _BLANKS
        at += exclude
        close = _QUOTES.get(text[at])
        end = at + 1
        while end < len(text) and (text[end] != close if close else text[end] not in _BLANKS):
            if not close and text[end] in '"“「『＂':
                break
            end += 1
        run = tuple(terms.units(text[at + 1 if close else at : end]))[: MAX_UNITS - room]
        room += len(run)
        if run:
            found[Group(run, phrase=bool(close), exclude=exclude)] = None
        at = end + 1 if close else end
    telling = [group for group in found if not group.lone]
    return telling if any(not group.exclude for group in telling) else list(found)


@dataclass(slots=True)
class _Stats:
    """How a run or term stands in one entry: weight of its passages, share of the title."""

    often: float = 0.0
    title: float = 0.0
    passages: list[int] = field(default_factory=list)


class _Search:
    """One query against one index: candidate sets, then ordered and verified hits."""

    def __init__(self, index: Index, filters: Filters, on: dt.date | None) -> None:
        self.index = index
        self.on = on
        self.postings: dict[str, Postings] = {}
        self.entries = len(index.is_page)
        self.mean = max(index.starts[-1] / max(self.entries, 1), 1)
        self.allowed = _allowed(index, filters, on)
        self.read: dict[int, Passage] = {}

    def load(self, wanted: Iterable[str]) -> None:
        """Fetch the postings of terms that are not here yet."""
        missing = [term for term in dict.fromkeys(wanted) if term not in self.postings]
        self.postings |= self.index.postings(missing)

    def run(self, group: Group) -> dict[int, _Stats]:
        """The entries that have a passage with all terms of a group."""
        lists = [self.postings[term] for term in group.terms]
        linked = sorted((self.linked(term, group.units) for term in group.terms), key=len)
        common = linked[0]
        for other in linked[1:]:
            there = set(other)
            common = [passage for passage in common if passage in there]
        return self.stats(common, lists, len(group.units))

    def linked(self, term: str, run: Sequence[str]) -> list[int]:
        """The passages of a term in which it may stand between what is beside it in the run."""
        postings = self.postings[term]
        wanted: list[tuple[int, tuple[int, int]]] = []
        for at, name in enumerate(terms.terms(run)):
            if name == term and len(run) > 1:
                wanted += [(8, side_of(run[at - 1]))] if at else []
                wanted += [(0, side_of(run[at + 2]))] if at + 2 < len(run) else []
        if not wanted:
            return postings.passages
        return [
            passage
            for passage, sides in zip(postings.passages, postings.beside, strict=True)
            if all(may_be(sides >> shift & 255, unit) for shift, unit in wanted)
        ]

    def stats(
        self, passages: Sequence[int], lists: Sequence[Postings], length: int
    ) -> dict[int, _Stats]:
        """Passages by entry, as far as the filters allow."""
        found: dict[int, _Stats] = {}
        starts = self.index.starts
        entry, end = -1, -1
        for passage in passages:
            if passage >= end:
                entry = _entry(starts, passage)
                end = starts[entry + 1]
            if self.allowed is not None and not self.allowed[entry]:
                continue
            stats = found.setdefault(entry, _Stats())
            stats.often += 3 if all(passage in p.often for p in lists) else 1
            if all(passage in p.titles for p in lists):
                whole = max(lists[0].titles[passage], 1)
                stats.title = max(stats.title, min(length / whole, 1))
            stats.passages.append(passage)
        return found

    def term(self, term: str) -> dict[int, _Stats]:
        """The entries that have a term."""
        postings = self.postings[term]
        return self.stats(postings.passages, [postings], len(term.split(" ")))

    def whole(self, entry: int, parts: Sequence[Mapping[int, _Stats]]) -> bool:
        """Whether an entry's title is nothing but the one run that is looked for."""
        return len(parts) == 1 and entry in parts[0] and parts[0][entry].title >= 1

    def worth(self, entry: int, score: float) -> float:
        """A score weighed by force and age."""
        over = self.on is not None and self.on.toordinal() >= self.index.over[entry]
        return score * (OVER_WEIGHT if over else 1) * (1 + NEWER * (entry + 1) / self.entries)

    def score(self, entry: int, found: Iterable[Mapping[int, _Stats]]) -> float:
        """BM25 of an entry over runs or terms."""
        size = self.index.sizes[entry]
        total = 0.0
        for part in found:
            stats = part.get(entry)
            if stats:
                rare = math.log(1 + (self.entries - len(part) + 0.5) / (len(part) + 0.5))
                near = 1.2 * (0.25 + 0.75 * size / self.mean)
                weight = stats.often * 2.2 / (stats.often + near)
                bonus = 1 + TITLE * stats.title if stats.title else 0
                total += rare * (weight + bonus)
        return total

    def passage(self, number: int) -> Passage:
        """A passage; read once."""
        found = self.read.get(number)
        if found is None:
            found = self.read[number] = self.index.passage(number)
        return found

    def proof(self, group: Group, passages: Sequence[int], order: Sequence[int]) -> int | None:
        """The first of the passages that have a group's terms that holds its run; None where none does."""
        candidates = set(passages)
        its = (place for place in order if place in candidates)
        return next((p for p in its if not group.unsure or self._holds(group, p)), None)

    def _holds(self, group: Group, number: int) -> bool:
        passage = self.passage(number)
        texts = (passage.title, passage.number, passage.text)
        return any(terms.holds(group.units, text) for text in texts)


def _entry(starts: Sequence[int], passage: int) -> int:
    low = bisect_left(starts, passage)
    return low if low < len(starts) and starts[low] == passage else low - 1


def _allowed(index: Index, filters: Filters, on: dt.date | None) -> list[bool] | None:
    allowed: list[bool] | None = None
    low, high = filters.years
    by_name: list[tuple[str, Callable[[str], bool]]] = []
    if low is not None or high is not None:
        by_name.append(("year", lambda n: (low or 0) <= int(n) <= (high or 9999)))
    for name, values in (
        ("section", filters.sections),
        ("authority", filters.authorities),
        ("document_type", filters.document_types),
        ("topic", filters.topics),
        ("issue", filters.issues),
    ):
        if values:
            by_name.append((name, frozenset(values).__contains__))
    for name, wanted in by_name:
        facet = index.facet(name)
        good = [any(wanted(facet.names[i]) for i in chosen) for chosen in facet.sets]
        old = allowed or [True] * len(facet.column)
        allowed = [a and good[c] for a, c in zip(old, facet.column, strict=True)]
    if filters.kind:
        old = allowed or [True] * len(index.is_page)
        is_page = filters.kind == "page"
        allowed = [a and p == is_page for a, p in zip(old, index.is_page, strict=True)]
    states = [*filters.validity, *(IN_FORCE if filters.in_force else ())]
    if states:
        if on is None:
            raise ValueError("a filter by validity needs a day")
        old = allowed or [True] * len(index.is_page)
        allowed = [a and s in states for a, s in zip(old, index.states(on), strict=True)]
    return allowed


def search(  # noqa: PLR0913  the choices of one search
    index: Index,
    query: str,
    filters: Filters | None = None,
    *,
    limit: int = 20,
    sort: Sort = "relevance",
    on: dt.date | None = None,
    rank: Rank | None = None,
) -> Results:
    """Find entries.

    `on` is the day whose 有效性 counts. `rank` gives scores of addresses by other means (words,
    say); they then order the hits of each kind of match, and our own score decides between equals.
    """
    work = _Search(index, filters or Filters(), on)
    missing = _missing(work, query)
    for plan in _plans(work, query):
        hits, dropped, sure = _take(work, plan, max(limit, 1), sort, rank)
        if hits:
            return Results(
                query=query,
                total=len(plan.own) + len(plan.exact) + len(plan.words) - dropped,
                total_exact=sure,
                hits=tuple(hits[:limit]),
                missing=missing,
                suggestions=_suggestions(work, query) if hits[0].match == "relaxed" else (),
            )
    return Results(query=query, total=0, total_exact=True, hits=(), missing=missing)


def _missing(work: _Search, query: str) -> Missing | None:
    """What to say of a number that no document of the whole archive has."""
    reading = number_reading(query)
    if reading is None:
        return None
    key, _ = reading
    work.load([key])
    if work.postings[key].passages:
        return None
    known = sorted((_serial(name), passages) for name, passages in work.index.siblings(key).items())
    at = bisect_left(known, (_serial(key), []))
    near = [passages[0] for _, passages in known[max(at - 1, 0) : at + 1]]
    return Missing(number=spelt(key), neighbours=tuple(map(work.passage, near)))


def _serial(key: str) -> int:
    return int(key.rpartition(" ")[2])


def spelt(key: str) -> str:
    """A key of a number as one writes it: `#国发 2018 39` → 国发〔2018〕39号."""
    code, *digits = key.removeprefix("#").split(" ")
    year = f"〔{digits[0]}〕" if len(digits) > 1 else "第"
    return f"{code}{year}{digits[-1]}号"


def _suggestions(work: _Search, query: str) -> tuple[str, ...]:
    """Parts of titles that the query may have meant."""
    groups = parse(query)
    run = groups[0].units if groups else ()
    if len(groups) != 1 or groups[0].exclude or len(run) < nearest.LEAST:
        return ()
    shared: dict[int, int] = {}
    for term in groups[0].terms:
        for passage in work.postings[term].titles:
            shared[passage] = shared.get(passage, 0) + 1
    likely = sorted(shared, key=lambda passage: (-shared[passage], -passage))[: nearest.TITLES]
    titles = [work.passage(passage).title for passage in likely]
    found = [(part, at) for at, title in enumerate(titles) if (part := nearest.nearest(run, title))]
    found.sort(key=lambda item: (item[0][0], item[1]))
    parts: dict[tuple[str, ...], str] = {}
    for (_, text), _ in found:
        parts.setdefault(tuple(terms.units(text)), text)
    return tuple(parts.values())[: nearest.SHOWN]


def number_reading(query: str) -> tuple[str, Group] | None:
    """If a whole query reads as a 发文字号: its key, and the run to look for elsewhere."""
    run = terms.units(query[:MAX_CHARS])[:MAX_UNITS]
    key = terms.number_key(run)
    if key is None or query.lstrip(_BLANKS)[0] in _MINUS or any(q in query for q in _QUOTES):
        return None
    return key, Group(tuple(run[:-1] if run[-1] == "号" else run), phrase=True)


@dataclass(slots=True, kw_only=True)
class _Plan:
    """Candidates: entries by kind of match, and how each run and term stands in them."""

    own: set[int] = field(default_factory=set)
    exact: set[int] = field(default_factory=set)
    words: set[int] = field(default_factory=set)
    words_match: Match = "words"
    runs: list[tuple[Group, dict[int, _Stats]]]
    terms: list[dict[int, _Stats]]
    excluded: list[tuple[Group, dict[int, _Stats]]] = field(default_factory=list)

    @property
    def unsure(self) -> bool:
        """Whether verifying can make the set smaller."""
        return bool(self.excluded) or (
            self.words_match == "words" and any(g.phrase and g.unsure for g, _ in self.runs)
        )


def _plans(work: _Search, query: str) -> Iterator[_Plan]:
    """Ways to read a query, each tried when the one before finds nothing."""
    reading = number_reading(query)
    if reading:
        key, group = reading
        work.load([key, *group.terms])
        run = work.run(group)
        own = set(work.term(key))
        terms_found = [work.term(term) for term in group.terms]
        yield _Plan(own=own, exact=set(run) - own, runs=[(group, run)], terms=terms_found)
    groups = parse(query)
    if not groups and work.allowed is not None:
        everything = {entry for entry, good in enumerate(work.allowed) if good}
        yield _Plan(words=everything, words_match="listed", runs=[], terms=[])
    work.load(term for group in groups for term in group.terms)
    runs = [(group, work.run(group)) for group in groups if not group.exclude]
    if not runs:
        return
    unwanted = [(group, work.run(group)) for group in groups if group.exclude]
    never = {entry for group, found in unwanted if not group.unsure for entry in found}
    excluded = [(group, found) for group, found in unwanted if group.unsure]
    by_term = [work.term(term) for term in dict.fromkeys(t for g, _ in runs for t in g.terms)]
    exact = _common(found for _, found in runs) - never
    words = _common([*by_term, *(found for group, found in runs if group.phrase)]) - never - exact
    yield _Plan(exact=exact, words=words, runs=runs, terms=by_term, excluded=excluded)
    if said := pinyin.letters(query):
        yield _by_sound(work, said)
    relaxed = {entry for found in by_term for entry in found} - never
    yield _Plan(words=relaxed, words_match="relaxed", runs=runs, terms=by_term, excluded=excluded)


def _by_sound(work: _Search, said: str) -> _Plan:
    """Titles that letters may spell, and those of them that are read prove it."""
    table = work.index.pinyin()
    candidates: set[int] = set()
    for firsts in pinyin.initials(said, table):
        pairs = [f"~{one}{other}" for one, other in pairwise(firsts)]
        work.load(pairs)
        lists = []
        for at, pair in enumerate(pairs):
            postings = work.postings[pair]
            after = side_of(f"~{firsts[at + 2]}") if at + 2 < len(firsts) else None
            followed = zip(postings.passages, postings.beside, strict=True)
            lists.append({p for p, sides in followed if not after or may_be(sides & 255, after)})
        candidates |= _common(lists)
    found = {_entry(work.index.starts, passage) for passage in candidates}
    proved = {
        entry
        for entry in found
        if (work.allowed is None or work.allowed[entry])
        and pinyin.spells(said, work.passage(work.index.starts[entry]).title, table)
    }
    return _Plan(words=proved, words_match="pinyin", runs=[], terms=[])


def _common(sets: Iterable[Iterable[int]]) -> set[int]:
    return set.intersection(*map(set, sets))


def _scores(
    work: _Search, entries: Iterable[int], parts: Sequence[Mapping[int, _Stats]], rank: Rank | None
) -> dict[int, float]:
    scores = {entry: work.score(entry, parts) for entry in entries}
    if rank:
        urls = list(work.index.urls())
        better = rank([urls[entry] for entry in scores])
        top = max(scores.values(), default=0) or 1
        scores = {e: better.get(urls[e], 0.0) + s / top / 1000 for e, s in scores.items()}
    return {entry: work.worth(entry, score) for entry, score in scores.items()}


def _in_order(
    work: _Search,
    entries: Iterable[int],
    parts: Sequence[Mapping[int, _Stats]],
    scores: Mapping[int, float] | None,
) -> list[int]:
    """Entries from the best on; by date, the newest first, where there are no scores."""
    if scores is None:
        dates = work.index.dates()
        return sorted(entries, key=dates.__getitem__, reverse=True)

    def key(entry: int) -> tuple[bool, bool, float, int]:
        is_page = work.index.is_page[entry]
        return is_page, not work.whole(entry, parts), -scores[entry], -entry

    order = sorted(entries, key=key)
    issues: dict[int, list[int]] = {}
    for entry in order:
        issues.setdefault(work.index.group[entry], []).append(entry)
    return [entry for group in issues.values() for entry in group]


def _take(
    work: _Search, plan: _Plan, limit: int, sort: Sort, rank: Rank | None
) -> tuple[list[Hit], int, bool]:
    """The first hits, verified; how many candidates proved false; whether that is all of them."""
    must_verify = VERIFY if plan.unsure else 0
    hits: list[Hit] = []
    dropped = judged = 0
    words = set(plan.words)
    tiers: list[tuple[Match, set[int], list[Mapping[int, _Stats]]]] = [
        ("number", plan.own, []),
        ("exact", plan.exact, [found for _, found in plan.runs]),
        (plan.words_match, words, [*plan.terms]),
    ]
    for match, entries, parts in tiers:
        scores = _scores(work, entries, parts, rank)
        by_score = sort == "relevance" and match != "listed"
        for entry in _in_order(work, entries, parts, scores if by_score else None):
            if len(hits) >= limit and judged >= must_verify:
                return hits, dropped, not plan.unsure
            judged += 1
            places = _places(work, plan, entry)
            verdict, shown = _judge(work, plan, entry, match, places)
            if verdict == match:
                if len(hits) < limit:
                    hits.append(_hit(work, plan, match, shown, scores[entry]))
            elif verdict == "words":
                words.add(entry)
            else:
                dropped += 1
    return hits, dropped, True


def _judge(
    work: _Search, plan: _Plan, entry: int, match: Match, places: Sequence[int]
) -> tuple[Match | None, int]:
    """What a candidate proves to be, or None if it is no hit; and the passage that shows it best."""

    def proof(group: Group, found: Mapping[int, _Stats]) -> int | None:
        return work.proof(group, found[entry].passages, places) if entry in found else None

    first = places[0]
    if any(proof(group, found) is not None for group, found in plan.excluded):
        return None, first
    shown: int | None = None
    # What must stand there as it is; phrases first, for without them it is no match of the words either.
    for group, found in sorted(plan.runs, key=lambda run: not run[0].phrase):
        if match == "exact" or (match == "words" and group.phrase):
            place = proof(group, found)
            if place is None:
                return (None if group.phrase else "words"), first
            if shown is None and group.unsure:
                shown = place
    return match, first if shown is None else shown


def _places(work: _Search, plan: _Plan, entry: int) -> list[int]:
    """The passages of an entry, the most telling first: runs before terms, text before title."""
    first = work.index.starts[entry]
    weights: dict[int, int] = {first: 0}
    parts = [*((64, found) for _, found in plan.runs), *((2, found) for found in plan.terms)]
    parts += ((0, found) for _, found in plan.excluded)  # they tell nothing, but must be read
    for weight, part in parts:
        stats = part.get(entry)
        for number in stats.passages if stats else ():
            only_title = number == first and stats is not None and stats.title > 0
            weights[number] = weights.get(number, 0) + (weight // 2 if only_title else weight)
    return sorted(weights, key=lambda number: (-weights[number], number))


def _hit(work: _Search, plan: _Plan, match: Match, shown: int, score: float) -> Hit:
    passage = work.passage(shown)
    runs = [group.units for group, _ in plan.runs]
    if match in ("words", "relaxed"):
        runs += [pair for run in runs for pair in pairwise(run)]
    return Hit(match=match, passage=passage, runs=tuple(runs), score=score)


def snippet(text: str, runs: Sequence[Sequence[str]]) -> tuple[str, list[tuple[int, int]]]:
    """The part of a text that shows most of the runs, and where they stand in it.

    About `SNIPPET` code points in one line; … stands for what is left out.
    """
    places = list(terms.spans(text))
    ranges = sorted(
        (start, end, kind)
        for kind, run in enumerate(runs)
        for start, end in terms.find(run, places)
    )

    def kinds(start: int) -> int:
        return len({k for s, e, k in ranges if start <= s and e <= start + SNIPPET - LEAD})

    best = max((start for start, _, _ in ranges), key=lambda s: (kinds(s), -s), default=0)
    begin = max(best - LEAD, 0) if len(text) > SNIPPET else 0
    end = min(begin + SNIPPET, len(text))
    before, after = "…" if begin else "", "…" if end < len(text) else ""
    shift = len(before) - begin
    marks: list[tuple[int, int]] = []
    for start, stop, _ in ranges:
        if start >= begin and stop <= end:
            if marks and start + shift <= marks[-1][1]:
                marks[-1] = (marks[-1][0], max(marks[-1][1], stop + shift))
            else:
                marks.append((start + shift, stop + shift))
    return before + text[begin:end].replace("\n", " ") + after, marks
