"""发文字号 and 期号 as values: read from any spelling, written in one, given an address.

Nothing here knows which document bears a number. A number is not a key: one decree may carry many
documents, and places share codes.

A 发文字号 has one of four forms (GB/T 9704-2012 has the first; practice has the others)::

    BRACKETED     示政办发〔2019〕34号
    ORDER         示例市人民政府令第12号, 示例部令2016年第62号
    ANNOUNCEMENT  示例局公告2018年第13号, 示例局2018年第13号, 示例会公告第9号
    REGISTERED    示人字第0120号, （84）示财字第012号, 示教人（二）字第1080000001B号

The shape decides, so 示府令〔2006〕195号 is BRACKETED. 令, 公告 and 字 are part of the code.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import total_ordering
from typing import Self

from gazette.numerals import DIGITS, TO_ASCII, numeral

_YEARS = range(1900, 2100)
_LONGEST = 120
_LONGEST_CODE = 60  # characters of up to four bytes: still the name of a folder

# NFKC has made （ ［ ｛ ﹝ ＜ and their like ( [ { 〔 < by then. One kind is left for all.
_BRACKETS = str.maketrans(
    dict.fromkeys("([{<〔【〈《〖〚〘「『‘“", "（")
    | dict.fromkeys(")]}>〕】〉》〗〛〙」』’”", "）")
)
_DASHES = re.compile("[‐‑‒–—―−]+")
_ZEROS = str.maketrans("○零", "〇〇")

# What a code is made of: Han characters that NFKC leaves alone, without 号 and 號, which end a
# number; letters and digits; 、 between joint issuers; and short groups in brackets.
_WORD = (
    "A-Za-z0-9〇㐀-䶿\u4e00-\u53f6\u53f8-\u865e\u8660-\u9fff"
    "\U00020000-\U0002f7ff\U00030000-\U0003ffff"
)
_NAME = rf"(?:（[{_WORD}]{{1,8}}）|[{_WORD}、])+(?<![0-9年第、])"
_CODE = rf"(?P<code>{_NAME})"
_YEAR = rf"(?P<year>[0-9]+|[{DIGITS}]{{4}})"
_SERIAL = rf"(?P<serial>[0-9]+(?:-[0-9]+)?|[{DIGITS}十百千]+)"
_KIND = "(?:(?<=令)|(?<=公告)|(?<=通告))"
_END = "(?:文件?)?[。,;.]*"

_BRACKETED = re.compile(rf"{_CODE}（{_YEAR}年?）第?{_SERIAL}[号號]?{_END}")
_REGISTERED = re.compile(
    rf"{_CODE}(?<=字)第?(?P<serial>[0-9][0-9A-Za-z]*(?:-[0-9A-Za-z]+)*)[号號]?(?:令|函|公告)?{_END}"
)
_NUMBERED = re.compile(
    rf"{_CODE}(?<!）)（?(?:{_YEAR}年)?第{_SERIAL}[号號]?(?P<kind>令|公告|通告)?）?{_END}"
)
_UNMARKED = re.compile(rf"{_CODE}{_KIND}（?(?:{_YEAR}年)?(?P<serial>[0-9]{{1,4}})[号號]?）?{_END}")

_PREFIX = re.compile(r"(?:发文字号|發文字號|文件编号|文件字号|发文号|文号|文號):?")
_ENCLOSED = re.compile(r"（((?:[^（）]|（[^（）]*）)*[号號])）")
_TORN = re.compile("[号號令年、]")
_PROSE = re.compile("[以的了]")
_SEVERAL = re.compile(r"[号號].*[号號]|[0-9][、,][0-9]")
_NO_CODE = re.compile(r"(?:（[0-9]{2,4}年?）)?第?[0-9]+[号號]?")
_STRANGE = re.compile(rf"[^{_WORD}号號、（）:\-。,;.]")

_KEPT_SERIAL = re.compile(r"[0-9][0-9A-Za-z]*(?:-[0-9A-Za-z]+)*")
_PLAIN_SERIAL = re.compile(r"[1-9][0-9]{0,5}(?:-[0-9]{1,4})?")
_LONGEST_SERIAL = 24


class NumberForm(StrEnum):
    """How a 发文字号 is built; the value is the sign that tells."""

    BRACKETED = "〔〕"
    ORDER = "令"
    ANNOUNCEMENT = "公告"
    REGISTERED = "字第"


class NumberFault(StrEnum):
    """Why a text is no 发文字号; the value is what the clerk reads."""

    EMPTY = "没有文号"
    TOO_LONG = "太长，不像一个文号"
    TORN = "开头不完整，像是从别的文字里截下来的"
    PROSE = "夹着句子里的话，不像一个文号"
    SEVERAL = "不止一个文号"
    STRANGE = "有文号里不会有的字符"
    NO_CODE = "没有机关代字"
    SHORT_YEAR = "年份要写四位"
    YEAR = "年份应在1900年至2099年之间"
    SERIAL = "序号不对"
    SHAPE = "不像文号"


class NumberError(ValueError):
    """A text that is no 发文字号; `fault` says why, `str()` says it in Chinese with the text."""

    def __init__(self, fault: NumberFault, text: str = "") -> None:
        super().__init__(f"{fault.value}：{text[:60]}" if text else fault.value)
        self.fault = fault


@total_ordering
@dataclass(frozen=True)  # no slots: each build reads thousands back, and Python is slow at that
class DocumentNumber:
    """One 发文字号. Two spellings of one number are equal; `raw` is what was written.

    `year` is None where the number has none; （84） before 字第 is part of the code. `serial` is a
    text: 字第 numbers keep their leading zeros and letters, the others have neither (`34`, `34-1`).
    Sorted by code, year and then serial. Raises NumberError for parts that make no number.
    """

    code: str
    form: NumberForm
    year: int | None
    serial: str
    raw: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        """Hold what makes `parse(str(n)) == n`, and `address` safe and one number's own."""
        text = f"{self.code} {self.serial}"
        if not re.fullmatch(_NAME, self.code) or len(self.code) > _LONGEST_CODE:
            raise NumberError(NumberFault.SHAPE, text)
        if _TORN.match(self.code):
            raise NumberError(NumberFault.TORN, text)
        if _PROSE.search(self.code):
            raise NumberError(NumberFault.PROSE, text)
        if self.form is NumberForm.BRACKETED:
            sound = self.year is not None
        else:
            sound = self.form is _form(self.code, self.year) and not self.code.endswith("）")
        if not sound:
            raise NumberError(NumberFault.SHAPE, text)
        if self.year is not None and self.year not in _YEARS:
            raise NumberError(NumberFault.YEAR, text)
        shape = _KEPT_SERIAL if self.form is NumberForm.REGISTERED else _PLAIN_SERIAL
        if not shape.fullmatch(self.serial) or len(self.serial) > _LONGEST_SERIAL:
            raise NumberError(NumberFault.SERIAL, text)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a number, however it is spelt.

        Takes any brackets, also unlike pairs; full-width digits; blanks and zero-width characters
        anywhere; a prefix (发文字号：); 第 and leading zeros inside 〔〕 numbers; Chinese numerals;
        第12号令 for 令第12号; and a missing 号. Raises NumberError, a ValueError with the reason.
        """
        if len(text) > _LONGEST:
            raise NumberError(NumberFault.TOO_LONG, text)
        tidy = _tidy(text)
        if not tidy:
            raise NumberError(NumberFault.EMPTY)
        if _TORN.match(tidy):
            raise NumberError(NumberFault.TORN, tidy)
        folded = tidy.translate(_ZEROS)
        if found := _REGISTERED.fullmatch(folded):
            # A code is kept as written; it is as long as it is in the folded text.
            code = tidy[: found.end("code")]
            return cls(code, NumberForm.REGISTERED, None, found["serial"], raw=text)
        found = _BRACKETED.fullmatch(folded)
        bracketed = found is not None
        found = found or _NUMBERED.fullmatch(folded) or _UNMARKED.fullmatch(folded)
        if not found:
            raise NumberError(_fault(folded), tidy)
        parts = found.groupdict()
        code, kind = tidy[: found.end("code")], parts.get("kind")
        if kind and not code.endswith(kind):
            code += kind
        year = _year(parts["year"], tidy)
        form = NumberForm.BRACKETED if bracketed else _form(code, year)
        return cls(code, form, year, _plain(parts["serial"]), raw=text)

    def __str__(self) -> str:
        """The canonical spelling: a function of what is compared, so equal numbers look alike.

        号 in every number but 字第 ones of a traditional code, which have 號 (農人字第1號 as
        issued, and 农人字第1号 as issued).
        """
        match self.form:
            case NumberForm.BRACKETED:
                return f"{self.code}〔{self.year}〕{self.serial}号"
            case NumberForm.REGISTERED:
                return f"{self.code}第{self.serial}{'號' if _is_traditional(self.code) else '号'}"
            case _:
                year = "" if self.year is None else f"{self.year}年"
                return f"{self.code}{year}第{self.serial}号"

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, DocumentNumber):
            return NotImplemented
        return self._key < other._key

    @property
    def _key(self) -> tuple[str, int, int, str, str]:
        leading = re.match("[0-9]+", self.serial)
        return self.code, self.year or 0, int(leading[0]) if leading else 0, self.serial, self.form


def address(number: DocumentNumber) -> str:
    """The number's site-relative path, not encoded: `wh/示政办发/2019/34/`, `wh/政府令/331/`.

    Unlike for unlike numbers: a year that is not in brackets keeps its 年 (`wh/部令/2016年/62/`),
    and a number without a year has one segment less. Segments hold neither `/` nor `.`.
    """
    if number.year is None:
        return f"wh/{number.code}/{number.serial}/"
    year = number.year if number.form is NumberForm.BRACKETED else f"{number.year}年"
    return f"wh/{number.code}/{year}/{number.serial}/"


# A year and a serial that something parts: 示政办发2019 34, 示发[2018]39, 公告2018年13.
_QUERY = re.compile(rf"([{_WORD}]+?)\W*((?:19|20)[0-9]{{2}})(?:年|\W)[\W第]*([0-9]{{1,6}})[号號]?")


def read_query_number(text: str) -> DocumentNumber | None:
    """The number that a whole search query means, None when it means none.

    More is let pass than by `parse`: 示政办发2019 34 will do. The caller looks whether the archive
    has such a number, for 营商环境 2019 12 is read as one, too.
    """
    try:
        return DocumentNumber.parse(text)
    except NumberError:
        pass
    visible = "".join(c for c in text[:_LONGEST] if unicodedata.category(c) != "Cf")
    found = _QUERY.fullmatch(unicodedata.normalize("NFKC", visible).strip())
    if not found:
        return None
    code, year, serial = found.groups()
    plain = re.search(_KIND + "$", code)
    try:
        return DocumentNumber.parse(
            f"{code}{year}年第{serial}号" if plain else f"{code}〔{year}〕{serial}号"
        )
    except NumberError:
        return None


_BLANK = r"[\s\u200b-\u200d\u2060\ufeff]{0,4}"
_OPEN, _CLOSE = r"[(（\[［〔﹝【〈《〖〚]", r"[)）\]］〕﹞】〉》〗〛]"
_SIGN = rf"{_BLANK}[号號]"
# `\d` and int() know full-width digits. What ends every number; its code is read backwards from it.
_ENDINGS = re.compile(
    rf"{_OPEN}{_BLANK}\d{{4}}{_BLANK}{_CLOSE}{_BLANK}第?{_BLANK}\d{{1,6}}(?:-\d{{1,4}})?{_SIGN}"
    rf"|{_KIND}{_BLANK}{_OPEN}?(?:\d{{4}}{_BLANK}年{_BLANK})?"
    rf"第{_BLANK}(?:\d{{1,6}}|[{DIGITS}○零十百千]{{1,8}}){_SIGN}"
    rf"|(?<=字){_BLANK}第{_BLANK}\d[0-9A-Za-z０-９-]{{0,20}}{_SIGN}"
)
_BEFORE = re.compile(
    rf"(?:[(（][{_WORD}]{{1,8}}[)）]|[(（]\d{{2,3}}[)）][ \u3000](?=[{_WORD}])|[{_WORD}])+{_BLANK}$"
)
# Words of the sentence that run into a code without a mark between. Not 和, 日, 原 and other
# characters that begin a code somewhere (和政发, 日政发, 原政发), unless their place tells.
_LEAD = re.compile(
    "(?:.*(?:根据|按照|依照|依据|遵照|执行|印发|转发|废止|修订|修正|修改|公布|发布|参见|详见|"
    "有关|關於|关于|通过|已被|[以的了]|[0-9〇一二三四五六七八九十]日))?[见按据由被]?(?:原(?=国家|中华))?",
    re.DOTALL,
)
_AND = re.compile("[和与及或]")
_CODE_IN_TEXT = 40
_SPACED = re.compile(rf"([{_WORD}]+)[ \u3000]{{1,2}}$")
_ALONE = re.compile("[与与和及或等见按依据由被以的了至到在对从自为经第一二三四五六七八九十0-9]")
"""Characters that stand alone as words: what a blank parts from them does not go on from them."""
_FURTHER = re.compile(
    rf"{_BLANK}(?:[、和及与]|(?P<comma>[,，])){_BLANK}"
    rf"(?P<number>第?{_BLANK}(?P<serial>\d{{1,6}}){_SIGN})"
    r"(?![楼樓线線井院门門栋棟地机機令前])(?(comma)(?=[、,，和及与。；;：:）)〕\]”》文等]|\Z))"
)
"""Behind a comma another sentence may begin: 示发〔2018〕3号，5号前报送."""


_Found = tuple[int, int, DocumentNumber]


def find_numbers(text: str) -> tuple[_Found, ...]:
    """Every number in running text, in order, as (start, end, number) with offsets into `text`.

    Where a sentence runs into a code without a mark between (根据示政发〔2019〕1号), common words
    are cut off; some others may stay on, so compare codes by their end where it matters.
    """
    numbers: list[_Found] = []
    end = -1
    for ending in _ENDINGS.finditer(text):
        lowest = max(end, 0, ending.start() - _CODE_IN_TEXT)
        code = _BEFORE.search(text[lowest : ending.start()])
        if not code:
            continue
        start = _spaced(text, lowest + code.start(), lowest)
        if start == end and _AND.match(text, start):
            start += 1
        if lead := _LEAD.match(text, start, ending.start()):
            start = lead.end()
        while text[start].isspace():
            start += 1
        try:
            number = DocumentNumber.parse(text[start : ending.end()])
        except NumberError:
            continue
        numbers.append((start, ending.end(), number))
        end = max((stop for _, stop, _ in find_further(text, ending.end(), number)), default=0)
        end = end or ending.end()
    return tuple(numbers)


def find_further(text: str, end: int, number: DocumentNumber) -> Iterator[_Found]:
    """The numbers of a list that goes on behind `end` in a number's year: 4号 of 示发〔2018〕3号、4号.

    As `find_numbers`, but that they do not read so by themselves.
    """
    while number.form is NumberForm.BRACKETED and (further := _FURTHER.match(text, end)):
        start, end = further.span("number")
        said = f"{number.code}〔{number.year}〕{further['serial']}号"
        try:
            yield start, end, DocumentNumber.parse(said)
        except NumberError:
            return


def _spaced(text: str, start: int, lowest: int) -> int:
    """Where a code begins that blanks part: 示 政发, 示 政 办 发. A part is then a character alone."""
    while before := _SPACED.search(text, lowest, start):
        behind = re.match(rf"[{_WORD}]+", text[start:])
        word = before[1]
        if before.start() == lowest:  # behind the number before: 3号和示 政发〔2018〕4号
            word = _AND.sub("", word, count=1) if _AND.match(word) else word
        is_alone = len(word) == 1 and not _ALONE.match(word)
        if not is_alone and not (behind and len(behind[0]) == 1):
            break
        start = before.start()
    return start


def _tidy(text: str) -> str:
    text = "".join(
        c
        for c in unicodedata.normalize("NFKC", text)
        if not c.isspace() and unicodedata.category(c) != "Cf"
    )
    text = _DASHES.sub("-", text).translate(_BRACKETS)
    prefix = _PREFIX.match(text)
    text = text[prefix.end() :] if prefix else text
    enclosed = _ENCLOSED.fullmatch(text)
    return enclosed[1] if enclosed else text


def _form(code: str, year: int | None) -> NumberForm:
    """The form of a number without 〔〕."""
    if code.endswith("令"):
        return NumberForm.ORDER
    if code.endswith("字") and year is None:
        return NumberForm.REGISTERED
    return NumberForm.ANNOUNCEMENT


def _fault(text: str) -> NumberFault:
    """Why no form fits."""
    if _SEVERAL.search(text):
        return NumberFault.SEVERAL
    if _NO_CODE.fullmatch(text):
        return NumberFault.NO_CODE
    return NumberFault.STRANGE if _STRANGE.search(text) else NumberFault.SHAPE


def _year(text: str | None, whole: str) -> int | None:
    if text is None:
        return None
    if len(text) < len("2019"):
        raise NumberError(NumberFault.SHORT_YEAR, whole)
    if len(text) > len("2019"):
        raise NumberError(NumberFault.YEAR, whole)
    return int(text.translate(TO_ASCII))


def _plain(serial: str) -> str:
    """A serial in digits without leading zeros: 034 and 三十四 are 34."""
    if serial[0].isdecimal():
        return serial.lstrip("0")
    if set(serial) <= set(DIGITS):  # may be longer than any number
        return serial.translate(TO_ASCII).lstrip("0")
    return str(numeral(serial))


def _is_traditional(code: str) -> bool:
    """Whether a code has a character that simplified script, as GB 2312 has it, lacks."""
    try:
        code.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return False


_FOLDER = re.compile(r"[0-9]{2,3}(?:-[0-9]{2,3})?")
_SUPPLEMENT = re.compile(r"zk([0-9]{1,9})")
_RANGE = "[0-9]{1,9}(?:[-~至、,][0-9]{1,9})*"
_LABEL = re.compile(
    rf"(?P<year>[0-9]{{4}})年(?:第(?P<numbers>{_RANGE})[期号]|增刊(?:第?(?P<supplement>[0-9]+)期?)?)"
    rf"(?:（?总第?(?P<cumulative>{_RANGE})期?）?)?"
)
_HAN_NUMERAL = re.compile(f"[{DIGITS}十百千]+")
_NUMBERS = re.compile(rf"（?总?第?(?P<numbers>{_RANGE})[期号]?）?")
_ISSUE_YEARS = range(1000, 10000)
_LARGEST = 10**9
_LONGEST_SPAN = 1000  # as long as names of folders allow


@total_ordering
@dataclass(frozen=True, slots=True)
class IssueNumber:
    """期号 of one issue: its year, its number, or its numbers where issues are combined (合刊).

    A supplement (增刊) is counted for itself and sorts after the year's numbered issues. `folder`
    is the name its address has, verbatim (`12`, `05-06`, `zk1`), made from the number where none
    is given. Spellings of one number are equal; `cumulative` (总期号) and `folder` do not count.
    Raises ValueError for parts that make no issue.
    """

    year: int
    numbers: tuple[int, ...]
    cumulative: tuple[int, ...] = field(default=(), compare=False)
    supplement: bool = False
    folder: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.year not in _ISSUE_YEARS:
            raise ValueError(f"不是年份：{self.year}")
        if (
            not self.numbers
            or not 1
            <= self.numbers[0]
            <= self.numbers[-1]
            < min(_LARGEST, self.numbers[0] + _LONGEST_SPAN)
            or self.numbers != _span(self.numbers[0], self.numbers[-1])
            or (self.supplement and len(self.numbers) > 1)
        ):
            raise ValueError(f"不是期号：{'、'.join(map(str, self.numbers[:9]))}")
        if not all(0 < n < _LARGEST for n in self.cumulative):
            raise ValueError(f"不是总期号：{'、'.join(map(str, self.cumulative[:9]))}")
        if not self.folder:
            object.__setattr__(self, "folder", self._usual_folder())
        if _read_folder(self.folder) != (self.numbers, self.supplement):
            raise ValueError(f"文件夹“{self.folder[:20]}”不是{self.label()}")

    @classmethod
    def from_folder(cls, year: int, name: str) -> Self:
        """The issue kept in `issues/{year}/{name}/`; ValueError where that is no issue's name."""
        numbers, supplement = _read_folder(name)
        return cls(year, numbers, supplement=supplement, folder=name)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2019年第12期`, `2020年第5、6期（总第738期）`, `2019年增刊第1期`; else ValueError."""
        if len(text) > _LONGEST:
            raise ValueError(f"不是期号：{text[:40]}")
        tidy = _tidy(text)
        found = _LABEL.fullmatch(_HAN_NUMERAL.sub(lambda n: _plain(n[0]), tidy.translate(_ZEROS)))
        if not found:
            raise ValueError(f"不是期号：{tidy[:40]}" if tidy else "没有期号")
        return cls(
            int(found["year"]),
            _read_range(found["numbers"] or found["supplement"] or "1"),
            cumulative=_read_range(found["cumulative"] or ""),
            supplement=not found["numbers"],
        )

    def label(self) -> str:
        """`2019年第12期`, `2020年第5-6期`, `2019年增刊第1期`."""
        return f"{self.year}年{'增刊' if self.supplement else ''}第{_write_range(self.numbers)}期"

    def __str__(self) -> str:
        """The label with 总期号, where it is known: `2020年第5-6期（总第738期）`."""
        known = f"（总第{_write_range(self.cumulative)}期）" if self.cumulative else ""
        return self.label() + known

    @property
    def address(self) -> str:
        """Its permanent, site-relative address: `2020/05-06/`."""
        return f"{self.year}/{self.folder}/"

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, IssueNumber):
            return NotImplemented
        return self._key < other._key

    @property
    def _key(self) -> tuple[int, bool, tuple[int, ...]]:
        return self.year, self.supplement, self.numbers

    def _usual_folder(self) -> str:
        if self.supplement:
            return f"zk{self.numbers[0]}"
        ends = self.numbers[:1] if len(self.numbers) == 1 else (self.numbers[0], self.numbers[-1])
        return "-".join(f"{n:02d}" for n in ends)


def _read_folder(name: str) -> tuple[tuple[int, ...], bool]:
    """Numbers and whether they count supplements. 01-03 is 1 to 3."""
    if found := _SUPPLEMENT.fullmatch(name):
        return (int(found[1]),), True
    if not _FOLDER.fullmatch(name):
        raise ValueError(f"不是期号：{name[:40]}")
    first, _, last = name.partition("-")
    if last and int(first) == int(last):
        raise ValueError(f"不是合刊：{name}")
    return _span(int(first), int(last or first)), False


def _span(first: int, last: int) -> tuple[int, ...]:
    if not first <= last < first + _LONGEST_SPAN:
        raise ValueError(f"期号要从小到大：{first}-{last}")
    return tuple(range(first, last + 1))


def parse_numbers(text: str) -> tuple[int, ...]:
    """Read 总期号: `431`, `431、432`, `总第431-432期`, `四百三十一`; else ValueError."""
    found = None
    if len(text) <= _LONGEST:
        folded = _HAN_NUMERAL.sub(lambda n: _plain(n[0]), _tidy(text).translate(_ZEROS))
        found = _NUMBERS.fullmatch(folded)
    numbers = _read_range(found["numbers"]) if found else ()
    if not numbers or not all(0 < n < _LARGEST for n in numbers):
        raise ValueError(f"不是总期号：{text[:40]}")
    return numbers


def _read_range(text: str) -> tuple[int, ...]:
    """`738`, `5、6` and `5-7` as numbers; a dash stands for all between."""
    numbers: list[int] = []
    for part in re.findall("[0-9]+(?:[-~至][0-9]+)?", text):
        first, *last = re.split("[-~至]", part)
        numbers += _span(int(first), int(last[0] if last else first))
    return tuple(numbers)


def _write_range(numbers: tuple[int, ...]) -> str:
    if len(numbers) > 1 and numbers == tuple(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]}-{numbers[-1]}"
    return "、".join(map(str, numbers))
