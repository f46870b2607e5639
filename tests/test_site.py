"""The site as its readers meet it: a real Chromium, a phone's screen, a strict host."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from gazette.serve import serving
from tests.conftest import PHONE, ROOT
from tests.hostile import hostile_queries

pytestmark = pytest.mark.browser

PAGES = {
    "home": "",
    "year": "2024/",
    "issue": "2024/01/",
    "combined issue": "2024/05-06/",
    "supplement": "2025/zk1/",
    "document": "2024/01/01/",
    "document with table": "2024/05-06/02/",
    "document with image": "2024/11/02/",
    "document with annexes": "2025/02/02/",
    "historical issue": "1996/03/",
    "historical document": "1996/03/01/",
    "scanned issue": "1985/01/",
    "PDF page": "1996/03/p3/",
    "scanned page": "1985/01/p2/",
    "number": "wh/示政规/2025/1/",
    "column": "lists/市政府规章/",
    "column by year": "lists/市政府规章/2024/",
    "lists": "lists/",
    "list": "lists/ended/",
    "search": "search/",
    "site map": "sitemap/",
    "ledger": "ledger/",
    "404": "nowhere/",
}
SETTLED = "[data-state=done]:not([data-unsettled])"
"""Results are shown, and how many there are in all is sure."""


@contextmanager
def reading(
    browser: Browser, site: Path, base: str = "/", **options: object
) -> Iterator[tuple[Page, str, list[str]]]:
    """A phone that reads the site: the page, its address, and everything that went wrong."""
    problems: list[str] = []
    with serving(site, base=base) as address:
        context = browser.new_context(**{**PHONE, **options})
        page = context.new_page()
        page.on(
            "console", lambda m: problems.append(m.text) if m.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda e: problems.append(str(e)))
        page.on(
            "request",
            lambda r: (
                problems.append(f"asked elsewhere: {r.url}")
                if urlsplit(r.url).scheme in ("http", "https", "ws", "wss")
                and not r.url.startswith(address)
                else None
            ),
        )
        page.on(
            "requestfailed",  # what a reader leaves behind by going on is no failure
            lambda r: (
                problems.append(f"failed: {r.url}") if r.failure != "net::ERR_ABORTED" else None
            ),
        )
        yield page, address, problems
        context.close()


@pytest.mark.parametrize("base", ["/", "/gb/archive/"], ids=["root", "sub-path"])
@pytest.mark.parametrize("name", PAGES)
def test_every_kind_of_page_fits_a_phone_and_breaks_no_rule(
    chromium: Browser, site: Path, name: str, base: str
) -> None:
    if name == "404" and base != "/":
        return  # served for any address, so its links need site_url there: docs/deploy.md
    with reading(chromium, site, base) as (page, address, problems):
        page.goto(address + PAGES[name])
        expect(page.locator("h1")).to_have_count(1)
        for width in (320, 360, 1280):
            page.set_viewport_size({"width": width, "height": 740})
            wide = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0, f"{width} px"
        missing = "404 (Not Found)" if name == "404" else None
        assert [p for p in problems if not (missing and missing in p)] == []
        expect(page.get_by_text("示例").first).to_be_visible()


def test_every_link_leads_to_something_published(site: Path) -> None:
    pages = {p: p.read_text("utf-8") for p in sorted(site.rglob("*.html"))}
    ids = {p: set(re.findall(r'\bid="([^"]+)"', text)) for p, text in pages.items()}
    broken = []
    for page, text in pages.items():
        if page.name == "404.html":
            continue  # its links start at the root of the site
        for found in re.findall(r'\b(?:href|src|srcset|action)="([^"]+)"', text):
            link = urlsplit(unescape(found))
            if link.scheme in ("http", "https", "mailto", "tel", "data"):
                continue
            target = (page.parent / unquote(link.path)).resolve() if link.path else page
            if target.is_dir():
                target /= "index.html"
            fragment = unquote(link.fragment)
            known = not fragment or fragment.startswith("page=") or fragment in ids.get(target, ())
            if not target.is_file() or not known:
                broken.append((page.relative_to(site).as_posix(), found))
    assert broken == []


def test_a_reader_goes_from_the_home_page_to_a_document_and_its_pdf(
    chromium: Browser, site: Path
) -> None:
    with reading(chromium, site) as (page, address, problems):
        page.goto(address)
        page.get_by_role("link", name=re.compile("2024年")).first.click()
        page.get_by_role("link", name=re.compile("第11期")).first.click()
        page.get_by_role("link", name=re.compile("老年助餐")).first.click()
        expect(page.locator("h1")).to_contain_text("老年助餐")
        expect(page.get_by_text("示政发〔2024〕27号").first).to_be_visible()
        link = page.get_by_role("link", name=re.compile("PDF")).first
        expect(link).to_contain_text(re.compile(r"\d+ KB|\d MB"))
        answer = page.request.get(str(link.evaluate("a => a.href")))
        assert answer.status == 200
        assert answer.body().startswith(b"%PDF-")
        assert problems == []


def search(page: Page, query: str) -> None:
    """Type a query into the box of the page and wait for the answer."""
    box = page.get_by_role("searchbox").first
    box.fill(query)
    box.press("Enter")
    page.wait_for_selector("[data-state=done], [data-state=error]")


def test_a_query_typed_on_the_home_page_leads_to_the_document(
    chromium: Browser, site: Path
) -> None:
    with reading(chromium, site) as (page, address, problems):
        page.goto(address)
        search(page, "加装电梯")
        assert urlsplit(page.url).path.endswith("/search/")
        assert "加装电梯" in unquote(page.url)
        first = page.locator("[data-hit]").first
        expect(first.locator("mark").first).to_be_visible()
        first.get_by_role("link").first.click()
        expect(page.locator("h1")).to_contain_text("加装电梯")
        assert problems == []


def test_a_hit_in_a_pdf_opens_at_its_page(chromium: Browser, site: Path) -> None:
    with reading(chromium, site) as (page, address, problems):
        page.goto(f"{address}search/?q=间接冷却水")
        page.wait_for_selector(SETTLED)
        hit = page.locator("[data-hit][data-kind=page]")
        expect(hit).to_have_count(1)
        hit.get_by_role("link").first.click()
        assert urlsplit(page.url).path == "/1998/07/p2/"
        expect(page.locator("main")).to_contain_text("间接冷却水")
        expect(page.locator("main img").first).to_be_visible()
        assert problems == []


def test_filters_stand_in_the_address_and_the_back_button_undoes_them(
    chromium: Browser, site: Path
) -> None:
    with reading(chromium, site) as (page, address, problems):
        page.goto(f"{address}search/?q=管理办法")
        page.wait_for_selector(SETTLED)
        total = int(page.locator("[data-total]").first.get_attribute("data-total") or "")
        page.goto(f"{address}search/?q=管理办法&year=1990-1999")
        page.wait_for_selector(SETTLED)
        fewer = int(page.locator("[data-total]").first.get_attribute("data-total") or "")
        assert 0 < fewer < total
        page.go_back()
        page.wait_for_selector(SETTLED)
        assert page.locator("[data-total]").first.get_attribute("data-total") == str(total)
        assert problems == []


@pytest.mark.parametrize(
    "query",
    [
        "示政规[2025]1号", "示政规（２０２５）１號", "示政规2025 1", "示例市人民政府令第12号",
        "机动车", "停车 管理", "“应急预案”", "應急預案", "加装电梯补助资金", "三三制", "水费", "示例市",
        "历史公报数字化", "停车 -共享", "没有这样的一句话",
    ],
)  # fmt: skip
def test_the_browser_and_the_command_give_the_same_documents(
    chromium: Browser, site: Path, query: str
) -> None:
    command = [sys.executable, "-m", "gazette", "search", query, "--json", "--limit", "1000"]
    answer = json.loads(
        subprocess.run(  # noqa: S603
            command, cwd=ROOT, capture_output=True, check=True
        ).stdout
    )
    with reading(chromium, site) as (page, address, problems):
        page.goto(f"{address}search/")
        search(page, query)
        while (more := page.get_by_role("button", name="更多结果")).is_visible():
            more.click()
            page.wait_for_selector(SETTLED)
        links = page.locator("[data-hit]").evaluate_all(
            "hits => hits.map(h => (h.matches('a') ? h : h.querySelector('a')).href)"
        )
        assert {link.removeprefix(address) for link in links} == {
            hit["url"] for hit in answer["hits"]
        }
        assert problems == []


def test_without_script_everything_but_search_can_be_read(chromium: Browser, site: Path) -> None:
    with reading(chromium, site, java_script_enabled=False) as (page, address, _):
        page.goto(f"{address}2024/01/01/")
        expect(page.locator("main")).to_contain_text("第四十六条")
        page.goto(f"{address}search/")
        said = page.locator("noscript")
        assert "JavaScript" in str(said.evaluate("e => e.textContent"))
        assert said.evaluate("e => e.getBoundingClientRect().height") > 0


def test_a_number_address_leads_to_its_document(chromium: Browser, site: Path) -> None:
    with reading(chromium, site) as (page, address, problems):
        page.goto(f"{address}wh/示政规/2025/1/")
        page.wait_for_url(f"{address}2025/02/01/")
        assert problems == []


def test_the_body_on_the_page_is_the_body_that_was_committed(chromium: Browser, site: Path) -> None:
    source = (ROOT / "issues/2024/01").glob("01-*.md")
    body = next(source).read_text("utf-8").split("---\n", 2)[2]
    with reading(chromium, site) as (page, address, _):
        page.goto(f"{address}2024/01/01/")
        shown = page.locator("[data-body]").evaluate("e => e.textContent")
        expected = re.sub(r"(?m)^#+ ", "", body)
        assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", expected)


def test_a_page_older_than_the_index_still_finds(chromium: Browser, site: Path) -> None:
    with reading(chromium, site) as (page, address, _):

        def old(route: Route) -> None:
            answer = route.fetch()
            text = answer.text()
            assert "data-manifest=" in text
            route.fulfill(response=answer, body=re.sub(r"&#34;key&#34;: ?&#34;", r"\g<0>0", text))

        page.route("**/search/?q=*", old)
        page.goto(f"{address}search/?q=加装电梯")
        page.wait_for_selector(SETTLED)
        expect(page.locator("[data-hit]").first).to_be_visible()


def test_a_page_that_cannot_read_the_index_any_more_says_to_load_it_anew(
    chromium: Browser, site: Path
) -> None:
    with reading(chromium, site) as (page, address, problems):

        def other(route: Route) -> None:
            answer = route.fetch()
            text = re.sub(r"(format(?:&#34;|\"): ?)\d+", r"\g<1>99", answer.text())
            assert text != answer.text()
            route.fulfill(response=answer, body=text)

        page.route("**/search/?q=*", other)
        page.route("**/search-index/manifest.json", other)
        page.goto(f"{address}search/?q=加装电梯")
        page.wait_for_selector("[data-state=error]")
        expect(page.locator(".s-status")).to_contain_text("请刷新网页")
        problems.clear()  # what it says in the console


def test_a_document_shows_what_is_related_to_it(chromium: Browser, site: Path) -> None:
    with reading(chromium, site) as (page, address, problems):
        page.goto(f"{address}2024/01/01/")
        section = page.locator("[data-related]")
        expect(section.get_by_role("link")).to_have_count(1)
        section.scroll_into_view_if_needed()
        expect(section.get_by_role("link", name=re.compile("停车管理办法》解读"))).to_be_visible()
        assert "2024/01/01/" not in [
            link.removeprefix(address)
            for link in section.get_by_role("link").evaluate_all("all => all.map(a => a.href)")
        ]
        assert problems == []


@pytest.mark.parametrize("on", ["[data-related-more] a", ".back a"])
def test_who_goes_by_keyboard_stays_in_place_when_related_documents_come(
    chromium: Browser, site: Path, on: str
) -> None:
    with reading(chromium, site) as (page, address, problems):
        held: list[Route] = []
        page.route("**/assets/search/related.js", lambda route: held.append(route))  # noqa: PLW0108  a method takes no mark
        page.goto(f"{address}2024/01/01/")
        place = page.locator(on)
        page.locator("[data-related]").scroll_into_view_if_needed()
        place.focus()
        bottom = "document.activeElement.getBoundingClientRect().bottom"
        lowest = page.evaluate("innerHeight - document.querySelector('.reader').offsetHeight")
        # As a browser leaves it that scrolls no more than it must: the focus at the lower edge.
        page.evaluate(f"scrollBy(0, {bottom} + 8 - {lowest})")
        page.wait_for_timeout(300)
        held[0].continue_()
        related = page.locator("[data-related] li a")
        expect(related.first).to_be_visible()
        if "more" in on:
            expect(related.first).to_be_focused()
        else:
            expect(place).to_be_focused()
        assert page.evaluate(bottom) <= lowest
        assert problems == []


def test_typing_on_any_page_suggests_titles_and_arrows_choose(
    chromium: Browser, site: Path
) -> None:
    with reading(chromium, site) as (page, address, problems):
        for path in ("", "2024/11/"):
            page.goto(address + path)
            if path:
                page.locator("[data-find]").click()
            box = page.get_by_role("searchbox").first
            box.press_sequentially("加装电")
            options = page.get_by_role("option")
            expect(options.first).to_contain_text("加装电梯")
            box.press("ArrowDown")
            expect(options.first).to_have_attribute("aria-selected", "true")
        box.press("Enter")
        expect(page.locator("h1")).to_contain_text("加装电梯")
        assert problems == []


@pytest.mark.parametrize(
    ("query", "said"),
    [("示政规2025 9", "示政规〔2025〕1号"), ("停车厂管理办法", "停车管理办法"), ("jdctc", "停车管理办法")],
)  # fmt: skip
def test_the_search_page_helps_where_nothing_is_found_as_typed(
    chromium: Browser, site: Path, query: str, said: str
) -> None:
    with reading(chromium, site) as (page, address, problems):
        page.goto(f"{address}search/?q={query}")
        page.wait_for_selector(SETTLED)
        expect(page.locator(".s-results")).to_contain_text(said)
        assert problems == []


def test_filters_have_counts_and_can_be_taken_off(chromium: Browser, site: Path) -> None:
    with reading(chromium, site) as (page, address, problems):
        page.goto(f"{address}search/?q=停车")
        page.wait_for_selector(SETTLED)
        total = int(page.locator("[data-total]").first.get_attribute("data-total") or "")
        page.get_by_text("筛选和排序").click()
        section = page.get_by_label("栏目")
        expect(section.locator("option", has_text="政策解读（")).to_have_count(1)
        section.select_option(label=section.locator("option", has_text="政策解读（").inner_text())
        page.wait_for_selector(SETTLED)
        count = re.search(r"（(\d+)）", section.locator("option:checked").inner_text())
        assert count
        assert page.locator("[data-total]").first.get_attribute("data-total") == count[1]
        page.get_by_role("button", name=re.compile("去掉筛选：栏目")).click()
        page.wait_for_selector(SETTLED)
        assert page.locator("[data-total]").first.get_attribute("data-total") == str(total)
        assert "section" not in page.url
        assert problems == []


def test_hostile_queries_do_no_harm(chromium: Browser, site: Path) -> None:
    with reading(chromium, site) as (page, address, problems):
        page.on("dialog", lambda dialog: problems.append(dialog.message) or dialog.dismiss())
        page.goto(f"{address}search/")
        page.wait_for_selector(SETTLED)
        for query in hostile_queries():
            page.evaluate(
                """query => { const box = document.querySelector("#search input[name=q]");
                  box.value = query; box.form.requestSubmit(); }""",
                query,
            )
            page.wait_for_selector("[data-state=done], [data-state=error]")
            state = page.locator("[data-state]").first.get_attribute("data-state")
            foreign = page.locator("#search :is(script, img, svg, iframe, style)").count()
            assert (state, foreign) == ("done", 0), query[:40]
        assert problems == []


def test_a_network_failure_is_said_and_can_be_tried_again(chromium: Browser, site: Path) -> None:
    with reading(chromium, site) as (page, address, _):
        page.route("**/grams/*", lambda route: route.abort())
        page.goto(f"{address}search/?q=停车")
        page.wait_for_selector("[data-state=error]")
        expect(page.locator(".s-status")).to_contain_text("网络")
        page.unroute("**/grams/*")
        page.get_by_role("button", name="重试").click()
        page.wait_for_selector(SETTLED)
        expect(page.locator("[data-hit]").first).to_be_visible()


def test_search_works_without_streams_and_without_workers(chromium: Browser, site: Path) -> None:
    with reading(chromium, site) as (page, address, problems):
        page.add_init_script("delete globalThis.DecompressionStream; delete globalThis.Worker;")
        page.goto(f"{address}search/")
        search(page, "停车")
        expect(page.locator("[data-hit]").first).to_be_visible()
        search(page, "加装电梯")
        expect(page.locator("[data-hit]").first).to_contain_text("加装电梯")
        assert problems == []


def test_later_searches_run_in_a_worker(chromium: Browser, site: Path) -> None:
    with reading(chromium, site) as (page, address, problems):
        page.goto(f"{address}search/?q=停车")
        page.wait_for_selector(SETTLED)
        page.get_by_role("searchbox").first.focus()
        page.wait_for_selector("#search[data-worker]")
        search(page, "加装电梯")
        expect(page.locator("[data-hit]").first).to_contain_text("加装电梯")
        assert problems == []
