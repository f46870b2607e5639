"""Citations in a text: what another document is called there, and which part of it. Pure.

A citation is a stretch of the text that names a document or a part of one::

    《示例市停车管理条例》                     TITLE
    《示例市停车管理条例》（示府令第12号）第三条   TITLE, with number and provision
    示政办发〔2019〕34号                      NUMBER
    道路交通安全法第十二条第二款                 NAME: an unmarked name, known by the provision after it
    本办法第十二条, 第十二条                    OWN: a part of the text itself

Of a list (`《甲》第三条、第四条`) each part is a citation of its own, of the same document. Short
names that a text defines (（以下简称《条例》）) stand for the whole title from there on.

Left alone are 前款, 本条 and their like, which say where only to one who reads on; certificates and
forms (《许可证》《申请表》); headings of articles; and, in sentences that amend, articles without a
name (将第三条改为第四条), which are those of another text.

Which document is meant is not said here: `gazette.targets` knows the archive. `find_citations`
takes any text, and never raises.
"""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from gazette.dialect import parse, visible_lines
from gazette.number import DocumentNumber, find_further, find_numbers
from gazette.numerals import NUMERAL


class CitationKind(StrEnum):
    """How the document is named."""

    TITLE = "title"
    NUMBER = "number"
    NAME = "name"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Citation:
    """A stretch of a text that cites: `text[start:end]`.

    `title` is what the document is called, a short name replaced by the title that it stands for;
    `number` is the 发文字号 in its canonical spelling; `provision` the part, as written without
    blanks (第十二条第二款). An unmarked name (NAME) has no sign before it: `run` is what it may be
    at the longest, so one who knows the names there are may move `start` (`narrowed`).
    """

    start: int
    end: int
    kind: CitationKind
    title: str = ""
    number: str = ""
    provision: str = ""
    run: str = ""


_N = NUMERAL.removesuffix("+")
_B = "[ 　]{0,2}"
_ROUND = rf"[（(]{_N}+[)）]"
_ITEM = rf"第{_B}(?:{_ROUND}(?:、{_ROUND})*|{_N}+){_B}"
_SUB = rf"(?:{_ITEM}(?:[款项項目]|小[项項])|{_ROUND}(?:、{_ROUND})*[款项項目])"
_AND = "[、，和及與与或至到]|或者|以及|直至|暨|並"
_MORE = rf"{_B}(?:{_AND}){_B}(?:{_SUB}{_B})+(?!{_ITEM}[条條])"
_ARTICLE = (
    rf"第{_B}{_N}{{1,8}}(?:[-－]{_N}{{1,3}})?{_B}[条條](?:{_B}之{_B}{_N}{{1,3}}(?!{_N}*[日月年]))?"
    rf"(?:{_B}{_SUB})*(?:{_MORE})*"
)
_CHAPTER = rf"第{_B}{_N}{{1,5}}{_B}[编編章节節](?:{_B}第{_B}{_N}{{1,5}}{_B}[章节節])*"
_PROVISION = re.compile(
    rf"(?P<chapter>{_CHAPTER})?(?P<article>(?(chapter){_B}){_ARTICLE})|{_CHAPTER}"
)
_JOINED = re.compile(rf"{_B}(?:{_AND}){{1,2}}{_B}")

_TITLE = re.compile(r"《\n{0,2}((?:[^《》\n]|《[^《》\n]{0,200}》){1,200})\n{0,2}》")
_PAREN = re.compile(
    r"[（(]([^（）()\n]{0,30}(?:[（(][^（）()\n]{0,20}[)）][^（）()\n]{0,80}){0,2}[^（）()\n]{0,80})[)）]"
)
_SHORT = re.compile(
    r"[简簡下][称稱](?:为|為)?[“‘「《]?([^”’」》，,；;（）()《》“”]{1,30})[”’」》]?"
)
_DEFINES = re.compile(
    rf"[（(](?:以下|下)[^（）()\n]{{0,20}}[简簡]?[称稱][^（）()\n]{{1,40}}[）)]{_B}$"
)
_FORM = re.compile(
    r".*(?:证|證|执照|牌照|簿|票|卡|(?<!列)表|证明|證明"
    r"|(?:登记|申请|通知|审批|报告|意见|决定|告知|承诺|确认|证|委托|责任|说明|认定|鉴定|裁定|判决|调解|起诉"
    r"|声明|协议|申报|保证|授权|检验|评估|评价|影响|申訴|申請|通知|同意)书)(?:（[^（）]*）)?"
)
"""Names of certificates and forms: they are filled in, not cited."""

