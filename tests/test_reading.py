"""Reading on a phone, in a real Chromium: for everyone, at any size, without a network, to pass on."""

import json
import lzma
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
import qrcode
import yaml
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import MODE_8BIT_BYTE, QRData

from gazette.serve import make_server, serving
from tests.conftest import PHONE, ROOT
from tests.test_site import PAGES, reading
from tests.test_withdrawal import build

pytestmark = pytest.mark.browser

DOCUMENT = "2024/01/01/"
EVERY = {n: a for n, a in PAGES.items() if n != "number"}  # that one leads on at once
EVERY |= {"timeline": "timeline/", "saved": "saved/", "found": "search/?q=管理"}
DESKTOP: dict[str, Any] = {
    "viewport": {"width": 1280, "height": 800},
    "device_scale_factor": 1,
    "is_mobile": False,
    "has_touch": False,
    "locale": "zh-CN",
}
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
LOOKS = ("light", "dark", "elder", "elder dark")
LOOK = """look => {
  const data = document.documentElement.dataset;
  data.theme = look.includes("dark") ? "dark" : "light";
  if (look.includes("elder")) data.elder = "on"; else delete data.elder;
  for (const details of document.querySelectorAll("main details")) details.open = true;
}"""
RUN_AXE = """async () => {
  const found = await axe.run(document, {resultTypes: ["violations"], rules: {"target-size": {enabled: true}}});
  return found.violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.html.slice(0, 160)}: ${n.failureSummary}`));
}"""
SMALL = """least => Array.from(document.querySelectorAll(
    ".tool, .panel a, .choose span, .reader > *, .turn a, .contents a, .copy, .find button, .downloads a, .cell, .brand, summary, .s-select, .s-link"))
  .filter(e => e.offsetParent && !e.closest(".unseen") && e.getBoundingClientRect().height < least - .5)
  .map(e => `${e.className || e.tagName} ${e.textContent.trim().slice(0, 12)} ${e.getBoundingClientRect().height}`)"""


@pytest.fixture(scope="session")
def without_policy(chromium: Browser, site: Path) -> Iterator[tuple[dict[str, Page], str]]:
    """A phone and a desktop that let axe in."""
    with serving(site) as address:
        kinds = {"phone": PHONE, "desktop": DESKTOP}
        open_ = {
            name: chromium.new_context(**options, bypass_csp=True, service_workers="block")
            for name, options in kinds.items()
        }
        yield {name: context.new_page() for name, context in open_.items()}, address
        for context in open_.values():
            context.close()


@pytest.mark.parametrize("device", ["phone", "desktop"])
@pytest.mark.parametrize("name", EVERY)
def test_everyone_can_use_every_page_in_every_look(
    without_policy: tuple[dict[str, Page], str], name: str, device: str
) -> None:
    """WCAG 2.2 AA and good practice by axe-core; a thumb's room for each control (GB/T 37668)."""
    pages, address = without_policy
    page = pages[device]
    page.goto(address + EVERY[name])
    page.evaluate(AXE)
    for look in LOOKS:
        page.evaluate(LOOK, look)
        assert page.evaluate(RUN_AXE) == [], look
        if device == "phone":
            assert page.evaluate(SMALL, 60 if "elder" in look else 44) == [], look


LONG = "关于印发示例市进一步优化营商环境降低市场主体制度性交易成本若干措施的通知" * 6
WIDE = f"""---
标题: {LONG}
发文字号: 示政办发〔2024〕1234567号
发文机关: [{", ".join(f"示例市示例第{n}管理委员会办公室" for n in range(12))}]
成文日期: 2024-01-02
栏目: 市政府办公室文件与各部门规范性文件和其他应当公开的文件
索引号: SL1000000/2024-00001-ABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789
附件: [{{标题: {LONG}, 文件: 表.csv}}]
---
{"A" * 300}

https://example.invalid/{"a/" * 200}

| {" | ".join(f"很长的表头第{n}列" for n in range(30))} |
|{"---|" * 30}
| {" | ".join("一二三四五六七八九十" * 4 for _ in range(30))} |

{"没有标点的一大段文字" * 200}
"""


