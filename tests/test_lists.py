"""Lists: what stands in them, how they are split, and the tables to download."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gazette import filters
from gazette.archive import Archive
from gazette.filters import all_listings
from gazette.kept import Kept
from gazette.lists import Listing, listings, months_later, segment
from gazette.publish.spreadsheet import Table, to_csv, to_xlsx
from gazette.reading import read_archive
from gazette.settings import Settings
from gazette.site import shelf
from gazette.site.lists import MOST, file_addresses, list_pages, list_tables, table
from tests.conftest import ROOT

DAY = date(2025, 3, 1)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    archive, _ = read_archive(Settings(), ROOT / "issues", cache=tmp_path_factory.mktemp("lists"))
    return archive


def by_address(archive: Archive, on: date | None = DAY, **rules: Any) -> dict[str, Listing]:
    return {i.address: i for i in listings(archive, Settings(**rules), on)}


def addresses(listing: Listing) -> list[str]:
    return [d.document.address for d in listing.documents]


def test_what_is_in_force_and_what_is_over_stand_in_their_lists(sample: Archive) -> None:
    found = by_address(sample)
    current, over = addresses(found["lists/in-force/"]), addresses(found["lists/ended/"])
    assert "2024/01/01/" in current
    assert "1996/03/01/" in over
    assert not set(current) & set(over)
    assert "2024/05-06/04/" not in current, "人事任免 has no 有效性"
    (repealed,) = [
        d for d in found["lists/ended/"].documents if d.document.address == "1996/03/01/"
    ]
    assert (repealed.state, repealed.ended, repealed.by_address) == (
        "废止",
        date(2024, 3, 1),
        "2024/01/01/",
    )
    assert repealed.year == 2024


def test_a_list_says_since_when_what_it_holds_is_over_not_what_comes_later(
    tmp_path: Path,
) -> None:
    head = "---\n标题: {}\n发文机关: 市政府\n成文日期: 2020-01-01\n{}---\n\n正文。\n"
    folder = tmp_path / "issues/2020/01"
    folder.mkdir(parents=True)
    (folder / "01.md").write_text(head.format("甲办法", "有效期至: 2022-12-31\n"), "utf-8")
    later = head.format("乙决定", "施行日期: 2025-01-01\n废止: 甲办法\n")
    (folder / "02.md").write_text(later, "utf-8")
    archive, _ = read_archive(Settings(), tmp_path / "issues", cache=tmp_path / "cache")
    for on, state, since in (
        (date(2024, 6, 1), "失效", date(2023, 1, 1)),
        (date(2025, 6, 1), "废止", date(2025, 1, 1)),
    ):
        (listed,) = by_address(archive, on)["lists/ended/"].documents
        assert (listed.state, listed.ended, listed.year) == (state, since, since.year)


@pytest.mark.parametrize(
    ("on", "there"),
    [
        (date(2025, 6, 30), False), (date(2025, 7, 1), True),
        (date(2025, 12, 31), True), (date(2026, 1, 1), False),
    ],
)  # fmt: skip
def test_what_ends_within_six_months_is_listed_as_such(
    sample: Archive, on: date, *, there: bool
) -> None:
    # 示市监规〔2024〕2号: its last day is 31 December 2025.
    found = by_address(sample, on).get("lists/expiring/")
    assert bool(found and "2024/11/03/" in addresses(found)) == there
    if found:
        assert f"{on.year}年{on.month}月{on.day}日" in found.about


def test_every_document_is_listed_by_whom_it_is_from_and_what_it_is(sample: Archive) -> None:
    found = by_address(sample)
    for document in sample.gazette.documents:
        for name in document.authorities:
            assert document.address in addresses(found[f"lists/authority/{segment(name)}/"])
        if document.topic:
            assert document.address in addresses(found[f"lists/topic/{segment(document.topic)}/"])
    assert addresses(found["lists/regulations/"]) == ["2025/01/01/", "2024/01/01/"]
    assert len(found["lists/register/"].documents) == len(sample.gazette.documents)


def test_names_that_have_one_address_are_one_list(tmp_path: Path) -> None:
    folder = tmp_path / "issues/2020/01"
    folder.mkdir(parents=True)
    for n, names in enumerate(("[甲/乙, 甲／乙]", "甲／乙", "甲／乙."), 1):
        text = f"---\n标题: 文{n}\n发文机关: {names}\n成文日期: 2020-01-01\n---\n\n正文。\n"
        (folder / f"0{n}.md").write_text(text, "utf-8")
    archive, _ = read_archive(Settings(), tmp_path / "issues", cache=tmp_path / "cache")
    (found,) = [i for i in listings(archive, Settings(), DAY) if i.kind == "authority"]
    assert (found.title, len(found.documents)) == ("甲／乙", 3)


def test_no_list_and_no_column_is_empty(sample: Archive) -> None:
    for listing in by_address(sample).values():
        assert listing.documents
        for _, documents in list_tables(listing):
            shown = table(listing, documents, "")
            for column in range(len(shown.columns)):
                assert any(row[column] not in ("", None) for row in shown.rows)
    assert list(listings(Archive(name="", gazette=type(sample.gazette)()), Settings(), DAY)) == []


def test_days_late_follow_the_citys_rule(sample: Archive) -> None:
    found = by_address(sample, publish_within=2, print_within=10)["lists/register/"]
    (entry,) = [found.days(d) for d in found.documents if d.document.address == "2024/01/01/"]
    # 成文 28 December, 发布 5 January: 8 days; 出版 26 days after that, in the issue of 31 January.
    assert (entry.to_publish, entry.to_print) == (8, 26)
    assert entry.late == (8 - 2) + (26 - 10)
    without = by_address(sample)["lists/register/"]
    assert without.days(without.documents[0]).late is None
    elsewhere = by_address(sample)["lists/in-force/"]
    assert elsewhere.days(elsewhere.documents[0]).to_publish is None, "told in the register alone"


def many(folder: Path, years: range, each: int) -> Archive:
    for year in years:
        home = folder / "issues" / f"{year}/01"
        home.mkdir(parents=True)
        (home / "index.md").write_text(f"---\n出版日期: {year}-01-31\n---\n", "utf-8")
        for n in range(1, each + 1):
            head = f"标题: 第{n}件\n发文机关: 市政府\n成文日期: {year}-01-01\n"
            (home / f"{n:03d}.md").write_text(f"---\n{head}---\n\n正文。\n", "utf-8")
    archive, _ = read_archive(Settings(), folder / "issues", cache=folder / "cache")
    return archive


def test_a_long_list_is_split_so_that_one_document_changes_few_pages(tmp_path: Path) -> None:
    archive = many(tmp_path, range(2020, 2023), MOST + 50)
    listing = by_address(archive)["lists/in-force/"]
    pages = {p["address"]: p["meta"] for p in list_pages(listing, {})}
    assert set(pages) == {
        "lists/in-force/", "lists/in-force/p2/",
        *(f"lists/in-force/{y}/" for y in (2020, 2021, 2022)),
        *(f"lists/in-force/{y}/p2/" for y in (2020, 2021, 2022)),
    }  # fmt: skip
    assert max(len(m["rows"]) for m in pages.values()) == MOST
    listed = [r["url"] for a, m in pages.items() if "/20" in a for r in m["rows"]]
    assert sorted(listed) == sorted(d.address for d in archive.gazette.documents)
    assert pages["lists/in-force/"]["years"][0] == {
        "year": 2022, "url": "lists/in-force/2022/", "count": MOST + 50
    }  # fmt: skip


def test_a_list_is_narrowed_by_pages_of_their_own_with_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filters, "_FEW", 20)
    home = tmp_path / "issues/2024/01"
    home.mkdir(parents=True)
    for n in range(1, 31):
        head = f"标题: 第{n}件\n发文机关: [{'甲局' if n % 3 else '乙局'}, 市政府]\n成文日期: 2024-01-01\n"
        head += f"公文种类: {'通知' if n % 2 else '公告'}\n" + (
            "有效期至: 2024-02-01\n" if n > 25 else ""
        )
        (home / f"{n:02}.md").write_text(f"---\n{head}---\n\n正文。\n", "utf-8")
    archive, _ = read_archive(Settings(), tmp_path / "issues", cache=tmp_path / "cache")
    found = {i.address: i for i in all_listings(archive, Settings(), DAY)}
    whole = found["lists/authority/市政府/"]
    assert [(f.name, [(c.name, c.count) for c in f.choices]) for f in whole.filters] == [
        ("有效性", [("现行有效", 25), ("失效", 5)]),
        ("公文种类", [("公告", 15), ("通知", 15)]),
    ]
    for listing in (i for i in found.values() if not i.whole):
        for chosen in listing.filters:
            for choice in chosen.choices:
                narrowed = found[choice.address]
                assert len(narrowed.documents) == choice.count
                assert set(narrowed.documents) < set(listing.documents)
                assert (narrowed.whole, narrowed.by) == (listing.address, chosen.name)
    assert "市政府" not in [c.name for f in found["lists/type/通知/"].filters for c in f.choices]
    assert not found["lists/authority/乙局/"].filters, "ten are one page"
    (page,) = list_pages(found["lists/in-force/type/通知/"], {})
    meta = page["meta"]
    assert page["title"] == "现行有效文件目录（通知）"
    assert meta["whole"] == {"url": "lists/in-force/", "count": 25}
    assert [c["name"] for f in meta["filters"] for c in f["choices"] if c["chosen"]] == ["通知"]
    assert meta["downloads"] == []


def test_the_register_says_when_a_document_was_received(tmp_path: Path) -> None:
    home = tmp_path / "issues/2024/01"
    home.mkdir(parents=True)
    (home / "index.md").write_text("---\n出版日期: 2024-01-31\n---\n", "utf-8")
    head = "标题: 甲\n发文机关: 市政府\n成文日期: 2024-01-01\n收到日期: 2024-01-21\n发布日期: 2024-01-05\n"
    (home / "01.md").write_text(f"---\n{head}---\n\n正文。\n", "utf-8")
    archive, _ = read_archive(Settings(), tmp_path / "issues", cache=tmp_path / "cache")
    found = by_address(archive)
    (page,) = list_pages(found["lists/register/"], {})
    (row,) = page["meta"]["rows"]
    assert ("收到", "2024年1月21日") in row["facts"]
    assert ("收到到刊登", "10 日") in row["days"]
    shown = table(found["lists/register/"], found["lists/register/"].documents, "")
    cells = dict(zip(shown.columns, shown.rows[0], strict=True))
    assert (cells["收到日期"], cells["收到到刊登（日）"]) == ("2024-01-21", 10)
    (page,) = list_pages(found["lists/authority/市政府/"], {})
    assert "收到" not in dict(page["meta"]["rows"][0]["facts"])


def test_files_are_where_the_pages_say(sample: Archive) -> None:
    for listing in by_address(sample).values():
        said = {address for _, address, _ in file_addresses(listing)}
        assert said == {address for address, _ in list_tables(listing)}


HOSTILE = [
    "=1+1",
    "+86",
    "-5",
    "@SUM(A1)",
    "\t=1",
    "＝1",
    "  =1",
    '"; DROP',
    "一\n二",
    "https://x.example",
]


def test_no_cell_is_ever_run() -> None:
    made = Table("表", ("标题", "数"), tuple((text, n) for n, text in enumerate(HOSTILE)))
    rows = list(csv.reader(io.StringIO(to_csv(made).decode("utf-8-sig"))))
    assert rows[0] == ["标题", "数"]
    for text, (cell, _) in zip(HOSTILE, rows[1:], strict=True):
        assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝"))
        assert cell in (text, f"'{text}")
    with zipfile.ZipFile(io.BytesIO(to_xlsx(made))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        strings = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert "=1+1" in strings


def test_the_same_table_is_the_same_bytes() -> None:
    made = Table("关于[甲]的/目录", ("标题",), (("甲",), ("乙",)))
    assert to_xlsx(made) == to_xlsx(made)
    with zipfile.ZipFile(io.BytesIO(to_xlsx(made))) as book:
        assert {i.date_time[0] for i in book.infolist()} == {1980}
        assert b"2000-01-01" in book.read("docProps/core.xml")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2024, 8, 31), date(2025, 2, 28)), (date(2023, 8, 29), date(2024, 2, 29)),
        (date(2025, 3, 1), date(2025, 9, 1)), (date(2024, 6, 30), date(2024, 12, 30)),
    ],
)  # fmt: skip
def test_six_months_are_counted_by_the_calendar(day: date, expected: date) -> None:
    assert months_later(day, 6) == expected


@pytest.mark.parametrize("name", ["../x", "a/b", "..", "", "?q=#", "\u202e倒", "　"])
def test_a_name_is_one_part_of_an_address(name: str) -> None:
    part = segment(name)
    assert part
    assert not set(part) & set("/\\?#%")
    assert part not in (".", "..")


def test_lists_are_worked_out_again_only_where_they_show_what_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "issues/2024/01"
    home.mkdir(parents=True)
    head = "标题: 甲\n发文机关: 市政府\n成文日期: 2024-01-01\n"

    def again(head: str, body: str) -> tuple[list[Listing], dict[str, bytes], int]:
        (home / "01.md").write_text(f"---\n{head}---\n\n{body}\n", "utf-8")
        archive, _ = read_archive(Settings(), tmp_path / "issues", cache=tmp_path / "cache")
        calls: list[int] = []

        def counted(*given: Any) -> Iterator[Listing]:
            calls.append(1)
            return all_listings(*given)

        monkeypatch.setattr(shelf, "all_listings", counted)
        kept = Kept(tmp_path / "kept", "test")
        lists, tables = shelf.lists_and_tables(
            archive, Settings(), DAY, folder=tmp_path / "tables", kept=kept
        )
        kept.save()
        asked = len(calls)
        assert [i.digest for i in lists] == [
            i.digest for i in all_listings(archive, Settings(), DAY)
        ]
        assert [[d.digest for d in i.documents] for i in lists] == [
            [d.digest for d in i.documents] for i in all_listings(archive, Settings(), DAY)
        ]
        return list(lists), {a: p.read_bytes() for a, p in tables.items()}, asked

    lists, tables, asked = again(head, "正文。")
    assert (asked, len(tables)) == (1, 2 * len(lists))
    assert again(head, "另一段正文。")[1:] == (tables, 0), "nothing that lists show"
    for path in (tmp_path / "tables").iterdir():
        path.unlink()
    assert again(head, "正文。")[1:] == (tables, 1), "a table is gone"
    changed = again(head.replace("甲", "乙"), "正文。")
    assert changed[1] != tables
    assert changed[2] == 1
    assert {p.name for p in (tmp_path / "tables").iterdir()} == {
        p.name for p in (tmp_path / "tables").iterdir() if p.read_bytes() in changed[1].values()
    }, "no table is left over"
