"""The ledger as files for spreadsheets: CSV and XLSX."""

from gazette.ledger import COLUMNS, YEAR_COLUMNS, Ledger, rows, year_rows
from gazette.publish.spreadsheet import Table, to_csv, to_xlsx


def ledger_csv(account: Ledger) -> bytes:
    """The table of issues as CSV."""
    return to_csv(_issues(account))


def ledger_xlsx(account: Ledger) -> bytes:
    """Tables of years, of issues and of breaks as a workbook."""
    years = Table("各年", tuple(YEAR_COLUMNS), tuple(map(tuple, year_rows(account))))
    breaks = Table("总期号", ("问题",), tuple((b.message,) for b in account.breaks))
    return to_xlsx(years, _issues(account), breaks, title=f"{account.name}馆藏台账")


def _issues(account: Ledger) -> Table:
    return Table("各期", tuple(COLUMNS), tuple(map(tuple, rows(account))))
