"""Lists as pages and as tables to download: split by year, so that one document changes few. Pure.

A page holds at most `MOST` rows, about 100 KB. A list of one year or of few documents is one page.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from gazette.dates import format_date
from gazette.lists import Kind, Listed, Listing, segment
from gazette.publish.spreadsheet import Cell, Table
from gazette.register import Days

MOST = 200
"""Rows on one page."""
_SPLIT = 100
"""A list of more documents is split by year."""
_LARGEST_XLSX = 2000
"""Rows of the largest XLSX; a longer list has one a year, and one CSV of all."""
_OF_DAY = ("in-force", "ended")
"""Lists that hold what is in a state on the build's day."""
_KINDS: dict[Kind, str] = {"authority": "发文机关", "topic": "主题分类", "type": "公文种类"}


def list_pages(listing: Listing, sizes: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    """The pages of a list, each as the fields of a `Page`; `sizes` of its files in bytes."""
    by_year: dict[int, list[Listed]] = defaultdict(list)
    for listed in listing.documents:
        by_year[listed.year].append(listed)
    years = sorted(by_year, reverse=True)
    split = len(listing.documents) > _SPLIT and len(years) > 1 and listing.kind != "expiring"
    chips = [{"year": y, "url": f"{listing.address}{y}/", "count": len(by_year[y])} for y in years]
    if not split:
        yield from _parts(listing, sizes, listing.address, list(listing.documents), None, [])
        return
    # The list's own address shows the newest year; that year's address stays when it is no longer.
    yield from _parts(listing, sizes, listing.address, by_year[years[0]], years[0], chips)
    for year in years:
        yield from _parts(listing, sizes, f"{listing.address}{year}/", by_year[year], year, chips)


def _parts(  # noqa: PLR0913, PLR0917  what a page of a list is made of
    listing: Listing,
    sizes: Mapping[str, int],
    base: str,
    documents: list[Listed],
    year: int | None,
    chips: list[dict[str, Any]],
) -> Iterator[dict[str, Any]]:
    count = -(-len(documents) // MOST)
    addresses = [base, *(f"{base}p{n}/" for n in range(2, count + 1))]
    for number, address in enumerate(addresses):
        shown = documents[number * MOST : (number + 1) * MOST]
        title = listing.title + (f"（{year}年）" if year and base != listing.address else "")
        yield {
            "address": address,
            "template": "list.html",
            "title": title + (f" 第{number + 1}页" if number else ""),
            "meta": {
                "kind": "list",
                "list": listing.kind,
                "group": _KINDS.get(listing.kind, ""),
                "name": listing.title,
                "about": listing.about,
                "count": len(listing.documents),
                "whole": {
                    "url": listing.whole,
                    "count": listing.whole_count,
                }
                if listing.whole
                else None,
                "of_day": listing.kind in _OF_DAY or listing.by == "有效性",
                "filters": [
                    {
                        "name": f.name,
                        "choices": [
                            {
                                "name": c.name,
                                "url": c.address,
                                "count": c.count,
                                "chosen": c.address == listing.address,
                            }
                            for c in f.choices
                        ],
                    }
                    for f in listing.filters
                ],
                "year": year,
                "years": chips,
                "pages": [{"n": n, "url": a} for n, a in enumerate(addresses, 1)]
                if count > 1
                else [],
                "page": number + 1,
                "rows": [_row(d, listing) for d in shown],
                "downloads": [
                    {"url": a, "name": f"{name} {t}", "size": sizes[a]}
                    for t, a, name in file_addresses(listing, year)
                    if a in sizes
                ],
            },
        }


def _row(listed: Listed, listing: Listing) -> dict[str, Any]:
    document = listed.document
    took = listing.days(listed)
    quiet = listed.state == "现行有效" and not listed.last_day
    facts = [
        ("发文字号", document.number_text),
        ("发文机关", "、".join(document.authorities)),
        ("成文", _day(document.dated)),
        ("收到", _day(document.received_on) if listing.deadlines is not None else ""),
        ("发布", _day(document.published_on) if took.to_publish is not None else ""),
        ("施行", _day(document.effective_on)),
        ("有效期至", _day(listed.last_day)),
        ("失效日期", _day(listed.ended)),
        ("刊登", listed.issue.label if took.to_print is not None else ""),
    ]
    days = [
        ("成文到发布", took.to_publish),
        ("发布到刊登" if document.published_on else "成文到刊登", took.to_print),
        ("收到到刊登", took.since_received),
    ]
    return {
        "url": document.address,
        "title": document.title,
        "state": "" if quiet else listed.state,
        "states": "" if quiet else listed.states,
        "facts": [(name, value) for name, value in facts if value],
        "days": [(name, f"{value} 日") for name, value in days if value is not None],
        "late": took.late or 0,
        "by": {"title": listed.by_title, "url": listed.by_address} if listed.by_title else None,
    }


def _day(day: date | None) -> str:
    return format_date(day) if day else ""


def file_addresses(listing: Listing, year: int | None = None) -> list[tuple[str, str, str]]:
    """What can be downloaded of a list, from the page of a year: (type, address, name).

    A narrowed list has no files of its own: those of the whole have its columns.
    """
    if listing.whole:
        return []
    name = listing.title
    base = listing.address + segment(name)
    found = [("CSV", f"{base}.csv", "全部")]
    if len(listing.documents) <= _LARGEST_XLSX:
        found.insert(0, ("XLSX", f"{base}.xlsx", "全部"))
    elif year:
        found.insert(
            0, ("XLSX", f"{listing.address}{year}/{segment(name)}{year}.xlsx", f"{year}年")
        )
    return found


def list_tables(listing: Listing) -> Iterator[tuple[str, list[Listed]]]:
    """Every file of a list: its address, and the documents that it holds."""
    if listing.whole:
        return
    base = listing.address + segment(listing.title)
    yield f"{base}.csv", list(listing.documents)
    if len(listing.documents) <= _LARGEST_XLSX:
        yield f"{base}.xlsx", list(listing.documents)
        return
    by_year: dict[int, list[Listed]] = defaultdict(list)
    for listed in listing.documents:
        by_year[listed.year].append(listed)
    for year, rows in sorted(by_year.items()):
        yield f"{listing.address}{year}/{segment(listing.title)}{year}.xlsx", rows


_COLUMNS = (
    "标题", "发文字号", "发文机关", "成文日期", "收到日期", "发布日期", "施行日期", "有效期至", "有效性", "失效日期",
    "据以失效的文件", "栏目", "公文种类", "主题分类", "索引号", "刊载", "出版日期", "成文到发布（日）",
    "发布到刊登（日）", "收到到刊登（日）", "迟（日）", "网址",
)  # fmt: skip


def table(listing: Listing, documents: Iterable[Listed], site_url: str) -> Table:
    """Documents of a list as a table, without the columns that hold nothing."""
    rows = tuple(_cells(listed, listing.days(listed), site_url) for listed in documents)
    return Table(listing.title, _COLUMNS, rows).without_empty_columns()


def _cells(listed: Listed, took: Days, site_url: str) -> tuple[Cell, ...]:
    document = listed.document

    def iso(day: date | None) -> str:
        return day.isoformat() if day else ""

    return (
        document.title,
        document.number_text,
        "、".join(document.authorities),
        iso(document.dated),
        iso(document.received_on),
        iso(document.published_on),
        iso(document.effective_on),
        iso(listed.last_day),
        listed.state,
        iso(listed.ended),
        listed.by_title,
        document.section,
        document.document_type,
        document.topic,
        document.index_number,
        listed.issue.label,
        iso(listed.issue.published_on),
        took.to_publish,
        took.to_print,
        took.since_received,
        took.late,
        f"{site_url.rstrip('/')}/{document.address}" if site_url else f"/{document.address}",
    )


def overview(found: Iterable[Listing]) -> dict[str, Any]:
    """All lists with how many documents each has, as the page `lists/` shows them."""
    lists = [
        {"kind": i.kind, "name": i.title, "url": i.address, "count": len(i.documents)}
        for i in found
        if not i.whole
    ]
    groups = [
        {"name": name, "id": kind, "lists": [i for i in lists if i["kind"] == kind]}
        for kind, name in _KINDS.items()
    ]
    return {
        "lists": [i for i in lists if i["kind"] not in _KINDS],
        "groups": [g for g in groups if g["lists"]],
    }
