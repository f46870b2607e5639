"""Blocks of a document's body, as HTML. Pure: text in, text out; everything is escaped here."""

from collections.abc import Sequence
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
from gazette.form import form
from gazette.links import Resolve
from gazette.structure import Part, parts

Mark = tuple[int, int, str]
"""A stretch of the visible text that is a link: start, end, and where it leads from the page."""


class _Marks:
    """The marks of each line, as the lines come: their offsets are those of the visible text."""

    def __init__(self, marks: Sequence[Mark]) -> None:
        self._marks = marks
        self._next = 0
        self._at = 0

    def of_line(self, length: int) -> list[Mark]:
        """The marks that lie in the next line, counted from its start."""
        start, end = self._at, self._at + length
        self._at = end + 1  # the line feed between lines
        found = []
        while self._next < len(self._marks) and self._marks[self._next][0] < end:
            first, last, to = self._marks[self._next]
            if start <= first and last <= end:  # what runs over two lines is no link
                found.append((first - start, last - start, to))
            self._next += 1
        return found


def to_html(blocks: tuple[Block, ...], resolve: Resolve, marks: Sequence[Mark] = ()) -> str:
    """The body as HTML, a line per block. Its visible text is that of the blocks.

    `marks` are links into the visible text (`gazette.citations.visible_text`), in order.
    """
    write = _Writer(resolve, _Marks(marks))
    out = []
    for part in parts(blocks):
        inner = dict(part.inner)
        for at in range(part.first, part.last):
            head = part if at == part.first and part.kind != "preface" else None
            out.append(write.block(blocks[at], head, inner.get(at, ""), first=at == 0))
    return "\n".join(out)


class _Writer:
    """Writes one block after another, in the order of the text."""

    def __init__(self, resolve: Resolve, marks: _Marks) -> None:
        self._resolve = resolve
        self._marks = marks

    def block(self, block: Block, head: Part | None, anchor: str, *, first: bool) -> str:
        """A block; `head` is the part that it opens, `anchor` its own fragment if it has one."""
        if isinstance(block, Table):
            return self._table(block)
        if isinstance(block, Heading) or (head and head.kind == "heading"):
            look = f' class="{form(block)}"' if isinstance(block, Paragraph) else ""
            name, ids = (f"h{head.level}", _ids(head)) if head else ("h2", ">")
            return f"<{name}{look}{ids}{self._line(block.inlines)}</{name}>"
        match block:
            case Paragraph((Image() as image,)):
                return self._figure(image)
            case Paragraph(lines):
                if head:
                    return f'<p class="article" id="{head.anchor}">{self._line(lines, head)}</p>'
                text = inline_text(lines)
                # 主送机关 stands at the margin (GB/T 9704-2012, 7.3.3).
                kind = "addressees" if first and text.endswith(("：", ":")) else form(block)
                look = f' class="{kind}"' if kind not in ("text", "article", "chapter") else ""
                place = f' id="{anchor}"' if anchor else ""
                return f"<p{look}{place}>{self._line(lines)}</p>"

    def _line(self, inlines: tuple[Inline, ...], article: Part | None = None) -> str:
        """One line or cell: its links, its marks, and the name of the article that it opens."""
        text = inline_text(inlines)
        if not text:
            return "".join(self._inline(p) for p in inlines)
        marks = self._marks.of_line(len(text))
        out, at = [], 0
        for part in inlines:
            if isinstance(part, Text):
                out.append(_marked(part.text, at, marks, None if at else article))
            else:
                out.append(self._inline(part))
            at += len(part.text)
        return "".join(out)

    def _inline(self, part: Inline) -> str:
        text = escape(part.text, quote=False)
        match part:
            case Text():
                return text
            case Image():
                picture = self._picture(part)
                return f'{picture}<span class="caption">{text}</span>' if picture else text
            case Link(_, target):
                address = self._resolve(target)
                if address is None:
                    return text
                outside = ' rel="noopener"' if "://" in address else ""
                return f'<a href="{escape(address)}"{outside}>{text}</a>'

    def _picture(self, image: Image) -> str:
        address = self._resolve(image.target)
        if address is None or "://" in address:
            return ""  # pictures come from this site only
        return f'<img src="{escape(address)}" alt="{escape(image.text)}" loading="lazy">'

    def _figure(self, image: Image) -> str:
        if image.text:
            self._marks.of_line(len(image.text))
        picture = self._picture(image)
        caption = (
            f"<figcaption>{escape(image.text, quote=False)}</figcaption>" if image.text else ""
        )
        return f"<figure>{picture}{caption}</figure>"

    def _table(self, table: Table) -> str:
        head = self._row(table, table.head, "th")
        rows = "\n".join(self._row(table, r, "td") for r in table.rows)
        return (
            '<div class="table" tabindex="0" role="region" aria-label="表格">'
            f"<table>\n<thead>{head}</thead>\n<tbody>\n{rows}\n</tbody>\n</table></div>"
        )

    def _row(self, table: Table, cells: tuple[Cell, ...], name: str) -> str:
        out = []
        for at, cell in enumerate(cells):
            align = table.align[at] if at < len(table.align) else ""
            attribute = f' class="{align}"' if align else ""
            out.append(f"<{name}{attribute}>{self._line(cell)}</{name}>")
        return "<tr>" + "".join(out) + "</tr>"


def _ids(part: Part) -> str:
    """The rest of an opening tag with the ASCII anchor, then an empty element with the Chinese one."""
    return f' id="{escape(part.anchor)}"><span id="{escape(part.name)}"></span>'


def _marked(text: str, start: int, marks: Sequence[Mark], article: Part | None) -> str:
    """A run of text that begins at `start` of its line: its marks as links, the name of its article in bold."""
    out, done = [], 0
    if article and text.startswith(article.text):
        name = escape(article.text, quote=False)
        out.append(f'<b id="{escape(article.name)}">{name}</b>')
        done = len(article.text)
    for first, last, to in marks:
        if start + done <= first and last <= start + len(text):
            out.append(escape(text[done : first - start], quote=False))
            shown = escape(text[first - start : last - start], quote=False)
            out.append(f'<a class="ref" href="{escape(to)}">{shown}</a>')
            done = last - start
    out.append(escape(text[done:], quote=False))
    return "".join(out)
