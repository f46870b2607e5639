"""The pictures of the documentation, taken of the sample site in a real Chromium.

    python tools/take_screenshots.py readme SITE docs/images
    python tools/take_screenshots.py pages SITE docs/images/screens --suffix after

`readme` makes the three pictures that README shows; `pages` takes every kind of page at 360, 768
and 1280 px, side by side in one WebP each, as docs/screens.md shows them.
"""

import io
from pathlib import Path

import click
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from gazette.serve import serving

PHONE = (360, 740)
TABLET = (768, 1024)
DESKTOP = (1280, 800)
README = {
    "phone.png": (PHONE, ["", "2024/01/", "2024/01/01/", "search/?q=停车"]),
    "phone-pdf.png": (PHONE, ["1996/03/", "1996/03/01/", "1998/07/p2/", "lists/市政府文件/"]),
    "desktop.png": (DESKTOP, ["", "2024/05-06/02/"]),
}
"""Name: the screen, and the pages that stand side by side."""
PAGES = {
    "home": "",
    "year": "2024/",
    "issue": "2024/11/",
    "document": "2024/01/01/",
    "document-table": "2024/05-06/02/",
    "historical-issue": "1996/03/",
    "historical-document": "1996/03/01/",
    "pdf-page": "1998/07/p2/",
    "section": "lists/市政府文件/",
    "search": "search/?q=停车",
    "timeline": "timeline/",
    "sitemap": "sitemap/",
    "saved": "saved/",
    "404": "404.html",
}
"""Name of the picture: a page of its kind. One that the site does not have is left out."""
GAP = 16
HEIGHT = 640


def shot(
    browser: Browser, address: str, size: tuple[int, int], scale: float = 1.5, scheme: str = "light"
) -> Image.Image | None:
    """One page as it is first seen, None where there is none."""
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]},
        device_scale_factor=scale,
        locale="zh-CN",
        color_scheme="dark" if scheme == "dark" else "light",
    )
    answer = page.goto(address)
    page.wait_for_load_state("networkidle")
    found = answer is not None and answer.ok
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB") if found else None
    page.close()
    return picture


def side_by_side(pictures: list[Image.Image]) -> Image.Image:
    """Pictures of one height in a row on grey."""
    width = sum(p.width + GAP for p in pictures) + GAP
    whole = Image.new("RGB", (width, max(p.height for p in pictures) + 2 * GAP), "#888888")
    at = GAP
    for picture in pictures:
        whole.paste(picture, (at, GAP))
        at += picture.width + GAP
    return whole


@click.command()
@click.argument("which", type=click.Choice(["readme", "pages"]))
@click.argument("site", type=click.Path(path_type=Path, exists=True))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--suffix", default="after", help="pages 的图名后缀，如 before、after、dark。")
@click.option("--scheme", type=click.Choice(["light", "dark"]), default="light")
@click.option("--only", multiple=True, help="只拍这几种页面。")
@click.option("--chromium", default="/usr/bin/chromium", help="浏览器在哪里。")
def main(  # noqa: PLR0913, PLR0917  the choices of one run
    which: str,
    site: Path,
    out: Path,
    suffix: str,
    scheme: str,
    only: tuple[str, ...],
    chromium: str,
) -> None:
    """Take them all."""
    out.mkdir(parents=True, exist_ok=True)
    with serving(site) as address, sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        if which == "readme":
            for name, (size, pages) in README.items():
                taken = [shot(browser, address + page, size) for page in pages]
                whole = side_by_side([p for p in taken if p])
                whole.quantize(128).save(out / name, optimize=True)
        else:
            for name, page in PAGES.items():
                if only and name not in only:
                    continue
                taken = [
                    shot(browser, address + page, size, 1, scheme)
                    for size in (PHONE, TABLET, DESKTOP)
                ]
                rows = [
                    p.resize((p.width * HEIGHT // p.height, HEIGHT), Image.Resampling.LANCZOS)
                    for p in taken
                    if p
                ]
                if rows:
                    side_by_side(rows).save(out / f"{name}-{suffix}.webp", quality=62, method=6)
        browser.close()


if __name__ == "__main__":
    main()