@pytest.fixture(scope="session")
def wide_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gazette whose titles, numbers, words and tables are as long as they may be."""
    root = tmp_path_factory.mktemp("wide")
    files = {
        "issues/2024/01/01-a.md": WIDE,
        "issues/2024/01/01/表.csv": "a\n",
        "issues/2024/02-03/01-b.md": WIDE.replace("1234567号", "7654321号"),
        "issues/2024/02-03/01/表.csv": "a\n",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return built(root)


def built(root: Path) -> Path:
    """The site of `root/issues`, set as the sample is; no width depends on the PDF editions."""
    shutil.copy(ROOT / "mkdocs.yml", root)
    (root / "overrides").symlink_to(ROOT / "overrides")
    command = [sys.executable, "-m", "gazette", "build", "--no-editions", "--site", "site"]
    subprocess.run(command, cwd=root, check=True, capture_output=True)  # noqa: S603
    return root / "site"


def until(page: Page, expression: str) -> None:
    """Wait for an expression to hold; the site's policy forbids Playwright's own way."""
    for _ in range(200):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"没有等到：{expression}")


def overflow(page: Page) -> int:
    """By how many pixels a page is wider than its screen, or a part of it than its own box.

    What the browser would lay out only when one comes near is laid out first: such a part cuts
    off what does not fit, and the page would seem narrow enough.
    """
    wide: int = page.evaluate("""() => {
      const wider = e => e.scrollWidth - e.clientWidth;
      const root = document.documentElement;
      const parts = Array.from(document.querySelectorAll("main *"))
        .filter(e => getComputedStyle(e).contentVisibility === "auto");
      for (const part of parts) part.style.contentVisibility = "visible";
      return Math.max(wider(root), ...parts.filter(p => getComputedStyle(p).overflowX === "visible").map(wider));
    }""")
    return wide


@pytest.mark.parametrize("look", ["light", "elder"])
def test_nothing_is_wider_than_the_smallest_phone(
    chromium: Browser, wide_site: Path, look: str
) -> None:
    addresses = ["", "2024/", "2024/01/", DOCUMENT, "timeline/", "sitemap/"]
    addresses += [f"{p.parent.relative_to(wide_site)}/" for p in wide_site.glob("lists/**/*.html")]
    with reading(chromium, wide_site, viewport={"width": 320, "height": 640}) as (page, home, _):
        for address in addresses:
            page.goto(home + address)
            page.evaluate(LOOK, look)
            assert overflow(page) <= 0, address


@pytest.fixture(scope="session")
def real_site(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Path:
    """The real documents that are the hardest to fit: longest titles, words, lines and names."""
    with lzma.open(shared / "corpus/documents.jsonl.xz", "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    hardest: dict[str, dict[str, Any]] = {}
    for measure in (
        lambda r: len(r["title"] or ""),
        lambda r: len(r["issuer"] or ""),
        lambda r: len(r["doc_number"] or ""),
        lambda r: max(map(len, re.findall(r"[!-~]{20,}", r["text"])), default=0),
        lambda r: max(map(len, r["text"].split("\n"))) if len(r["text"]) < 50_000 else 0,
    ):
        for record in sorted(records, key=measure)[-4:]:
            hardest[record["id"]] = record
    root = tmp_path_factory.mktemp("real")
    issue = root / "issues/2024/01"
    issue.mkdir(parents=True)
    for at, record in enumerate(hardest.values(), 1):
        matter = {
            "标题": record["title"],
            "发文机关": record["issuer"] or "某机关",
            "成文日期": record["date"] or "2024-01-01",
            "发文字号": record["doc_number"] or "",
            "栏目": "真实文件",
        }
        head = yaml.safe_dump(matter, allow_unicode=True, sort_keys=False)
        (issue / f"{at:02}-a.md").write_text(f"---\n{head}---\n{record['text']}\n", "utf-8")
    scans = root / "issues/2020/01"
    scans.mkdir(parents=True)
    shutil.copy(
        min((shared / "pdf").glob("*.pdf"), key=lambda f: f.stat().st_size), scans / "2020-01.pdf"
    )
    return built(root)


@pytest.mark.shared
@pytest.mark.parametrize("look", ["light", "elder"])
def test_no_real_document_is_wider_than_the_smallest_phone(
    chromium: Browser, real_site: Path, look: str
) -> None:
    pages = sorted(real_site.glob("20*/**/index.html"))
    assert len(pages) > 15
    with reading(chromium, real_site, viewport={"width": 320, "height": 640}) as (page, home, _):
        for file in pages:
            address = f"{file.parent.relative_to(real_site)}/"
            page.goto(home + address)
            page.evaluate(LOOK, look)
            assert overflow(page) <= 0, address


def test_large_print_leaves_nothing_of_the_name_out(chromium: Browser, site: Path) -> None:
    cut = "e => [e.scrollWidth - e.clientWidth, e.scrollHeight - e.clientHeight]"
    for width in (320, 360):
        screen = {"width": width, "height": 740}
        with reading(chromium, site, viewport=screen) as (page, address, _):
            page.goto(address + DOCUMENT)
            page.evaluate(LOOK, "elder")
            assert max(page.locator(".brand").evaluate(cut)) <= 2, width  # of a line, nothing
            assert page.locator(".bar").bounding_box()["height"] <= 64, width  # type: ignore[index]


@pytest.mark.parametrize("width", [320, 360])
def test_every_reading_tool_is_on_the_screen_where_there_is_a_voice(
    chromium: Browser, site: Path, width: int
) -> None:
    """Phones have voices, so one tool more than a browser in a test; nothing lies behind them."""
    voice = """Object.defineProperty(window, "speechSynthesis", {value: {
      getVoices: () => [{lang: "zh-CN"}], addEventListener() {}}})"""
    tools = (
        """all => all.map(e => e.getBoundingClientRect()).map(r => [r.left, r.right, r.width])"""
    )
    with reading(chromium, site, viewport={"width": width, "height": 740}) as (page, address, _):
        page.add_init_script(voice)
        for name in (DOCUMENT, "1998/07/p2/"):
            page.goto(address + name)
            # One with everything: 目录, 附件, 相关, 解读, 引用, 朗读, 字号.
            page.evaluate(
                "document.querySelector('.reader a').after(document.querySelector('.reader a').cloneNode(true))"
            )
            for look, least in (("light", 44), ("elder", 60)):
                page.evaluate(LOOK, look)
                page.wait_for_timeout(100)
                found = page.locator(".reader > :visible").evaluate_all(tools)
                assert len(found) == 7, name
                for left, right, wide in found:
                    assert left >= 0, (name, look)
                    assert right <= width, (name, look)
                    assert wide >= least, (name, look)
                kept = page.locator(".foot").evaluate(
                    "e => parseFloat(getComputedStyle(e).paddingBottom)"
                )
                height = page.locator(".reader").evaluate("e => e.offsetHeight")
                assert height <= kept <= height + 12, (name, look)


def test_choices_are_remembered_from_page_to_page(chromium: Browser, site: Path) -> None:
    with reading(chromium, site) as (page, address, problems):
        page.goto(address + DOCUMENT)
        text = page.locator("[data-body] p").last

        def look() -> list[str]:
            styles = text.evaluate(
                "e => [getComputedStyle(e).fontSize, getComputedStyle(e).lineHeight]"
            )
            return [str(s) for s in styles]

        size, line = look()
        assert float(size.removesuffix("px")) >= 18
        page.locator("[data-settings]").click()
        page.locator(".panel").get_by_text("特大").click()
        page.locator(".panel").get_by_text("宽松").click()
        larger, wider = look()
        assert float(larger[:-2]) > 1.3 * float(size[:-2])
        assert float(wider[:-2]) / float(larger[:-2]) > float(line[:-2]) / float(size[:-2])
        page.goto(address + "2024/11/01/")
        text = page.locator("[data-body] p").last
        assert look() == [larger, wider]
        page.locator(".elder").click()
        assert page.locator("html").get_attribute("data-elder") == "on"
        page.reload()
        assert page.locator("html").get_attribute("data-elder") == "on"
        assert problems == []


def test_without_script_a_reader_still_chooses_size_and_large_print(
    chromium: Browser, site: Path
) -> None:
    with reading(chromium, site, java_script_enabled=False) as (page, address, _):
        page.goto(address + DOCUMENT)
        size = "e => getComputedStyle(e).fontSize"
        before = page.locator("html").evaluate(size)
        page.locator(".elder").click()
        assert page.locator("html").evaluate(size) != before
        page.locator(".elder").click()
        page.locator(".menu summary").click()
        page.locator(".panel").get_by_text("特大").click()
        assert page.locator("html").evaluate(size) != before
        assert (
            page.locator("[data-speak], [data-save], [data-copy]").locator("visible=true").count()
            == 0
        )


def test_a_reader_is_led_back_to_where_reading_stopped(chromium: Browser, site: Path) -> None:
    with reading(chromium, site) as (page, address, problems):
        page.goto(address + DOCUMENT)
        page.locator("#art-30").scroll_into_view_if_needed()
        until(page, "localStorage.getItem('gazette.places')")
        page.goto(address)
        page.goto(address + DOCUMENT)
        page.get_by_role("button", name="接着读").click()
        expect(page.locator("#art-30")).to_be_in_viewport()
        assert problems == []


def test_going_back_shows_what_was_on_the_screen(chromium: Browser, site: Path) -> None:
    """Heights of what was not laid out are estimates, so a height alone leads elsewhere."""
    shown = """() => {
      const all = Array.from(document.querySelectorAll("[data-body] > *"));
      const block = all.find(e => e.getBoundingClientRect().bottom > 120);
      return [block.textContent, Math.round(block.getBoundingClientRect().top / 20)];
    }"""
    with reading(chromium, site) as (page, address, problems):
        page.goto(address + DOCUMENT)
        for _ in range(12):
            page.mouse.wheel(0, 600)
            page.wait_for_timeout(60)
        until(page, "history.state?.spot?.[0] > 20")
        was = page.evaluate(shown)
        for _ in range(20):  # until the page stands still
            page.wait_for_timeout(400)
            before, was = was, page.evaluate(shown)
            if was == before:
                break
        page.goto(address + "timeline/")
        page.go_back()
        for _ in range(20):
            if page.evaluate(shown) == was:
                break
            page.wait_for_timeout(200)
        page.wait_for_timeout(300)
        assert page.evaluate(shown) == was
        assert problems == []


def test_an_article_is_cited_with_its_number_and_the_readers_day(
    chromium: Browser, site: Path
) -> None:
    with reading(chromium, site) as (page, address, problems):
        page.goto(address + DOCUMENT)
        expect(page.locator("[data-read-on]")).to_have_text(re.compile(r"\[\d{4}-\d\d-\d\d\]"))
        expect(page.locator("#cite-address")).to_have_text(address + DOCUMENT)
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.locator("#cite-2").locator("xpath=..").get_by_role("button").click()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith(
            "示例市人民政府. 示例市机动车停车管理办法: 示例市人民政府令第12号[J/OL]."
        )
        assert copied.endswith(f"]. {address}{DOCUMENT}.")
        assert problems == []


def test_an_article_is_copied_whole(chromium: Browser, site: Path) -> None:
    """All its paragraphs, points and tables, and nothing of the next one."""
    table = "<div class=table><table><tr><th>类</th><th>元</th></tr><tr><td>甲</td><td>5</td></tr></table></div>"
    with reading(chromium, site) as (page, address, problems):
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto(address + DOCUMENT)
        page.evaluate(
            "t => document.getElementById('art-3-p2').insertAdjacentHTML('afterend', t)", table
        )
        source = [t.strip() for t in page.locator("[data-body] > p").all_text_contents()]
        first = next(i for i, text in enumerate(source) if text.startswith("第三条"))
        page.locator(".text .art", has_text="第三条").first.click()
        page.get_by_role("button", name="复制本条").click()
        expect(page.locator(".notice [role=status]")).to_have_text("已复制")
        copied = page.evaluate("navigator.clipboard.readText()").splitlines()
        assert copied == [
            *source[first : first + 2],
            "类\t元",
            "甲\t5",
            *source[first + 2 : first + 4],
        ]
        assert source[first + 4].startswith("第四条")
        assert problems == []


def test_what_a_reader_shares_says_what_it_is(site: Path) -> None:
    """Title, summary and kind on every page; where the site's own address is known, also that."""
    for file in sorted(site.rglob("index.html")):
        source = file.read_text("utf-8")
        if "<main" not in source:
            continue
        names = dict(re.findall(r'<meta (?:name|property)="([\w:]+)" content="([^"]*)"', source))
        for name in ("SiteName", "Description", "og:title", "og:description", "og:type"):
            assert names.get(name), f"{file}: {name}"
        assert len(names["og:title"]) > 1, file


