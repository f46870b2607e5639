"""Answers, against a scan that uses no index; and the browser's against the command's."""

import datetime as dt
import json
import random
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from gazette.api import SearchApi
from gazette.index import make_static_index
from gazette.search import shards, terms
from gazette.search.entry import Entry, searchable_text
from gazette.search.query import Filters, Match, Results, number_reading, parse, search, snippet
from gazette.search.shards import side_of
from gazette.search.static_index import Index
from gazette.serve import serving
from tests.conftest import ROOT

SECTIONS = ("市政府文件", "部门文件")
AUTHORITIES = ("甲局", "乙局", "丙局")
DAY = dt.date(2020, 5, 1)
STATES = (
    (),
    ((dt.date(2015, 1, 1), "现行有效"),),
    ((dt.date(2015, 1, 1), "现行有效"), (DAY, "废止")),
    ((dt.date(2015, 1, 1), "尚未生效"), (dt.date(2020, 5, 2), "现行有效")),
)


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
                topic=("城乡建设", "")[n % 2],
                dated=dt.date(year, 1 + n % 12, 1) if n % 7 else None,
                year=year,
                body=text(4000 if n % 20 == 19 else 60) + ("甲发[2016]3号" if n % 11 == 0 else ""),
                validity=STATES[n % 4],
            )
        )
    return entries


def false_friends() -> list[Entry]:
    """An entry in traditional characters, and two of many passages.

    All these passages have the terms of 食品安全 between units that hash like those beside them; the
    last one of the second entry has the run itself.
    """
    chance = random.Random(2)  # noqa: S311  no secret

    def like(unit: str) -> str:
        return next(
            chr(code)
            for code in range(0x5000, 0x9000)
            if chr(code) not in "食品安全" and side_of(chr(code)) == side_of(unit)
        )

    false = f"食品{like('安')}，{like('食')}品安{like('全')}，{like('品')}安全"
    blocks = []
    for _ in range(12):
        filler = "".join(chr(chance.randrange(0x6000, 0x9000)) for _ in range(600))
        blocks += [f"{false}。{filler}"]
    return [
        plain("96", "只是像", "\n".join(blocks)),
        plain("97", "真的有", "\n".join([*blocks, "食品安全条例"])),
        plain("98", "本會組織條例", "本會置委員，由行政院院長聘任。"),
    ]


def plain(name: str, title: str, body: str = "正文", **values: object) -> Entry:
    """A document without a number and without 有效性, of an issue of its own."""
    made = replace(corpus(1)[0], url=f"2019/01/{name}/", title=title, number="", body=body)
    made = replace(made, year=2019, issue="2019/01", dated=dt.date(2019, 1, 1), validity=())
    return replace(made, **values)  # type: ignore[arg-type]


