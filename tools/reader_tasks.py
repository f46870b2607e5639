"""Ten tasks of a reader with one thumb on a 360 px screen: taps, keys, swipes and seconds of each.

    python tools/reader_tasks.py SITE [--write docs/reading.md]

A scripted reader does each task with a phone that has nothing yet, on slow 4G with a slow
processor (tools/bench_reading.py), and stops where the answer can be seen. Whatever it touches
must be on the screen: it swipes there first, most of a screen at a time. Seconds are those of the
network and the browser; a person's own time comes on top, about one second a tap. A touch in the
top quarter of the screen, where a thumb does not reach well, is counted apart.
"""

# ruff: noqa: S101, D103  an assertion stops a task that a reader could not do; tasks are named below
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import click
from bench_reading import SCREEN, slow
from playwright.sync_api import Browser, Locator, Page, TimeoutError, expect, sync_playwright  # noqa: A004  its name

from gazette.serve import serving

MARKS = ("<!-- reader_tasks -->", "<!-- /reader_tasks -->")
HEIGHT = SCREEN["viewport"]["height"]
HIGH = HEIGHT / 4
STRIDE = 0.8 * HEIGHT
EDGE = 60
"""What lies over the text at the top, and below it the reading tools."""
PATIENCE = 15_000


@dataclass
class Reader:
    """A reader at work: what was done so far."""

    page: Page
    home: str
    taps: int = 0
    high: int = 0
    swipes: int = 0
    keys: int = 0
    notes: list[str] = field(default_factory=list)

    def tap(self, target: Locator) -> None:
        """Touch something that is on the screen, after swiping to it."""
        target = target.first
        expect(target).to_be_visible(timeout=PATIENCE)
        self.seek(target)
        box = target.bounding_box()
        assert box, "nothing to touch"
        self.taps += 1
        self.high += box["y"] + box["height"] / 2 < HIGH
        target.tap(timeout=PATIENCE)

    def seek(self, target: Locator) -> None:
        """Swipe until it can be seen."""
        for _ in range(200):
            box = target.bounding_box()
            assert box, "nowhere"
            free = HEIGHT - EDGE
            if EDGE <= box["y"] + box["height"] / 2 <= free or target.evaluate(
                "e => getComputedStyle(e.closest('.reader, .top, .notice, .panel') ?? e).position !== 'static'"
            ):
                return
            away = box["y"] - HEIGHT / 2
            self.page.mouse.wheel(0, max(-STRIDE, min(STRIDE, away)))
            self.page.wait_for_timeout(150)
            self.swipes += 1

    def write(self, text: str) -> None:
        """Type into what has the focus, and go."""
        self.keys += len(text) + 1
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Enter")

    def search(self, text: str) -> None:
        """Use the search box of the home page, and wait for the answer."""
        self.tap(self.page.locator("main input[type=search]"))
        self.write(text)
        self.page.wait_for_selector("[data-state=done]", timeout=PATIENCE)

    def sees(self, target: Locator, text: str) -> None:
        """The answer is on the screen."""
        expect(target.first).to_contain_text(text, timeout=PATIENCE)
        self.seek(target.first)


Task = Callable[[Reader], None]


def by_number(reader: Reader) -> None:
    reader.search("示政办发[2024]18号")
    reader.tap(reader.page.locator("[data-hit] a"))
    reader.sees(reader.page.locator("h1"), "内涝治理")


def by_half_a_title(reader: Reader) -> None:
    reader.search("老年助餐")
    reader.tap(reader.page.locator("[data-hit] a"))
    reader.sees(reader.page.locator("h1"), "老年助餐")


def newest(reader: Reader) -> None:
    reader.tap(reader.page.locator("#latest a"))
    reader.sees(reader.page.locator("h1"), "2025年增刊第1期")


def old_page(reader: Reader) -> None:
    reader.tap(reader.page.locator(".years a", has_text="1996"))
    reader.tap(reader.page.locator(".cards a"))
    reader.tap(reader.page.locator(".thumbnails a").last)
    reader.sees(reader.page.locator("h1"), "第 9 页")


def in_force(reader: Reader) -> None:
    reader.search("停车管理办法")
    reader.tap(reader.page.locator("[data-hit] a"))
    reader.sees(reader.page.locator(".standing [data-validity]"), "已修改")


