"""Reads the contents pages of an issue: columns, titles over several lines, printed numbers. Pure.

A row is an entry when it ends in a number that leaders, a wide gap or brackets set apart. Rows
without a number are the beginning of the next title, or the name of a 栏目.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gazette.intake.sheets import Sheet, squash
from gazette.number import find_numbers
from gazette.pdf.layout import Row

_FRONT, _BACK = 12, 2
"""Contents stand within the first pages, or on the last ones."""
_HEADING = re.compile(r"(?:本期)?(?:要目|总?目[录次錄])(?:contents)?|contents")
_LEADER = r"[.．·・…‥⋯。․﹒•∙_＿—–―\-－~～﹍﹎]"
_TAIL = re.compile(
    rf"(?P<title>.*?)(?P<lead>(?:{_LEADER}|\s)*)(?P<open>[(（〔\[【]?)\s*(?P<page>P\.?|第)?\s*(?<!\d)"
    rf"(?P<first>\d{{1,4}})(?:\s*[-—–~～]\s*(?P<last>\d{{1,4}}))?\s*页?[)）〕\]】]?\s*"
)
_JOINED = re.compile(
    rf"(?:[…⋯‥]{{2,}}|(?:{_LEADER}\s?){{3,}})\s*[(（〔\[]?\s*\d{{1,4}}(?!\d)\s*[)）〕\]]?"
)
_BULLET = re.compile(r"^(?:[●○◆◇■□▲△★☆※►▶\-•·*]\s*|\d{1,2}\s*[.．、]\s*)+")
_BRACKETS = re.compile(r"[〔【\[〖『「＜<《◆●■★☆▲◇](.{2,20}?)[〕】\]〗』」＞>》◆●■★☆▲◇]?")
_OF_TITLES = re.compile("关于|印发|转发|批转|公布|《|》|，|。")
_OF_IMPRINT = re.compile(
    r"主办|主管|编辑|出版|印刷|准印|刊号|电话|邮编|邮政|网址|地址|定价|半月刊|月刊|季刊|总第\d"
    r"|第.{1,6}期|^\d{4}年\d{1,2}月|公报$|^contents$"
)
_ISSUER = re.compile(r"(?:政府|办公室|办公厅|委员会|局|厅|委|院)$")
_REST = re.compile("(?:的|有关|若干|实施)?.{0,6}(?:通知|决定|意见|办法|规定|批复|通报)")
_WRAPPED = 2.5
"""A title goes on below when its line ends this near (in heights) to where titles break."""
_WIDE = 0.55
"""… and fills at least this share of the width of the page's lines."""
_SECTION = 14
"""The name of a 栏目 is no longer than this."""
_FEW = 4
"""So many numbered rows make a contents page even where it does not say 目录."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One entry as the contents page has it; `first` and `last` are printed page numbers."""

    title: str
    first: int | None = None
    last: int | None = None
    section: str = ""
    number: str = ""
    by_ocr: bool = False


def contents_pages(pages: Sequence[Sheet]) -> tuple[Sheet, ...]:
    """The pages of the 目录, in order; none where the issue has none."""
    for group in (pages[:_FRONT], pages[-_BACK:]):
        for at, sheet in enumerate(group):
            if not _starts_contents(sheet):
                continue
            end = at + 1
            while end < len(group) and _goes_on(group[end - 1], group[end]):
                end += 1
            return tuple(group[at:end])
    return ()


def _numbered(sheet: Sheet) -> list[int]:
    return [int(found["first"]) for r in _rows(sheet) if (found := _tail(r.text))]


def _starts_contents(sheet: Sheet) -> bool:
    named = any(_HEADING.fullmatch(squash(r.text)) for r in sheet.rows[:12])
    numbers = _numbered(sheet)
    return named or (len(numbers) >= _FEW and 2 * len(numbers) >= len(sheet.rows))


def _goes_on(before: Sheet, sheet: Sheet) -> bool:
    known, numbers = _numbered(before), _numbered(sheet)
    if not numbers or not sheet.rows or 3 * len(numbers) < len(sheet.rows):
        return False
    return not known or numbers[0] >= known[-1]


def _tail(text: str) -> re.Match[str] | None:
    """The number at a row's end, where it is set apart from the title."""
    text = unicodedata.normalize("NFC", text).strip()
    found = _TAIL.fullmatch(text)
    if not found:
        return None
    marks = sum(3 if c in "…⋯‥—" else 1 for c in found["lead"] if not c.isspace())
    apart = marks >= 2 or "  " in found["lead"] or "\u3000" in found["lead"]  # noqa: PLR2004
    bracketed = bool(found["open"]) and not re.search(r"[〔\[(（【]$", found["title"])
    alone = not found["title"].strip()
    return found if apart or bracketed or alone or found["page"] else None


def _rows(sheet: Sheet) -> Iterator[Row]:
    """Rows below the heading 目录; lines that were joined are parted after each number."""
    heading = next(
        (n for n, r in enumerate(sheet.rows[:12]) if _HEADING.fullmatch(squash(r.text))), -1
    )
    for row in sheet.rows[heading + 1 :]:
        start = 0
        for found in _JOINED.finditer(row.text):
            yield replace(row, text=row.text[start : found.end()])
            start = found.end()
        if rest := row.text[start:].strip():
            yield replace(row, text=rest)


