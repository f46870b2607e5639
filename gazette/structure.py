"""The parts of a text: 编、章、节、条, or 一、（一）, each with its place in the page. Pure.

The parts follow one another and leave nothing out: their blocks, put together, are the text. What
plays which part is told by `gazette.form`; here the parts get levels and anchors::

    第十二条 之一      #第十二条之一 and #art-12-1; its 款 #art-12-1-p2, its 项 #art-12-1-p2-i3
    第二章 第三节      #第二章第三节 and #ch-2-sec-3; in a 编 #part-1-ch-2-sec-3
    一、（二）         #一（二） and #h-1-2, in a text that has no articles

Anchors are unique in a text, and depend only on what stands before them: a part that is added at
the end moves none. Where articles start again (the rules behind the notice that issues them, an
annex), those of the second run have `2-` before them, and so on.
"""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from gazette.dialect import Block, Heading, Paragraph, Table, inline_text, parse
from gazette.form import article_name, form
from gazette.numerals import NUMERAL, in_han, numeral

PartKind = Literal["preface", "heading", "article"]

_UNIT = re.compile(rf"第\s*(?P<number>{NUMERAL})\s*(?P<unit>[编編章节節])")
_NAME = re.compile(
    rf"第\s*(?P<number>{NUMERAL})(?:[-－](?P<dash>[0-9０-９]+))?\s*(?P<sign>[条條])(?:\s*之\s*(?P<after>{NUMERAL}))?"
)
_FIRST = re.compile(r"(?P<number>[一二三四五六七八九十百]+)、")
_SECOND = re.compile(r"[（(](?P<number>[一二三四五六七八九十百]+)[）)]")
_ITEM = re.compile(r"[（(](?P<a>[一二三四五六七八九十百]+)[）)]|(?P<b>[一二三四五六七八九十百]+)、")
_SUB_OF = re.compile(rf"第\s*[（(]?({NUMERAL})[）)]?\s*([款项項])")
_CONTENTS = re.compile("目[ \u3000\xa0]*[录錄次]")
_UNITS = {"编": "part", "編": "part", "章": "ch", "节": "sec", "節": "sec"}
_RANKS = ("part", "ch", "sec")
_FEW = 2
"""A text with fewer articles than this is not in articles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part: its blocks are `blocks[first:last]` of the text, its own heading line among them.

    `level` is that of its heading in HTML (2–6), 0 for articles and the preface. `anchor` and
    `name` are its two fragments, ASCII and Chinese, without #; `text` is its heading, for an
    article its name as written. `inner` has the anchors of single blocks (款 and 项) by their place
    in `blocks`.
    """

    kind: PartKind
    first: int
    last: int
    level: int = 0
    anchor: str = ""
    name: str = ""
    text: str = ""
    inner: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineEntry:
    """One line of a 目录: a heading and the articles right under it, or a run of articles alone.

    `depth` counts from 0; `articles` are (name, anchor) pairs.
    """

    text: str
    anchor: str
    depth: int
    articles: tuple[tuple[str, str], ...] = ()


@functools.lru_cache(maxsize=2)
def _parts_of(body: str) -> tuple[Part, ...]:
    """The parts of a body; the last is remembered, since outline and articles are asked together."""
    return parts(parse(body))


def parts(blocks: tuple[Block, ...]) -> tuple[Part, ...]:
    """The parts of a text in order. Any text has parts: one without any sign is all preface."""
    return tuple(_parts(blocks))


def _parts(blocks: tuple[Block, ...]) -> Iterator[Part]:
    marks = list(_marks(blocks))
    if not marks or marks[0][0] > 0:
        yield Part(kind="preface", first=0, last=marks[0][0] if marks else len(blocks))
    anchors = _Anchors()
    ranks = sorted({m[1] for m in marks if m[1] in _RANKS}, key=_RANKS.index)
    for at, (first, sort, text) in enumerate(marks):
        last = marks[at + 1][0] if at + 1 < len(marks) else len(blocks)
        if sort == "article":
            anchor, name = anchors.article(text)
            inner = tuple(_inner(blocks, first, last, anchor))
            yield Part(
                kind="article", first=first, last=last, anchor=anchor, name=name,
                text=article_name(text), inner=inner,
            )  # fmt: skip
            continue
        block = blocks[first]
        if sort in _RANKS:
            level = 2 + ranks.index(sort)
            anchor, name = anchors.unit(sort, text)
        elif sort in ("level-1", "level-2"):
            level = 2 if sort == "level-1" else 3
            anchor, name = anchors.point(sort, text)
        else:
            level = 2
            anchor, name = anchors.plain()
        if isinstance(block, Heading):
            level = min(block.level + 1, 6)
        yield Part(
            kind="heading", first=first, last=last, level=level, anchor=anchor, name=name, text=text
        )