ENTRIES = [*corpus(1), *false_friends()]
SMALL = 400
"""Bytes of a shard of the index here: much stands behind them, as in a large archive."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    out = tmp_path_factory.mktemp("index")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "PITCH", SMALL)
        make_static_index(ENTRIES, out / "search-index", closed_through=2017)
        yield out


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
    "甲，乙", "甲a乙", "1 2", "甲乙 1 -12", "食品安全", "“食品安全”", "甲乙 -食品安全", "丙 -丙2丁", "員，由行政院",
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


@pytest.mark.parametrize(
    ("filters", "days", "states"),
    [
        (Filters(validity=("现行有效",)), 0, {1}),
        (Filters(validity=("现行有效",)), -1, {1, 2}),
        (Filters(in_force=True), 1, {1, 3}),
        (Filters(validity=("废止", "尚未生效")), 0, {2, 3}),
    ],
)
def test_validity_is_that_of_the_day(
    index: Index, filters: Filters, days: int, states: set[int]
) -> None:
    found = search(index, "甲乙", filters, limit=1000, on=DAY + dt.timedelta(days)).hits
    expected = {e.url for n, e in enumerate(ENTRIES) if n % 4 in states} & set(scan("甲乙"))
    assert {h.passage.url for h in found} == expected
    assert expected


def test_a_filter_without_a_query_lists_the_newest_first(index: Index) -> None:
    found = search(index, " ", Filters(sections=("部门文件",)), limit=1000)
    assert {h.passage.url for h in found.hits} == {
        e.url for e in ENTRIES if e.section == "部门文件"
    }
    assert {h.match for h in found.hits} == {"listed"}
    days = [h.passage.dated or h.passage.issue[:4] for h in found.hits]
    assert days == sorted(days, reverse=True)


def of(folder: Path, *entries: Entry) -> Index:
    make_static_index(entries, folder, closed_through=0)
    return Index(folder)


def test_documents_stand_before_pages_and_pages_of_one_issue_together(tmp_path: Path) -> None:
    bodies = {"1998/01": ("无", "甲乙", "甲乙甲乙甲乙"), "1998/02": ("甲乙甲乙", "无", "甲乙")}
    pages = [
        plain(f"p{n}", f"{issue} 第{n}页", body, kind="page", issue=issue, url=f"{issue}/p{n}/")
        for issue, texts in bodies.items()
        for n, body in enumerate(texts, 1)
    ]
    index = of(tmp_path, *pages, plain("01", "文件", "丙" * 900 + "甲乙"))
    found = [h.passage for h in search(index, "甲乙").hits]
    assert found[0].kind == "document"
    assert [p.issue for p in found[1:]] in (
        ["1998/01", "1998/01", "1998/02", "1998/02"],
        ["1998/02", "1998/02", "1998/01", "1998/01"],
    )


def test_equals_stand_by_title_force_and_age(tmp_path: Path) -> None:
    day = dt.date(2019, 1, 1)
    index = of(
        tmp_path,
        plain("01", "机动车停车管理办法"),
        plain("02", "停车管理", dated=dt.date(2018, 1, 1)),
        plain("03", "机动车停车管理规定", validity=((day, "现行有效"), (day, "废止"))),
        plain("04", "机动车停车管理规则", dated=dt.date(2019, 1, 2)),
    )
    found = [h.passage.url[-3:-1] for h in search(index, "停车管理", on=day).hits]
    assert found == ["02", "04", "01", "03"]


@pytest.mark.parametrize(
    ("query", "near"),
    [("甲发〔2016〕99号", ["98"]), ("甲发2016 5", ["4", "7"]), ("甲发[2016]1号", ["2"]), ("甲发〔1990〕1号", [])],
)  # fmt: skip
def test_a_number_that_is_not_there_names_its_neighbours(
    tmp_path: Path, query: str, near: list[str]
) -> None:
    serials = [2, 4, 7, 98]
    index = of(
        tmp_path, *(plain(f"{n:02d}", "通知", number=f"甲发〔2016〕{n}号") for n in serials),
        plain("50", "通知", number="甲发〔2017〕5号"),
    )  # fmt: skip
    missing = search(index, query).missing
    assert missing
    assert [p.number for p in missing.neighbours] == [f"甲发〔2016〕{n}号" for n in near]
    assert search(index, "甲发〔2016〕4号").missing is None


def test_a_mistyped_title_is_guessed(tmp_path: Path) -> None:
    index = of(tmp_path, plain("01", "示例市机动车停车场管理办法"), plain("02", "公共就业服务规定"))
    for query, meant in (
        ("停车厂管理办法", "停车场管理办法"),
        ("公共就叶服务", "公共就业服务"),
        ("公共就业服规定", "公共就业服务规定"),
    ):
        assert meant in search(index, query).suggestions, query
    for query in ("停车场管理办法", "停厂", "停车厂管理办法 公共", "完全没有的几个字"):
        assert search(index, query).suggestions == (), query


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ggjy", {"01"}), ("gonggongjiuye", {"01"}), ("gonggong jiuye", {"01"}), ("ggjiuye", set()),
        ("gongjiu", {"01"}), ("GGJYFW", {"01"}), ("gonggongjiu", {"01"}), ("yinhang", {"02"}), ("xingzheng", {"03"}),
        ("hz", set()), ("dianti", {"04"}), ("zz", set()), ("gg", {"01"}),
    ],
)  # fmt: skip
def test_letters_find_titles_by_their_sound(tmp_path: Path, query: str, expected: set[str]) -> None:
    index = of(
        tmp_path,
        plain("01", "公共就业服务规定"), plain("02", "银行管理条例"),
        plain("03", "行政复议办法"), plain("04", "電梯安全條例"),
    )  # fmt: skip
    found = search(index, query)
    assert {h.passage.url[-3:-1] for h in found.hits} == expected
    assert {h.match for h in found.hits} <= {"pinyin"}


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
        return {url: 1.5 ** (60 - int(url[-3:-1])) for url in urls}  # type: ignore[attr-defined]

    hits = search(index, "甲乙", limit=1000, rank=backwards).hits
    for kind in ("document", "page"):
        found = [h.passage for h in hits if h.match == "exact" and h.passage.kind == kind]
        exact = [p.url[-3:-1] for p in found if p.title != "甲乙"]
        assert exact == sorted(exact) or kind == "page"  # pages of one issue stand together
        assert len(exact) > 5


def test_marks_stand_on_the_words(index: Index) -> None:
    for query, run in (("甲乙", ["甲", "乙"]), ("“甲乙丙”", ["甲", "乙", "丙"])):
        shown = 0
        for hit in search(index, query, limit=1000).hits:
            text, marks = hit.shown
            for start, end in marks:
                shown += 1
                units = terms.units(text[start:end])
                assert terms.holds(run, text[start:end]), units
        assert shown >= 5


def test_a_hit_shows_the_passage_that_proves_it(index: Index) -> None:
    hits = search(index, "食品安全").hits
    assert [(h.passage.title, h.match, "食品安全" in h.shown[0]) for h in hits] == [
        ("真的有", "exact", True),
        ("只是像", "words", False),
    ]


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
              globalThis.start = (query, filters, sort) => new Search(index, query, filters, sort, "2020-05-01");
              const ask = async (query, filters, sort) => {
                const search = start(query, filters, sort);
                const hits = [];
                for (let some; (some = await search.more(20)).length; ) hits.push(...some);
                return { total: search.total, exact: search.exact, missing: search.missing?.number ?? null,
                  suggestions: search.suggestions,
                  hits: hits.map((h) => [h.passage.url, h.match, h.snippet.text]) };
              };
              globalThis.ask = (queries, filters, sort) =>
                Promise.all(queries.map((query) => ask(query, filters, sort)));
            }"""
        )
        yield page
        page.close()


