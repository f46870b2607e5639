"""Finds titles on the pages of an issue, and what stands beside them: 字号, 机关, 日期. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from statistics import median

from gazette.dates import parse_date
from gazette.intake.sheets import Sheet, squash
from gazette.number import DocumentNumber, NumberError, find_numbers
from gazette.pdf.layout import Row

_LINES = 5
"""A title has at most so many lines."""
_LIKE = 0.86
"""Least likeness of a title that OCR misread in part."""
_PREFIX = 30
"""A title on its page may have so much more in front: the issuer, which contents leave out."""
KINDS = [
    "决议",
    "决定",
    "命令",
    "公报",
    "公告",
    "通告",
    "意见",
    "通知",
    "通报",
    "报告",
    "请示",
    "批复",
    "议案",
    "函",
    "纪要",
]
"""The 15 公文种类 of 党政机关公文处理工作条例 (2012, art. 8), 命令（令） under one name."""
_ENDS = re.compile(
    rf"(?:{'|'.join(KINDS)}|令|办法|规定|条例|细则|规则|方案|规划|计划|要点|名单|大事记|讲话|章程|解读|答问|发刊词)"
    r"(?:[（(].{1,20}[)）])?$"
)
_STARTS = re.compile(
    r"^[^，。；：]{0,40}(?:关于|印发|转发|批转|公布|发布|表彰|任免)|^[^，。；：]{2,20}(?:令|公告|通告)$"
)
_LARGE = 1.12
"""A title is set so much larger than the text, or centred."""
_ISSUER = re.compile(
    r"^(.{2,40}?(?:人民政府(?:办公厅|办公室)?|政府|办公室|办公厅|委员会|局|厅|委|院|中心|指挥部|领导小组))"
    r"(?=关于|印发|转发|批转|公布|发布|令|公告|通告)"
)
_SIGNED = re.compile(
    r"[^，。；：！？、\d]{3,30}(?:政府|办公室|办公厅|委员会|局|厅|委|院|中心|指挥部|领导小组)"
)
_DECREE = re.compile(r".{2,24}令(?:第.{1,6}号)?")
_ORDER_ROWS = 24
"""An order stands so many rows above the title of what it puts into force, at most."""
_ORDER = re.compile(r".{2,24}(?:令|公告|通告)|第.{1,6}号|.{2,24}文件|.{0,20}批准|特急|公开")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a title stands: the PDF page, its rows there, and the title as it is printed there."""

    page: int
    start: int
    end: int
    title: str
    likeness: float


def find_title(sheet: Sheet, title: str, *, after: int = 0) -> Place | None:
    """The title on this page, at row `after` or below: whole rows that say it and nothing else."""
    wanted = squash(title)
    if not wanted:
        return None
    best: Place | None = None
    for start in range(after, len(sheet.rows)):
        text = ""
        for end in range(start, min(start + _LINES, len(sheet.rows))):
            text += squash(sheet.rows[end].text)
            if len(text) > len(wanted) + _PREFIX:
                break
            likeness = _likeness(text, wanted)
            if likeness and (best is None or likeness > best.likeness):
                printed = _printed(sheet.rows[start : end + 1])
                best = Place(page=sheet.page, start=start, end=end + 1, title=printed, likeness=likeness)  # fmt: skip
        if best and best.likeness == 1:
            return best
    return best


def _likeness(text: str, wanted: str) -> float:
    """How far rows say a title, 0 where they do not; 1 only for the very same characters."""
    if text == wanted:
        return 1
    longer = len(text) - len(wanted)
    if longer > 0 and text.endswith(wanted) and _issuer_only(text[:longer]):
        return 0.98
    if 0 < -longer <= _PREFIX and wanted.endswith(text) and _issuer_only(wanted[:-longer]):
        return 0.97
    if abs(longer) > 0.2 * len(wanted) or len(wanted) < 6:  # noqa: PLR2004  short ones must be the same
        return 0
    match = SequenceMatcher(None, text, wanted, autojunk=False)
    if match.real_quick_ratio() < _LIKE or match.quick_ratio() < _LIKE:
        return 0
    ratio = match.ratio()
    return min(ratio, 0.96) if ratio >= _LIKE else 0


def _issuer_only(text: str) -> bool:
    return bool(_SIGNED.fullmatch(text))


def _printed(rows: Sequence[Row]) -> str:
    """A title's rows as one text: blanks that merely spread it are gone."""
    text = "".join(r.text.strip() for r in rows)
    return re.sub(r"(?<=[^\x00-\x7f])[\s\u3000]+|[\s\u3000]+(?=[^\x00-\x7f])", "", text)


def starts_page(sheet: Sheet, start: int, sections: frozenset[str]) -> bool:
    """Whether nothing but heads of its own stands above a title: 栏目, 令, 第12号, 字号."""
    return head_of(sheet, start, sections) == 0


def head_of(sheet: Sheet, start: int, sections: frozenset[str]) -> int:
    """The row at which a document starts whose title starts at `start`: its heads are its own."""
    at = _order_of(sheet, start)
    lowest = max(0, at - 6)
    while at > lowest and _is_head(sheet.rows[at - 1], sections):
        at -= 1
    return at


