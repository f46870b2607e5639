"""Answers, against a scan that uses no index; and the browser's against the command's."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from gazette.index import make_static_index
from gazette.search import terms
from gazette.search.entry import Entry, searchable_text
from gazette.search.query import Filters, Match, Results, number_reading, parse, search, snippet
from gazette.search.static_index import Index
from gazette.serve import serving
from tests.conftest import ROOT

SECTIONS = ("市政府文件", "部门文件")
AUTHORITIES = ("甲局", "乙局", "丙局")


def corpus(seed: int, count: int = 60) -> list[Entry]:
    """Entries of few different characters, so that chance hits are many; three long enough for
    several passages."""
    chance = random.Random(seed)  # noqa: S311  no secret

    def text(most: int) -> str:
        length = chance.randint(0, most)
        return "".join(chance.choice("甲乙丙丁戊甲乙 ，\n12a") for _ in range(length))

    entries = []
    for n in range(count):
        year = 2015 + n * 5 // count
        number = f"甲发〔{year}〕{n % 9 + 1}号" if n % 3 == 0 else ""
        entries.append(
            Entry(
                url=f"{year}/01/{n:02d}/",
                kind="page" if n % 5 == 4 else "document",
                title=text(8).replace("\n", " ").strip() or "无题",
                number=number,
                issue=f"{year}/01",
                page=n if n % 5 == 4 else None,
                section=SECTIONS[n % 2],
                authorities=tuple(AUTHORITIES[: n % 3]),
                document_type="通知" if n % 4 else "",
                topic="",
                dated=dt.date(year, 1 + n % 12, 1) if n % 7 else None,
                year=year,
                body=text(4000 if n % 20 == 19 else 60) + ("甲发[2016]3号" if n % 11 == 0 else ""),
            )
        )
    return entries


ENTRIES = corpus(1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("index")
    make_static_index(ENTRIES, out / "search-index", closed_through=2017)
    return out


@pytest.fixture(scope="module")
def index(folder: Path) -> Index:
    return Index(folder / "search-index")


def scan(query: str, entries: list[Entry] = ENTRIES) -> dict[str, Match]:
    """What must be found and how, by the words of the documentation alone."""
    if reading := number_reading(query):
        key, group = reading
        found: dict[str, Match] = {
            e.url: "exact" for e in entries if terms.holds(group.units, searchable_text(e))
        }
        found |= {
            e.url: "number" for e in entries if terms.number_key(terms.units(e.number)) == key
        }
        if found:
            return found
    groups = parse(query)
    wanted = [g for g in groups if not g.exclude]
    hits: dict[str, Match] = {}
    some: dict[str, Match] = {}
    for e in entries if wanted else []:
        text, title = searchable_text(e), f"{e.title}\n{e.number}"

        def stands(run: tuple[str, ...], text: str = text, title: str = title) -> bool:
            lone = len(run) == 1 and terms.is_single(run[0])
            return terms.holds(run, title if lone else text)

        if any(stands(g.units) for g in groups if g.exclude):
            continue
        pairs = {tuple(p.split(" ")) for g in wanted for p in terms.terms(g.units)}
        if all(stands(g.units) for g in wanted):
            hits[e.url] = "exact"
        elif all(stands(g.units) for g in wanted if g.phrase) and all(map(stands, pairs)):
            hits[e.url] = "words"
        if any(map(stands, pairs)):
            some[e.url] = "relaxed"
    return hits or some


def answer(results: Results) -> dict[str, Match]:
    return {hit.passage.url: hit.match for hit in results.hits}


QUERIES = [
    "甲乙", "乙丙丁", "甲乙 丙丁", "甲乙丙丁戊", "“甲乙丙”", "“甲乙丙” 丁戊", "甲乙 -丙丁", "甲乙 -“丙丁戊”",
    "甲", "甲 乙", "1", "12", "12a", "a甲", "甲发〔2016〕3号", "甲发2016 3", "甲發［２０１６］３號", "甲发〔1999〕3号",
    "甲发2015年第1号", "“甲发〔2016〕3号”", "甲乙丙丁戊甲乙丙丁戊", "丁丁 戊戊 甲", "没有这几个字", "-甲乙", "，", "",
    "甲，乙", "甲a乙", "1 2", "甲乙 1 -12",
]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_what_is_found_is_what_a_scan_finds(index: Index, query: str) -> None:
    results = search(index, query, limit=1000)
    assert answer(results) == scan(query)
    assert (results.total, results.total_exact) == (len(results.hits), True)


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("甲乙丙丁戊12a  “”-号〔"), max_size=14))
def test_any_query_finds_what_a_scan_finds(index: Index, query: str) -> None:
    assert answer(search(index, query, limit=1000)) == scan(query)


@pytest.mark.parametrize(
    ("filters", "allows"),
    [
        (Filters(years=(2016, 2017)), lambda e: 2016 <= e.year <= 2017),
        (Filters(years=(None, 2016)), lambda e: e.year <= 2016),
        (Filters(sections=("部门文件",)), lambda e: e.section == "部门文件"),
        (Filters(sections=SECTIONS), lambda _: True),
        (Filters(authorities=("乙局",)), lambda e: "乙局" in e.authorities),
        (Filters(document_types=("通知",)), lambda e: e.document_type == "通知"),
        (Filters(issues=("2018/01",)), lambda e: e.issue == "2018/01"),
        (Filters(kind="page"), lambda e: e.kind == "page"),
        (Filters(kind="document", years=(2018, 2018)), lambda e: e.kind == "document" and e.year == 2018),
        (Filters(sections=("没有",)), lambda _: False),
    ],
)  # fmt: skip
def test_filters_leave_what_they_allow(index: Index, filters: Filters, allows: object) -> None:
    allowed = {e.url for e in ENTRIES if allows(e)}  # type: ignore[operator]
    expected = {url for url in scan("甲乙") if url in allowed}
    assert set(answer(search(index, "甲乙", filters, limit=1000))) == expected


def test_numbers_come_first_then_exact_then_words(index: Index) -> None:
    order = ["number", "exact", "words", "relaxed"]
    for query in QUERIES:
        matches = [order.index(h.match) for h in search(index, query, limit=1000).hits]
        assert matches == sorted(matches), query


def test_by_date_the_newest_comes_first(index: Index) -> None:
    hits = [h for h in search(index, "甲乙", limit=1000, sort="date").hits if h.match == "exact"]
    by_url = {e.url: e for e in ENTRIES}
    days = [by_url[h.passage.url].dated or dt.date(by_url[h.passage.url].year, 1, 1) for h in hits]
    assert days == sorted(days, reverse=True)
    assert len(days) > 5


def test_a_limit_takes_the_first_of_all(index: Index) -> None:
    every = search(index, "甲乙", limit=1000)
    few = search(index, "甲乙", limit=3)
    assert few.hits == every.hits[:3]
    assert few.total == every.total


def test_other_scores_order_within_a_kind_of_match(index: Index) -> None:
    def backwards(urls: object) -> dict[str, float]:
        return {url: 9999.0 - int(url[-3:-1]) for url in urls}  # type: ignore[attr-defined]

    hits = search(index, "甲乙", limit=1000, rank=backwards).hits
    exact = [h.passage.url[-3:-1] for h in hits if h.match == "exact"]
    assert exact == sorted(exact)


def test_marks_stand_on_the_words(index: Index) -> None:
    for query, run in (("甲乙", ["甲", "乙"]), ("“甲乙丙”", ["甲", "乙", "丙"])):
        shown = 0
        for hit in search(index, query, limit=1000).hits:
            for start, end in hit.marks:
                shown += 1
                units = terms.units(hit.snippet[start:end])
                assert terms.holds(run, hit.snippet[start:end]), units
        assert shown > 5


def test_a_snippet_shows_most_of_the_words_and_is_short() -> None:
    text = "甲" + "，" * 300 + "乙丙" + "，" * 30 + "丁戊" + "，" * 300
    shown, marks = snippet(text, [["甲"], ["乙", "丙"], ["丁", "戊"]])
    assert [shown[a:b] for a, b in marks] == ["乙丙", "丁戊"]
    assert shown.startswith("…")
    assert len(shown) < 110


@pytest.fixture(scope="module")
def reader(chromium: Browser, folder: Path) -> Iterator[Page]:
    """A browser page that can ask the index as the search page does."""
    (folder / "search").symlink_to(ROOT / "overrides/assets/search")
    (folder / "index.html").write_text("<!doctype html><title>检索</title>", "utf-8")
    with serving(folder) as address:
        page = chromium.new_page()
        page.goto(address)
        page.evaluate(
            """async () => {
              const { Index } = await import("/search/index.js");
              const { Search } = await import("/search/query.js");
              const index = new Index(location.origin + "/search-index/");
              globalThis.ask = async (query, filters, sort) => {
                const search = new Search(index, query, filters, sort);
                const hits = [];
                for (let some; (some = await search.more(20)).length; ) hits.push(...some);
                return { total: search.total, exact: search.exact,
                  hits: hits.map((h) => [h.passage.url, h.match, h.snippet.text]) };
              };
            }"""
        )
        yield page
        page.close()


def asked(
    reader: Page, query: str, filters: object = None, sort: str = "relevance"
) -> dict[str, Any]:
    said: dict[str, Any] = reader.evaluate(
        "([query, filters, sort]) => ask(query, filters, sort)", [query, filters or {}, sort]
    )
    return said


@pytest.mark.browser
@pytest.mark.parametrize("sort", ["relevance", "date"])
def test_the_browser_gives_the_same_answers_in_the_same_order(
    reader: Page, index: Index, sort: str
) -> None:
    chance = random.Random(5)  # noqa: S311  no secret
    more = ["".join(chance.choice("甲乙丙丁戊甲乙丙12a  “”-") for _ in range(chance.randint(1, 9)))
            for _ in range(60)]  # fmt: skip
    for query in [*QUERIES, *more]:
        here = search(index, query, limit=1000, sort=sort)  # type: ignore[arg-type]
        there = asked(reader, query, sort=sort)
        for one, other in zip(there["hits"], here.hits, strict=True):
            assert one == [other.passage.url, other.match, other.snippet], query
        assert (there["total"], there["exact"]) == (here.total, True), query


@pytest.mark.browser
def test_the_browser_filters_alike(reader: Page, index: Index) -> None:
    for said, filters in (
        ({"years": [2016, 2017]}, Filters(years=(2016, 2017))),
        ({"section": ["部门文件"]}, Filters(sections=("部门文件",))),
        ({"authority": ["甲局", "乙局"]}, Filters(authorities=("甲局", "乙局"))),
        ({"issue": ["2018/01"], "kind": "page"}, Filters(issues=("2018/01",), kind="page")),
    ):
        here = search(index, "甲乙", filters, limit=1000)
        hits = asked(reader, "甲乙", said)["hits"]
        assert hits == [[h.passage.url, h.match, h.snippet] for h in here.hits]
        assert hits


@pytest.mark.browser
def test_the_browser_finds_alike_where_the_host_knows_no_ranges(
    chromium: Browser, folder: Path, index: Index
) -> None:
    with serving(folder, ranges=False) as address:
        page = chromium.new_page()
        page.goto(address)
        found = page.evaluate(
            """async () => {
              const { Index } = await import("/search/index.js");
              const { Search } = await import("/search/query.js");
              const hits = await new Search(new Index(location.origin + "/search-index/"), "甲乙").more(9);
              return hits.map((h) => h.passage.url);
            }"""
        )
        page.close()
    assert found == [h.passage.url for h in search(index, "甲乙", limit=9).hits]


def test_the_corpus_has_what_the_tests_need() -> None:
    assert {m for q in QUERIES for m in scan(q).values()} == {"number", "exact", "words", "relaxed"}
    assert replace(ENTRIES[0]) == corpus(1)[0]