def _marks(blocks: tuple[Block, ...]) -> Iterator[tuple[int, str, str]]:
    """Blocks that open a part: where, of which sort, and their text."""
    forms = [form(b) if isinstance(b, Paragraph) else "" for b in blocks]
    in_articles = sum(f == "article" for f in forms) >= _FEW
    listed = _listed(blocks, forms)
    below = False  # whether a 一、 stands above, so that （一） is its part
    for at, block in enumerate(blocks):
        if isinstance(block, Table) or at in listed:
            continue
        text = inline_text(block.inlines)
        if isinstance(block, Heading):
            unit = _UNIT.match(text)
            yield at, _UNITS[unit["unit"]] if unit else "plain", text
        elif forms[at] == "chapter" and (unit := _UNIT.match(text)):
            yield at, _UNITS[unit["unit"]], text
        elif forms[at] == "article" and in_articles:
            yield at, "article", text
        elif forms[at] in ("level-1", "level-2") and not in_articles:
            below = below or forms[at] == "level-1"
            if below and text[-1] not in "。；;，,、":
                yield at, forms[at], text


def _listed(blocks: tuple[Block, ...], forms: list[str]) -> set[int]:
    """The lines of a 目录 that the text itself has: they name the chapters, and are not these."""
    found: set[int] = set()
    for at, block in enumerate(blocks):
        if not isinstance(block, Paragraph) or not _CONTENTS.fullmatch(inline_text(block.inlines)):
            continue
        seen: set[str] = set()
        for line in range(at + 1, len(blocks)):
            one = blocks[line]
            text = inline_text(one.inlines) if isinstance(one, Paragraph) else ""
            key = re.sub(r"\s", "", text)
            if forms[line] != "chapter" or key in seen:
                break
            seen.add(key)
            found.add(line)
    return found


class _Anchors:
    """Gives each part its two fragments, none twice."""

    def __init__(self) -> None:
        self._used: set[str] = set()
        self._run = 1
        self._unit: dict[str, tuple[str, str]] = {}
        self._point = ("", "")
        self._plain = 0

    def article(self, text: str) -> tuple[str, str]:
        found = _NAME.match(text)
        if found is None:  # form() and this read the same names
            return self._free("art", "条")
        key = _key(found)
        after = found["after"] or found["dash"]
        name = f"第{in_han(numeral(found['number']))}{found['sign']}"
        name += f"之{in_han(numeral(after))}" if after else ""
        if self._taken(f"art-{key}", name):
            self._run += 1
        return self._free(f"art-{key}", name, self._run)

    def unit(self, rank: str, text: str) -> tuple[str, str]:
        found = _UNIT.match(text)
        number = numeral(found["number"]) if found else 0
        sign = found["unit"] if found else ""
        self._unit = {r: v for r, v in self._unit.items() if _RANKS.index(r) < _RANKS.index(rank)}
        self._unit[rank] = (f"{rank}-{number}", f"第{in_han(number)}{sign}")
        path = [self._unit[r] for r in _RANKS if r in self._unit]
        return self._free("-".join(p[0] for p in path), "".join(p[1] for p in path))

    def point(self, sort: str, text: str) -> tuple[str, str]:
        found = (_FIRST if sort == "level-1" else _SECOND).match(text)
        number = numeral(found["number"]) if found else 0
        if sort == "level-1":
            self._point = (f"h-{number}", in_han(number))
            return self._free(*self._point)
        above, named = self._point
        return self._free(f"{above}-{number}", f"{named}（{in_han(number)}）")

    def plain(self) -> tuple[str, str]:
        self._plain += 1
        return self._free(f"s-{self._plain}", f"标题{self._plain}")

    def _taken(self, anchor: str, name: str) -> bool:
        lead = f"{self._run}-" if self._run > 1 else ""
        return lead + anchor in self._used or lead + name in self._used

    def _free(self, anchor: str, name: str, run: int = 1) -> tuple[str, str]:
        while True:
            lead = f"{run}-" if run > 1 else ""
            if lead + anchor not in self._used and lead + name not in self._used:
                break
            run += 1
        self._used |= {lead + anchor, lead + name}
        return lead + anchor, lead + name


