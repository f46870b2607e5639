"""In force or not, on a given day: the rules, as pure functions of a document's boundary days.

A document's life is five days, each the first of a state, None for what never comes. They follow
from its dates, from what other documents do to it (`gazette.relations`) and from the city's rules
on terms (`Settings`); the state on a day follows from them. Nothing of it is stored.

The rules and their sources stand in `docs/validity.md`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from gazette.model import Document, Issue, RelationKind
from gazette.settings import Settings


class Validity(StrEnum):
    """有效性 of a document on a day; the value is what a reader sees."""

    PENDING = "尚未生效"
    IN_FORCE = "现行有效"
    AMENDED = "已修改"
    PARTLY = "部分失效"
    LAPSED = "失效"
    REPEALED = "废止"


IN_FORCE = frozenset({Validity.IN_FORCE, Validity.AMENDED, Validity.PARTLY})
"""States in which a document is in force, wholly or in part: what `--in-force` admits."""
OVER = frozenset({Validity.LAPSED, Validity.REPEALED})
"""States in which it is in force no more."""

Timeline = tuple[tuple[date, Validity], ...]
"""States in the order in which they begin, each with its first day; the first begins at date.min."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """The first day of each state that a document comes to; None for what never comes.

    `in_force` is None where nobody knows since when: then it is in force from the beginning.
    `lapsed` is the day after the last one in force.
    """

    in_force: date | None = None
    amended: date | None = None
    partly: date | None = None
    lapsed: date | None = None
    repealed: date | None = None


def validity(life: Life, *, on: date) -> Validity:
    """The state on a day: 废止 > 失效 > 尚未生效 > 部分失效 > 已修改 > 现行有效."""

    def begun(day: date | None) -> bool:
        return day is not None and day <= on

    if begun(life.repealed):
        return Validity.REPEALED
    if begun(life.lapsed):
        return Validity.LAPSED
    if life.in_force is not None and on < life.in_force:
        return Validity.PENDING
    if begun(life.partly):
        return Validity.PARTLY
    return Validity.AMENDED if begun(life.amended) else Validity.IN_FORCE


def boundaries(life: Life) -> tuple[date, ...]:
    """The days on which the state may change, in order, each once."""
    days = {life.in_force, life.amended, life.partly, life.lapsed, life.repealed}
    return tuple(sorted(day for day in days if day))


def timeline(life: Life) -> Timeline:
    """Every state in order with its first day; two in a row differ, the first begins at date.min."""
    found: list[tuple[date, Validity]] = []
    for day in (date.min, *boundaries(life)):
        state = validity(life, on=day)
        if not found or found[-1][1] is not state:
            found.append((day, state))
    return tuple(found)


def on_day(states: Timeline, day: date) -> Validity:
    """The state of a timeline on a day: the last that has begun."""
    return next(state for since, state in reversed(states) if since <= day)


def write_timeline(states: Timeline) -> str:
    """`尚未生效 2024-03-01 现行有效 2029-03-01 失效`: what travels with a page.

    The first state has no day; the script that keeps a page true reads this (assets/validity.js).
    """
    first, *rest = states
    return " ".join([first[1].value, *(f"{day.isoformat()} {state.value}" for day, state in rest)])


def read_timeline(text: str) -> Timeline:
    """The inverse of `write_timeline`; ValueError for anything else."""
    parts = text.split(" ")
    days = [date.min, *map(date.fromisoformat, parts[1::2])]
    return tuple(zip(days, map(Validity, parts[::2]), strict=True))


def has_validity(document: Document, settings: Settings) -> bool:
    """Whether 有效性 means anything for a document.

    Not for the 栏目 and 公文种类 that the city excludes (任免, 大事记…), nor for what explains or
    corrects another document, nor for what was withdrawn.
    """
    if document.withdrawn or {document.section, document.document_type} & {*settings.no_validity}:
        return False
    kinds = {relation.kind for relation in document.relations}
    return not kinds & {RelationKind.INTERPRETATION, RelationKind.CORRECTION}


def is_one_of(document: Document, names: Iterable[str]) -> bool:
    """Whether one of the names is its 栏目, its 公文种类 or the 机关代字 of its number.

    `*规` stands for every 机关代字 that ends in 规.
    """
    code = document.number.code if document.number else ""
    own = {document.section, document.document_type, code} - {""}
    return any(
        code.endswith(name[1:]) if name.startswith("*") and code else name in own for name in names
    )


def in_force_from(document: Document, issue: Issue) -> date | None:
    """施行日期, else 发布日期, else the issue's 出版日期, else 成文日期."""
    return document.effective_on or document.published_on or issue.published_on or document.dated


_TRIAL = re.compile("暂行|试行|試行|暫行")
_ABOUT_OTHERS = re.compile(
    "关于.*(?:修改|修订|废止|失效|清理|延长).*的(?:决定|通知|公告|通告|命令|令)$"
)
"""Titles of documents that act on others: what they do does not end with a term."""


def acts_on_others(document: Document) -> bool:
    """Whether it only amends, repeals or extends others: no term, and nothing to explain."""
    return _ABOUT_OTHERS.search(document.title) is not None


def last_day(document: Document, start: date | None, settings: Settings) -> date | None:
    """The last day in force: 有效期至, else the end of the term that the city's rules give it.

    The term counts from `start`, by years: five years from 1 August 2019 end with 31 July 2024,
    as documents that say both write it.
    """
    if document.valid_until or start is None:
        return document.valid_until
    if not is_one_of(document, settings.normative) or acts_on_others(document):
        return None
    years = settings.normative_term
    if _TRIAL.search(document.title) and settings.trial_term:
        years = settings.trial_term
    return years_later(start, years) - timedelta(days=1) if years > 0 else None


def years_later(day: date, years: int) -> date:
    """The same day of a later year; 29 February becomes 1 March where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def own_life(document: Document, issue: Issue, settings: Settings) -> Life:
    """The life that a document gives itself, before others do anything to it."""
    start = in_force_from(document, issue)
    end = last_day(document, start, settings)
    return Life(in_force=start, lapsed=end + timedelta(days=1) if end and end < date.max else None)
