"""What documents do to one another, both ways, and what their lives come to. Pure.

Relations are stated in front matter, by whoever acts. Here each target is looked up, a table of
targets is read row by row, and the effects are applied in the order of their days. What cannot be
right is a `Fault`; what names no document of this archive stays a text.
"""

import graphlib
import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Literal

from gazette.dialect import parse
from gazette.digest import of_fields
from gazette.document_table import ALL, Row, document_tables, named
from gazette.model import Document, Gazette, Issue, Relation, RelationKind
from gazette.settings import Settings
from gazette.targets import Targets, by_both, read_number, resolve, targets, title_key
from gazette.validity import (
    Life,
    Timeline,
    acts_on_others,
    has_validity,
    is_one_of,
    own_life,
    timeline,
    write_timeline,
)

EFFECTS = (RelationKind.AMENDMENT, RelationKind.REPEAL, RelationKind.LAPSE)
"""Relations that change whether their target is in force."""
_MAY_BE_ELSEWHERE = (RelationKind.BASIS, RelationKind.FORWARD)
"""Relations whose targets are laws and papers that no gazette of a city holds: said as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A document at the other end of a relation; `address` is "" where this archive has none."""

    title: str
    number: str = ""
    address: str = ""
    dated: date | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """A relation as one of its two documents sees it.

    `day` is the one from which an effect holds, None for a relation that has none. `void` says why
    it never takes place, "" where it does.
    """

    kind: RelationKind
    other: Party
    articles: tuple[str, ...] = ()
    day: date | None = None
    void: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a relation: the document that states it, the line, message and cure."""

    level: Literal["error", "warning"]
    code: str
    source: str
    line: int
    message: str
    hint: str


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where one document stands among the others: its life, what it does, what is done to it.

    `life` is None where 有效性 does not apply.
    """

    life: Life | None = None
    does: tuple[Tie, ...] = ()
    done_to_it: tuple[Tie, ...] = ()

    @cached_property
    def digest(self) -> str:
        """What names all of it: three issues' pages and several lists ask for it."""
        if self.does or self.done_to_it:
            return of_fields(self)
        return repr(self.life)  # most have no ties, and only days

    @cached_property
    def states(self) -> Timeline:
        """有效性: each state with its first day, in order; () where it has none."""
        return timeline(self.life) if self.life else ()

    @cached_property
    def timeline_text(self) -> str:
        """The states as they are written down; "" where it has none."""
        return write_timeline(self.states) if self.states else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relations:
    """The standing of every document by its address, and what is wrong with what they state."""

    standings: Mapping[str, Standing] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def part(self, documents: Iterable[Document]) -> "Relations":
        """The standings of these documents alone, without faults: what their pages are made of."""
        kept = sorted(d.address for d in documents if d.address in self.standings)
        return Relations(standings={a: self.standings[a] for a in kept})

    def of(self, document: Document) -> Standing:
        """A document's standing; that of one without life or relations where it is not known."""
        return self.standings.get(document.address, _ALONE)


@dataclass(frozen=True, slots=True)
class _Edge:
    """One relation with its target found, or the text that names one elsewhere."""

    kind: RelationKind
    source: Document
    target: Document | None
    text: str
    number: str
    articles: tuple[str, ...]
    since: date | None
    line: int
    void: str = ""


_ALONE = Standing()


def relate(gazette: Gazette, settings: Settings, known: Targets | None = None) -> Relations:
    """Look up every target, apply every effect, and find what cannot be.

    `known` is what names the documents, where that was worked out.
    """
    known = known or targets(gazette, settings.site_url)
    faults: list[Fault] = []
    edges = [e for d in gazette.documents for e in _edges(d, known, faults)]
    edges = list(_once(edges, faults))
    faults += _too_early(edges)
    _name_cycles(edges, faults)
    lives = {
        d.address: own_life(d, issue, settings) for issue in gazette.issues for d in issue.documents
    }
    edges = _applied(edges, lives, faults)
    does: dict[str, list[Tie]] = defaultdict(list)
    done: dict[str, list[Tie]] = defaultdict(list)
    for edge in edges:
        day = _day(edge, lives) if edge.kind in EFFECTS else edge.since
        tie = Tie(
            kind=edge.kind,
            other=_party(edge.target)
            if edge.target
            else Party(title=edge.text, number=edge.number),
            articles=edge.articles,
            day=day,
            void=edge.void,
        )
        # What a withdrawn text does to others in law stays done; what it says of them is gone.
        if edge.source.withdrawn and edge.kind not in EFFECTS:
            continue
        if not edge.source.withdrawn:
            does[edge.source.address].append(tie)
        if edge.target:
            done[edge.target.address].append(replace(tie, other=_party(edge.source)))
    standings = {}
    for issue in gazette.issues:
        for document in issue.documents:
            address = document.address
            standings[address] = Standing(
                life=_shown(document, issue, lives[address], done[address], settings),
                does=tuple(does[address]),
                done_to_it=tuple(sorted(done[address], key=_by_day)),
            )
    relations = Relations(standings=standings)
    faults += _unexplained(gazette, relations, settings)
    return replace(relations, faults=tuple(faults))