def asked(
    reader: Page, queries: list[str], filters: object = None, sort: str = "relevance"
) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = reader.evaluate(
        "([queries, filters, sort]) => ask(queries, filters, sort)", [queries, filters or {}, sort]
    )
    return said


@pytest.mark.browser
@pytest.mark.parametrize("sort", ["relevance", "date"])
def test_the_browser_and_the_api_give_the_same_answers(
    reader: Page, folder: Path, index: Index, sort: str
) -> None:
    chance = random.Random(5)  # noqa: S311  no secret
    more = ["".join(chance.choice("甲乙丙丁戊甲乙丙12a  “”-") for _ in range(chance.randint(1, 9)))
            for _ in range(200)]  # fmt: skip
    api = SearchApi(folder / "search-index", None, lambda: DAY)
    queries = [*QUERIES, *more]
    for query, there in zip(queries, asked(reader, queries, sort=sort), strict=True):
        here = search(index, query, limit=1000, sort=sort, on=DAY)  # type: ignore[arg-type]
        hits = [[h.passage.url, h.match, h.shown[0]] for h in here.hits]
        if all(len(group.units) <= 3 for group in parse(query)):
            assert there["hits"] == hits, query
        else:
            # Of a longer run the browser asks for fewer terms: it may weigh documents of one kind of
            # match otherwise, and show another place.
            told, known = ([hit[:2] for hit in some] for some in (there["hits"], hits))
            assert sorted(told) == sorted(known), query
            assert [match for _, match in told] == [match for _, match in known], query
            assert sort == "relevance" or told == known, query
        assert (there["total"], there["exact"]) == (here.total, True), query
        assert there["missing"] == (here.missing and here.missing.number), query
        assert there["suggestions"] == list(here.suggestions), query
        status, body = api(urlencode({"q": query, "sort": sort, "limit": 100}, errors="replace"))
        said = json.loads(body)
        assert status == 200
        assert said["total"] == here.total
        assert [h["url"] for h in said["hits"]] == [h.passage.url for h in here.hits]


