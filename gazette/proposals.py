"""What a text says of itself and of others that its front matter does not: proposals to a clerk. Pure.

A text states relations and days in set phrases: 本办法自2019年8月1日起施行，有效期5年；《旧办法》同时废止；
根据《条例》制定本办法；现将《意见》转发给你们. Each becomes a line of front matter that a clerk may take.

Nothing is guessed: a text that names two days proposes none; a name that may mean several documents is
only pointed out; 依据, 转发, 修改 and 解读 are proposed only for documents of this archive; and where
the clerk has written a key, it is never written over.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from gazette.citations import Citation, CitationKind, citations_in, find_citations, visible_text
from gazette.dates import parse_date
from gazette.dialect import parse
from gazette.document_table import document_tables, named
from gazette.fields import DOCUMENT_KEYS
from gazette.model import Document, Gazette, RelationKind
from gazette.numerals import numeral
from gazette.targets import Targets, by_both, read_number, resolve, targets, title_key
from gazette.validity import years_later


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One key of front matter that the text of `source` states.

    `line` is where it says so, `said` its words. `value` is what to write: a day, or names of
    documents. `doubt` says in Chinese why it is not written without a person, "" where it can be.
    """

    source: str
    line: int
    key: str
    value: date | tuple[str, ...]
    said: str
    doubt: str = ""

    @property
    def fields(self) -> dict[str, Any]:
        """As front matter: `{"废止": ["…", "…"]}`."""
        value: Any = self.value
        if isinstance(value, tuple):
            value = value[0] if len(value) == 1 else list(value)
        return {self.key: value}


_WORDS = (
    "办法|规定|条例|细则|规则|规程|法|解释|决定|意见|通知|公告|通告|方案|规范|准则|标准|章程|制度|措施|规划"
    "|目录|名单|批复|令|命令|文件|政策|指引|指南|要求|若干规定|若干意见|若干措施|暂行办法|暂行规定|试行办法"
    "|实施办法|实施细则|实施意见|实施方案|辦法|規定|條例|細則|規則|規程|標準|準則|解釋|要点|要點"
)
_N = "[0-9０-９〇○零一二三四五六七八九十]"
_DAY = rf"{_N}{{2,4}}\s*年\s*{_N}{{1,3}}\s*月\s*{_N}{{1,3}}\s*日"
_EFFECTIVE = re.compile(
    rf"(?:本(?P<who>{_WORDS})|现予(?:公布|发布|印发))[，,]?自\s*(?P<day>{_DAY})\s*起(?:正式|开始)?"
    r"(?:施行|实施|执行|生效|试行|实行)(?=[。，,；;、（(]|$)"
)
_YEARS = re.compile(
    rf"(?:有效期|试行期|暂行期)限?(?:为|是|：)?\s*(?P<years>{_N}{{1,3}}|两)\s*年(?=[。，,；;、（(]|$)"
)
_UNTIL = re.compile(
    rf"有效期限?(?:为|是|：)?(?:自\s*{_DAY}\s*起?)?(?:截?至|到|截止到?)\s*(?P<day>{_DAY})"
)
_MOST_YEARS = 30
_AMENDING = re.compile("(?:修改|修订|修正|废止|清理).*决定$")

_ENDS = re.compile("(?:同时|即行|一并|相应|予以|自行)废止(?=[。，,；;（(]|$)", re.MULTILINE)
_ANNEX = rf"附件(?:[0-9]{{1,2}}|{_N}{{1,3}})?"
_LISTED = re.compile(
    rf"(?P<before>废止|失效)(?:的?文件)?[（(][^（）()\n]{{0,6}}?(?P<first>{_ANNEX})[）)]"
    rf"|(?P<second>{_ANNEX})(?:所列|中的|列出)[^。；\n]{{0,30}}(?:予以|宣布)(?P<after>废止|失效)"
)
_FROM = rf"自(?:(?!{_N})[^《》，。；\n]){{2,20}}起"
"""From when, but by no day of its own: a relation that is written has the day of its document."""
_BEHIND = re.compile(rf"(?:等)?(?:文件|规定|办法|通知|决定)?[，,]?(?:也|均|亦)?(?:{_FROM})?[，,]?")
_BETWEEN = re.compile(r"(?:[、，,和及与]|以及)?(?:[^《》。；\n]{0,90}的)?原?", re.DOTALL)
_MODIFIER = re.compile("[、，,]?(?:修正|修改|修订|通过|批准|第[一二三四五]次)")
_RESTS_ON = re.compile("(?:根据|依据|依照|按照|遵照|贯彻|实施|执行|落实|按)$")
_BASIS = re.compile(
    r"(?:根据|依据|依照|按照|遵照)(?P<named>[^。；\n]*?)(?:制定|制订|修订|提出)(?:了)?(?:本|以下|如下|《)"
)
_FORWARDS = re.compile(
    r"(?:现将)?(?P<named>《[^。；\n]*?)(?:已经?[^。；\n]{2,20}同意，现)?(?:转发|批转)给?(?:你们|各)"
)
_OF_TITLE: tuple[tuple[RelationKind, re.Pattern[str]], ...] = (
    (RelationKind.AMENDMENT, re.compile("关于(?:修改|修订|修正)(《[^《》]+》)的(?:决定|通知)$")),
    (RelationKind.REPEAL, re.compile("关于废止(《[^《》]+》)的(?:决定|通知|公告|命令|令)$")),
    (RelationKind.FORWARD, re.compile("关于(?:转发|批转)(《[^《》]+》)的通知$")),
    (RelationKind.FORWARD, re.compile("(?:转发|批转)(?:[^《》]{2,20}?)?(关于.+)的通知$")),
    (RelationKind.INTERPRETATION, re.compile("^(?:关于)?(《[^《》]+》)的?(?:政策)?(?:解读|问答)$")),
)
_FIRST_LINES = 60
"""A text says what it rests on, and that it forwards, at its beginning."""
_WORDS_SHOWN = 60


