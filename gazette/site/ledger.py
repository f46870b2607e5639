"""What the page of the ledger (馆藏台账) shows, and its files. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from gazette.ledger import PDF_STATES, STATE_NAMES, STATES, Ledger, Year, ranges
from gazette.publish.tables import ledger_csv, ledger_xlsx

ADDRESS = "ledger/"
CSV, XLSX = f"{ADDRESS}ledger.csv", f"{ADDRESS}ledger.xlsx"


def ledger_files(account: Ledger) -> Iterator[tuple[str, bytes]]:
    """The account for spreadsheets, by site-relative address."""
    yield CSV, ledger_csv(account)
    yield XLSX, ledger_xlsx(account)


def ledger_data(account: Ledger, sizes: Mapping[str, int]) -> dict[str, Any]:
    """The account as plain values for its template; `sizes` of its files in bytes."""
    gaps = {g.last: g for g in account.gaps}
    years: list[dict[str, Any]] = []
    for year in reversed(account.years):
        years.append(_year(account, year))
        if gap := gaps.get(year.year - 1):
            span = str(gap.first) if gap.first == gap.last else f"{gap.first}—{gap.last}"
            years.append({"label": f"{span}年", "gap": gap.issues or 0})
    held = [h for h in account.holdings if not h.supplement]
    pages = {s: sum(h.pages.get(s, 0) for h in account.holdings) for s in STATES}
    counts = (
        ("在藏", len(held), "期"),
        ("增刊", len(account.holdings) - len(held), "期"),
        ("已知缺", account.missing, "期"),
        ("文件", sum(h.documents for h in account.holdings), "件"),
        ("PDF 页", sum(pages.values()), "页"),
    )
    return {
        "kind": "ledger",
        "counts": [{"name": n, "count": c, "unit": u} for n, c, u in counts],
        "pages": [{"name": STATE_NAMES[s], "count": n} for s, n in pages.items() if n],
        "years": years,
        "breaks": [{"message": b.message, "url": b.after} for b in account.breaks],
        "downloads": [
            {"url": url, "name": name, "size": sizes[url]}
            for url, name in ((XLSX, "台账 Excel 表"), (CSV, "台账 CSV 表"))
            if url in sizes
        ],
    }


def _year(account: Ledger, year: Year) -> dict[str, Any]:
    return {
        "label": f"{year.year}年",
        "url": f"{year.year}/",
        "issues": year.issues,
        "supplements": year.supplements,
        "missing": ranges(year.missing),
        "missing_at_end": ranges(year.missing_at_end),
        "cumulative": "—".join(dict.fromkeys(map(str, year.cumulative))),
        "documents": year.documents,
        "drafts": year.drafts,
        "without_pdf": year.without_pdf,
        "pages": [
            {"name": STATE_NAMES[s], "count": year.pages[s]} for s in STATES if year.pages.get(s)
        ],
        "bad": [
            {"label": h.label, "url": h.address, "state": PDF_STATES[h.pdf_state], "note": h.pdf_note}
            for h in account.holdings
            if h.year == year.year and h.pdf_state not in ("good", "none")
        ],
    }  # fmt: skip
