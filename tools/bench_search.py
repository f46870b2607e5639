"""Search at full size: is it right, and what does it cost, beside Pagefind on the same site.

    python -m tools.bench_search ISSUES SITE [--pagefind PROGRAM] [--topics 10] [--runs 1000]
        [--no-build] [--write docs/search.md]

SITE is that of `gazette build --issues ISSUES`; `--pagefind` is the program of PyPI's
`pagefind_bin_extended` (indexing a folder is what its `add_directory` does).

Right: random runs of 2–12 units out of titles and bodies, asked of the search page's own modules in
one page of a browser and of what `gazette search` calls, some also of the page and the command
themselves, against a plain scan of `searchable_text`. Cost: a phone that has nothing yet, on
slow 4G (1.44 Mb/s, 150 ms, processor four times slower), from the address to ten snippets, in a
real Chromium that counts bytes on the wire; over HTTP/1.1 from our preview, and over HTTP/2 from
nginx (`tools/hosting.py`). What Chromium slows are requests: connections and TLS cost nothing in
it, on either protocol. Every figure is of this one run.
"""

import json
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click
from click.testing import CliRunner
from playwright.sync_api import Browser, Dialog, Page, sync_playwright

from gazette.archive import entries
from gazette.cli import main as gazette
from gazette.reading import read_archive
from gazette.search import terms
from gazette.search.entry import Entry, searchable_text
from gazette.search.query import search
from gazette.search.static_index import Index
from gazette.serve import serving
from gazette.settings import read_settings
from tests.hostile import hostile_queries
from tools.hosting import hosting
from tools.tables import write_table

TOPICS = (
    "营商环境", "市场监督管理局", "行政处罚", "养老保险", "食品安全", "公共就业服务",
    "停车场管理", "安全生产", "环境保护", "义务教育", "住房公积金", "突发事件应急预案",
    "政府信息公开", "土地征收补偿", "残疾人保障", "人才引进", "招标投标", "城市总体规划",
    "医疗保障", "知识产权", "物业管理", "大气污染防治", "水资源", "政务服务",
    "乡村振兴", "国有资产", "统计调查", "道路交通安全", "消防", "历史文化名城",
)  # fmt: skip
"""What readers look for, in our words."""
SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.44e6 / 8,
    "uploadThroughput": 0.675e6 / 8,
}
SLOWER = 4
SHOWN = "[data-state=done], [data-state=error]"
UNSETTLED = "[data-unsettled]"


@dataclass(frozen=True)
class Cost:
    """Of one query: bytes on the wire, seconds from the address to the snippets, hits counted."""

    size: int
    seconds: float
    total: int