def _by_day(tie: Tie) -> tuple[date, str, str]:
    return tie.day or tie.other.dated or date.min, tie.kind, tie.other.address


def _party(document: Document) -> Party:
    return Party(
        title=document.title,
        number=document.number_text,
        address=document.address,
        dated=document.dated,
        withdrawn=document.withdrawn is not None,
    )


def _shown(
    document: Document, issue: Issue, life: Life, done: list[Tie], settings: Settings
) -> Life | None:
    """The life that a reader is told of, None where 有效性 does not apply or nobody knows."""
    if not has_validity(document, settings):
        return None
    known = document.valid_until or any(t.kind in EFFECTS and not t.void for t in done)
    return life if known or issue.number.year >= settings.validity_since else None


def _edges(document: Document, known: Targets, faults: list[Fault]) -> Iterator[_Edge]:
    """A document's relations with their targets looked up, those of tables row by row."""
    unknown: list[tuple[int, str]] = []
    for relation in document.relations:
        for target, number, title, since, line in _named(document, relation, known, faults):
            found = (
                _of_row(known, title, number, document)
                if title or number
                else resolve(known, target, beside=document)
            )
            label = target or title or number
            if len(found) > 1:
                faults.append(_ambiguous(document, relation, label, found, line))
            elif not found and relation.kind not in _MAY_BE_ELSEWHERE:
                unknown.append((line, label))
            yield _Edge(
                kind=relation.kind,
                source=document,
                target=found[0] if len(found) == 1 else None,
                text=label,
                number=number if title else "",
                articles=relation.articles,
                since=since,
                line=line,
            )
    if unknown:
        names = "、".join(text for _, text in unknown[:3])
        more = f"等 {len(unknown)} 件" if len(unknown) > 3 else ""  # noqa: PLR2004  as many as fit a line
        hint = "请核对字号或标题；确实不在本站的不用改，页面上按文字显示。"
        message = f"本站没有这个文件：{names}{more}"
        faults.append(_fault("warning", "unknown_target", document, unknown[0][0], message, hint))


def _of_row(known: Targets, title: str, number: str, beside: Document) -> tuple[Document, ...]:
    """The documents that a row of a table may mean; its title may have the number behind it.

    A number that nobody can read is still one: a namesake with a number of its own is not meant.
    """
    if serial := read_number(number):
        return by_both(known, title, serial, beside=beside)
    found = resolve(known, title, beside=beside)
    if not re.search("[0-9〇零一二三四五六七八九十]", unicodedata.normalize("NFKC", number)):
        return found
    said = title_key(number)
    return tuple(d for d in found if title_key(d.number_text) in said)


def _ambiguous(
    document: Document, relation: Relation, label: str, found: tuple[Document, ...], line: int
) -> Fault:
    listed = "；".join(f"/{d.address}《{d.title}》" for d in found[:5])
    message = f"“{relation.kind}：{label}”可能是 {len(found)} 件文件中的任何一件，没有采用"
    hint = f"请改写成其中一件的网址或标题：{listed}"
    return _fault("error", "ambiguous_target", document, line, message, hint)


_Name = tuple[str, str, str, date | None, int]
"""How a target is named: as one text, or by number and title; since when; the file's line."""


def _named(
    document: Document, relation: Relation, known: Targets, faults: list[Fault]
) -> Iterator[_Name]:
    """What a relation names: its target, or each row of the tables that it points to."""
    name = relation.table
    if not name:
        if not _means_table(relation.target) or resolve(known, relation.target, beside=document):
            yield relation.target, "", "", relation.since, relation.line
            return
        name = relation.target
    tables = document_tables(parse(document.body))
    chosen = named(tables, name)
    if not chosen:
        at = "、".join(
            f"第 {n} 个（{t.caption[0][:20] if t.caption else '无标题'}）"
            for n, t in enumerate(tables, 1)
        )
        message = f"“{relation.kind}”要读的表格找不到：{name}"
        hint = (
            f"正文里列出文件的表格有：{at}。写成 {{表格: 1}} 或 {{表格: 表格上方的字，如 附件1}}。"
            if tables
            else "正文里没有带“文件名称”或“发文字号”一栏的表格；请写明文件，或检查表头。"
        )
        faults.append(_fault("error", "no_such_table", document, relation.line, message, hint))
    for table in chosen:
        for row in table.rows:
            line = document.body_line + row.line - 1
            if _left_out(row, relation, document, line, faults):
                continue
            yield "", row.number, row.title, row.since or relation.since, line