def proposals(gazette: Gazette, site_url: str = "") -> Iterator[Proposal]:
    """What the texts of an archive state, in the order of documents."""
    known = targets(gazette, site_url)
    for document in gazette.documents:
        if not document.withdrawn and document.body:
            yield from of_document(document, known)


def of_document(document: Document, known: Targets) -> Iterator[Proposal]:
    """What one document's title and text state."""
    text = visible_text(document.body)
    found = _Found(document, text)
    yield from _days(found)
    yield from _tables(found)
    stated: dict[RelationKind, list[tuple[Citation, int]]] = {}
    for kind, citation, at in (*_of_title(document), *_of_text(document, text)):
        stated.setdefault(kind, []).append((citation, at))
    for kind, cited in stated.items():
        yield from _relation(found, known, kind, cited)


@dataclass(frozen=True, slots=True)
class _Found:
    """A document with its visible text."""

    document: Document
    text: str

    def line(self, at: int) -> int:
        """The line of the file that holds a place of the text; that of the title for -1."""
        return self.document.line("title") if at < 0 else self.document.line_of(at)

    def sentence(self, at: int) -> str:
        """The sentence around a place of the text."""
        start = max(self.text.rfind(sign, 0, at) for sign in "。；\n") + 1
        ends = [end for sign in "。；\n" if (end := self.text.find(sign, at)) >= 0]
        return self.text[start : min(ends, default=len(self.text))].strip()

    def words(self, at: int) -> str:
        """What a clerk is shown of the place: its sentence, or the title."""
        said = self.document.title if at < 0 else self.sentence(at)
        return said if len(said) <= _WORDS_SHOWN else f"{said[: _WORDS_SHOWN - 1]}…"

    def quoted(self, at: int) -> bool:
        """Whether a place stands in “”, as the words of another text do."""
        start = self.text.rfind("\n", 0, at) + 1
        return self.text.count("“", start, at) > self.text.count("”", start, at)


def _days(found: _Found) -> Iterator[Proposal]:
    """施行日期 and 有效期至, where the text says one and no other."""
    document = found.document
    keys = dict(document.key_lines)
    said = _effective(found)
    if len(said) != 1:
        return
    ((start, match),) = said.items()
    if document.dated and start < document.dated:
        return  # a text that was amended since: its first day is not this document's
    if "effective_on" not in keys:
        yield _proposal(found, match.start(), "施行日期", start)
    elif document.effective_on != start:
        return
    if "valid_until" not in keys and (end := _end(found, match, start)):
        yield _proposal(found, match.start(), "有效期至", end)


def _effective(found: _Found) -> dict[date, re.Match[str]]:
    """The days from which the text says that it holds; with one that is no day, none at all."""
    said: dict[date, re.Match[str]] = {}
    decides = _AMENDING.search(found.document.title) is not None
    for match in _EFFECTIVE.finditer(found.text):
        if found.quoted(match.start()) or (decides and match["who"] not in ("决定", None)):
            continue
        try:
            said.setdefault(parse_date(match["day"]), match)
        except ValueError:
            return {}
    return said


def _tables(found: _Found) -> Iterator[Proposal]:
    """Annexes of the text that list what it repeals: 予以废止（目录见附件1）."""
    keys = dict(found.document.key_lines)
    told: dict[str, dict[str, int]] = {}
    for match in _LISTED.finditer(found.text):
        key = match["before"] or match["after"]
        sentence = found.sentence(match.start())
        if found.quoted(match.start()) or ("废止" in sentence and "失效" in sentence):
            continue  # which of the two the annex lists is not said
        told.setdefault(key, {}).setdefault(match["first"] or match["second"], match.start())
    tables = document_tables(parse(found.document.body)) if told else ()
    for key, annexes in told.items():
        names = {name: at for name, at in annexes.items() if named(tables, name)}
        if names and DOCUMENT_KEYS[key] not in keys:
            yield _proposal(found, min(names.values()), key, tuple(names))


def _end(found: _Found, match: re.Match[str], start: date) -> date | None:
    """The last day in force that the sentence names, by years or by day."""
    stop = min((e for s in "。；\n" if (e := found.text.find(s, match.end())) >= 0), default=None)
    rest = found.text[match.start() : stop]
    if years := _YEARS.search(rest):
        count = 2 if years["years"] == "两" else numeral(years["years"])
        return years_later(start, count) - timedelta(days=1) if 0 < count <= _MOST_YEARS else None
    until = _UNTIL.search(rest)
    try:
        end = parse_date(until["day"]) if until else None
    except ValueError:
        return None
    return end if end and end > start else None


