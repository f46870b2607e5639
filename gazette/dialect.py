"""The body of a document: committed text to blocks and back. No HTML, no files.

Text is law here: what was committed is what is shown. So this is not Markdown but the few
pieces of its notation that gazette texts need, and everything else is literal:

- every source line that is not blank is a paragraph of its own;
- ``# `` to ``###### `` at the start of a line make a heading;
- a row that starts with ``|``, followed by a delimiter row ``| --- | :-: |``, starts a table;
- ``[文字](目标)`` and ``![说明](目标)`` are a link and an image, where the target has the form of
  an address (so that ``[1](以下简称甲方)`` stays text);
- numbers, asterisks, underscores, backslashes, angle brackets and indentation mean nothing.

Blanks at the ends of a line are not shown; a line that starts with six or more of them (counted
in half-widths: an ideographic space is two) is set to the right, as signatures are. To show a
literal ``# `` at the start of a line, put a blank before it.

`parse` never raises and never drops a visible character; `unparse` is its inverse.
"""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

BLANKS = " \t\u3000\xa0"
"""What counts as a blank at the ends of a line: space, tab, ideographic and no-break space."""

_HEADING = re.compile(r"(#{1,6})[ \t\u3000]+(?=\S)(.*)")
_LINE_END = re.compile(r"\r\n?|\n")
_DELIMITER = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*(?:\|[ \t]*)?")
_INLINE = re.compile(r"(!?)\[([^\[\]\n]*)\]\(([^()\s]+(?:\([^()\s]*\)[^()\s]*)*)\)")
_TARGET = re.compile(
    r"https?://[^\s<>\"]+|mailto:[^\s<>\"]+|#\S+|/[^\s/\\:]\S*|\.{1,2}/\S+"
    r"|(?![a-z]+:)[^\s:/\\]+(?:/[^\s:/\\]+)*\.[A-Za-z0-9]{2,5}(?:#\S*)?",
    re.IGNORECASE,
)
_RIGHT = 6
"""Leading half-width blanks from which on a line is set to the right (a signature, a date)."""


@dataclass(frozen=True, slots=True)
class Text:
    """A run of literal text."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link; `text` is shown."""

    text: str
    target: str


@dataclass(frozen=True, slots=True)
class Image:
    """An image; `text` is its description and is shown as its caption."""

    text: str
    target: str


Inline = Text | Link | Image


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1–6; `line` counts from 1 in the body."""

    level: int
    inlines: tuple[Inline, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One source line. `indent` is the width of its leading blanks in half-widths."""

    inlines: tuple[Inline, ...]
    indent: int
    line: int

    @property
    def to_right(self) -> bool:
        """Whether the line is set to the right, as a signature or its date is."""
        return self.indent >= _RIGHT


