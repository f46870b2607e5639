"""The pictures of the documentation, taken of the sample site in a real Chromium.

python tools/take_screenshots.py SITE docs/images
"""

import io
from pathlib import Path

import click
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from gazette.serve import serving

PHONE = (360, 740)
DESKTOP = (1280, 800)
SHOTS = {
    "phone.png": (PHONE, ["", "2024/01/", "2024/01/01/", "search/?q=停车"]),
    "phone-pdf.png": (PHONE, ["1996/03/", "1996/03/01/", "1998/07/p2/", "lists/市政府文件/"]),
    "desktop.png": (DESKTOP, ["", "2024/05-06/02/"]),
}
"""Name: the screen, and the pages that stand side by side."""
GAP = 16


def shot(browser: Browser, address: str, size: tuple[int, int]) -> Image.Image:
    """One page as it is first seen."""
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]}, device_scale_factor=1.5, locale="zh-CN"
    )
    page.goto(address)
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    page.close()
    return picture


@click.command()
@click.argument("site", type=click.Path(path_type=Path, exists=True))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--chromium", default="/usr/bin/chromium", help="浏览器在哪里。")
def main(site: Path, out: Path, chromium: str) -> None:
    """Take them all."""
    out.mkdir(parents=True, exist_ok=True)
    with serving(site) as address, sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        for name, (size, pages) in SHOTS.items():
            pictures = [shot(browser, address + page, size) for page in pages]
            width = sum(p.width + GAP for p in pictures) + GAP
            whole = Image.new("RGB", (width, pictures[0].height + 2 * GAP), "#888888")
            at = GAP
            for picture in pictures:
                whole.paste(picture, (at, GAP))
                at += picture.width + GAP
            whole.quantize(128).save(out / name, optimize=True)
        browser.close()


if __name__ == "__main__":
    main()