def test_the_code_on_the_desktop_page_is_that_of_the_standard(
    chromium: Browser, site: Path
) -> None:
    texts = [f"https://g.cn/{'a' * n}" for n in (0, 13, 29, 40, 75, 95, 130, 150, 190)]
    with reading(chromium, site, **DESKTOP) as (page, address, problems):
        page.goto(address + DOCUMENT)
        expect(page.locator(".qr svg")).to_be_visible()
        for at, text in enumerate(texts):
            mask = at % 8
            drawn = page.evaluate(
                "([module, text, mask]) => import(module).then(m => m.matrix(text, mask))",
                [f"{address}assets/qr.js", text, mask],
            )
            code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=mask)
            code.add_data(QRData(text.encode(), mode=MODE_8BIT_BYTE))
            code.make()
            assert drawn == [[int(dark) for dark in row] for row in code.modules], text
        assert problems == []


def test_wechat_readers_are_told_how_to_open_a_pdf(chromium: Browser, site: Path) -> None:
    agent = "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 MicroMessenger/8.0.50"
    for given, shown in ((agent, True), (None, False)):
        with reading(chromium, site, user_agent=given) as (page, address, _):
            page.goto(f"{address}1998/07/p2/")
            note = page.get_by_text("在浏览器打开")
            assert note.first.is_visible() == shown


