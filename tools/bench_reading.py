"""How fast and how heavy the pages are on a phone: a real Chromium, slow 4G, a slow processor.

    python tools/bench_reading.py SITE [--write docs/reading.md] [--runs 3]

Slow 4G and the processor are those of Lighthouse's phone profile as DevTools applies it: 562.5 ms
a request, 1.44 Mbit/s down, 675 kbit/s up, processor four times slower. Each page is opened by a
browser that has nothing yet; LCP, CLS and blocking time are the browser's own figures, the median
of the runs. Bytes are what the server sent, compressed. "Later" is the same page after the home
page and another document, with the service worker at work. Beside ours the same document in stock
MkDocs + Material.
"""

import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import yaml
from playwright.sync_api import Browser, Page, sync_playwright

from gazette.serve import Traffic, serving

PAGES = {
    "首页": "",
    "一年": "2024/",
    "一期": "2024/01/",
    "一件规章（46条）": "2024/01/01/",
    "一件文件（宽表格）": "2024/05-06/02/",
    "历史公报（缩略图）": "1996/03/",
    "历史公报中的一件": "1996/03/01/",
    "PDF 页（一幅图像）": "1998/07/p2/",
    "栏目": "lists/市政府文件/",
    "往期公报": "timeline/",
    "检索，出十条结果": "search/?q=管理",
    "已保存": "saved/",
}
ANOTHER = "2024/11/01/"
DOCUMENT = "2024/01/01/"
SOURCE = "issues/2024/01"
LIMITS = "首次 ≤ 90 KB，LCP ≤ 1.8 s，CLS ≤ 0.02，阻塞 ≤ 100 ms，以后每页 ≤ 15 KB"
MARKS = ("<!-- bench_reading -->", "<!-- /bench_reading -->")

SLOW_4G = {
    "offline": False,
    "latency": 562.5,
    "downloadThroughput": 1_474_560 / 8,
    "uploadThroughput": 675 * 1024 / 8,
}
SLOWER = 4
SCREEN: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "locale": "zh-CN",
}
WATCH = """
window.vitals = {lcp: 0, cls: 0, tbt: 0};
new PerformanceObserver(list => { for (const e of list.getEntries()) vitals.lcp = e.startTime })
  .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) vitals.cls += e.value })
  .observe({type: "layout-shift", buffered: true});
new PerformanceObserver(list => { for (const e of list.getEntries()) vitals.tbt += Math.max(0, e.duration - 50) })
  .observe({type: "longtask", buffered: true});
"""


@dataclass(frozen=True, slots=True)
class Visit:
    """One page opened once: requests, bytes of answers, seconds, shift, blocked milliseconds."""

    requests: int
    size: int
    lcp: float
    cls: float
    tbt: float
    elsewhere: int


def slow(page: Page) -> None:
    """Make a page's network and processor those of the profile."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_4G)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


def visit(browser: Browser, traffic: Traffic, address: str, path: str) -> Visit:
    """Open a page on a phone that has nothing, and no service worker yet."""
    context = browser.new_context(**SCREEN, service_workers="block")
    page = context.new_page()
    page.add_init_script(WATCH)
    slow(page)
    elsewhere: list[str] = []
    page.on(
        "request",
        lambda r: (
            elsewhere.append(r.url) if urlsplit(r.url).netloc != urlsplit(address).netloc else None
        ),
    )
    traffic.answers.clear()
    page.goto(address + path)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1000)
    seen = page.evaluate("vitals")
    sent = [size for _, size in traffic.answers]
    context.close()
    return Visit(len(sent), sum(sent), seen["lcp"] / 1000, seen["cls"], seen["tbt"], len(elsewhere))


def later(browser: Browser, traffic: Traffic, address: str, path: str) -> tuple[int, int]:
    """(what the service worker fetched for itself, what a later page took) in bytes."""
    context = browser.new_context(**SCREEN)
    page = context.new_page()
    traffic.answers.clear()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    first = sum(size for _, size in traffic.answers)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_timeout(1500)
    shell = sum(size for _, size in traffic.answers) - first
    page.goto(address + ANOTHER)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    traffic.answers.clear()
    page.goto(address + path)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    context.close()
    return shell, sum(size for _, size in traffic.answers)


def material(folder: Path) -> Path:
    """The same document as MkDocs + Material show it unchanged."""
    (folder / "docs").mkdir()
    (source,) = Path(SOURCE).glob("01-*.md")
    (folder / "docs/index.md").write_text(source.read_text("utf-8"), "utf-8")
    config = {
        "site_name": "Material",
        "theme": {"name": "material", "language": "zh", "font": False},
        "plugins": [],
    }
    (folder / "mkdocs.yml").write_text(yaml.safe_dump(config), "utf-8")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet"]
    subprocess.run(command, cwd=folder, check=True)  # noqa: S603  our own command
    return folder / "site"


def row(name: str, visits: list[Visit], after: int | None) -> str:
    """A row of the table: the medians."""

    def middle(field: str) -> float:
        return statistics.median(getattr(v, field) for v in visits)

    shown = "" if after is None else f"{after / 1000:.1f}"
    return (
        f"| {name} | {middle('requests'):.0f} | {middle('size') / 1000:.1f} | {shown} | "
        f"{middle('lcp'):.2f} | {middle('cls'):.3f} | {middle('tbt'):.0f} | "
        f"{max(v.elsewhere for v in visits)} |"
    )


def table(browser: Browser, site: Path, runs: int) -> list[str]:
    """The whole table, line by line."""
    lines = [
        "| 页面 | 请求 | 首次，KB | 以后，KB | LCP，秒 | CLS | 阻塞，毫秒 | 站外请求 |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    shells = []
    traffic = Traffic()
    with serving(site, traffic=traffic) as address:
        for name, path in PAGES.items():
            visits = [visit(browser, traffic, address, path) for _ in range(runs)]
            shell, after = later(browser, traffic, address, path)
            shells.append(shell)
            lines.append(row(name, visits, after))
    traffic = Traffic()
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(material(Path(folder)), traffic=traffic) as address,
    ):
        visits = [visit(browser, traffic, address, "") for _ in range(runs)]
        lines.append(row("同一件规章，原样的 Material", visits, None))
    kept = f"{max(shells) / 1000:.1f}"
    lines += ["", f"目标：{LIMITS}。离线用的外壳在第一页读完以后才取，一次 {kept} KB。"]
    return lines


@click.command()
@click.argument("site", type=click.Path(path_type=Path, exists=True))
@click.option("--runs", default=3, help="每页打开几次，取中位数。")
@click.option("--write", type=click.Path(path_type=Path), help="写进这个文档的两个标记之间。")
@click.option("--chromium", default="/usr/bin/chromium", help="浏览器在哪里。")
def main(site: Path, runs: int, write: Path | None, chromium: str) -> None:
    """Print the table, or put it into a document."""
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        lines = table(browser, site, runs)
        browser.close()
    text = "\n".join(lines)
    click.echo(text)
    if write:
        before, _, rest = write.read_text("utf-8").partition(MARKS[0])
        after = rest.partition(MARKS[1])[2]
        write.write_text(f"{before}{MARKS[0]}\n\n{text}\n\n{MARKS[1]}{after}", "utf-8")


if __name__ == "__main__":
    main()
