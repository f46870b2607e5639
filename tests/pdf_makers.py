"""PDFs that tests need, made when they run: sound ones, broken ones, hostile ones."""

import io
import zlib
from pathlib import Path

import pikepdf
import pylopdf_fonts_zh_cn
import pypdfium2
import typst
from PIL import Image

FONTS = Path(pylopdf_fonts_zh_cn.__file__).parent


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
            data = io.BytesIO()
            picture.save(data, "JPEG", quality=60)
            added = out.add_blank_page(page_size=page.get_size())
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
            wide, high = page.get_size()
            added.Contents = out.make_stream(f"q {wide} 0 0 {high} 0 0 cm /Im0 Do Q".encode())
    return saved(out)


def saved(pdf: pikepdf.Pdf, **options: object) -> bytes:
    data = io.BytesIO()
    pdf.save(data, **options)  # type: ignore[arg-type]
    return data.getvalue()


def encrypted(pdf: bytes) -> bytes:
    """Needs a password to be opened."""
    lock = pikepdf.Encryption(owner="o", user="secret")
    return saved(pikepdf.open(io.BytesIO(pdf)), encryption=lock)


def bomb(layers: int = 3, size: int = 200_000_000) -> bytes:
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