class Phone:
    """A browser context that has nothing yet and counts what it fetches."""

    def __init__(self, browser: Browser) -> None:
        self.context = browser.new_context(
            viewport={"width": 360, "height": 740},
            ignore_https_errors=True,
            service_workers="block",
        )
        self.page = self.context.new_page()
        # What a worker or a service worker fetches, DevTools neither slows nor counts, and none is
        # registered under a certificate that nobody signed: so everything stays on the page.
        self.page.add_init_script("delete globalThis.Worker")
        session = self.context.new_cdp_session(self.page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", SLOW_4G)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        self.size = 0
        session.on("Network.loadingFinished", self._finish)

    def _finish(self, event: dict[str, Any]) -> None:
        self.size += int(event["encodedDataLength"])

    def measure(self, work: Callable[[Page], int]) -> Cost:
        """The cost of one piece of work, which returns how many hits there are."""
        self.page.wait_for_timeout(50)
        before, start = self.size, time.monotonic()
        total = work(self.page)
        seconds = time.monotonic() - start
        # What was still on its way belongs to it, and what makes the total sure.
        self.page.wait_for_selector(UNSETTLED, state="detached")
        self.page.wait_for_timeout(300)
        return Cost(self.size - before, seconds, total)


def ours_first(address: str, query: str) -> Callable[[Page], int]:
    """Open the result page by its address."""

    def work(page: Page) -> int:
        page.goto(f"{address}search/?q={query}", wait_until="commit")
        page.wait_for_selector(SHOWN)
        return int(page.locator("[data-total]").first.get_attribute("data-total") or 0)

    return work


def ours_next(query: str) -> Callable[[Page], int]:
    """Type another query on the page that is open."""

    def work(page: Page) -> int:
        box = page.get_by_role("searchbox").first
        box.fill(query)
        box.press("Enter")
        page.wait_for_selector(SHOWN)
        return int(page.locator("[data-total]").first.get_attribute("data-total") or 0)

    return work


PAGEFIND_PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>Pagefind</title>
<script type="module" src="pagefind-page.js"></script><body><ol></ol></body></html>"""
PAGEFIND_SCRIPT = """const pagefind = await import("./pagefind/pagefind.js");
globalThis.ask = async (query) => {
  const list = document.querySelector("ol");
  list.replaceChildren();
  delete list.dataset.total;
  const found = await pagefind.search(query);
  for (const data of await Promise.all(found.results.slice(0, 10).map((r) => r.data()))) {
    const row = document.createElement("li");
    row.innerHTML = data.excerpt;
    list.append(row);
  }
  list.dataset.total = found.results.length;
};
globalThis.everything = async (query) => {
  const found = await pagefind.search(query);
  return Promise.all(found.results.map(async (r) => (await r.data()).url));
};
const said = new URLSearchParams(location.search).get("q");
if (said) await ask(said);
document.body.dataset.ready = "";"""


def pagefind_first(address: str, query: str) -> Callable[[Page], int]:
    """A page that does nothing but ask Pagefind and load ten results."""

    def work(page: Page) -> int:
        page.goto(f"{address}pagefind.html?q={query}", wait_until="commit")
        page.wait_for_selector("ol[data-total]", state="attached", timeout=120_000)
        return int(page.locator("ol").get_attribute("data-total") or 0)

    return work


def pagefind_next(query: str) -> Callable[[Page], int]:
    """Another query on that page."""

    def work(page: Page) -> int:
        page.evaluate("query => ask(query)", query)
        return int(page.locator("ol").get_attribute("data-total") or 0)

    return work


class Truth:
    """The plain scan: every entry's folded units in one string each, blocks kept apart."""

    def __init__(self, found: Iterable[Entry]) -> None:
        self.texts: list[tuple[str, str]] = []
        for entry in found:
            blocks = searchable_text(entry).split("\n")
            joined = "\n".join(f" {' '.join(terms.units(block))} " for block in blocks)
            self.texts.append((entry.url, joined))

    def of(self, run: Sequence[str]) -> set[str]:
        """Addresses of the entries that hold a run."""
        wanted = f" {' '.join(run)} "
        return {url for url, text in self.texts if wanted in text}


def random_runs(found: Sequence[Entry], count: int) -> list[str]:
    """Texts of 2–12 units, a quarter of them out of titles; the same for the same content."""
    chance = random.Random(1949)  # noqa: S311  no secret
    runs: list[str] = []
    while len(runs) < count:
        entry = chance.choice(found)
        text = entry.title if chance.random() < 0.25 else chance.choice(entry.body.split("\n"))  # noqa: PLR2004
        places = list(terms.spans(text))
        length = chance.randint(2, 12)
        if len(places) < length:
            continue
        start = chance.randrange(len(places) - length + 1)
        run = text[places[start].start : places[start + length - 1].end]
        if not any(mark in run for mark in '"“”「」『』‘’'):
            runs.append(run)
    return runs


COLLECT = """async ([address, queries]) => {
  const { Index } = await import(address + "assets/search/index.js");
  const { Search } = await import(address + "assets/search/session.js");
  if (!globalThis.index) {
    // All packs at once, and every passage inflated once: hundreds of thousands of hits are to be verified, and it is
    // neither bytes nor memory that is counted here.
    globalThis.index = new Index(address + "search-index/");
    const { segments, pack } = await index.manifest();
    for (const { key, slots } of segments)
      for (let at = 0; at < slots; at += pack) {
        const name = `${key}/texts/${(at / pack).toString(16).padStart(4, "0")}.bin`;
        const answer = await fetch(address + "search-index/" + name);
        if (answer.ok) index.cache.set(name, Promise.resolve(new Uint8Array(await answer.arrayBuffer())));
      }
  }
  const answers = [];
  for (const query of queries) {
    const search = new Search(index, query);
    const urls = [];
    for (let hits; (hits = await search.more(200)).length; )
      for (const hit of hits) if (hit.match === "exact" || hit.match === "number") urls.push(hit.passage.url);
    answers.push(urls);
  }
  return answers;
}"""
COMMANDS = 2
"""Processes that ask what the command calls, while a browser asks its page."""
SAMPLE = 25
"""So many of the runs are also asked of the search page and of the command, as a reader would."""


def right(  # noqa: PLR0913, PLR0917  what is asked, of whom, and how much of it
    browser: Browser, address: str, found: list[Entry], count: int, call: list[str], site: Path
) -> list[str]:
    """Rows on recall and precision of exact hits, by the browser and by the command."""
    runs = random_runs(found, count)
    with ProcessPoolExecutor(COMMANDS, get_context("spawn")) as pool:
        asked = pool.map(partial(_by_command, site), runs, chunksize=10)
        truth = Truth(found)
        expected = [truth.of(terms.units(run)) for run in runs]
        page = browser.new_page()
        page.goto(f"{address}search/")
        by_browser: list[set[str]] = []
        for at in range(0, count, 10):
            queries = [f"“{run}”" for run in runs[at : at + 10]]
            by_browser += map(set, page.evaluate(COLLECT, [address, queries]))
        page.close()
        by_command = list(asked)
    rows = []
    for name, answers in (("浏览器", by_browser), ("命令行", by_command)):
        hit = sum(len(a & e) for a, e in zip(answers, expected, strict=True))
        wanted, given = sum(map(len, expected)), sum(map(len, answers))
        rows.append(f"| {name} | {count} | {wanted} | {hit / wanted:.4f} | {hit / given:.4f} |")
    return [*rows, "", _as_a_reader(browser, address, runs[:SAMPLE], expected, call)]


@cache
def _index(site: Path) -> Index:
    """The index that a process asks, opened once."""
    return Index(site / "search-index")


def _by_command(site: Path, run: str) -> set[str]:
    """Addresses of the exact hits that `gazette search` finds."""
    hits = search(_index(site), f"“{run}”", limit=1_000_000).hits
    return {h.passage.url for h in hits if h.match in ("exact", "number")}


def _as_a_reader(
    browser: Browser, address: str, runs: list[str], expected: list[set[str]], call: list[str]
) -> str:
    """A sentence on some of the runs, asked of the page and the command themselves."""
    wrong: list[str] = []
    page = browser.new_page()
    runner = CliRunner()
    for run, wanted in zip(runs, expected, strict=False):
        page.goto(f"{address}search/?{urlencode({'q': f'“{run}”'})}")
        page.wait_for_selector(SHOWN, timeout=120_000)  # thousands of candidates, few of them hits
        page.wait_for_selector(UNSETTLED, state="detached")
        status = page.locator("[data-total]").first
        total = int(status.get_attribute("data-total") or 0)
        links = page.locator("[data-hit] a").evaluate_all("links => links.map((a) => a.href)")
        shown = {link.removeprefix(address) for link in links}
        is_sure = status.get_attribute("data-approx") is None
        if (
            not shown <= wanted
            or len(shown) < min(len(wanted), 10)
            or (is_sure and total != len(wanted))
        ):
            wrong.append(run)
        query = ["search", f"“{run}”", "--json", "--limit", "1000000", *call]
        said = json.loads(runner.invoke(gazette, query, catch_exceptions=False).stdout)
        if {hit["url"] for hit in said["hits"]} != wanted:
            wrong.append(run)
    page.close()
    return f"其中 {len(runs)} 段另在检索页上和用 `gazette search` 各问一次：{len(wrong)} 个不符。{'；'.join(wrong[:3])}"


def spread(values: Sequence[float]) -> tuple[float, float]:
    """Median and 95th percentile."""
    return statistics.median(values), sorted(values)[int(len(values) * 0.95)]


def costs(
    browser: Browser,
    first: Callable[[str], Callable[[Page], int]],
    again: Callable[[str], Callable[[Page], int]],
    topics: Sequence[str] = TOPICS,
) -> tuple[str, dict[str, int]]:
    """A row of cells of the table of costs, how many queries first, and totals by query."""
    cold, warm, totals = [], [], {}
    for at, query in enumerate(topics):
        phone = Phone(browser)
        cost = phone.measure(first(query))
        totals[query] = cost.total
        cold.append(cost)
        warm.append(phone.measure(again(topics[(at + 7) % len(topics)])))
        phone.context.close()
    cells = [str(len(topics))]
    for values, scale, digits in (
        ([c.size for c in cold], 1000, 1),
        ([c.size for c in warm], 1000, 1),
        ([c.seconds for c in cold], 1, 2),
        ([c.seconds for c in warm], 1, 2),
    ):
        middle, high = spread(values)
        cells += [f"{middle / scale:.{digits}f}", f"{high / scale:.{digits}f}"]
    return " | ".join(cells), totals


def hostile(browser: Browser, address: str) -> str:
    """Type two hundred hostile queries; what went wrong, as a sentence."""
    queries = hostile_queries()
    problems: list[str] = []
    page = browser.new_page()
    page.on("pageerror", lambda e: problems.append(str(e)))

    def alarm(dialog: Dialog) -> None:
        problems.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", alarm)
    page.goto(f"{address}search/")
    for query in queries:
        page.evaluate(
            """query => { const box = document.querySelector("#search input[name=q]");
              box.value = query; box.form.requestSubmit(); }""",
            query,
        )
        page.wait_for_selector(SHOWN)
        state = page.locator("[data-state]").first.get_attribute("data-state")
        foreign = page.locator(".s-list :is(script, img, svg, iframe, style)").count()
        if state != "done" or foreign:
            problems.append(f"{query[:40]!r}: {state}, {foreign}")
    page.close()
    return f"{len(queries)} 个刁难的检索词：{len(problems)} 个出错。{'；'.join(problems[:5])}"


def our_times(issues: Path, config: Path, site: Path) -> list[str]:
    """Rows on making our indexes: seconds, peak memory, files, bytes; in a process of its own."""
    with tempfile.TemporaryDirectory(dir=site.parent) as folder:
        command = [sys.executable, "-m", "tools.index_times", str(issues), str(config), folder]
        said = subprocess.run(command, check=True, capture_output=True)  # noqa: S603
    names = (
        "本项目：网页的索引",
        "本项目：Whoosh（命令行排序）",
        "本项目：两个索引，新增一期",
        "本项目：两个索引，改一件旧文件",
    )
    rows = zip(names, json.loads(said.stdout), strict=True)
    return [_build_row(name, *row) for name, row in rows]


def their_times(pagefind: str, site: Path) -> str:
    """A row on making Pagefind's index, likewise."""
    shutil.rmtree(site / "pagefind", ignore_errors=True)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    before, start = used.ru_utime + used.ru_stime, time.monotonic()
    command = [pagefind, "--site", str(site), "--quiet"]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603
    seconds = time.monotonic() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak, spent = used.ru_maxrss, used.ru_utime + used.ru_stime - before
    files = [p for p in (site / "pagefind").rglob("*") if p.is_file()]
    size = sum(p.stat().st_size for p in files)
    return _build_row("Pagefind", seconds, spent, peak, len(files), size)


def _build_row(  # noqa: PLR0913, PLR0917  the cells of a row
    name: str, seconds: float, spent: float, peak: int, files: int, size: int
) -> str:
    cells = f"{seconds:.1f} | {spent:.1f} | {peak / 1024:.0f} | {files} | {size / 1e6:.1f}"
    return f"| {name} | {cells} |"


@click.command()
@click.argument("issues", type=click.Path(path_type=Path, exists=True))
@click.argument("site", type=click.Path(path_type=Path, exists=True))
@click.option("--config", default="mkdocs.yml", type=click.Path(path_type=Path))
@click.option("--runs", default=1000, help="随机取多少段文字来检查对错。")
@click.option(
    "--topics", default=10, help="用多少个检索词量 Pagefind；0 为全部。它一个要十秒以上。"
)
@click.option("--build/--no-build", "is_built", default=True, help="量不量编索引。")
@click.option("--pagefind", help="Pagefind 程序；不写就不比。")
@click.option("--write", type=click.Path(path_type=Path), help="把表写进这个文件的标记之间。")
@click.option("--chromium", default="/usr/bin/chromium", help="浏览器在哪里。")
def main(  # noqa: PLR0913, PLR0917  one parameter an option
    issues: Path,
    site: Path,
    config: Path,
    runs: int,
    topics: int,
    is_built: bool,  # noqa: FBT001  an option
    pagefind: str | None,
    write: Path | None,
    chromium: str,
) -> None:
    """Measure everything and print it as Markdown."""
    lines: list[str] = []

    def say(text: str) -> None:
        click.echo(text, err=True)  # while it goes on
        lines.append(text)

    issues, site, config = issues.resolve(), site.resolve(), config.resolve()
    archive, _ = read_archive(read_settings(config), issues, cache=issues.parent / ".gazette")
    found = list(entries(archive))
    pages = sum(e.kind == "page" for e in found)
    size = sum(len(searchable_text(e)) for e in found)
    say(f"{len(found) - pages} 件文件，{pages} 个 PDF 页，{size / 1e6:.1f} 百万字。\n")

    say("| 编索引 | 秒 | 处理器秒 | 内存 MB | 文件 | MB |\n|---|--:|--:|--:|--:|--:|")
    for row in our_times(issues, config, site) if is_built else ():
        say(row)
    say((their_times(pagefind, site) if pagefind else "") + "\n")
    if pagefind:
        (site / "pagefind.html").write_text(PAGEFIND_PAGE, "utf-8")
        (site / "pagefind-page.js").write_text(PAGEFIND_SCRIPT, "utf-8")
    call = ["--issues", str(issues), "--config", str(config)]
    # Pagefind's WebAssembly may not run under our policy.
    with serving(site, policy="") as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        say(
            "| 慢速 4G，处理器慢四倍 | 检索词 | 首次 KB：中位 | 95% | 再次 KB：中位 | 95% "
            "| 首次 秒：中位 | 95% | 再次 秒：中位 | 95% |\n|---|" + "--:|" * 9
        )
        some = TOPICS[: topics or len(TOPICS)]
        with hosting(site) as hosted:
            for protocol, home in (("HTTP/1.1", address), ("HTTP/2", hosted)):
                cells, totals = costs(browser, partial(ours_first, home), ours_next)
                say(f"| 本项目，{protocol} | {cells} |")
                if pagefind:
                    cells, theirs = costs(
                        browser, partial(pagefind_first, home), pagefind_next, some
                    )
                    say(f"| Pagefind，{protocol} | {cells} |")
                    cells, cited = costs(
                        browser,
                        lambda q, home=home: pagefind_first(home, f'"{q}"'),
                        lambda q: pagefind_next(f'"{q}"'),
                        some,
                    )
                    say(f"| Pagefind，{protocol}，加引号 | {cells} |")
        if pagefind:
            truth = Truth(found)
            say(
                "\n| 检索词 | 逐字扫描 | 本项目（含分词匹配） | Pagefind | 加引号 |\n|---|--:|--:|--:|--:|"
            )
            for query in some:
                counts = [
                    len(truth.of(terms.units(query))),
                    totals[query],
                    theirs[query],
                    cited[query],
                ]
                say(f"| {query} | {' | '.join(map(str, counts))} |")
        say("\n| 随机取的一段文字 | 个数 | 真结果 | 召回 | 准确 |\n|---|--:|--:|--:|--:|")
        say("\n".join(right(browser, address, found, runs, call, site)))
        say("\n" + hostile(browser, address))
        browser.close()
    write_table("\n".join(lines), "bench", write)
    for name in ("pagefind.html", "pagefind-page.js"):
        (site / name).unlink(missing_ok=True)
    shutil.rmtree(site / "pagefind", ignore_errors=True)


if __name__ == "__main__":
    main()
