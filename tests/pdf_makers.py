"""PDFs that tests need, made when they run: sound ones, broken ones, hostile ones."""

import io
import random
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pikepdf
import pylopdf_fonts_zh_cn
import pypdfium2
import typst
from PIL import Image, ImageFilter

FONTS = Path(pylopdf_fonts_zh_cn.__file__).parent
ISSUES = Path(__file__).resolve().parents[1] / "issues"
"""The sample gazette: text of our own."""


def set_text(source: str) -> bytes:
    """A PDF that typst sets."""
    head = '#set text(font: "Noto Serif SC", size: 12pt, lang: "zh")\n#set page("a5")\n'
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)])
    return bytes(typst.compile((head + source).encode(), font_paths=fonts))


def drawn(pdf: bytes) -> bytes:
    """The same pages as pictures without text."""
    out = pikepdf.new()
    with pypdfium2.PdfDocument(pdf) as source:
        for page in source:
            picture = page.render(scale=1.5, grayscale=True).to_pil().convert("L")
            add_picture(out, picture, page.get_size())
    return saved(out)


def add_picture(out: pikepdf.Pdf, picture: Image.Image, size: tuple[float, float]) -> pikepdf.Page:
    """Add a page that is nothing but a picture."""
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=75)
    added = out.add_blank_page(page_size=size)
    image = pikepdf.Stream(
        out,
        data.getvalue(),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=picture.width,
        Height=picture.height,
        ColorSpace=pikepdf.Name.DeviceGray,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    added.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
    wide, high = size
    added.Contents = out.make_stream(f"q {wide} 0 0 {high} 0 0 cm /Im0 Do Q\n".encode())
    return added


def saved(pdf: pikepdf.Pdf, **options: object) -> bytes:
    data = io.BytesIO()
    pdf.save(data, **options)  # type: ignore[arg-type]
    return data.getvalue()


def encrypted(pdf: bytes) -> bytes:
    """Needs a password to be opened."""
    lock = pikepdf.Encryption(owner="o", user="secret")
    return saved(pikepdf.open(io.BytesIO(pdf)), encryption=lock)


def bomb(layers: int = 3, size: int = 20_000_000) -> bytes:
    """A page whose few kilobytes of content inflate to `size` bytes of drawing orders."""
    order = b"0 0 m 9 9 l S\n"
    data = order * (size // len(order))
    for _ in range(layers):
        data = zlib.compress(data, 9)
    out = pikepdf.new()
    page = out.add_blank_page(page_size=(595, 842))
    filters = pikepdf.Array([pikepdf.Name.FlateDecode] * layers)
    page.Contents = pikepdf.Stream(out, data, Filter=filters)
    return saved(out, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)


def with_bomb(pdf: bytes, at: int) -> bytes:
    """The same pages, and a bomb before the page at this index."""
    out = pikepdf.open(io.BytesIO(pdf))
    with pikepdf.open(io.BytesIO(bomb())) as one:
        out.pages.insert(at, one.pages[0])
        return saved(out, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def endless() -> bytes:
    """A page tree that holds itself."""
    out = pikepdf.new()
    out.add_blank_page()
    kids = out.Root.Pages.Kids
    kids.append(out.Root.Pages)
    out.Root.Pages.Count = 2_000_000_000
    return saved(out)


def huge() -> bytes:
    """A page as large as a city."""
    out = pikepdf.new()
    out.add_blank_page().MediaBox = pikepdf.Array([0, 0, 14_000_000, 14_000_000])
    return saved(out)


def one_broken_page(pdf: bytes) -> bytes:
    """The second page is not a page at all."""
    out = pikepdf.open(io.BytesIO(pdf))
    out.pages[1].obj["/Type"] = pikepdf.Name.Nothing
    out.Root.Pages.Kids[1] = out.make_indirect(pikepdf.Array([]))
    return saved(out)


def noise(size: tuple[int, int] = (400, 600)) -> Image.Image:
    """A picture without meaning."""
    return Image.effect_noise(size, 80)


def sample_paragraphs(issues: Path) -> list[str]:
    """The paragraphs of the sample gazette's documents: text of our own to set and to read back."""
    found = []
    for path in sorted(issues.glob("*/*/[0-9]*.md")):
        body = path.read_text("utf-8").split("---", 2)[-1]
        lines = (line.strip().lstrip("# ") for line in body.split("\n"))
        found += [line for line in lines if len(line) > 1 and not line.startswith(("|", "!", "["))]
    return found


def columns_by_typst(
    paragraphs: Sequence[str], *, size: float = 10.5, columns: int = 2, height: int = 297
) -> bytes:
    """Paragraphs set as a gazette sets them: justified, indented, in columns on A4.

    `height` in millimetres makes the pages shorter.
    """
    body = "\n\n".join("".join(f"\\{c}" if c in MARKS else c for c in p) for p in paragraphs)
    return set_text(
        f"#set page(width: 210mm, height: {height}mm, margin: 20mm, columns: {columns})\n#set text(size: {size}pt)\n"
        f"#set par(justify: true, first-line-indent: (amount: 2em, all: true))\n{body}"
    )


MARKS = "\\#*_`$<>@[]~=-+/'\""
"""What typst would take for markup."""


def columns_by_hand(
    paragraphs: Sequence[str], *, size: float = 10.5, interleaved: bool = False, head: str = ""
) -> bytes:
    """Paragraphs in two columns on A4, one order a line; the columns' lines by turns if `interleaved`.

    `head` stands over every page, its number below. The font is not embedded: what is drawn is the
    reader's.
    """
    left, top, gap, leading = 57.0, 780.0, 21.0, size * 1.6
    wide = (480.0 - gap) / 2
    rows = int(700.0 // leading)
    lines = list(_broken(paragraphs, int(wide // size)))
    pages = []
    for at in range(0, len(lines), 2 * rows):
        orders = []
        for place, line in enumerate(lines[at : at + 2 * rows]):
            column, row = divmod(place, rows)
            x, y = left + column * (wide + gap), top - row * leading - size
            orders.append(((row, column) if interleaved else (column, row), ("F", x, y, line)))
        pages.append([order for _, order in sorted(orders)])
    return by_hand(pages, size=size, head=head)


def vertical(paragraphs: Sequence[str], *, bands: int = 2, head: str = "") -> bytes:
    """Paragraphs in vertical lines from the right, in bands one under the other; one order a line.

    Marks are the characters that Unicode has for vertical text: ︵ for （. `head` stands across
    over every page, its number across below.
    """
    size, leading, gap = 10.5, 17.0, 24.0
    band = (690.0 - (bands - 1) * gap) / bands
    rows = int(460 // leading)
    lines = list(_broken(paragraphs, int(band // size), narrow=1.0))
    marks = str.maketrans("（）《》〈〉〔〕，。、；：", "︵︶︽︾︿﹀︹︺︐︒︑︔︓")
    pages = []
    for at in range(0, len(lines), rows * bands):
        orders = []
        for place, line in enumerate(lines[at : at + rows * bands]):
            under, row = divmod(place, rows)
            x, y = 530.0 - row * leading, 770.0 - under * (band + gap)
            orders.append(("V", x, y, line.translate(marks)))
        pages.append(orders)
    return by_hand(pages, size=size, head=head)


def by_hand(
    pages: Sequence[Sequence[tuple[str, float, float, str]]], *, size: float = 10.5, head: str = ""
) -> bytes:
    """Pages of orders `(font, x, y, text)`, the fonts F across and V downwards."""
    out = pikepdf.new()
    fonts = {"/F": _song(out, "UniGB-UCS2-H"), "/V": _song(out, "UniGB-UCS2-V")}
    for number, orders in enumerate(pages, 1):
        extra = [("F", 57.0, 800.0, head), ("F", 280.0, 40.0, f"— {number} —")] if head else []
        text = "".join(
            f"BT /{font} {size} Tf {x:.2f} {y:.2f} Td <{line.encode('utf-16-be').hex()}> Tj ET\n"
            for font, x, y, line in [*orders, *extra]
        )
        page = out.add_blank_page(page_size=(595, 842))
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(fonts))
        page.Contents = out.make_stream(text.encode())
    return saved(out, deterministic_id=True)


def _broken(paragraphs: Sequence[str], width: int, narrow: float = 0.5) -> Iterator[str]:
    """Lines of so many ems, the first of a paragraph indented by two; a letter takes `narrow`."""
    for paragraph in paragraphs:
        line, used = "\u3000\u3000", 2.0
        for character in paragraph:
            share = narrow if character.isascii() else 1.0
            if used + share > width:
                yield line
                line, used = "", 0.0
            line, used = line + character, used + share
        yield line


def _song(out: pikepdf.Pdf, encoding: str) -> pikepdf.Object:
    name = pikepdf.Name
    descendant = pikepdf.Dictionary(
        Type=name.Font,
        Subtype=name.CIDFontType0,
        BaseFont=pikepdf.Name("/STSong-Light"),
        CIDSystemInfo=pikepdf.Dictionary(
            Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("GB1"), Supplement=4
        ),
        FontDescriptor=out.make_indirect(
            pikepdf.Dictionary(
                Type=name.FontDescriptor,
                FontName=pikepdf.Name("/STSong-Light"),
                Flags=6,
                FontBBox=[-25, -254, 1000, 880],
                ItalicAngle=0,
                Ascent=880,
                Descent=-120,
                CapHeight=880,
                StemV=93,
            )
        ),
        DW=1000,
        W=[1, 95, 500],
    )
    return out.make_indirect(
        pikepdf.Dictionary(
            Type=name.Font,
            Subtype=name.Type0,
            BaseFont=pikepdf.Name("/STSong-Light"),
            Encoding=pikepdf.Name(f"/{encoding}"),
            DescendantFonts=[out.make_indirect(descendant)],
        )
    )


def with_winansi(text: str) -> bytes:
    """A page whose GB 18030 the PDF takes for WinAnsi."""
    out = pikepdf.new()
    name = pikepdf.Name
    font = pikepdf.Dictionary(
        Type=name.Font, Subtype=name.TrueType, BaseFont=name.SimSun, Encoding=name.WinAnsiEncoding,
        FirstChar=0, LastChar=255, Widths=pikepdf.Array([500] * 256),
    )  # fmt: skip
    page = out.add_blank_page(page_size=(595, 842))
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
    code = text.encode("gb18030").hex().encode()
    page.Contents = out.make_stream(b"BT /F 8 Tf 40 700 Td <%s> Tj ET" % code)
    return saved(out)


def scan(pdf: bytes, *, dpi: int = 200, degrees: float = 0.7, noise_level: float = 18) -> bytes:
    """The same pages as a scanner gives them: askew, a little soft, with noise."""
    out = pikepdf.new()
    chance = np.random.default_rng(7)
    with pypdfium2.PdfDocument(pdf) as source:
        for page in source:
            clean = page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
            turned = clean.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=255)
            soft = np.asarray(turned.filter(ImageFilter.GaussianBlur(0.6)), dtype=np.float64)
            worn = soft + chance.normal(0, noise_level, soft.shape)
            add_picture(out, Image.fromarray(worn.clip(0, 255).astype(np.uint8)), page.get_size())
    return saved(out)


def with_hidden_layer(pdf: bytes, text: str) -> bytes:
    """Scanned pages with what an old OCR read on them, invisible."""
    out = pikepdf.open(io.BytesIO(scan(pdf)))
    font = _song(out, "UniGB-UCS2-H")
    for page in out.pages:
        page.add_resource(font, pikepdf.Name.Font, pikepdf.Name.F)
        hexes = text.encode("utf-16-be").hex()
        page.contents_add(f"BT 3 Tr /F 9 Tf 30 300 Td <{hexes}> Tj ET".encode())
    return saved(out)


def with_picture_behind(pdf: bytes) -> bytes:
    """The same pages over a picture that fills them."""
    out = pikepdf.open(io.BytesIO(pdf))
    paper = pikepdf.new()
    add_picture(paper, Image.new("L", (40, 60), 230), (100, 100))
    paper.pages[0].Contents = paper.make_stream(b"q 100 0 0 100 0 0 cm /Im0 Do Q")
    for page in out.pages:
        page.add_underlay(paper.pages[0], pikepdf.Rectangle(*page.mediabox), expand=True)
    return saved(out)


def turned(pdf: bytes, degrees: int) -> bytes:
    """The same pages as they are seen, their contents turned one way and /Rotate the other."""
    out = pikepdf.new()
    with pypdfium2.PdfDocument(pdf) as source:
        for page in source:
            picture = page.render(scale=200 / 72, grayscale=True).to_pil().convert("L")
            lying = picture.rotate(degrees, expand=True)
            wide, high = page.get_size()
            added = add_picture(out, lying, (high, wide) if degrees % 180 else (wide, high))
            added.Rotate = degrees
    return saved(out)


def mutants(seeds: Sequence[bytes], count: int, seed: int = 3) -> Iterator[tuple[str, bytes]]:
    """Broken and hostile PDFs, each with the name of what was done to it; the same ones every time.

    Bits flipped, ends cut off, nested Flate, huge pages, deep and endless page trees, encryption.
    """
    chance = random.Random(seed)  # noqa: S311  no secret
    kinds = ("flipped", "torn", "holed", "bomb", "huge", "deep", "endless", "encrypted")
    for number in range(count):
        kind = kinds[number % len(kinds)]
        data = chance.choice(seeds)
        yield f"{number:03d}-{kind}", _mutant(kind, data, chance)


def _mutant(  # noqa: PLR0911  one return a kind
    kind: str, data: bytes, chance: random.Random
) -> bytes:
    if kind == "bomb":
        return bomb(chance.randint(1, 4), chance.choice((20_000_000, 100_000_000)))
    if kind == "huge":
        side = 10 ** chance.randint(5, 9)
        return data.replace(b"/MediaBox [", b"/MediaBox [0 0 %d %d] %%" % (side, side), 1) + huge()
    if kind == "deep":
        return deep(chance.choice((50, 2_000)))
    if kind == "endless":
        return endless()
    if kind == "encrypted":
        return encrypted(data)
    broken = bytearray(data)
    if kind == "torn":
        return bytes(broken[: chance.randint(20, len(broken))])
    if kind == "holed":
        start = chance.randrange(len(broken))
        broken[start : start + chance.randint(1, 4_000)] = b""
        return bytes(broken)
    for _ in range(chance.choice((1, 10, 200))):
        broken[chance.randrange(9, len(broken))] ^= 1 << chance.randrange(8)
    return bytes(broken)


def deep(levels: int) -> bytes:
    """A page under so many nodes of the page tree."""
    out = pikepdf.new()
    page = out.add_blank_page().obj
    node = page
    for _ in range(levels):
        node = out.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.Pages, Kids=pikepdf.Array([node]), Count=1)
        )
    out.Root.Pages.Kids = pikepdf.Array([node])
    return saved(out)
