"""The ledger as files for spreadsheets: CSV and XLSX. The only module that knows xlsxwriter.

The same ledger gives the same bytes: nothing holds the time at which it was made. No cell is a
formula, whatever a file is called.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import xlsxwriter

from gazette.ledger import COLUMNS, YEAR_COLUMNS, Ledger, rows, year_rows

_EPOCH = datetime(1980, 1, 1, tzinfo=UTC)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def ledger_csv(account: Ledger) -> bytes:
    """The table of issues as CSV, UTF-8 with a mark at the start, so that spreadsheets read it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows(account):
        writer.writerow([_plain(v) for v in row])
    return out.getvalue().encode("utf-8-sig")


def _plain(value: str | int) -> str | int:
    """A text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def ledger_xlsx(account: Ledger) -> bytes:
    """Tables of issues, of years and of breaks as a workbook."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties(
        {"title": f"{account.name}馆藏台账", "created": _EPOCH.replace(tzinfo=None)}
    )
    _sheet(book, "各年", YEAR_COLUMNS, year_rows(account))
    _sheet(book, "各期", COLUMNS, rows(account))
    _sheet(book, "总期号", ("问题",), ((b.message,) for b in account.breaks))
    book.close()
    return out.getvalue()


def _sheet(
    book: xlsxwriter.Workbook,
    name: str,
    head: Sequence[str],
    lines: Iterable[Sequence[str | int]],
) -> None:
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True})
    sheet.write_row(0, 0, head, bold)
    count = 0
    for count, line in enumerate(lines, 1):
        sheet.write_row(count, 0, line)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, count, len(head) - 1)
    sheet.autofit()