Cell = tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its head, the alignment of each column ('', 'left', 'center', 'right'), its rows.

    Rows keep every cell that was written, even more than the head has.
    """

    head: tuple[Cell, ...]
    align: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    line: int


Block = Heading | Paragraph | Table


@functools.lru_cache(maxsize=2)
def parse(body: str) -> tuple[Block, ...]:
    """Read a body into blocks. Any text is a body: nothing is refused, nothing is dropped.

    The last text is remembered: several things are asked of one before the next is met.
    """
    return tuple(_blocks(_LINE_END.split(body)))


def _blocks(lines: list[str]) -> Iterator[Block]:
    at = 0
    while at < len(lines):
        line = lines[at]
        stripped = line.strip(BLANKS)
        at += 1
        if not stripped:
            continue
        heading = _HEADING.fullmatch(line.rstrip(BLANKS)) if line[0] == "#" else None
        if heading:
            yield Heading(len(heading[1]), inlines(heading[2].strip(BLANKS)), at)
        elif line.startswith("|") and at < len(lines) and _DELIMITER.fullmatch(lines[at]):
            first = at
            head, align = _cells(line), tuple(_alignment(c) for c in _split_row(lines[at]))
            at += 1
            rows = []
            while at < len(lines) and lines[at].startswith("|"):
                rows.append(_cells(lines[at]))
                at += 1
            yield Table(head, align, tuple(rows), first)
        else:
            yield Paragraph(inlines(stripped), _width(line), at)


def _width(line: str) -> int:
    """How far a line is indented, in half-widths."""
    if line[0] not in BLANKS:
        return 0
    lead = line[: len(line) - len(line.lstrip(BLANKS))]
    return sum(2 if c == "\u3000" else 8 if c == "\t" else 1 for c in lead)


def _split_row(row: str) -> list[str]:
    row = row.strip(BLANKS)
    return [c.strip(BLANKS) for c in row.removeprefix("|").removesuffix("|").split("|")]


def _cells(row: str) -> tuple[Cell, ...]:
    return tuple(inlines(c) for c in _split_row(row))


def _alignment(cell: str) -> str:
    left, right = cell.startswith(":"), cell.endswith(":")
    return "center" if left and right else "right" if right else "left" if left else ""


def inlines(text: str) -> tuple[Inline, ...]:
    """Split one line into text, links and images."""
    if "](" not in text:
        return (Text(text),) if text else ()
    parts: list[Inline] = []
    done = 0
    for found in _INLINE.finditer(text):
        if not _TARGET.fullmatch(found[3]):
            continue
        if found.start() > done:
            parts.append(Text(text[done : found.start()]))
        parts.append((Image if found[1] else Link)(found[2], found[3]))
        done = found.end()
    if done < len(text):
        parts.append(Text(text[done:]))
    return tuple(parts)


def unparse(blocks: tuple[Block, ...]) -> str:
    """Write blocks as a body, blocks parted by blank lines; `parse` gives them back."""
    return "\n\n".join(_source(b) for b in blocks)


def _source(block: Block) -> str:
    match block:
        case Heading(level, parts):
            return "#" * level + " " + _inline_source(parts)
        case Paragraph(parts, indent):
            return "\u3000" * (indent // 2) + " " * (indent % 2) + _inline_source(parts)
        case Table(head, align, rows):
            marks = {"": "---", "left": ":---", "center": ":---:", "right": "---:"}
            body = [_row_source(head), "| " + " | ".join(marks[a] for a in align) + " |"]
            return "\n".join(body + [_row_source(r) for r in rows])


def _row_source(cells: tuple[Cell, ...]) -> str:
    return "| " + " | ".join(_inline_source(c) for c in cells) + " |"


def _inline_source(parts: tuple[Inline, ...]) -> str:
    out = []
    for part in parts:
        match part:
            case Text(text):
                out.append(text)
            case Link(text, target):
                out.append(f"[{text}]({target})")
            case Image(text, target):
                out.append(f"![{text}]({target})")
    return "".join(out)


def inline_text(parts: tuple[Inline, ...]) -> str:
    """The visible text of one line or cell."""
    if len(parts) == 1:  # as nearly all
        return parts[0].text
    return "".join(p.text for p in parts)


def visible_lines(blocks: tuple[Block, ...]) -> Iterator[str]:
    """The visible text, one heading, paragraph or table cell at a time, empty cells left out."""
    return (text for text, _ in numbered_lines(blocks))


def numbered_lines(blocks: tuple[Block, ...]) -> Iterator[tuple[str, int]]:
    """As `visible_lines`, each with the line of the body that it stands in."""
    for block in blocks:
        if isinstance(block, Table):
            for offset, row in enumerate((block.head, *block.rows)):
                line = block.line + offset + (1 if offset else 0)
                yield from ((text, line) for text in map(inline_text, row) if text)
        elif text := inline_text(block.inlines):
            yield text, block.line


def link_targets(text: str) -> tuple[str, ...]:
    """What a text points at, each once, in order. For `Document.of_text`."""
    if "](" not in text:
        return ()
    return tuple(dict.fromkeys(part.target for _, part in targets(parse(text))))


def targets(blocks: tuple[Block, ...]) -> Iterator[tuple[int, Link | Image]]:
    """Every link and image with the body line it stands in."""
    for block in blocks:
        if isinstance(block, Table):
            for offset, row in enumerate((block.head, *block.rows)):
                line = block.line + offset + (1 if offset else 0)
                yield from ((line, p) for c in row for p in c if not isinstance(p, Text))
        else:
            yield from ((block.line, p) for p in block.inlines if not isinstance(p, Text))
