"""Thirty queries of every kind, asked of the browser, of `gazette search`, and of a plain scan.

The queries are drawn from the archive itself, always the same ones for the same content. The scan
reads `searchable_text` of every entry from end to end and uses no index. Prints a table; the exit
status is 1 if any of the three differ. The site must be built from the same content.

    python tools/compare_search.py ISSUES SITE
"""

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import click
from playwright.sync_api import Page, sync_playwright

from gazette.archive import entries
from gazette.han import simplified
from gazette.reading import read_archive
from gazette.search import terms
from gazette.search.entry import Entry, searchable_text
from gazette.search.query import number_reading
from gazette.search.query import parse as parse_query
from gazette.serve import serving
from gazette.settings import read_settings

MOST = 300
"""Queries that more entries answer than this are drawn again: all results are paged through."""
EACH = 6
"""Queries of each kind."""


@dataclass(frozen=True)
class Scanned:
    """One entry as the scan sees it: its blocks as ` unit unit … `, parted by barriers."""

    url: str
    key: str | None
    blocks: str


def scanned(entry: Entry) -> Scanned:
    """Fold an entry once, so that each query is a plain search in a string."""
    blocks = (terms.units(block) for block in searchable_text(entry).split("\n"))
    return Scanned(
        url=entry.url,
        key=terms.number_key(terms.units(entry.number)),
        blocks="\n".join(f" {' '.join(units)} " for units in blocks),
    )


def scan(everything: Sequence[Scanned], query: str) -> set[str]:
    """What a query must find, by the rules of design and nothing else."""
    if reading := number_reading(query):
        key, group = reading
        run = f" {' '.join(group.units)} "
        found = {e.url for e in everything if e.key == key or run in e.blocks}
        if found:
            return found
    wanted = []
    for group in parse_query(query):
        pairs = terms.terms(group.units) if not group.phrase else [" ".join(group.units)]
        wanted += [f" {pair} " for pair in pairs]
    return {e.url for e in everything if all(pair in e.blocks for pair in wanted)}


def queries(  # noqa: C901  a small function for each kind
    found: Sequence[Entry], everything: Sequence[Scanned]
) -> Iterator[tuple[str, str]]:
    """(kind, query), six of each kind."""
    chance = random.Random(20260301)  # noqa: S311  no secret
    traditional = {s: t for t, s in sorted(simplified().items(), reverse=True)}
    documents = [e for e in found if e.kind == "document" and len(e.body) > 500]  # noqa: PLR2004

    numbers = [e.number for e in found if number_reading(e.number)]

    def number() -> str:
        said = chance.choice(numbers)
        odd = chance.choice(["[]", "【】", "（）", "［］", "  ", "<>"])
        said = said.replace("〔", odd[0]).replace("〕", odd[1])
        if chance.random() < 0.5:  # noqa: PLR2004
            return said.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
        return said.removesuffix("号").replace("第", " ")

    def part(text: str, least: int, most: int) -> str:
        runs = [r for r in text.replace("　", "\n").split("\n") if len(r) >= most]
        run = chance.choice(runs or [text])
        length = chance.randint(least, most)
        start = chance.randrange(max(len(run) - length, 0) + 1)
        return run[start : start + length].strip()

    def title() -> str:
        return part(chance.choice(found).title, 4, 9)

    def two_words() -> str:
        body = chance.choice(documents).body
        words = [part(body, 2, 4) for _ in range(9)]
        return " ".join([w for w in words if len(terms.units(w)) > 1][:2])

    def phrase() -> str:
        return f"“{part(chance.choice(documents).body, 12, 20)}”"

    def old_characters() -> str:
        run = part(chance.choice(documents).body, 4, 8)
        return "".join(traditional.get(c, c) for c in run)

    kinds: dict[str, Callable[[], str]] = {
        "发文字号，各种括号": number,
        "标题的一部分": title,
        "两个词": two_words,
        "长句，加引号": phrase,
        "繁体字": old_characters,
    }
    for kind, draw in kinds.items():
        chosen: set[str] = set()
        while len(chosen) < EACH:
            query = draw()
            if query not in chosen and 0 < len(scan(everything, query)) <= MOST:
                chosen.add(query)
                yield kind, query


def ask_command(query: str, issues: Path, config: Path) -> set[str]:
    """What `gazette search` finds."""
    command = [sys.executable, "-m", "gazette", "search", query, "--json", "--limit", "100000"]
    said = subprocess.run(  # noqa: S603  our own command
        [*command, "--issues", str(issues), "--config", str(config)],
        capture_output=True,
        check=True,
    )
    return {hit["url"] for hit in json.loads(said.stdout)["hits"]}


def ask_browser(page: Page, address: str, query: str) -> set[str]:
    """What a reader finds who types the query and asks for more until there is no more."""
    page.goto(f"{address}search/")
    box = page.get_by_role("searchbox").first
    box.fill(query)
    box.press("Enter")
    done = "[data-state=done], [data-state=error]"
    page.wait_for_selector(done)
    while (more := page.get_by_role("button", name="更多结果")).is_visible():
        more.click()
        page.wait_for_selector(done)
    links = page.locator("[data-hit]").evaluate_all(
        "hits => hits.map(h => (h.matches('a') ? h : h.querySelector('a')).href)"
    )
    return {urlsplit(link).path.lstrip("/") for link in links}


@click.command()
@click.argument("issues", type=click.Path(path_type=Path, exists=True))
@click.argument("site", type=click.Path(path_type=Path, exists=True))
@click.option("--config", default="mkdocs.yml", type=click.Path(path_type=Path))
@click.option("--chromium", default="/usr/bin/chromium", help="浏览器在哪里。")
@click.option("--show", is_flag=True, help="逐条列出检索词和条数。")
def main(issues: Path, site: Path, config: Path, chromium: str, *, show: bool) -> None:
    """Compare the three and print what was found."""
    issues = issues.resolve()
    archive, _ = read_archive(read_settings(config), issues, cache=issues.parent / ".gazette")
    found = list(entries(archive))
    everything = [scanned(entry) for entry in found]
    rows: dict[str, list[int]] = {}
    with serving(site) as address, sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        page = browser.new_page(viewport={"width": 360, "height": 740})
        for kind, query in queries(found, everything):
            truth = scan(everything, query)
            by_command = ask_command(query, issues, config)
            by_browser = ask_browser(page, address, query)
            counts = [len(truth), len(by_command), len(by_browser)]
            wrong = [len(truth - by_command), len(by_command - truth)]
            wrong += [len(truth - by_browser), len(by_browser - truth)]
            row = rows.setdefault(kind, [0] * 8)
            for at, value in enumerate([1, *counts, *wrong]):
                row[at] += value
            if show or any(wrong):
                click.echo(f"{kind}\t{query}\t{counts}\t{wrong}")
        browser.close()
    pages = sum(e.kind == "page" for e in found)
    click.echo(f"\n{len(found) - pages} 件文件，{pages} 个 PDF 页。\n")
    click.echo(
        "| 检索词 | 个数 | 逐字扫描 | 命令行 | 浏览器 | 漏 | 多 |\n|---|--:|--:|--:|--:|--:|--:|"
    )
    for kind, row in rows.items():
        cells = [*row[:4], row[4] + row[6], row[5] + row[7]]
        click.echo(f"| {kind} | {' | '.join(map(str, cells))} |")
    sys.exit(1 if any(any(row[4:]) for row in rows.values()) else 0)


if __name__ == "__main__":
    main()