@pytest.mark.browser
def test_the_browser_answers_before_it_is_sure_of_the_total_and_then_makes_sure(
    reader: Page, index: Index
) -> None:
    said: list[tuple[int, int, bool, int, bool]] = reader.evaluate(
        """async (queries) => {
          const answers = [];
          for (const query of queries) {
            const search = start(query);
            const { length } = await search.more(1);
            const before = [length, search.total, search.isUnsettled];
            await search.settle();
            answers.push([...before, search.total, search.exact]);
          }
          return answers;
        }""",
        QUERIES,
    )
    waited = 0
    for query, (shown, before, is_unsettled, after, is_exact) in zip(QUERIES, said, strict=True):
        total = search(index, query).total
        assert shown == min(total, 1), query
        assert not is_unsettled or before >= total, query
        assert is_exact or after > 20, query
        assert not is_exact or after == total, query
        waited += is_unsettled
    assert waited


@pytest.mark.browser
def test_hits_stand_in_one_order_however_many_are_asked_for_at_once(
    reader: Page, folder: Path
) -> None:
    # By 品安 alone all are alike; by all three terms those that hold it often apart are worth less.
    false = "食品安，丁品安全，品安"
    bodies = [*["食品安全，丙品安丙，丙品安丙", "食品安全，食品安全，食品安全"] * 8, *[false] * 8]
    entries = [plain(f"{n:02d}", "通知", body) for n, body in enumerate(bodies)]
    make_static_index(entries, folder / "orders", closed_through=0)
    some, at_once = reader.evaluate(
        """() => Promise.all([3, 1000].map(async (count) => {
          const { Index } = await import("/search/index.js");
          const { Search } = await import("/search/query.js");
          const search = new Search(new Index(location.origin + "/orders/"), "食品安全");
          const found = [];
          for (let some; (some = await search.more(count)).length; ) found.push(...some.map((h) => h.passage.url));
          return found;
        }))"""
    )
    assert some == at_once
    assert len(some) == len(bodies)


FAILING = """async () => {
  const { Index } = await import("/search/index.js");
  const { Search } = await import("/search/query.js");
  const search = new Search(new Index(location.origin + "/search-index/"), "甲乙");
  const { fetch } = globalThis;
  const [{ length }] = [await search.more(1)];
  globalThis.fetch = () => Promise.reject(new TypeError("no network"));
  const said = (asked) => asked.then((hits) => hits.length, () => "failed");
  const answers = await Promise.all([said(search.more(500)), said(search.more(500))]);
  globalThis.fetch = fetch;
  return [length, ...answers, await said(search.more(500)), search.done];
}"""


@pytest.mark.browser
def test_what_failed_midway_is_not_taken_for_the_end(reader: Page) -> None:
    assert reader.evaluate(FAILING) == [1, "failed", "failed", "failed", False]


