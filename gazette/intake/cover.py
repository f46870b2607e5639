"""Year, 期号, 总期号 and 出版日期 of an issue, from its cover and running heads. Pure."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from gazette.dates import parse_date
from gazette.intake.sheets import Sheet
from gazette.number import IssueNumber
from gazette.numerals import DIGITS

_FRONT = 3
"""Pages at the front that may be a cover or carry the imprint."""
_WEIGHT = 4
"""What such a page says counts as much as the heads of so many pages."""
_HAN = f"○零{DIGITS}"
_YEAR = rf"(?:19|20)\d\d|[一二][{_HAN}]{{3}}"
_COUNT = rf"\d{{1,3}}|[{DIGITS}十]{{1,3}}"
_SERIAL = rf"(?:{_COUNT})(?:(?:[、,.\-~至和及]|第)+(?:{_COUNT}))*"
_NUMBER = re.compile(
    rf"(?P<year>{_YEAR})年?(?:度|卷)?(?P<extra>增刊)?[((]?第?(?P<serial>{_SERIAL})[期号](?P<after>合刊|[((]?增刊)?"
)
_TURNED = re.compile(rf"第(?P<serial>{_SERIAL})期(?:合刊)?[((](?P<year>{_YEAR})年?[))]")
_EXTRA = re.compile(rf"(?P<year>{_YEAR})年?(?:度)?[((]?增刊(?P<serial>{_COUNT})?")
_CUMULATIVE = re.compile(
    r"总(?:期)?第?(?:期)?(\d{1,6})期?(?:(?:[、,\-~至和及]|总|第)+(\d{1,6}))?期?"
)
_DAY = re.compile(
    rf"(?:(?:19|20)\d\d[年.\-/]\d{{1,2}}[月.\-/]\d{{1,2}}日?"
    rf"|[一二][{_HAN}]{{3}}年[{_HAN}十]{{1,3}}月[{_HAN}十]{{1,3}}日)(?P<out>出版|印发|发行|编印)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """What an issue says of itself; None or empty where it does not, or not clearly."""

    number: IssueNumber | None = None
    published_on: date | None = None
    notes: tuple[str, ...] = ()


def front(pages: Sequence[Sheet], title: str = "") -> Front:
    """Read the cover, the imprint and the running heads; `title` is that of the PDF's metadata."""
    votes: Counter[IssueNumber] = Counter()
    cumulative: Counter[tuple[int, ...]] = Counter()
    days: list[tuple[bool, date]] = []
    for at, (text, weight) in enumerate(_texts(pages, title)):
        for named in _numbers(text):
            votes[named] += weight
        for found in _CUMULATIVE.finditer(text):
            cumulative[_span(found)] += weight
        if at < _FRONT:
            days += _days(text)
    number = next((n for n, _ in votes.most_common(1)), None)
    others = [n.label() for n, weight in votes.items() if n != number and weight >= _WEIGHT]
    notes = [f"封面和页眉上的期号不一致：{'、'.join(others)}"] if others else []
    if number and cumulative:
        number = replace(number, cumulative=_combined(number, cumulative.most_common(1)[0][0]))
    return Front(number=number, published_on=_published(days, number), notes=tuple(notes))


def _texts(pages: Sequence[Sheet], title: str) -> Iterator[tuple[str, int]]:
    """Texts that may name the issue, those of the front first, each with its weight."""
    for sheet in pages[:_FRONT]:
        yield _tidy("\n".join([*sheet.heads, *(r.text for r in sheet.rows[:60])])), 4
    yield _tidy(title), 2
    for sheet in pages[_FRONT:]:
        yield _tidy("\n".join(sheet.heads)), 1


def _tidy(text: str) -> str:
    """Blanks are set to spread titles; a line break between year and number is one of them."""
    text = unicodedata.normalize("NFKC", text)
    text = re.sub("[—–―−‐‑‒~～]+", "-", text)
    return re.sub(r"(?<=年)\n(?=第)", "", re.sub(r"[^\S\n]+", "", text))


def _numbers(text: str) -> Iterator[IssueNumber]:
    for pattern in (_NUMBER, _TURNED, _EXTRA):
        for found in pattern.finditer(text):
            parts = found.groupdict()
            extra = bool(
                pattern is _EXTRA or parts.get("extra") or "增刊" in (parts.get("after") or "")
            )
            serial = re.sub("[第.和及]+", "、", parts["serial"] or "1")
            label = f"增刊第{serial}期" if extra else f"第{serial}期"
            try:
                yield IssueNumber.parse(f"{parts['year']}年{label}")
            except ValueError:
                continue


def _span(found: re.Match[str]) -> tuple[int, ...]:
    first, last = int(found[1]), int(found[2] or found[1])
    if not first <= last < first + 4:
        return (first,)
    return tuple(range(first, last + 1))


def _combined(number: IssueNumber, cumulative: tuple[int, ...]) -> tuple[int, ...]:
    """总期号 as printed: one for a combined issue that was given but one."""
    return cumulative if len(cumulative) <= len(number.numbers) else cumulative[:1]


def _days(text: str) -> Iterator[tuple[bool, date]]:
    for found in _DAY.finditer(text):
        try:
            yield bool(found["out"]), parse_date(found[0].removesuffix(found["out"] or ""))
        except ValueError:
            continue


def _published(days: list[tuple[bool, date]], number: IssueNumber | None) -> date | None:
    """The day that says 出版, else the only day at the front; either must fit the year."""
    near = [(out, d) for out, d in days if number is None or 0 <= d.year - number.year <= 1]
    sure = [d for out, d in near if out]
    if sure:
        return sure[0]
    only = {d for _, d in near}
    return only.pop() if len(only) == 1 else None
