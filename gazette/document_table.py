"""Tables in a body that list documents (序号|文件名称|文号), as repeal decisions have them. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from gazette.dates import parse_date
from gazette.dialect import Block, Heading, Table, inline_text

_TITLE = re.compile("(?:文件|规章|法规|规范性文件)?(?:名称|标题|题目)|文件")
_NUMBER = re.compile("(?:发文|文件)?(?:字号|文号)")
_NOTE = re.compile("处理|清理|备注|说明|理由|意见|结果|方式|时间|日期")
_SINCE = re.compile(r"自\s*(\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日)\s*起")
_PARTLY = re.compile(
    r"(?:废止|删去|删除|停止执行)(?:其中)?的?第[一二三四五六七八九十百零〇\d]+[条款项章]"
)
_WORDS = {"废止": "废止", "失效": "失效", "修改": "修改", "修订": "修改"}
_KEPT = re.compile("继续有效|保留|继续执行")
_ORDINAL = re.compile("[0-9]{1,3}")
ALL = ("表格", "全部", "全部表格")
"""What names every table of a body that lists documents."""
_REACH = 5
"""How many lines above a table are looked at for its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One document listed: its title and number as written, "" where the table has none.

    `line` counts from 1 in the body. `since` is the day that the row itself names. `verdict` is
    what it says of the document (废止, 失效, 修改, 继续有效), "" where it says nothing or more than
    one; `partly` where only parts of it are meant.
    """

    title: str
    number: str
    line: int
    since: date | None = None
    verdict: str = ""
    partly: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentTable:
    """A table that lists documents; `caption` is the text above it, `line` counts from 1."""

    caption: tuple[str, ...]
    rows: tuple[Row, ...]
    line: int


def document_tables(blocks: tuple[Block, ...]) -> tuple[DocumentTable, ...]:
    """The tables that have a column for a title or for a number, in order."""
    found = []
    above: list[str] = []
    caption: tuple[str, ...] = ()
    for block in blocks:
        if isinstance(block, Table):
            caption = tuple(above) or caption
            above = []
            if rows := tuple(_rows(block)):
                found.append(DocumentTable(caption=caption, rows=rows, line=block.line))
        else:
            above = [] if isinstance(block, Heading) else above[-_REACH:]
            above.append(inline_text(block.inlines))
    return tuple(found)


def named(tables: tuple[DocumentTable, ...], name: str) -> tuple[DocumentTable, ...]:
    """The tables that a clerk means: by number from 1, by words of the text above (附件1), or all."""
    if name in ALL:
        return tables
    if _ORDINAL.fullmatch(name):
        return tables[int(name) - 1 : int(name)] if int(name) else ()
    words = re.compile(re.escape(name) + ("(?![0-9])" if name[-1:].isdigit() else ""))
    for lines in range(1, _REACH + 2):  # the nearest line first: a text may speak of all its tables
        if found := tuple(t for t in tables if any(map(words.search, t.caption[-lines:]))):
            return found
    return ()


def _rows(table: Table) -> Iterator[Row]:
    heads = [re.sub(r"\s", "", inline_text(cell)) for cell in table.head]
    title = next((n for n, h in enumerate(heads) if _TITLE.fullmatch(h)), None)
    number = next((n for n, h in enumerate(heads) if _NUMBER.fullmatch(h)), None)
    notes = [n for n, h in enumerate(heads) if _NOTE.search(h) and n not in (title, number)]
    if title is None and number is None:
        return
    for offset, cells in enumerate(table.rows):
        texts = [inline_text(cell).strip() for cell in cells]

        def at(column: int | None, texts: list[str] = texts) -> str:
            return texts[column] if column is not None and column < len(texts) else ""

        note = " ".join(at(n) for n in notes)
        if at(title) or at(number):
            yield Row(
                title=at(title),
                number=at(number),
                line=table.line + 2 + offset,
                since=_since(note),
                verdict=_verdict(note),
                partly=bool(_PARTLY.search(note)),
            )


def _since(note: str) -> date | None:
    days = _SINCE.findall(note)
    try:
        return parse_date(days[0]) if len(days) == 1 else None
    except ValueError:
        return None


def _verdict(note: str) -> str:
    said = {kind for word, kind in _WORDS.items() if word in note}
    said |= {"继续有效"} if _KEPT.search(note) else set()
    return said.pop() if len(said) == 1 else ""
