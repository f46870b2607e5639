"""Tables to download, as CSV and XLSX: the same bytes for the same table. The only owner of xlsxwriter.

What stands in a cell may come from anywhere, and a spreadsheet program runs a text that begins
like a formula. In XLSX every cell is a text, never a formula or a link. In CSV, which cannot say
so, such a text gets an apostrophe before it (OWASP, "CSV Injection").
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

Cell = str | int | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_DAY = datetime(2000, 1, 1)  # noqa: DTZ001  a fixed day: the same table is the same file
_WIDTHS = (8, 60)
_LONGEST = 32_767
"""Characters that a cell of a spreadsheet holds."""


@dataclass(frozen=True, slots=True)
class Table:
    """A named table; every row has a cell for every column."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def without_empty_columns(self) -> "Table":
        """The table without the columns that hold nothing."""
        kept = [
            n for n in range(len(self.columns)) if any(r[n] not in (None, "") for r in self.rows)
        ]
        return Table(
            self.name,
            tuple(self.columns[n] for n in kept),
            tuple(tuple(r[n] for n in kept) for r in self.rows),
        )


def to_csv(table: Table) -> bytes:
    """UTF-8 with a BOM, so that Excel reads the Chinese; lines end as RFC 4180 has it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(table.columns)
    writer.writerows([_harmless(cell) for cell in row] for row in table.rows)
    return out.getvalue().encode("utf-8-sig", "replace")


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip().startswith(_FORMULA) else cell


def to_xlsx(*tables: Table, title: str = "") -> bytes:
    """A workbook of one sheet a table, each with a fixed first row and a filter on every column."""
    out = io.BytesIO()
    import xlsxwriter  # noqa: PLC0415  most builds make no table anew

    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"title": title or tables[0].name, "created": _DAY})
    head = book.add_format({"bold": True, "bg_color": "#F3EAD6", "text_wrap": True})
    for table in tables:
        _sheet(book.add_worksheet(_sheet_name(table.name)), table, head)
    book.close()
    return out.getvalue()


def _sheet(sheet: "Worksheet", table: Table, head: "Format") -> None:
    for column, name in enumerate(table.columns):
        sheet.write_string(0, column, name, head)
        sheet.set_column(column, column, _width([name, *(row[column] for row in table.rows)]))
    for line, row in enumerate(table.rows, 1):
        for column, cell in enumerate(row):
            if isinstance(cell, int):
                sheet.write_number(line, column, cell)
            elif cell:
                sheet.write_string(line, column, cell[:_LONGEST])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(table.rows), max(len(table.columns) - 1, 0))


def _width(cells: Sequence[Cell]) -> int:
    longest = max(
        (sum(1 + (c > "\u2e80") for c in str(cell)[:40]) for cell in cells if cell), default=0
    )
    return min(max(longest + 2, _WIDTHS[0]), _WIDTHS[1])


def _sheet_name(name: str) -> str:
    """At most 31 characters, none of those that Excel forbids."""
    return "".join("_" if c in "[]:*?/\\'" else c for c in name)[:31] or "目录"