def test_two_fingers_enlarge_a_page_of_the_printed_edition(chromium: Browser, site: Path) -> None:
    with reading(chromium, site) as (page, address, problems):
        page.goto(f"{address}1998/07/p2/")
        page.locator("[data-zoom]").click()
        picture = page.locator(".zoom img")
        expect(picture).to_be_visible()
        before = float(picture.get_attribute("data-scale") or "")
        touch = page.context.new_cdp_session(page)

        def fingers(kind: str, apart: int) -> None:
            points = [{"x": 180 - apart, "y": 300, "id": 0}, {"x": 180 + apart, "y": 300, "id": 1}]
            given = {"type": kind, "touchPoints": points if kind != "touchEnd" else []}
            touch.send("Input.dispatchTouchEvent", given)

        fingers("touchStart", 30)
        for apart in (40, 60, 80):
            fingers("touchMove", apart)
        fingers("touchEnd", 0)
        assert float(picture.get_attribute("data-scale") or "") > 2 * before
        page.keyboard.press("Escape")
        expect(picture).to_have_count(0)
        assert problems == []


VOICE = """
window.spoken = [];
const voice = {lang: "zh-CN", name: "voice"};
Object.defineProperty(window, "speechSynthesis", {value: {
  getVoices: () => [voice], addEventListener() {}, cancel() { clearTimeout(this.due) },
  speak(words) { spoken.push([words.text, words.rate]); if (window.goOn) this.due = setTimeout(() => words.onend({})); },
}});
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text } };
"""
"""A machine that builds has no voice: one that says nothing, and tells what it was given."""


