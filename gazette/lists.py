"""The lists of the gazette: what is in force, what is over, what ends soon, by whom, on what. Pure.

A list is a function of the archive and the day. Each is told by its address under `lists/`, so that
it can be cited, and holds only what it has: a list of nothing is not made.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, cached_property
from typing import Literal, NamedTuple

from gazette.archive import Archive
from gazette.dates import format_date
from gazette.digest import digest
from gazette.model import Document, Issue, RelationKind
from gazette.register import UNTOLD, Days, Deadlines, days_of
from gazette.relations import Standing
from gazette.settings import Settings
from gazette.validity import IN_FORCE, OVER, Validity, is_one_of, last_day, on_day

MONTHS = 6
"""How far 即将到期 looks ahead."""
Kind = Literal[
    "in-force", "ended", "expiring", "regulations", "authority", "topic", "type", "register"
]


class Listed(NamedTuple):
    """A document as lists show it; `year` is the one under which a list files it.

    `ended` is the day from which it is over and `by` the document that says so. `digest` names all
    that it was made of.
    """

    document: Document
    issue: Issue
    year: int
    state: str = ""
    states: str = ""
    last_day: date | None = None
    ended: date | None = None
    by_title: str = ""
    by_address: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value that a list can be narrowed to: where that is, and how many documents it leaves."""

    name: str
    address: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a list can be narrowed by (公文种类), and to what."""

    name: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One list: its kind, its address, its name, what it is, and its documents, newest first.

    One that is narrowed (`gazette.filters`) says of which list (`whole`) and `by` what. `deadlines`
    are those of the register, which alone tells how long its documents took.
    """

    kind: Kind
    address: str
    title: str
    about: str
    documents: Sequence[Listed]
    filters: tuple[Filter, ...] = ()
    whole: str = ""
    whole_count: int = 0
    by: str = ""
    deadlines: Deadlines | None = None

    def days(self, listed: Listed) -> Days:
        """How long one of its documents took."""
        if self.deadlines is None:
            return UNTOLD
        return days_of(listed.document, listed.issue, self.deadlines)

    @cached_property
    def digest(self) -> str:
        """A hash of all that its pages and tables are made of."""
        rows = [f"{d.digest} {d.year}" for d in self.documents]
        said = [self.kind, self.address, self.title, self.about, self.filters]
        return digest([*said, self.whole, self.whole_count, self.by, self.deadlines, rows])


def listings(archive: Archive, settings: Settings, on: date | None) -> Iterator[Listing]:
    """Every list that has something in it, in a fixed order."""
    everything = tuple(_listed(archive, settings, on))
    yield from filter(None, _of_states(everything, on))
    regulations = [d for d in everything if is_one_of(d.document, settings.regulations)]
    if regulations:
        yield Listing(
            kind="regulations",
            address="lists/regulations/",
            title="规章集中公开",
            about="本级人民政府规章。在公报上刊登的规章文本为标准文本（立法法）。",
            documents=tuple(regulations),
        )
    yield from _by("authority", "发文机关", everything, lambda d: d.authorities)
    yield from _by("topic", "主题分类", everything, lambda d: filter(None, [d.topic]))
    yield from _by("type", "公文种类", everything, lambda d: filter(None, [d.document_type]))
    if everything:
        yield Listing(
            kind="register",
            address="lists/register/",
            title="公开台账",
            about=_register_about(settings),
            documents=everything,
            deadlines=Deadlines(settings.publish_within, settings.print_within),
        )


def _listed(archive: Archive, settings: Settings, on: date | None) -> Iterator[Listed]:
    """Every document, newest issue first: the order in which nearly all lists have them."""
    for issue in reversed(archive.gazette.issues):
        for document in issue.documents:
            if document.withdrawn:
                continue
            standing = archive.relations.of(document)
            states = standing.states
            state = on_day(states, on) if states and on else None
            # Lapsed today, it may be repealed another day: that is not the day of the list.
            since = max(day for day, _ in states if day <= on) if on and state in OVER else None
            by = _ended_by(standing, state)
            last = last_day(document, standing.life.in_force, settings) if standing.life else None
            said = standing.timeline_text
            yield Listed(
                document=document,
                issue=issue,
                year=issue.number.year,
                state=state or "",
                states=said,
                last_day=last,
                ended=since,
                by_title=by[0],
                by_address=by[1],
                digest=f"{document.head} {issue.published_on} {state} {said} {last} {by}",
            )


