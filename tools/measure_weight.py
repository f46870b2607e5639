"""What a phone fetches to show a page: bytes on the wire and requests, in a real Chromium.

Beside ours the same document in stock MkDocs + Material, served by the same server with gzip.

    python tools/measure_weight.py SITE
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import click
import yaml
from playwright.sync_api import Browser, sync_playwright

from gazette.serve import serving

PAGES = {
    "首页": "",
    "一期": "2024/01/",
    "一件规章（46条）": "2024/01/01/",
    "历史公报": "1996/03/",
    "PDF 页（一幅图像）": "1998/07/p2/",
    "检索，出十条结果": "search/?q=管理",
}
DOCUMENT = "2024/01/01/"
SOURCE = "issues/2024/01"


def weigh(browser: Browser, *addresses: str) -> list[tuple[int, int]]:
    """(requests, bytes) of each page in turn, on one phone that starts with nothing."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    seen: list[int] = []
    session.on("Network.loadingFinished", lambda e: seen.append(int(e["encodedDataLength"])))
    weights = []
    for address in addresses:
        seen.clear()
        page.goto(address)
        page.wait_for_load_state("networkidle")
        fetched = [size for size in seen if size]
        weights.append((len(fetched), sum(fetched)))
    context.close()
    return weights


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


@click.command()
@click.argument("site", type=click.Path(path_type=Path, exists=True))
@click.option("--chromium", default="/usr/bin/chromium", help="浏览器在哪里。")
def main(site: Path, chromium: str) -> None:
    """Print the table."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        click.echo("| 页面 | 首次打开：请求 | 首次：KB | 看过首页以后：KB |\n|---|--:|--:|--:|")
        with serving(site) as address:
            for name, page in PAGES.items():
                ((requests, size),) = weigh(browser, address + page)
                later = weigh(browser, address, address + page)[1][1] if page else 0
                shown = f"{later / 1000:.1f}" if page else ""
                click.echo(f"| {name} | {requests} | {size / 1000:.1f} | {shown} |")
        with serving(material(Path(folder))) as address:
            ((requests, size),) = weigh(browser, address)
            click.echo(f"| 同一件规章，原样的 Material | {requests} | {size / 1000:.1f} | |")
        browser.close()


if __name__ == "__main__":
    main()