_KIND = (
    "自治条例|自治條例|单行条例|实施条例|实施细则|施行細則|实施办法|條例|条例|法典|通则|通則|总则|總則|细则|細則|办法|辦法"
    "|规定|規定|规则|規則|规程|規程|标准|標準|准则|準則|章程|宪法|憲法|解释|解釋|规范|規範|公约|公約|条约|條約"
    "|协定|協定|决定|決定|决议|决議|意见|意見|通知|守则|守則|要點|要点|綱要|纲要|方案|修正案|宪章|憲章|法"
)
_OWN = re.compile(
    rf"(?P<word>本(?:{_KIND}|安排|协议|协定|须知|指南|批复|公告|通告|纪要|制度|措施|规划|条款|辦法))(?:的|之|中)?{_B}$"
)
_THAT = re.compile(rf"(?:(?:同|该|該|上述|前述|前揭|前開)(?P<kind>{_KIND}))(?:的|之|中)?{_B}$")
_ITS = re.compile(rf"其(?P<kind>施行細則|实施细则|实施条例|施行法|实施办法)(?:的|之|中)?{_B}$")
_NAMED = re.compile(rf"(?P<mid>{_B}(?:的|之|中)?)(?P<name>[㐀-鿿〇]{{2,60}})")
"""An unmarked name, read backwards: what may stand between it and 第X条, then a run of characters."""
_KINDS = tuple(_KIND.split("|"))
_RUN = 60
_NEAR = 14
_LEAD = re.compile(
    ".*(?:依照|依据|依據|根据|根據|按照|遵照|违反|違反|适用|適用|符合|属于|屬於|準用|准用|参照|參照|比照|不服|执行|執行|恪遵|影响|影響|承担|承擔|触犯|觸犯"
    "|认定为|認定為|构成|具有|具备|具備|履行|享有|行使(?!法)|援用|考虑|考慮|修正前|修改后|修改前|现行|現行|制定|發生|发生|超出|超过|遵守|采取|不受|有关|就是"
    "|实施(?![细條条办細])|视为|存在|列入|是指|係指|所稱|所称|可以|应当|应该|(?<![反因供响響效適对對])應|除(?!害|外|四)|依(?!法(?!第)|職|职)|(?:^|[^处])以(?!外|工|上|下|前|后)"
    "|及其|以及|或者|并且|反(?=反)|经(?!济|营|纪|销)|經(?!濟|營|紀|銷))",
    re.DOTALL,
)
"""Words of the sentence that stand before an unmarked name, to the last of them."""
_FIRST = re.compile(
    "(?:是|有(?![线線])|为|為|对(?!外)|對(?!外)|自(?![来來然贸治])|在|由|按|与|與|和(?!平)|及|或|原(?![子住])|将|將|从|指|非(?!讼|訟|物|常)|但|惟|其|該|该|则|並|并)"
)
_JOINING = re.compile(
    rf"(?:.*(?:{_KIND}|[條条項项款目节節章定者])[和及與与或并並])(?!国)", re.DOTALL
)
_MAY_PRECEDE = "有对對将將为為是由按自在与與从從用合据據照反于於具和及或依以之的到违守遵担响響求受除至经經因指非即令但其仍均原当當行准準于关關"
"""Characters that may end the words before a name."""
STATE = "中华人民共和国"
"""What names of laws often leave out."""
_GENERIC = re.compile(
    rf"(?:有关|有關|相关|相關|其他|该|該|这些|国家|上位|下列|前款|前項|各项|现行|新|舊|旧|原|各|的)?(?:{_KIND})"
)
_NO_CONTEXT = re.compile(
    "(?:[件表书書约約同议議录錄版号號令文告函法典案册冊]|发布|發布|公布|公告|修正|修订|修訂|附录|附件|(?:删|刪|修|增)[除去訂订列]?|新增|原|将|將|改为|作为|增加|公約|合同)"
    "(?:的|之|中)?[ 　]{0,2}$"
)
"""What tells that 第三条 is not one of the text itself: 附件第三条, 原第三条."""
_AMENDS = re.compile("修改为|修改為|改为|删去|删除|刪除|增加一[条條款项項]|作为第|增列|修正为|條文")
_GOES_ON = re.compile(
    rf"{_B}(?:规定|規定|所|的|之|、|和|及|與|与|至|或|第|中|，第|以|列|各|前|后|後|但|情形|除|应|之规定|另有|条|項|项|款)"
)
_HEADING = re.compile(
    rf"(?m)^[ \t　]*第{_B}{_N}{{1,8}}(?:[-－]{_N}{{1,3}})?{_B}[条條](?:之{_N}{{1,3}})?(?=[ \t　]|$)"
)
_BLANKS = re.compile(r"\s+")
_FEW = 2
"""A text with fewer articles than this has none to cite by number alone."""


