"""A copy of a PDF with recognised text as an invisible layer. Knows pikepdf; runs in the child.

Each run of text is set in render mode 3 (ISO 32000-1, 9.3.6) over its picture, stretched to the
width that it has there, in a font without shapes whose ToUnicode map says what the codes mean: any
reader can search, mark and copy it. The old invisible layer of such a page is taken out.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pikepdf

from gazette.pdf.scanned import full_width

_TYPE = 0.78
"""How much of the height of a run's box is type, as in `gazette.pdf.scanned`."""
_BASE = 0.12
"""Where the baseline lies, in type sizes above the foot of the type."""
_LEAN = 0.002
_INVISIBLE = 3


def add_layer(
    file: Path, out: Path, pages: Sequence[Mapping[str, Any]], hidden: Iterable[int]
) -> None:
    """Write a copy of `file` to `out`, with the runs of `pages` as text.

    `pages` are as `gazette.pdf.ocr` keeps them; `hidden` names those that have an old layer. The
    copy is the same every time, and linearized. Raises pikepdf.PdfError for what is no PDF.
    """
    old = set(hidden)
    with pikepdf.open(file) as pdf:
        codes: dict[str, int] = {}
        written = []
        for page in pages:
            leaf = pdf.pages[page["page"] - 1]
            written.append((leaf, page["page"], _orders(leaf, page, codes)))
        font = _font(pdf, codes)
        for leaf, number, orders in written:
            if number in old:
                leaf.Contents = pdf.make_stream(_without_hidden(leaf))
            leaf.add_resource(font, pikepdf.Name.Font, pikepdf.Name.GongbaoOCR)
            # What the page's own orders leave behind must not move the layer.
            leaf.contents_add(b"q\n", prepend=True)
            leaf.contents_add(b"\nQ\nq BT 3 Tr\n" + orders + b"ET Q\n")
        pdf.save(out, linearize=True, deterministic_id=True)


def _orders(leaf: pikepdf.Page, page: Mapping[str, Any], codes: dict[str, int]) -> bytes:
    """The page's runs as orders in its user space."""
    turn = int(leaf.obj.get("/Rotate", 0)) % 360
    x, y, x_end, y_end = (float(v) for v in leaf.cropbox)
    low_x, low_y = min(x, x_end), min(y, y_end)
    wide, high = abs(x_end - x), abs(y_end - y)
    out = []
    for run in page["segments"]:
        box = run["box"]
        corners = [
            _placed(box[at], page["height"] - box[at + 1], turn, wide, high) for at in (0, 2, 4, 6)
        ]
        text = [c for c in full_width(run["text"]) if not c.isspace()]
        if text:
            out.append(_run(text, corners, (low_x, low_y), codes))
    return "".join(out).encode("ascii")


def _placed(x: float, y: float, turn: int, wide: float, high: float) -> tuple[float, float]:
    """A point of the page as it is seen, in the page's own space (/Rotate turns it clockwise)."""
    return {0: (x, y), 90: (wide - y, x), 180: (wide - x, high - y), 270: (y, high - x)}[turn]


def _run(
    text: list[str],
    corners: list[tuple[float, float]],
    origin: tuple[float, float],
    codes: dict[str, int],
) -> str:
    first, second, _, fourth = corners
    across, down = math.dist(first, second), math.dist(first, fourth)
    vertical = down > 1.5 * across and len(text) > 1
    length, thick = (down, across) if vertical else (across, down)
    size = max(thick * _TYPE, 1.0)
    start, end, foot = (second, corners[2], first) if vertical else (first, second, fourth)
    angle = math.atan2(end[1] - start[1], end[0] - start[0])
    lift = (1 - _TYPE) / 2 + _BASE * _TYPE
    x = foot[0] + (start[0] - foot[0]) * lift + origin[0]
    y = foot[1] + (start[1] - foot[1]) * lift + origin[1]
    stretch = 100 * length / (len(text) * size)
    hexes = "".join(f"{codes.setdefault(c, len(codes) + 1):04X}" for c in text)
    # pdfium takes a run that stands exactly upright in a font without shapes for nothing.
    cos, sin = math.cos(angle), math.sin(angle)
    cos = cos if abs(cos) > _LEAN else math.copysign(_LEAN, cos)
    return (
        f"/GongbaoOCR {size:.2f} Tf {stretch:.1f} Tz "
        f"{cos:.4f} {sin:.4f} {-sin:.4f} {cos:.4f} {x:.2f} {y:.2f} Tm <{hexes}> Tj\n"
    )


def _font(pdf: pikepdf.Pdf, codes: Mapping[str, int]) -> pikepdf.Object:
    """A font without shapes: codes of two bytes, all one em wide, and what they stand for."""
    lines = [f"<{code:04X}> <{c.encode('utf-16-be').hex()}>" for c, code in codes.items()]
    blocks = [lines[at : at + 100] for at in range(0, len(lines), 100)]
    body = "".join(f"{len(b)} beginbfchar\n" + "\n".join(b) + "\nendbfchar\n" for b in blocks)
    to_unicode = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CMapName /GongbaoOCR def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{body}endcmap CMapName currentdict /CMap defineresource pop end end\n"
    )
    name = pikepdf.Name
    descriptor = pikepdf.Dictionary(
        Type=name.FontDescriptor,
        FontName=name.GongbaoOCR,
        Flags=4,
        FontBBox=[0, -120, 1000, 880],
        ItalicAngle=0,
        Ascent=880,
        Descent=-120,
        CapHeight=700,
        StemV=80,
    )
    descendant = pikepdf.Dictionary(
        Type=name.Font,
        Subtype=name.CIDFontType2,
        BaseFont=name.GongbaoOCR,
        CIDSystemInfo=pikepdf.Dictionary(
            Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0
        ),
        FontDescriptor=pdf.make_indirect(descriptor),
        DW=1000,
        CIDToGIDMap=name.Identity,
    )
    return pdf.make_indirect(
        pikepdf.Dictionary(
            Type=name.Font,
            Subtype=name.Type0,
            BaseFont=name.GongbaoOCR,
            Encoding=pikepdf.Name("/Identity-H"),
            DescendantFonts=[pdf.make_indirect(descendant)],
            ToUnicode=pdf.make_stream(to_unicode.encode("ascii")),
        )
    )


def _without_hidden(leaf: pikepdf.Page) -> bytes:
    """The page's orders without the text that is shown in render mode 3."""
    kept: list[Any] = []
    mode = 0
    stack: list[int] = []
    for order in pikepdf.parse_content_stream(leaf):
        name = str(order.operator)
        if name == "q":
            stack.append(mode)
        elif name == "Q" and stack:
            mode = stack.pop()
        elif name == "Tr" and order.operands:
            mode = int(order.operands[0])
        if not (mode == _INVISIBLE and name in {"Tj", "TJ", "'", '"'}):
            kept.append(order)
    return pikepdf.unparse_content_stream(kept)