def _order_of(sheet: Sheet, start: int) -> int:
    """The row of the 令 that puts the text into force whose title starts at `start`, else `start`."""
    for at in range(start - 1, max(start - _ORDER_ROWS, -1), -1):
        text = re.sub(r"[\s\u3000]+", "", sheet.rows[at].text)
        if _DECREE.fullmatch(text):
            said = "".join(r.text for r in sheet.rows[at:start])
            return at if re.search("公布|发布|施行|颁布", said) else start
    return start


def _is_head(row: Row, sections: frozenset[str]) -> bool:
    text = row.text.strip()
    name = squash(text)
    return (
        name in sections
        or number_in(text) is not None
        or bool(_ORDER.fullmatch(re.sub(r"[\s\u3000]+", "", text)) and len(name) <= 24)  # noqa: PLR2004
        or bool(re.fullmatch(r"[〔【◆●■★].{2,16}[〕】◆●■★]?", text))
        or (len(name) <= 16 and bool(_SIGNED.fullmatch(name)))  # noqa: PLR2004  a letterhead
    )


def number_in(text: str) -> DocumentNumber | None:
    """The 发文字号 that a row consists of; None for one that is cited in a sentence."""
    try:
        return DocumentNumber.parse(text)
    except NumberError:
        pass
    found = find_numbers(text)
    if len(found) != 1:
        return None
    start, end, number = found[0]
    return number if len(squash(text[:start] + text[end:])) <= 2 else None  # noqa: PLR2004


def number_beside(sheet: Sheet, place: Place) -> str:
    """The 发文字号 beside a title: right below it or right above. As it is printed."""
    below = range(place.end, min(place.end + 2, len(sheet.rows)))
    above = range(place.start - 1, max(place.start - 4, -1), -1)
    for at in (*below, *above):
        text = sheet.rows[at].text
        if number := number_in(text):
            return str(number)
        if at < place.start and not _is_head(sheet.rows[at], frozenset()):
            break  # what stands above is another document's end
    return ""


def issuers(title: str) -> tuple[str, ...]:
    """The 发文机关 that a title begins with: 示例市财政局、示例市民政局关于…."""
    found = _ISSUER.match(re.sub(r"[\s\u3000]+", "", title))
    return tuple(filter(None, re.split("[、，]", found[1]))) if found else ()


def signature(rows: Sequence[Row]) -> tuple[tuple[str, ...], date | None]:
    """落款 of a document: the issuers above its first line that is a date, and that date."""
    for at, row in enumerate(rows):
        text = unicodedata.normalize("NFKC", row.text).strip().strip("()")
        if (day := _day(text)) is None:
            continue
        names: list[str] = []
        for above in reversed(rows[max(0, at - 8) : at]):
            name = re.sub(r"[\s\u3000]+", "", above.text)
            if not _SIGNED.fullmatch(name):
                break
            names.insert(0, name)
        return tuple(names), day
    return (), None


def _day(text: str) -> date | None:
    if not re.search("[年.-]", text) or len(text) > 24:  # noqa: PLR2004
        return None
    try:
        return parse_date(re.sub(r"[\s\u3000]+", "", text))
    except ValueError:
        return None


def kind_of(title: str) -> str:
    """公文种类 that a title ends with, empty where it ends with none of the fifteen."""
    plain = re.sub(r"[（(].{0,20}[)）]$", "", title)
    return next((k for k in KINDS if plain.endswith(k) and "关于" in plain), "")


def titles_by_style(sheet: Sheet) -> Iterator[Place]:
    """Rows that are set like a title and say what one says, or have a 发文字号 beside them."""
    if not sheet.rows:
        return
    usual = median(r.height for r in sheet.rows)
    left, right = min(r.left for r in sheet.rows), max(r.right for r in sheet.rows)
    at = 0
    while at < len(sheet.rows):
        place = None
        for end in range(at + 1, min(at + _LINES, len(sheet.rows)) + 1):
            row = sheet.rows[end - 1]
            even = abs(row.height - sheet.rows[at].height) < 0.06 * usual
            if not even or not _is_title_row(row, usual, left, right):
                break
            text = _printed(sheet.rows[at:end])
            if len(text) < 6 or not _ENDS.search(text):  # noqa: PLR2004  名单 alone is no title
                continue
            found = Place(page=sheet.page, start=at, end=end, title=text, likeness=1)
            if _STARTS.search(text) or number_beside(sheet, found):
                place = found
        if place:
            yield place
            at = place.end
        else:
            at += 1


def _is_title_row(row: Row, usual: float, left: float, right: float) -> bool:
    if re.search("[。；：]", row.text) or number_in(row.text):
        return False
    centred = (
        row.left - left > 1.5 * usual
        and abs((row.left - left) - (right - row.right)) < 2 * usual
    )  # fmt: skip
    return row.height >= _LARGE * usual or centred