def _inner(
    blocks: tuple[Block, ...], first: int, last: int, anchor: str
) -> Iterator[tuple[int, str]]:
    """Anchors of the 款 and 项 of an article, by their blocks. Its first 款 may share its line."""
    alone = _only_a_name(blocks[first])
    paragraph = 0 if alone else 1
    items: set[int] = set()
    for at in range(first + 1, last):
        block = blocks[at]
        if not isinstance(block, Paragraph) or block.to_right:
            continue
        item = _ITEM.match(inline_text(block.inlines))
        if item and paragraph:
            number = numeral(item["a"] or item["b"])
            # Points below points start again: only the first of a number is meant by 第二项.
            if number not in items:
                items.add(number)
                yield at, f"{anchor}-p{paragraph}-i{number}"
        else:
            paragraph, items = paragraph + 1, set()
            yield at, f"{anchor}-p{paragraph}"


def _only_a_name(block: Block) -> bool:
    if not isinstance(block, Paragraph):
        return False
    text = inline_text(block.inlines)
    return text == article_name(text)


def outline(body: str) -> tuple[OutlineEntry, ...]:
    """The 目录 of a text: its headings, and its articles under them. For `Document.of_text`."""
    entries: list[OutlineEntry] = []
    articles: list[tuple[str, str]] = []
    head: Part | None = None
    found = _parts_of(body)
    top = min((p.level for p in found if p.level), default=2)

    def close() -> None:
        if head or articles:
            entries.append(
                OutlineEntry(
                    text=head.text if head else "",
                    anchor=head.anchor if head else articles[0][1],
                    depth=head.level - top if head else 0,
                    articles=tuple(articles),
                )
            )

    for part in found:
        if part.kind == "heading":
            close()
            head, articles = part, []
        elif part.kind == "article":
            articles.append((re.sub(r"\s", "", part.text), part.anchor))
    close()
    return tuple(entries)


def articles_in(body: str) -> dict[str, tuple[int, ...]]:
    """The articles that a citation can mean, for `Document.of_text`: how many 项 each 款 has.

    By `article_key`: `{"12": (0, 3)}` is an article of two 款, whose second has three 项. Of
    articles that start again only the first run.
    """
    found: dict[str, tuple[int, ...]] = {}
    for part in _parts_of(body):
        if part.kind != "article" or not part.anchor.startswith("art-"):
            continue
        counts: list[int] = [0]
        for _, anchor in part.inner:
            inside = re.fullmatch(r".*-p(\d+)(?:-i(\d+))?", anchor)
            if inside:
                at, item = int(inside[1]), int(inside[2] or 0)
                counts += [0] * (at - len(counts))
                counts[at - 1] = max(counts[at - 1], item)
        found[part.anchor.removeprefix("art-")] = tuple(counts)
    return found


def article_key(provision: str) -> str:
    """The article of a provision: `12` of 第十二条第二款, `12-1` of 第十二条之一; "" of none."""
    found = _NAME.search(provision)
    return _key(found) if found else ""


def fragment(provision: str, articles: dict[str, tuple[int, ...]]) -> str:
    """Where a provision stands in a text with these articles: `art-12-p2`; "" where it has none.

    As near as the text allows: the article where it has no such 款. 第十二条第三项 without a 款 is
    a 项 of the first.
    """
    key = article_key(provision)
    if key not in articles:
        return ""
    counts = articles[key]
    rest = provision[_NAME.search(provision).end() :]  # type: ignore[union-attr]  # the key is of it
    # 款 and 项 of the mainland are 項 and 款 in Taiwan, whose 第二款 alone is an item.
    outer = "項" if "條" in provision else "款"
    subs = [(numeral(n), unit) for n, unit in _SUB_OF.findall(rest)][:2]
    paragraph = subs[0][0] if subs and subs[0][1] == outer else 1
    item = next((number for number, unit in subs if unit != outer), 0)
    if subs[1:] and subs[0][1] != outer:
        item = subs[0][0]
    if not 0 < paragraph <= len(counts):
        return f"art-{key}"
    if item and item <= counts[paragraph - 1]:
        return f"art-{key}-p{paragraph}-i{item}"
    return f"art-{key}-p{paragraph}" if paragraph > 1 else f"art-{key}"


def _key(found: re.Match[str]) -> str:
    after = found["after"] or found["dash"]
    return str(numeral(found["number"])) + (f"-{numeral(after)}" if after else "")