def test_a_text_is_read_aloud_sentence_by_sentence_and_stays_as_it_is(
    chromium: Browser, site: Path
) -> None:
    with reading(chromium, site) as (page, address, problems):
        page.goto(address + DOCUMENT)
        expect(page.locator("[data-speak]")).to_be_hidden()  # no voice, no button
        page.add_init_script(VOICE)
        page.reload()
        body = page.locator("[data-body]")
        before = body.inner_html()
        page.locator("[data-speak]").click()
        bar = page.get_by_role("group", name="朗读")
        expect(bar).to_be_visible()
        lit = "Array.from(CSS.highlights.get('speaking'))[0].toString()"
        first = page.evaluate(lit)
        page.get_by_role("button", name="下一句").click()
        assert page.evaluate(lit) != first
        page.get_by_role("button", name=re.compile("语速")).click()
        assert page.evaluate("spoken.at(-1)[1]") == 1.25
        page.get_by_role("button", name="暂停").click()
        said = page.evaluate("spoken.length")
        page.evaluate("window.goOn = true")
        page.get_by_role("button", name="继续").click()
        until(page, f"spoken.length > {said} + 40")
        page.get_by_role("button", name="停止朗读").click()
        assert page.evaluate("CSS.highlights.has('speaking')") is False
        assert body.inner_html() == before
        whole = "".join(text for text, _ in page.evaluate("spoken"))
        assert "第三条" in whole
        assert problems == []