def _means_table(text: str) -> bool:
    """`废止: 附件1` is short for {表格: 附件1}."""
    return text in ALL or (text.startswith("附件") and len(text) <= len("附件一百二十"))


def _left_out(
    row: Row, relation: Relation, document: Document, line: int, faults: list[Fault]
) -> bool:
    """Whether a row of a table is not meant by a relation, since its own words say otherwise."""
    label = row.title or row.number
    if row.verdict and row.verdict != relation.kind:
        if row.verdict in {k.value for k in EFFECTS} and not any(
            r.kind == row.verdict for r in document.relations
        ):
            message = f"表格里的这一件写的是“{row.verdict}”，没有按“{relation.kind}”处理：{label}"
            hint = f"请加上“{row.verdict}: {{表格: {relation.table or relation.target}}}”，或改正表格。"
            faults.append(_fault("warning", "row_says_other", document, line, message, hint))
        return True
    if row.partly and relation.kind in EFFECTS and not relation.articles:
        message = f"表格里的这一件只涉及部分条款，没有按整件处理：{label}"
        hint = f"请单独写：{relation.kind}: {{文件: {row.number or label}, 条款: [第…条]}}。"
        faults.append(_fault("warning", "row_is_partial", document, line, message, hint))
        return True
    return False


def _fault(  # noqa: PLR0913, PLR0917  what a finding is made of
    level: Literal["error", "warning"],
    code: str,
    document: Document,
    line: int,
    message: str,
    hint: str,
) -> Fault:
    return Fault(
        level=level, code=code, source=document.source, line=line, message=message, hint=hint
    )


def _once(edges: Iterable[_Edge], faults: list[Fault]) -> Iterator[_Edge]:
    """Without self-references, and each target once a kind: a table may repeat what is listed."""
    seen: set[tuple[object, ...]] = set()
    for edge in edges:
        if edge.target is not None and edge.target.address == edge.source.address:
            message = f"“{edge.kind}”指向了文件自己：{edge.text}"
            hint = "请改成所指的另一个文件；一个字号有几件文件时，请写标题或网址。"
            faults.append(_fault("error", "self_reference", edge.source, edge.line, message, hint))
            continue
        other = edge.target.address if edge.target else edge.text
        key = (edge.source.address, edge.kind, other, edge.articles)
        if key not in seen:
            seen.add(key)
            yield edge


def _too_early(edges: Iterable[_Edge]) -> Iterator[Fault]:
    """What is said to hold from a day on which the document that says so did not exist.

    Not of 失效: a list of what has lapsed gives days that are past.
    """
    for edge in edges:
        born = edge.source.dated
        if edge.kind in _FORWARDS and edge.since and born and edge.since < born:
            message = (
                f"“{edge.kind}”的“自”（{edge.since}）早于本文的成文日期（{born}）：{edge.text}"
            )
            hint = "照写的日期采用了。请核对年份；没有写明哪天起的，删去“自”，按施行日期算。"
            yield _fault("warning", "since_too_early", edge.source, edge.line, message, hint)


_FORWARDS = (RelationKind.AMENDMENT, RelationKind.REPEAL)


def _name_cycles(edges: list[_Edge], faults: list[Fault]) -> None:
    """Documents that in the end act on themselves: A 废止 B, B 废止 A."""
    groups: list[tuple[RelationKind, ...]] = [EFFECTS]
    groups += [(kind,) for kind in RelationKind if kind not in EFFECTS]
    for kinds in groups:
        chosen = [e for e in edges if e.kind in kinds and e.target]
        while found := _cycle(chosen):
            first = next(e for e in chosen if _ends(e) == (found[0], found[1]))
            chain = " → ".join(f"/{address}" for address in found)
            message = f"“{first.kind}”绕成了一圈：{chain}"
            hint = "一个文件不会经过别的文件再作用于自己；请核对这几个文件里的关系。"
            faults.append(
                _fault("error", "relation_cycle", first.source, first.line, message, hint)
            )
            chosen = [e for e in chosen if _ends(e) != (found[0], found[1])]