def read_contents(
    pages: Sequence[Sheet], sections: Sequence[str] = (), *, number_first: bool = False
) -> tuple[Listed, ...]:
    """The entries of the contents pages, as printed; `sections` are names of 栏目 that are known.

    The number of a title over several lines stands at its last line, or at its first one
    (`number_first`): which, only the pages can tell, so the caller tries both.
    """
    known = frozenset(map(squash, sections))
    found: list[Listed] = []
    section = ""
    pending: list[str] = []

    def flush() -> None:
        text = _joined(pending)
        if _OF_TITLES.search(text):  # a title whose number was not read
            found.append(_listed(text, section, None, None, by_ocr=by_ocr))
        pending.clear()

    for sheet in pages:
        by_ocr = sheet.by_ocr
        rows = list(_rows(sheet))
        page = _Measures(rows)
        for at, row in enumerate(rows):
            tail = _tail(row.text)
            if tail:
                title = _joined([*pending, tail["title"]])
                pending.clear()
                if not title:
                    continue
                first = int(tail["first"])
                last = int(tail["last"]) if tail["last"] else None
                found.append(_listed(title, section, first, last, by_ocr=by_ocr))
            elif (
                found
                and not pending
                and page.completes(row, rows[at - 1] if at else None, number_first=number_first)
            ):
                found[-1] = replace(found[-1], title=_joined([found[-1].title, row.text]))
            elif _OF_IMPRINT.search(squash(row.text)) and not pending:
                continue
            elif not pending and page.is_section(row, rows[at + 1 : at + 2], known):
                section = _section_name(row.text)
            else:
                pending.append(row.text)
    flush()
    return tuple(found)


class _Measures:
    """How wide the lines of one contents page are, against which each is held."""

    def __init__(self, rows: Sequence[Row]) -> None:
        plain = [r for r in rows if not _tail(r.text)]
        self.left = min((r.left for r in rows), default=0.0)
        self.right = max((r.right for r in rows), default=1.0)
        self.limit = max((r.right for r in plain), default=self.right)
        self.widest = max(map(_width, rows), default=0.0)

    def is_full(self, row: Row) -> bool:
        """Whether a line without a number ends where titles break."""
        wide = (row.right - self.left) > _WIDE * (self.right - self.left)
        return wide and self.limit - row.right < _WRAPPED * row.height

    def is_section(self, row: Row, below: Sequence[Row], known: frozenset[str]) -> bool:
        """Whether a line without a number is the name of a 栏目, not the start of a title."""
        name = squash(row.text)
        if name in known or _BRACKETS.fullmatch(row.text.strip()):
            return True
        if _OF_TITLES.search(row.text) or len(name) > _SECTION or self.is_full(row):
            return False
        goes_on = below and re.match("关于|印发|转发|批转|令|公告|通告", squash(below[0].text))
        return not (_ISSUER.search(name) and goes_on)

    def completes(self, row: Row, above: Row | None, *, number_first: bool) -> bool:
        """Whether a line without a number is the rest of the title that ended above it."""
        rest = row.text.strip()
        if number_first:
            return not _BRACKETS.fullmatch(rest) and above is not None and self._breaks(above)
        indented = row.left - self.left > 0.8 * row.height
        return indented and bool(_REST.fullmatch(rest))

    def _breaks(self, row: Row) -> bool:
        """Whether a title broke off at a line's end: its own text is as wide as titles get."""
        return self.widest - _width(row) < _WRAPPED * row.height


def _width(row: Row) -> float:
    """How wide the title on a line is, without leaders and number."""
    tail = _tail(row.text)
    text = re.sub(rf"(?:{_LEADER}|\s)+$", "", tail["title"] if tail else row.text)
    return sum(1.0 if ord(c) > 0x7F else 0.5 for c in text) * row.height  # noqa: PLR2004


def _section_name(text: str) -> str:
    bracketed = _BRACKETS.fullmatch(text.strip())
    return re.sub(r"[\s\u3000]+", "", bracketed[1] if bracketed else text.strip())


def _joined(parts: Sequence[str]) -> str:
    """Parts of a title as one: no blanks between Han characters, no leaders, no bullets."""
    text = "".join(p.strip() for p in parts)
    text = re.sub(rf"(?:{_LEADER}|\s)+$", "", text)
    text = re.sub(r"\s*[\s\u3000]\s*(?=[^\x00-\x7f])|(?<=[^\x00-\x7f])\s+", "", text)
    return _BULLET.sub("", text).strip()


def _listed(
    title: str, section: str, first: int | None, last: int | None, *, by_ocr: bool
) -> Listed:
    number = ""
    for start, end, value in find_numbers(title):
        around = title[start - 1 : start] + title[end : end + 1]
        if end >= len(title) - 1 and around in ("（）", "()") and start > 1:
            title, number = title[: start - 1], str(value)
            break
    return Listed(title=title, first=first, last=last, section=section, number=number, by_ocr=by_ocr)  # fmt: skip