def citations_in(body: str) -> tuple[Citation, ...]:
    """The citations of a document's body, with offsets into its visible text.

    The visible text is `visible_text(body)`. For `Document.of_text`.
    """
    return find_citations(visible_text(body))


def visible_text(body: str) -> str:
    """A body's visible lines (headings, paragraphs, cells), a line feed between them."""
    return "\n".join(visible_lines(parse(body)))


def find_citations(text: str) -> tuple[Citation, ...]:
    """Every citation in a text, in order; spans do not overlap. Pure; any text will do."""
    titles = list(_titles(text))
    short = _short_names(text, titles)
    titles = [
        replace(c, title=short[c.title][1])
        if c.title in short and not c.number and c.start > short[c.title][0]
        else c
        for c in titles
        if not _FORM.fullmatch(c.title) or c.title in short
    ]
    found = _narrowed(_provisions(text, titles, short))
    found += _numbers(text, found)
    return tuple(sorted(found, key=lambda c: c.start))


def _titles(text: str) -> Iterator[Citation]:
    at = text.find("《")
    while at >= 0:
        matched = _TITLE.match(text, at)
        if not matched:
            at = text.find("《", at + 1)
            continue
        end, number = matched.end(), ""
        behind = _PAREN.match(text, end) if text[end : end + 1] in ("（", "(") else None
        if behind and ("号" in behind[0] or "號" in behind[0]):
            numbers = find_numbers(behind[1])
            if numbers and len(numbers) == 1:
                number, end = str(numbers[0][2]), behind.end()
        yield Citation(at, end, CitationKind.TITLE, title=_tidy(matched[1]), number=number)
        at = text.find("《", end)


def _tidy(title: str) -> str:
    return _BLANKS.sub("", title)


def _short_names(text: str, titles: list[Citation]) -> dict[str, tuple[int, str]]:
    """Short names → where they are defined, and the title that they stand for."""
    defined: dict[str, tuple[int, str]] = {}
    ends = {text.rfind("》", c.start, c.end) + 1: c for c in titles}
    for citation in titles:  # 《中华人民共和国海商法》, and from there on 海商法
        plain = citation.title.removeprefix(STATE)
        if plain and plain != citation.title:
            defined.setdefault(plain, (citation.start, citation.title))
    for said in _SHORT.finditer(text):
        # The definition stands in the bracket after the title, or after its number in that bracket.
        first = max(0, said.start() - _RUN)
        opening = max(text.rfind(sign, first, said.start()) for sign in "（(")
        if opening < 0 or "\n" in text[opening : said.start()]:
            continue
        short = _tidy(said[1])
        if cited := ends.get(opening):
            title = cited.title
        elif run := _named(text[max(0, opening - _RUN) : opening])[0]:
            title = _trimmed(run)
        else:
            continue
        if title and short != title:
            defined[short] = (opening, title)
    return defined