def _ends(edge: _Edge) -> tuple[str, str]:
    return edge.source.address, edge.target.address if edge.target else ""


def _cycle(edges: list[_Edge]) -> list[str]:
    """Addresses along one cycle, the first again at the end; empty where there is none."""
    graph: dict[str, set[str]] = defaultdict(set)
    for edge in edges:
        source, target = _ends(edge)
        graph[target].add(source)
    try:
        graphlib.TopologicalSorter({a: sorted(graph[a]) for a in sorted(graph)}).prepare()
    except graphlib.CycleError as error:
        return [str(address) for address in error.args[1]]
    return []


def _day(edge: _Edge, lives: Mapping[str, Life]) -> date | None:
    """The day on which an effect takes place: the one stated, else the acting document's first."""
    return edge.since or lives[edge.source.address].in_force


def _applied(edges: list[_Edge], lives: dict[str, Life], faults: list[Fault]) -> list[_Edge]:
    """Apply the effects to the lives, in the order of their days; give back what became of each.

    Effects of one day happen at once: each sees the states before that day. An effect whose
    document is over by then never takes place; one that has taken place is not undone when its
    document ends, so what a repealed document had repealed does not come back.
    """
    effects = [e for e in edges if e.kind in EFFECTS and e.target]
    days = {id(e): _day(e, lives) or date.min for e in effects}
    effects.sort(key=lambda e: days[id(e)])
    void: dict[int, str] = {}
    for day, group in itertools.groupby(effects, key=lambda e: days[id(e)]):
        same = tuple(group)
        before = {a: lives[a] for e in same for a in _ends(e)}
        for edge in same:
            source, target = _ends(edge)
            if reason := _impossible(edge, day, before[source], faults):
                void[id(edge)] = reason
            else:
                lives[target] = _after(lives[target], edge, day)
    return [replace(e, void=void.get(id(e), "")) for e in edges]


def _impossible(edge: _Edge, day: date, source: Life, faults: list[Fault]) -> str:
    """Why an effect does not take place, "" where it does."""
    target = edge.target
    born = target.dated if target else None
    if born and day < born:
        message = (
            f"{edge.kind}的日期（{day}）早于被{edge.kind}文件的成文日期（{born}）：{edge.text}"
        )
        hint = "没有采用。请核对所指的文件（是不是同名的旧文件），或改正日期。"
        faults.append(_fault("error", "before_target", edge.source, edge.line, message, hint))
        return "日期早于所指文件"
    ended = min((d for d in (source.repealed, source.lapsed) if d), default=None)
    if ended and ended < day:
        message = (
            f"到 {day} 时本文已经废止或失效（{ended}），这项“{edge.kind}”不会发生：{edge.text}"
        )
        hint = "页面上注明没有发生。如果不对，请核对“自”的日期和本文的有效期。"
        faults.append(_fault("warning", "after_end", edge.source, edge.line, message, hint))
        return f"作出{edge.kind}的文件届时已经废止或失效"
    return ""


def _after(life: Life, edge: _Edge, day: date) -> Life:
    """A life after one more effect on it: of several of one kind the first counts."""

    def first(known: date | None) -> date:
        return min(known, day) if known else day

    if edge.kind is RelationKind.AMENDMENT:
        return replace(life, amended=first(life.amended))
    if edge.articles:
        return replace(life, partly=first(life.partly))
    if edge.kind is RelationKind.LAPSE:
        return replace(life, lapsed=first(life.lapsed))
    return replace(life, repealed=first(life.repealed))


def _unexplained(gazette: Gazette, relations: Relations, settings: Settings) -> Iterator[Fault]:
    """规范性文件 in force that nobody explains, where the city wants every one explained."""
    day = gazette.newest_day
    if not settings.needs_interpretation or day is None:
        return
    for document in gazette.documents:
        standing = relations.of(document)
        life = standing.life
        ended = life and min((d for d in (life.repealed, life.lapsed) if d), default=date.max)
        if (
            ended
            and ended > day
            and is_one_of(document, settings.normative)
            and not acts_on_others(document)
            and not any(t.kind is RelationKind.INTERPRETATION for t in standing.done_to_it)
        ):
            name = document.number_text or document.title
            hint = f"解读与文件同步发布（国办发〔2016〕80号）：在解读的开头写“解读: {name}”。"
            message = f"规范性文件没有解读：《{document.title}》"
            yield _fault("warning", "no_interpretation", document, 1, message, hint)