def _proposal(
    found: _Found, at: int, key: str, value: date | tuple[str, ...], doubt: str = ""
) -> Proposal:
    return Proposal(
        source=found.document.source,
        line=found.line(at),
        key=key,
        value=value,
        said=found.words(at),
        doubt=doubt,
    )


_Stated = tuple[RelationKind, Citation, int]
"""A relation that is stated, with whom, and where in the text; -1 for the title."""


def _of_title(document: Document) -> Iterator[_Stated]:
    for kind, pattern in _OF_TITLE:
        if match := pattern.search(document.title.strip()):
            title = match[1].removeprefix("《").removesuffix("》")
            yield kind, Citation(0, 0, CitationKind.TITLE, title=title), -1
            return


def _of_text(document: Document, text: str) -> Iterator[_Stated]:
    found = _Found(document, text)
    if _ENDS.search(text):
        cited = document.of_text(citations_in)
        for end in _ENDS.finditer(text):
            if not found.quoted(end.start()):
                yield from ((RelationKind.REPEAL, c, end.start()) for c in _ended(text, end, cited))
    head = "\n".join(text.split("\n", _FIRST_LINES)[:_FIRST_LINES])
    for kind, pattern in ((RelationKind.BASIS, _BASIS), (RelationKind.FORWARD, _FORWARDS)):
        if match := pattern.search(head):
            for citation in find_citations(match["named"]):
                if citation.kind is CitationKind.TITLE and not found.quoted(match.start()):
                    yield kind, citation, match.start()


def _ended(text: str, end: re.Match[str], cited: Iterable[Citation]) -> list[Citation]:
    """The documents named right before 同时废止, in order; none where only a part of one is."""
    before = [c for c in cited if c.end <= end.start()]
    chosen: list[Citation] = []
    at = end.start()
    while before:
        citation = before.pop()
        gap = text[citation.end : at]
        if not (_BETWEEN if chosen else _BEHIND).fullmatch(gap) or _MODIFIER.match(gap):
            break
        if citation.kind not in (CitationKind.TITLE, CitationKind.NUMBER) or citation.provision:
            return []
        if _RESTS_ON.search(text, max(0, citation.start - 4), citation.start):
            break
        chosen.append(citation)
        at = citation.start
    return chosen[::-1]


def _relation(
    found: _Found, known: Targets, kind: RelationKind, cited: list[tuple[Citation, int]]
) -> Iterator[Proposal]:
    """A key that the text states, with all that it names; what is not to be taken apart from it."""
    document, key = found.document, kind.value
    stated = {title_key(r.target) for r in document.relations if r.kind is kind}
    there = {
        d.address for r in document.relations for d in resolve(known, r.target, beside=document)
    }
    names: dict[str, int] = {}
    doubtful: list[Proposal] = []
    for citation, at in cited:
        meant = by_both(known, citation.title, read_number(citation.number), beside=document)
        if not citation.title:
            meant = resolve(known, citation.number, beside=document)
        others = tuple(d for d in meant if d.address != document.address)
        if len(others) > 1:
            if not {d.address for d in others} & there:
                among = "、".join(f"/{d.address}" for d in others[:3])
                doubt = f"可能是 {len(others)} 件文件（{among}），请写明其中一件的网址"
                doubtful.append(_proposal(found, at, key, (_named(citation),), doubt))
            continue
        target = others[0] if others else None
        if target is None and (meant or kind is not RelationKind.REPEAL):
            continue  # itself, or a law that no city's gazette holds
        if target and (target.address in there or _later(target, document)):
            continue
        name = _written(known, document, citation, target)
        if name and title_key(name) not in stated:
            names.setdefault(name, at)
    if names:
        at = next(iter(names.values()))
        has_key = DOCUMENT_KEYS[key] in dict(document.key_lines)
        doubt = f"开头已经有“{key}”，请核对后自己加上" if has_key else ""
        yield _proposal(found, at, key, tuple(names), doubt)
    yield from doubtful


def _later(target: Document, document: Document) -> bool:
    """Whether a target is younger than what would act on it: a namesake, then."""
    return bool(target.dated and document.dated and target.dated > document.dated)


def _named(citation: Citation) -> str:
    if not citation.title:
        return citation.number
    return f"《{citation.title}》" + (f"（{citation.number}）" if citation.number else "")


def _written(
    known: Targets, document: Document, citation: Citation, target: Document | None
) -> str:
    """The shortest name that means this target and no other; "" where there is none."""
    choices = [citation.number, _named(citation), f"《{citation.title}》"]
    if target:
        choices += [target.number_text, f"《{target.title}》", f"/{target.address}"]
    wanted = (target.address,) if target else ()
    for name in choices if target else [_named(citation)]:
        if name and tuple(d.address for d in resolve(known, name, beside=document)) == wanted:
            return name
    return ""
