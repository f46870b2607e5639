"""Dates as clerks write them, read and written. Knows nothing of documents.

GB/T 9704-2012 writes 2019年6月21日; until 2012 it was 二〇〇六年二月二十日, whose zero is found
as 〇, ○, 零 and the letter O.
"""

import re
import unicodedata
from datetime import date, datetime
from enum import StrEnum

from gazette.numerals import DIGITS, TO_ASCII, in_han

_YEARS = range(1900, 2101)
_LONGEST = 100
# NFKC has made Ｏ an O by then; Ο is Greek, О Cyrillic.
_ZEROS = str.maketrans(dict.fromkeys("○◯零OoΟОοо", "〇"))


class DateFault(StrEnum):
    """Why a text is no date; the value is what the clerk reads."""

    EMPTY = "没有日期"
    ROC = "民国纪年请换成公历"
    SHORT_YEAR = "年份要写四位"
    NO_YEAR = "缺年份"
    NO_DAY = "缺日，要写到哪一天"
    YEAR = "年份应在1900年至2100年之间"
    IMPOSSIBLE = "没有这一天"
    SHAPE = "不是日期"


class DateError(ValueError):
    """A text that is no date; `fault` says why, `str()` says it in Chinese with the text."""

    def __init__(self, fault: DateFault, text: str = "") -> None:
        super().__init__(f"{fault.value}：{text[:40]}" if text else fault.value)
        self.fault = fault


_NUMERALS = {in_han(n): n for n in range(1, 32)} | {"元": 1}  # 元月 is January

_YEAR = rf"(?P<year>[0-9{DIGITS}]+)"
_PART = rf"[0-9{DIGITS}十廿卅元]{{1,4}}"
_DATE = re.compile(
    rf"{_YEAR}(?:"
    rf"年(?P<month>{_PART})月(?P<day>{_PART})[日号號]?"
    r"|(?P<mark>[-./])(?P<month2>[0-9]{1,2})(?P=mark)(?P<day2>[0-9]{1,2})"
    r")"
)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_NO_DAY = re.compile(rf"{_YEAR}(?:年(?:{_PART}月日?)?|[-./][0-9]{{1,2}})?")
_NO_YEAR = re.compile(rf"年?{_PART}月{_PART}[日号號]?")
_TIME = re.compile(r"(?:(?<=[0-9])T|\s)\s*[0-9]{1,2}:[0-9]{2}(?::[0-9.]+)?Z?\s*$")
_DASHES = re.compile("[‐‑‒–—―−]")


def parse_date(value: str | date) -> date:
    """Read a day.

    Takes `2019-06-21`, `2019-6-21`, `2019.6.21`, `2019/6/21`, `20190621`, `2019年6月21日`,
    `二○一九年六月二十一日`, with full-width digits, blanks and zero-width characters anywhere; a
    time of day is dropped. YAML's own date and datetime pass. Raises DateError (a ValueError).
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if len(value) > _LONGEST:
        raise DateError(DateFault.SHAPE, value)
    text = _tidy(value)
    if not text:
        raise DateError(DateFault.EMPTY)
    if re.match("(?:中[华華])?民[国國]", text):
        raise DateError(DateFault.ROC, text)
    folded = text.translate(_ZEROS)
    if found := _COMPACT.fullmatch(folded):
        year, month, day = found.groups()
    elif found := _DATE.fullmatch(folded):
        year, month, day = found["year"], found["month"] or found["month2"], found["day"]
        day = day or found["day2"]
    else:
        raise DateError(_fault(folded), text)
    return _day(year.translate(TO_ASCII), _part(month), _part(day), text)


def _tidy(value: str) -> str:
    text = _TIME.sub("", unicodedata.normalize("NFKC", value))
    text = "".join(c for c in text if not c.isspace() and unicodedata.category(c) != "Cf")
    return _DASHES.sub("-", text)


def _fault(text: str) -> DateFault:
    if _NO_YEAR.fullmatch(text):
        return DateFault.NO_YEAR
    return DateFault.NO_DAY if _NO_DAY.fullmatch(text) else DateFault.SHAPE


def _part(text: str) -> int:
    """A month or a day; 0, which no calendar has, for what is neither."""
    if text.isdecimal():
        return int(text)
    text = text.lstrip("〇").replace("廿", "二十").replace("卅", "三十")
    return _NUMERALS.get(text.removeprefix("一") if text.startswith("一十") else text, 0)


def _day(year: str, month: int, day: int, text: str) -> date:
    if len(year) < len("2019"):
        raise DateError(DateFault.SHORT_YEAR, text)
    if len(year) > len("2019") or int(year) not in _YEARS:
        raise DateError(DateFault.YEAR, text)
    try:
        return date(int(year), month, day)
    except ValueError:
        raise DateError(DateFault.IMPOSSIBLE, text) from None


def format_date(day: date) -> str:
    """`2019年6月21日`, as GB/T 9704-2012 writes it."""
    return f"{day.year}年{day.month}月{day.day}日"


def format_chinese(day: date) -> str:
    """`二〇一九年六月二十一日`."""
    year = "".join(DIGITS[int(c)] for c in f"{day.year:04d}")
    return f"{year}年{in_han(day.month)}月{in_han(day.day)}日"