class Host:
    """A host whose network can be cut: the server stops, its address stays."""

    def __init__(self, site: Path) -> None:
        self.site = site
        self.port = 0
        self.up()

    def up(self) -> None:
        self.server = make_server(self.site, port=self.port)
        self.open: list[socket.socket] = []
        process = self.server.process_request

        def remember(request: Any, client: Any) -> None:
            self.open.append(request)
            process(request, client)

        self.server.process_request = remember  # type: ignore[method-assign]
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def cut(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        for connection in self.open:  # what a browser keeps open would go on being answered
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.thread.join()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


@contextmanager
def phone(chromium: Browser, site: Path) -> Iterator[tuple[Host, BrowserContext, Page]]:
    """A phone with the service worker at work."""
    host = Host(site)
    context = chromium.new_context(**PHONE)
    page = context.new_page()
    page.goto(host.address)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    until(page, "navigator.serviceWorker.controller !== null")
    try:
        yield host, context, page
    finally:
        context.close()
        host.cut()


def save(page: Page, issue: str) -> None:
    page.goto(issue)
    page.get_by_role("button", name="保存本期").click()
    expect(page.get_by_role("button", name="更新保存")).to_be_visible()


def found_on_the_phone(page: Page, home: str, query: str) -> list[str]:
    """Where the hits lead that are found without a network."""
    page.goto(f"{home}search/?q={query}")
    expect(page.locator("[data-count]")).to_be_attached()
    found: list[str] = page.locator("[data-saved-hit] a").evaluate_all(
        "all => all.map(a => a.href)"
    )
    return found


def test_a_saved_issue_is_read_and_searched_without_a_network(
    chromium: Browser, site: Path
) -> None:
    with phone(chromium, site) as (host, _, page):
        home = host.address
        save(page, f"{home}2024/01/")
        save(page, f"{home}1996/03/")
        page.goto(home)  # read, so kept
        host.cut()

        page.goto(f"{home}2024/01/01/")
        expect(page.locator("[data-body]")).to_contain_text("第四十六条")
        expect(page.locator(".kept")).to_contain_text("离线")
        assert page.locator("body").evaluate("e => getComputedStyle(e).margin") == "0px"
        page.goto(f"{home}1996/03/p3/")
        expect(page.locator(".lines")).not_to_be_empty()
        page.goto(home)
        expect(page.locator(".kept")).to_contain_text("可能不是最新")

        page.goto(f"{home}2025/01/02/")  # neither saved nor read
        assert "/saved/?from=" in page.url
        expect(page.get_by_text("没有存在手机里")).to_be_visible()
        expect(page.locator("[data-kept]")).to_have_count(2)

        page.goto(f"{home}search/?q=停车泊位")
        hits = page.locator("[data-saved-hit]")
        expect(hits.first).to_contain_text("停车")
        expect(hits.locator("mark").first).to_have_text("停车泊位")
        found = page.evaluate("document.querySelectorAll('[data-saved-hit]').length")
        page.locator("input[name=q]").fill("停車泊位 -示例市人民政府令第12号")
        page.locator("input[name=q]").press("Enter")
        expect(page.locator("[data-count]")).to_have_attribute("data-count", str(found - 1))

        page.get_by_role("button", name="删除2024年第1期").click()
        expect(page.locator("[data-kept]")).to_have_count(1)
        host.up()


def test_a_touch_that_comes_before_the_script_saves_the_issue(
    chromium: Browser, site: Path
) -> None:
    with reading(chromium, site, service_workers="block") as (page, address, _):
        held: list[Route] = []
        page.route("**/assets/offline/store.js", lambda route: held.append(route))  # noqa: PLW0108  a method takes no mark
        page.goto(f"{address}2024/01/")
        page.get_by_role("button", name="保存本期").click()
        held[0].continue_()
        expect(page.get_by_role("button", name="更新保存")).to_be_visible()


def test_what_the_network_does_not_give_again_stays_as_it_was_saved(
    chromium: Browser, site: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "site"
    shutil.copytree(site, copy)
    with phone(chromium, copy) as (host, _, page):
        issue = f"{host.address}2024/01/"
        save(page, issue)
        shutil.rmtree(copy / "2024/01/03")  # gone from the site, and from the phone
        page.route("**/2024/01/01/", lambda route: route.abort())
        page.goto(issue)
        page.get_by_role("button", name="更新保存").click()
        expect(page.locator("[data-save]")).to_contain_text("有 2 页没有取到")
        page.unroute("**/2024/01/01/")
        host.cut()
        page.goto(f"{issue}01/")
        expect(page.locator("[data-body]")).to_contain_text("第四十六条")
        links = found_on_the_phone(page, host.address, "停车泊位")
        assert f"{issue}01/" in links
        page.goto(f"{issue}03/")
        assert "/saved/" in page.url
        page.get_by_role("button", name="更新2024年第1期").click()
        expect(page.locator("[data-kept]")).to_contain_text("没有连上网站，原来的还在。")
        page.goto(issue)
        page.get_by_role("button", name="更新保存").click()
        expect(page.locator("[data-save]")).to_contain_text("没有连上网站，原来的还在。")
        host.up()


def test_a_site_that_fails_does_not_hide_what_is_kept(
    chromium: Browser, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with phone(chromium, site) as (host, _, page):
        page.goto(f"{host.address}2024/01/01/")
        until(page, f"caches.match('{host.address}2024/01/01/').then(found => Boolean(found))")
        monkeypatch.setattr(
            "gazette.serve._Handler.do_GET", lambda handler: handler.send_error(503)
        )
        page.goto(f"{host.address}2024/01/01/")
        expect(page.locator("[data-body]")).to_contain_text("第四十六条")
        expect(page.locator(".kept")).to_contain_text("离线")


def test_an_old_text_that_was_withdrawn_leaves_the_phone_when_it_is_online_again(
    chromium: Browser, tmp_path: Path
) -> None:
    """旧文撤下: the document stays; what was saved of it before goes, or is as it is now."""
    home = tmp_path / "issues/2024/01"
    home.mkdir(parents=True)
    head = "标题: 关于甲的通知\n发文机关: 市政府\n成文日期: 2024-01-01\n"
    (home / "02.md").write_text(f"---\n{head}---\n\n别的文件照旧。\n", "utf-8")
    document = home / "01.md"
    document.write_text(f"---\n{head}---\n\n兹有紫藤花一案。\n", "utf-8")
    build(tmp_path)
    with phone(chromium, tmp_path / "site") as (host, context, page):
        save(page, f"{host.address}2024/01/")
        page.goto(f"{host.address}2024/01/01/")
        until(page, f"caches.match('{host.address}2024/01/01/').then(found => Boolean(found))")
        said = "旧文撤下: {日期: 2024-05-01, 理由: 隐去个人信息}\n"
        document.write_text(f"---\n{head}{said}---\n\n兹有某某一案。\n", "utf-8")
        build(tmp_path)
        session = context.new_cdp_session(page)
        session.send("ServiceWorker.enable")
        session.send("ServiceWorker.stopAllWorkers")  # it has swept within the last minutes
        page.goto(host.address)
        until(page, f"({_KEPT})('紫藤花').then(found => found.length === 0)")
        assert page.evaluate(f"({_KEPT})('某某')") == [f"{host.address}2024/01/01/"] * 2
        page.goto(f"{host.address}2024/01/")
        page.get_by_role("button", name="更新保存").click()
        expect(page.locator("[data-save]")).to_contain_text("本期已保存")
        host.cut()
        links = found_on_the_phone(page, host.address, "某某")
        assert links == [f"{host.address}2024/01/01/"]
        page.goto(f"{host.address}2024/01/01/")
        expect(page.locator("[data-body]")).to_contain_text("某某")
        host.up()
        listed = tmp_path / "site/withdrawn.json"
        told = [*json.loads(listed.read_text("utf-8")), "2024/01/02/"]
        listed.unlink()  # the tree beside it may have it too
        listed.write_text(json.dumps(told), "utf-8")
        session.send("ServiceWorker.stopAllWorkers")
        page.goto(f"{host.address}saved/")
        until(page, f"({_KEPT})('别的文件照旧').then(found => found.length === 0)")
        assert len(page.evaluate(f"({_KEPT})('某某')")) == 3  # what is as it is now stays


_KEPT = """async words => {
  const found = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const key of await cache.keys()) {
      if ((await (await cache.match(key)).text()).includes(words)) found.push(key.url);
    }
  }
  return found;
}"""
"""Addresses of all that the phone keeps with these words in it."""


def test_what_was_withdrawn_leaves_the_phone_when_it_is_online_again(
    chromium: Browser, site: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "site"
    shutil.copytree(site, copy)
    with phone(chromium, copy) as (host, context, page):
        save(page, f"{host.address}2024/01/")
        page.goto(f"{host.address}2024/01/02/")
        (copy / "withdrawn.json").write_text(json.dumps(["2024/01/02/"]), "utf-8")
        (copy / "2024/01/02/index.html").unlink()
        session = context.new_cdp_session(page)
        session.send("ServiceWorker.enable")
        session.send("ServiceWorker.stopAllWorkers")
        page.goto(host.address)
        gone = f"{host.address}2024/01/02/"
        until(page, f"caches.match('{gone}').then(found => !found)")
        host.cut()
        page.goto(f"{host.address}2024/01/02/")
        assert "/saved/" in page.url
        links = found_on_the_phone(page, host.address, "加装电梯")
        assert f"{host.address}2024/01/02/" not in links
        page.goto(f"{host.address}2024/01/03/")
        expect(page.locator("[data-body]")).not_to_be_empty()
        host.up()


def test_a_home_page_that_changed_is_never_shown_old_while_there_is_a_network(
    chromium: Browser, site: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "site"
    shutil.copytree(site, copy)
    with phone(chromium, copy) as (host, _, page):
        page.goto(host.address)
        home = copy / "index.html"
        home.write_text(home.read_text("utf-8").replace("最新一期", "刚出的一期"), "utf-8")
        page.goto(host.address)
        expect(page.get_by_text("刚出的一期")).to_be_visible()
        expect(page.locator(".kept")).to_have_count(0)


def test_paper_gets_the_document_alone(chromium: Browser, site: Path) -> None:
    with reading(chromium, site) as (page, address, _):
        page.goto(address + DOCUMENT)
        page.evaluate(LOOK, "elder dark")
        page.emulate_media(media="print")
        for gone in (".top", ".reader", ".quote", ".save", ".foot", ".turn", ".crumbs", "#ties"):
            assert page.locator(f"{gone}").locator("visible=true").count() == 0, gone
        expect(page.locator("[data-body]")).to_be_visible()
        colours = page.locator("[data-body] p").last.evaluate(
            "e => [getComputedStyle(e).color, getComputedStyle(document.body).backgroundColor]"
        )
        assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]


def test_paper_cuts_no_table_off(chromium: Browser, site: Path) -> None:
    """A4 between the margins is 627 px wide; what is wider is lost."""
    lost = """() => Array.from(document.querySelectorAll("[data-body] *"))
      .filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.textContent.slice(0, 20))"""
    with reading(chromium, site, viewport={"width": 627, "height": 900}) as (page, address, _):
        for name in ("2024/05-06/02/", "2025/02/02/"):
            page.goto(address + name)
            page.emulate_media(media="print")
            assert page.evaluate(lost) == [], name