_ENDS = {Validity.REPEALED: RelationKind.REPEAL, Validity.LAPSED: RelationKind.LAPSE}


def _ended_by(standing: Standing, state: Validity | None) -> tuple[str, str]:
    """The document that ended one, where it did not just run out: title and address."""
    kind = _ENDS.get(state) if state else None
    if kind is None:
        return "", ""
    life = standing.life
    day = None if life is None else life.repealed if kind is RelationKind.REPEAL else life.lapsed
    for tie in standing.done_to_it:
        if tie.kind is kind and not tie.void and not tie.articles and tie.day == day:
            return tie.other.title, tie.other.address
    return "", ""


def _of_states(everything: tuple[Listed, ...], on: date | None) -> Iterator[Listing | None]:
    current = [d for d in everything if d.state in IN_FORCE]
    yield _listing(
        "in-force", "现行有效文件目录", "尚未失效、未被废止的文件，含已修改、部分失效的。", current
    )
    over = [_by_year_of_end(d) for d in everything if d.state in OVER]
    over.sort(key=lambda d: d.year, reverse=True)
    yield _listing(
        "ended",
        "宣布失效和废止文件清单",
        "有效期届满、被宣布失效和被废止的文件，按失效的年份排列。",
        over,
    )
    if on:
        horizon = months_later(on, MONTHS)
        soon = [d for d in current if d.last_day and on <= d.last_day <= horizon]
        about = f"自{format_date(on)}起六个月内（到{format_date(horizon)}）有效期届满的文件。"
        listing = _listing("expiring", "即将到期", about, soon)
        if listing:
            by_day = sorted(soon, key=lambda d: (d.last_day or date.max, d.document.address))
            yield replace(listing, documents=tuple(by_day))


def _listing(kind: Kind, title: str, about: str, documents: Sequence[Listed]) -> Listing | None:
    if not documents:
        return None
    return Listing(
        kind=kind,
        address=f"lists/{kind}/",
        title=title,
        about=about,
        documents=tuple(documents),
    )


def _by_year_of_end(listed: Listed) -> Listed:
    return listed._replace(year=listed.ended.year if listed.ended else listed.year)


def months_later(day: date, months: int) -> date:
    """The same day some months later, or the last one of that month."""
    year, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + year, month + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


def _by(
    kind: Kind,
    name: str,
    everything: tuple[Listed, ...],
    values: Callable[[Document], Iterable[str]],
) -> Iterator[Listing]:
    # Spellings that have one address (甲/乙, 甲／乙) are one list, under the most frequent of them.
    groups: dict[str, dict[str, Listed]] = defaultdict(dict)
    spelt: dict[str, Counter[str]] = defaultdict(Counter)
    for listed in everything:
        for value in dict.fromkeys(values(listed.document)):
            groups[segment(value)][listed.document.address] = listed
            spelt[segment(value)][value] += 1
    called = {part: max(sorted(n), key=n.__getitem__) for part, n in spelt.items()}
    for part in sorted(groups, key=lambda p: (-len(groups[p]), called[p])):
        yield Listing(
            kind=kind,
            address=f"lists/{kind}/{part}/",
            title=called[part],
            about=f"{name}：{called[part]}。",
            documents=tuple(groups[part].values()),
        )


_UNSAFE = str.maketrans("/\\?#%", "／＼？＃％")


@cache
def segment(name: str) -> str:
    """A name as one part of an address: without what parts addresses, or leads out of a folder."""
    safe = "".join(c for c in name.translate(_UNSAFE) if c.isprintable())
    return safe.strip(" .")[:60] or "其他"


def _register_about(settings: Settings) -> str:
    rules = [
        f"成文后 {settings.publish_within} 日内发布" if settings.publish_within else "",
        f"发布后 {settings.print_within} 日内刊登" if settings.print_within else "",
    ]
    said = "、".join(filter(None, rules))
    late = f"要求{said}，迟几日按自然日算。" if said else "没有规定期限，只列相隔的日数。"
    return f"每件文件何时成文、何时发布、何时刊登在哪一期；没有写发布日期的，从成文起算。{late}"