def _named(before: str) -> tuple[str, int]:
    """The run of characters at the end that may be a name, and how much stands behind it."""
    found = _NAMED.match(before[::-1])
    run = found["name"][::-1] if found else ""
    return (run, len(found["mid"])) if found and run.endswith(_KINDS) else ("", 0)


def _trimmed(run: str) -> str:
    """The name at the end of a run of characters, without the words of the sentence before it."""
    lead = _LEAD.match(run)
    name = run[lead.end() :] if lead else run
    while found := _FIRST.match(name):
        name = name[found.end() :]
    if joining := _JOINING.match(name):
        name = name[joining.end() :]
    return name


def _provisions(  # noqa: C901, PLR0912  one walk, in which what came before decides
    text: str, titles: list[Citation], short: dict[str, tuple[int, str]]
) -> Iterator[Citation]:
    """Titles with the provisions behind them, unmarked names, and the text's own articles."""
    waiting = iter([*titles, Citation(len(text) + 1, len(text) + 1, CitationKind.TITLE)])
    title = next(waiting)
    headings = {
        m.start() + len(m[0]) - len(m[0].lstrip()): m.end() for m in _HEADING.finditer(text)
    }
    first_article = min(headings, default=len(text)) if len(headings) >= _FEW else len(text)
    last: Citation | None = None  # what a provision that follows in a list is part of
    law: Citation | None = None  # what 同法 means
    for match in _PROVISION.finditer(text):
        start, end = match.start(), match.end()
        if start in headings:
            end = min(end, headings[start])
            continue
        before: Citation | None = None
        while title.start < start:
            if before:
                yield before
            before, title = title, next(waiting)
        if before and before.end > start:  # inside a title or its bracket: 《关于第三条的批复》
            last = law = before
            if title.start > end or title.start >= start:
                title, waiting = before, _again(title, waiting)
            continue
        provision = _BLANKS.sub("", match[0])
        if before:
            law = before
            if re.fullmatch(
                rf"(?:的|之|中|中的)?{_B}(?:[（(][^（）()\n]{{1,80}}[)）])?{_B}(?:的|之|中|中的)?",
                text[before.end : start],
            ):
                last = replace(before, end=end, provision=provision)
                yield last
                continue
            yield before
            last = None
        if "\n" in text[law.end if law else 0 : start]:
            law = None
        cited = _cited(text, match, last, law, short)
        if cited is None and match["article"] and start > first_article:
            cited = _own_article(text, match)
        if cited is None:
            last = None
            continue
        last = replace(cited, provision=provision)
        if cited.kind is CitationKind.NAME:
            law = last
        yield last
    while title.start <= len(text):
        yield title
        title = next(waiting)


def _narrowed(found: Iterator[Citation]) -> list[Citation]:
    """Names cut to those that the text has by themselves elsewhere: 继承人有民法典 to 民法典."""
    listed = list(found)
    names = {c.title for c in listed if c.kind in (CitationKind.NAME, CitationKind.TITLE)}
    names |= {n.removeprefix(STATE) for n in names}
    return [narrowed(c, names, longer=False) if c.kind is CitationKind.NAME else c for c in listed]


def narrowed(citation: Citation, names: Container[str], *, longer: bool = True) -> Citation:
    """An unmarked name (NAME) with its start moved to where one of `names` begins, if one does.

    The longest of `names` that ends where the name ends; one that is shorter than the name only
    where the words before it can be words of the sentence. `longer`: also those that begin before.
    """
    if citation.title in names or not citation.run:
        return citation
    run, known = citation.run, len(citation.run) - len(citation.title)
    for at in range(0 if longer else known, len(run) - 1):
        name = run[at:]
        if name in names and (at <= known or run[at - 1] in _MAY_PRECEDE):
            return replace(citation, start=citation.start + at - known, title=name)
    return citation