def interpretation(reader: Reader) -> None:
    reader.page.goto(f"{reader.home}2024/01/01/")
    reader.tap(reader.page.locator(".reader a", has_text="解读"))
    reader.tap(reader.page.locator("nav.beside a"))
    reader.sees(reader.page.locator("h1"), "解读")


def download(reader: Reader) -> None:
    reader.page.goto(f"{reader.home}1998/07/p2/")
    reader.tap(reader.page.locator(".reader a", has_text="下载"))
    link = reader.page.locator("section[aria-labelledby=downloads] a")
    reader.sees(link, "KB")
    reader.tap(link)


def cite(reader: Reader) -> None:
    reader.page.goto(f"{reader.home}2024/01/01/")
    reader.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reader.tap(reader.page.locator(".reader a", has_text="目录"))
    reader.tap(reader.page.locator(".outline a", has_text="第三条"))
    reader.tap(reader.page.locator(".text .art", has_text="第三条"))
    reader.tap(reader.page.locator(".notice button", has_text="复制引用"))
    reader.page.wait_for_timeout(300)
    copied = reader.page.evaluate("navigator.clipboard.readText()")
    assert "第3条" in copied, copied
    reader.notes.append(copied)


def large(reader: Reader) -> None:
    reader.page.goto(f"{reader.home}2024/01/01/")
    size = "getComputedStyle(document.documentElement).fontSize"
    before = reader.page.evaluate(size)
    reader.tap(reader.page.locator("[data-settings]"))
    reader.tap(reader.page.locator(".panel label", has_text="特大"))
    assert reader.page.evaluate(size) != before


def keep(reader: Reader) -> None:
    reader.page.goto(f"{reader.home}2024/01/")
    reader.tap(reader.page.get_by_role("button", name="保存本期"))
    expect(reader.page.get_by_role("button", name="更新保存")).to_be_visible(timeout=PATIENCE)


TASKS: dict[str, tuple[str, Task]] = {
    "按发文字号找一件文件": ("首页", by_number),
    "只记得半个标题": ("首页", by_half_a_title),
    "看最新一期": ("首页", newest),
    "看 1996 年一期 PDF 的最后一页": ("首页", old_page),
    "一件办法还有没有效": ("首页", in_force),
    "找它的解读": ("聊天里点开文件", interpretation),
    "下载这一期的 PDF": ("聊天里点开 PDF 页", download),
    "复制第三条的引用": ("聊天里点开文件", cite),
    "把字放大": ("聊天里点开文件", large),
    "把一期存进手机": ("聊天里点开一期", keep),
}
"""What is asked: where the reader starts, and what the reader does."""


def run(browser: Browser, home: str, task: Task) -> tuple[Reader, float]:
    """Do one task on a phone that has nothing yet."""
    context = browser.new_context(**SCREEN)
    page = context.new_page()
    slow(page)
    page.goto(home)
    reader = Reader(page, home)
    began = monotonic()
    task(reader)
    took = monotonic() - began
    context.close()
    return reader, took


@click.command()
@click.argument("site", type=click.Path(path_type=Path, exists=True))
@click.option("--write", type=click.Path(path_type=Path), help="写进这个文档的两个标记之间。")
@click.option("--chromium", default="/usr/bin/chromium", help="浏览器在哪里。")
def main(site: Path, write: Path | None, chromium: str) -> None:
    """Print the table, or put it into a document."""
    lines = [
        "| 要做的事 | 从哪里开始 | 点 | 其中够着费力 | 划 | 打字 | 秒 |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    with sync_playwright() as playwright, serving(site) as home:
        arguments: list[Any] = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        for name, (start, task) in TASKS.items():
            try:
                reader, took = run(browser, home, task)
            except (AssertionError, TimeoutError) as error:
                said = str(error).split("\n", 1)[0]
                lines.append(f"| {name} | {start} | 没有做到：{said} | | | | |")
                continue
            lines.append(
                f"| {name} | {start} | {reader.taps} | {reader.high} | {reader.swipes} | "
                f"{reader.keys} | {took:.1f} |"
            )
        browser.close()
    text = "\n".join(lines)
    click.echo(text)
    if write:
        before, _, rest = write.read_text("utf-8").partition(MARKS[0])
        after = rest.partition(MARKS[1])[2]
        write.write_text(f"{before}{MARKS[0]}\n\n{text}\n\n{MARKS[1]}{after}", "utf-8")


if __name__ == "__main__":
    main()