OVERTAKEN = """async () => {
  const { Session } = await import("/search/session.js");
  const address = location.origin + "/search-index/";
  const session = new Session(address, await (await fetch(address + "manifest.json")).text());
  const question = (query) => ({ query, filters: {}, sort: "relevance", on: "2020-05-01" });
  const { fetch: real } = globalThis;
  let fail;
  const held = new Promise((_, no) => (fail = no));
  const begun = new Promise((yes) => {
    globalThis.fetch = (...asked) => {
      if (!asked[0].includes("/texts/")) return real(...asked);
      yes();
      return held;
    };
  });
  const older = session.ask(question("2a"), 1).catch(() => {});
  await begun;
  globalThis.fetch = real;
  const newer = session.ask(question("丙丁"), 1);
  fail(new TypeError("no network"));
  await older;
  return [(await newer).hits.length, session.search.query];
}"""


@pytest.mark.browser
def test_an_older_question_that_fails_is_not_asked_again(reader: Page) -> None:
    assert reader.evaluate(OVERTAKEN) == [1, "丙丁"]


@pytest.mark.browser
def test_a_filter_counts_what_the_total_counts(reader: Page) -> None:
    chance = random.Random(9)  # noqa: S311  no secret
    more = ["".join(chance.choices("甲乙丙丁戊", k=chance.randint(3, 6))) for _ in range(40)]
    queries = [*QUERIES, *more]
    said: list[tuple[int, int]] = reader.evaluate(
        """async (queries) => {
          const { Session } = await import("/search/session.js");
          const session = new Session(location.origin + "/search-index/");
          const answers = [];
          for (const query of queries) {
            await session.ask({ query, filters: {}, sort: "relevance", on: "2020-05-01" }, 1000);
            const { total } = await session.settle();
            const counts = session.search.plan ? await session.counts("kind") : [];
            answers.push([total, counts.reduce((sum, [, count]) => sum + count, 0)]);
          }
          return answers;
        }""",
        queries,
    )
    for query, (total, counted) in zip(queries, said, strict=True):
        assert counted == total, query


@pytest.mark.browser
def test_the_browser_shows_the_passage_that_proves_a_hit(reader: Page) -> None:
    hits = asked(reader, ["食品安全"])[0]["hits"]
    assert [(url[-3:-1], match, "食品安全" in text) for url, match, text in hits] == [
        ("97", "exact", True),
        ("96", "words", False),
    ]


@pytest.mark.browser
def test_the_browser_filters_alike(reader: Page, index: Index) -> None:
    for said, filters in (
        ({"years": [2016, 2017]}, Filters(years=(2016, 2017))),
        ({"section": ["部门文件"]}, Filters(sections=("部门文件",))),
        ({"authority": ["甲局", "乙局"]}, Filters(authorities=("甲局", "乙局"))),
        ({"issue": ["2018/01"], "kind": "page"}, Filters(issues=("2018/01",), kind="page")),
        ({"topic": ["城乡建设"]}, Filters(topics=("城乡建设",))),
        ({"validity": ["废止", "尚未生效"]}, Filters(validity=("废止", "尚未生效"))),
    ):
        here = search(index, "甲乙", filters, limit=1000, on=DAY)
        hits = asked(reader, ["甲乙"], said)[0]["hits"]
        assert hits == [[h.passage.url, h.match, h.shown[0]] for h in here.hits]
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


def test_the_corpus_has_what_the_tests_need(folder: Path) -> None:
    files = [p.read_bytes() for p in folder.glob("search-index/*/grams/*.bin")]
    heads = [
        struct.unpack_from("<III", f, at)
        for f in files
        for at in range(0, min(8 * SMALL, len(f)), SMALL)
    ]
    assert {columns + sides + 12 > SMALL for columns, sides, _ in heads} == {True, False}
    assert sum(map(len, files)) > sum(min(8 * SMALL, len(f)) for f in files) * 1.2
    assert {m for q in QUERIES for m in scan(q).values()} == {"number", "exact", "words", "relaxed"}
    assert replace(ENTRIES[0]) == corpus(1)[0]