def _again(first: Citation, rest: Iterator[Citation]) -> Iterator[Citation]:
    yield first
    yield from rest


def _cited(  # noqa: C901, PLR0911  one return a way of naming
    text: str,
    match: re.Match[str],
    last: Citation | None,
    law: Citation | None,
    short: dict[str, tuple[int, str]],
) -> Citation | None:
    """What the words before a provision say that it is part of; None where they say nothing."""
    start, end = match.span()
    if last and last.end <= start <= last.end + 6 and _JOINED.fullmatch(text, last.end, start):
        return Citation(start, end, last.kind, last.title, last.number)
    before = text[max(0, start - _RUN) : start]
    behind = ""
    if before[-3:].rstrip()[-1:] in ("）", ")") and (bracket := _DEFINES.search(before)):
        behind, before = bracket[0], before[: bracket.start()]
    near = before[-_NEAR:]
    if own := _OWN.search(near):
        place = start - len(behind) - len(own[0])
        if (meant := short.get(own["word"])) and meant[0] < start:
            return Citation(place, end, CitationKind.NAME, meant[1])
        return Citation(place, end, CitationKind.OWN, own["word"])
    if that := _THAT.search(near):
        place = start - len(that[0])
        # 该准则 after a 法 means another text, which was named without a provision.
        if law is None or not law.title.endswith(that["kind"]):
            return Citation(place, end, CitationKind.NAME)
        return Citation(place, end, CitationKind.NAME, law.title, law.number)
    if (its := _ITS.search(near)) and law:
        title = law.title + its["kind"]
        return Citation(start - len(its[0]) + 1, end, CitationKind.NAME, title)
    run, between = _named(before)
    if not run:
        return None
    trimmed = _trimmed(run)
    for name, (at, title) in short.items():
        lead = run[: -len(name)]
        if run.endswith(name) and at < start and (trimmed == name or lead[-1:] in _MAY_PRECEDE):
            place = start - len(behind) - between - len(name)
            return Citation(place, end, CitationKind.NAME, title)
    name = trimmed
    if not name or _GENERIC.fullmatch(name):
        return None
    place = start - len(behind) - between
    return Citation(place - len(name), end, CitationKind.NAME, name, run=run)


def _own_article(text: str, match: re.Match[str]) -> Citation | None:
    """第十二条 without a name: an article of the text itself, unless the words around it say else."""
    start, end = match.span()
    line = text.rfind("\n", 0, start) + 1
    before = text[max(line, start - 12) : start]
    if _NO_CONTEXT.search(before):
        return None
    if (not before.strip() or before.rstrip()[-1] in "。；;！」”") and not _GOES_ON.match(
        text, end
    ):
        return None  # a heading that no blank parts from its text
    close = text.find("\n", end)
    if _AMENDS.search(text, line, close if close >= 0 else len(text)):
        return None
    return Citation(start, end, CitationKind.OWN)


def _with_lists(text: str) -> Iterator[tuple[int, int, DocumentNumber]]:
    """Numbers, with those that go on in a list of which only the first says its code and year."""
    for start, end, number in find_numbers(text):
        yield start, end, number
        yield from find_further(text, end, number)


def _numbers(text: str, taken: list[Citation]) -> Iterator[Citation]:
    """Numbers that stand by themselves."""
    spans = sorted((c.start, c.end) for c in taken)
    at = 0
    for start, end, number in _with_lists(text):
        while at < len(spans) and spans[at][1] <= start:
            at += 1
        if at < len(spans) and spans[at][0] < end:
            continue
        yield Citation(start, end, CitationKind.NUMBER, number=str(number))
