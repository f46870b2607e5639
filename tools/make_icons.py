"""The icons of the site, drawn from one design: run again after changing the colour or the mark.

    python tools/make_icons.py overrides/assets

Writes icon.svg, and icons/*.png for what does not take SVG: a phone's home screen, chat apps.
"""

from pathlib import Path

import click
from PIL import Image, ImageDraw

RED = "#a8121c"
WHITE = "#ffffff"
BARS = (
    (7, 7, 18, 5),
    (7, 14, 18, 1.4),
    (7, 18, 8, 7),
    (17, 18, 8, 1.8),
    (17, 20.6, 8, 1.8),
    (17, 23.2, 8, 1.8),
)
"""A front page on a field of 32: masthead, rule, picture, lines. x, y, width, height."""
FIELD = 32
SMOOTH = 4
ICONS = {"180.png": 180, "192.png": 192, "512.png": 512, "512-maskable.png": 512, "share.png": 600}
MASKABLE_SCALE = 0.72
"""Within the safe zone of a maskable icon (W3C manifest: a circle of 40 % radius)."""


def svg() -> str:
    """The icon as SVG."""
    bars = "".join(f"M{x} {y}h{w}v{h}h-{w}z" for x, y, w, h in BARS)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {FIELD} {FIELD}">'
        f'<rect width="{FIELD}" height="{FIELD}" rx="5" fill="{RED}"/>'
        f'<path fill="#fff" d="{bars}"/></svg>\n'
    )


def png(size: int, scale: float) -> Image.Image:
    """The icon in pixels; the mark takes `scale` of the field."""
    whole = size * SMOOTH
    image = Image.new("RGB", (whole, whole), RED)
    draw = ImageDraw.Draw(image)
    unit = whole / FIELD * scale
    edge = whole * (1 - scale) / 2
    for x, y, w, h in BARS:
        box = (
            edge + x * unit,
            edge + y * unit,
            edge + (x + w) * unit - 1,
            edge + (y + h) * unit - 1,
        )
        draw.rectangle(box, fill=WHITE)
    return image.resize((size, size), Image.Resampling.LANCZOS).quantize(32)


@click.command()
@click.argument("out", type=click.Path(path_type=Path, exists=True))
def main(out: Path) -> None:
    """Write them all."""
    (out / "icon.svg").write_text(svg(), "utf-8")
    folder = out / "icons"
    folder.mkdir(exist_ok=True)
    for name, size in ICONS.items():
        scale = MASKABLE_SCALE if "maskable" in name else 1
        png(size, scale).save(folder / name, optimize=True)


if __name__ == "__main__":
    main()
