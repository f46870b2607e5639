"""Blocks of a document's body, as HTML. Pure: text in, text out; everything is escaped here."""

from html import escape

from gazette.dialect import (
    Block,
    Cell,
    Heading,
    Image,
    Inline,
    Link,
    Paragraph,
    Table,
    Text,
    inline_text,
)
from gazette.form import article_name, form
from gazette.links import Resolve


def to_html(blocks: tuple[Block, ...], resolve: Resolve) -> str:
    """The body as HTML, a line per block. Its visible text is that of the blocks."""
    first, *rest = blocks or (None,)
    if isinstance(first, Paragraph) and inline_text(first.inlines).endswith(("：", ":")):
        # 主送机关 stands at the margin (GB/T 9704-2012, 7.3.3).
        lead = f'<p class="addressees">{_inlines(first.inlines, resolve)}</p>'
        return "\n".join([lead, *(_block(b, resolve) for b in rest)])
    return "\n".join(_block(b, resolve) for b in blocks)


def _block(block: Block, resolve: Resolve) -> str:
    match block:
        case Heading(level, parts):
            # The page's title is its h1, so a body starts at h2.
            name = f"h{min(level + 1, 6)}"
            return f"<{name}>{_inlines(parts, resolve)}</{name}>"
        case Table():
            return _table(block, resolve)
        case Paragraph((Image() as image,)):
            return _figure(image, resolve)
        case Paragraph():
            kind = form(block)
            attribute = f' class="{kind}"' if kind != "text" else ""
            return f"<p{attribute}>{_paragraph(block, kind, resolve)}</p>"


def _paragraph(paragraph: Paragraph, kind: str, resolve: Resolve) -> str:
    first = paragraph.inlines[0] if paragraph.inlines else None
    if kind == "article" and isinstance(first, Text) and (name := article_name(first.text)):
        rest = (Text(first.text[len(name) :]), *paragraph.inlines[1:])
        return f"<b>{escape(name, quote=False)}</b>{_inlines(rest, resolve)}"
    return _inlines(paragraph.inlines, resolve)


def _inlines(parts: tuple[Inline, ...], resolve: Resolve) -> str:
    return "".join(_inline(p, resolve) for p in parts)


def _inline(part: Inline, resolve: Resolve) -> str:
    text = escape(part.text, quote=False)
    match part:
        case Text():
            return text
        case Image():
            picture = _picture(part, resolve)
            return f'{picture}<span class="caption">{text}</span>' if picture else text
        case Link(_, target):
            address = resolve(target)
            if address is None:
                return text
            outside = ' rel="noopener"' if "://" in address else ""
            return f'<a href="{escape(address)}"{outside}>{text}</a>'


def _picture(image: Image, resolve: Resolve) -> str:
    address = resolve(image.target)
    if address is None or "://" in address:
        return ""  # pictures come from this site only
    return f'<img src="{escape(address)}" alt="{escape(image.text)}" loading="lazy">'


def _figure(image: Image, resolve: Resolve) -> str:
    picture = _picture(image, resolve)
    caption = f"<figcaption>{escape(image.text, quote=False)}</figcaption>" if image.text else ""
    return f"<figure>{picture}{caption}</figure>"


def _table(table: Table, resolve: Resolve) -> str:
    def row(cells: tuple[Cell, ...], name: str) -> str:
        out = []
        for at, cell in enumerate(cells):
            align = table.align[at] if at < len(table.align) else ""
            attribute = f' class="{align}"' if align else ""
            out.append(f"<{name}{attribute}>{_inlines(cell, resolve)}</{name}>")
        return "<tr>" + "".join(out) + "</tr>"

    rows = "\n".join(row(r, "td") for r in table.rows)
    return (
        '<div class="table" tabindex="0" role="region" aria-label="表格">'
        f"<table>\n<thead>{row(table.head, 'th')}</thead>\n<tbody>\n{rows}\n</tbody>\n</table></div>"
    )
