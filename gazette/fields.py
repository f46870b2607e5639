"""Front matter fields to values of the model, and back: the one table of keys.

What a key means is said here, once. Faults go to a `Report` and cost only the field they are in.
"""

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import PurePosixPath
from typing import Any, TypeVar

from gazette import matter
from gazette.dates import parse_date
from gazette.errors import Finding, Level
from gazette.matter import Value
from gazette.model import Annex, Document, Issue, PageRange, Relation, RelationKind, Withdrawal
from gazette.number import DocumentNumber, IssueNumber, parse_numbers

DOCUMENT_KEYS: Mapping[str, str] = {
    "标题": "title",
    "发文字号": "number",
    "发文机关": "authorities",
    "成文日期": "dated",
    "发布日期": "published_on",
    "收到日期": "received_on",
    "施行日期": "effective_on",
    "有效期至": "valid_until",
    "栏目": "section",
    "公文种类": "document_type",
    "主题分类": "topic",
    "索引号": "index_number",
    "公开方式": "disclosure",
    "关键词": "keywords",
    "摘要": "summary",
    "主送机关": "addressees",
    "附件": "annexes",
    "页码": "pages",
    "旧网址": "old_addresses",
    "撤下": "withdrawn",
    "旧文撤下": "redacted",
    "修改": "amends",
    "废止": "repeals",
    "失效": "lapses",
    "依据": "based_on",
    "转发": "forwards",
    "解读": "interprets",
    "更正": "corrects",
}
"""Front matter keys of a document → English names, which are accepted as aliases."""

ISSUE_KEYS: Mapping[str, str] = {
    "年份": "year",
    "期号": "numbers",
    "总期号": "cumulative",
    "出版日期": "published_on",
    "题名": "title",
    "封面": "cover",
    "PDF": "pdf",
    "目录": "contents",
}
"""Front matter keys of an issue → English names, which are accepted as aliases."""

ENTRY_KEYS: Mapping[str, str] = {"序号": "serial", **DOCUMENT_KEYS, "待核": "unreviewed"}
"""Keys of one entry of a historical issue's 目录. 待核 says what a person has to look at before the
entry becomes a document; whoever has looked takes it off."""

REQUIRED = ("title", "authorities", "dated")
"""What every document must say of itself."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Report:
    """Where findings of one path are put as they are met; parts of the path share the list."""

    path: str
    findings: list[Finding] = field(default_factory=list)

    def inside(self, name: str) -> "Report":
        """The report of a file or folder in this one."""
        return Report(f"{self.path}/{name}", self.findings)

    def add(self, level: Level, code: str, line: int | None, message: str, hint: str) -> None:
        """Note one fault; `line` counts from 1."""
        self.findings.append(
            Finding(level=level, code=code, path=self.path, line=line, message=message, hint=hint)
        )


def read_issue_fields(
    values: Mapping[str, Value], note: str, issue: Issue, report: Report
) -> tuple[Issue, list[Document]]:
    """An issue's front matter: the issue with what it says, and the entries of its 目录."""
    fields = _Fields(values, ISSUE_KEYS, report)
    _agree(fields, issue.number, report)
    issue = replace(
        issue,
        number=replace(issue.number, cumulative=fields.whole_numbers("cumulative")),
        published_on=fields.day("published_on"),
        title=fields.text("title"),
        cover=fields.text("cover"),
        pdf=fields.text("pdf"),
        note=note,
        key_lines=fields.lines(),
    )
    entries = (_entry(value, issue, report) for value in fields.items("contents"))
    return issue, [e for e in entries if e]


def _agree(fields: "_Fields", number: IssueNumber, report: Report) -> None:
    """Hold 年份 and 期号 of index.md against the folder, which is what counts."""
    year, numbers = fields.text("year"), fields.text("numbers")
    if year and not _is_year(year, number.year):
        hint = f"以文件夹为准（{number.year}年）；请改正“年份”，或移动文件夹。"
        report.add("error", "disagree", fields.line("year"), f"年份“{year}”与文件夹不一致", hint)
    if numbers:
        try:
            same = _number_in_key(number.year, numbers) == number
        except ValueError:
            same = False
        if not same:
            hint = f"以文件夹为准（{number.folder}）；请改正“期号”，或移动文件夹。"
            report.add(
                "error", "disagree", fields.line("numbers"), f"期号“{numbers}”与文件夹不一致", hint
            )


def _is_year(text: str, year: int) -> bool:
    """Whether a text as clerks write it (`2024`, `２０２４年`, `二〇二四`) is this year."""
    try:
        return IssueNumber.parse(f"{text.removesuffix('年')}年第1期").year == year
    except ValueError:
        return False


def _number_in_key(year: int, text: str) -> IssueNumber:
    """期号 as clerks write it: `12`, `5-6`, `第5、6期合刊`, `2024年第12期`, `zk1`, `增刊第1期`."""
    text = re.sub("[(（]?合刊[)）]?", "", text)
    if text.startswith("zk"):
        return IssueNumber.from_folder(year, text)
    if "年" in text:
        return IssueNumber.parse(text)
    if "增刊" in text:
        return IssueNumber.parse(f"{year}年{text}")
    return IssueNumber.parse(f"{year}年第{text.removeprefix('第').removesuffix('期')}期")


def _entry(value: Value, issue: Issue, report: Report) -> Document | None:
    fields = _Fields(value.fields, ENTRY_KEYS, report, line=value.line)
    fields.require("title")
    serial = unicodedata.normalize("NFKC", fields.text("serial"))
    document = _document(fields, issue, source=f"{issue.source}/index.md")
    # One that was withdrawn needs no pages: left out, its text would be published with the PDF.
    is_placed = document.pages is not None or document.withdrawn
    if not re.fullmatch("[0-9]{1,3}", serial) or not is_placed:
        hint = "每一条要有“序号”（如 01）和“页码”（PDF 的第几页，如 12-18）。"
        message = "目录里的这一条缺序号或页码，或写得不对，不会发布"
        report.add("error", "bad_entry", value.line, message, hint)
        return None
    # A bare 待核 counts, too: the key says it, the text only why.
    doubt = fields.text("unreviewed") or ("待核" if "unreviewed" in fields.values else "")
    return replace(document, folder=serial.zfill(2), body_line=value.line, unreviewed=doubt)


def read_document_fields(
    values: Mapping[str, Value], issue: Issue, name: str, report: Report
) -> Document:
    """A document's front matter, without folder and body; `name` is its file's name."""
    fields = _Fields(values, DOCUMENT_KEYS, report)
    for required in REQUIRED:
        fields.require(required)
    return _document(fields, issue, source=f"{issue.source}/{name}")


def _document(fields: "_Fields", issue: Issue, source: str) -> Document:
    return Document(
        issue=issue.number,
        folder="",
        source=source,
        title=fields.text("title") or _title_of(PurePosixPath(source).name),
        authorities=fields.texts("authorities"),
        dated=fields.day("dated"),
        key_lines=fields.lines(),
        number=fields.parsed(
            "number",
            DocumentNumber.parse,
            code="bad_number",
            level="warning",
            hint="写成“示政办发〔2024〕5号”的形式；会照写的样子显示。",
        ),
        number_text=fields.text("number"),
        published_on=fields.day("published_on"),
        received_on=fields.day("received_on"),
        effective_on=fields.day("effective_on"),
        valid_until=fields.day("valid_until"),
        section=fields.text("section"),
        document_type=fields.text("document_type"),
        topic=fields.text("topic"),
        index_number=fields.text("index_number"),
        disclosure=fields.text("disclosure"),
        keywords=fields.texts("keywords", split="[,，;；、]"),
        summary=fields.text("summary"),
        addressees="，".join(fields.texts("addressees")),
        annexes=tuple(fields.annexes()),
        pages=fields.parsed(
            "pages", PageRange.parse, code="bad_pages", hint="写 PDF 的页码，如 12-18。"
        ),
        old_addresses=fields.texts("old_addresses"),
        withdrawn=fields.withdrawal("withdrawn"),
        redacted=fields.withdrawal("redacted"),
        relations=tuple(fields.relations()),
    )


def _title_of(name: str) -> str:
    """A title for a document that has none: what its file is called."""
    found = re.fullmatch(r"[0-9]{2,3}-?(.*)\.md", name)
    return (found[1] if found else "") or "（无标题）"


_RELATION_KEYS = frozenset(("文件", "target", "表格", "table", "条款", "articles", "自", "since"))
"""A key that is none of these would be a part of the relation that nobody read: 废止 of a whole
document where only one article was meant."""
_RELATION_HINT = (
    "写发文字号、标题或网址，如 {文件: 示政办发〔2020〕5号, 条款: [第三条], 自: 2024-01-01}。"
)


class _Fields:
    """Front matter values by English name, read one by one; faults go to the report."""

    def __init__(
        self, values: Mapping[str, Value], keys: Mapping[str, str], report: Report, *, line: int = 1
    ) -> None:
        self.report = report
        self.start = line
        self.values: dict[str, Value] = {}
        self.names = {name: key for key, name in keys.items()}
        for key, value in values.items():
            name = keys.get(key, key)
            if name not in self.names:
                near = difflib.get_close_matches(key, [*keys, *self.names], n=1, cutoff=0.5)
                hint = f"是不是“{near[0]}”？" if near else f"可用的项：{' '.join(keys)}。"
                report.add("warning", "unknown_key", value.line, f"不认识“{key}”这一项", hint)
            elif name in self.values:
                hint = f"“{self.names[name]}”和“{name}”是同一项，请只留一个。"
                report.add("error", "repeated_key", value.line, f"“{key}”重复了", hint)
            else:
                self.values[name] = value

    def line(self, name: str) -> int | None:
        value = self.values.get(name)
        return value.line if value else None

    def lines(self) -> tuple[tuple[str, int], ...]:
        """The line of every key that is there, by its English name."""
        return tuple((name, value.line) for name, value in self.values.items())

    def items(self, name: str) -> tuple[Value, ...]:
        value = self.values.get(name)
        return value.items if value else ()

    def text(self, name: str) -> str:
        """One text; a list where a text belongs is a fault, and its first text is used."""
        value = self.values.get(name)
        if value is None:
            return ""
        if isinstance(value.data, str):
            return "".join(line.strip() for line in value.text.split("\n"))
        self._fault(
            "not_text",
            value.line,
            f"“{self.names[name]}”应是一段文字",
            "内容里有冒号时，请把整段加上英文引号。",
        )
        return next((v.text for v in value.items if v.text), "")

    def texts(self, name: str, split: str = "") -> tuple[str, ...]:
        """A list of texts. One text is a list of one, or is split where a pattern is given."""
        value = self.values.get(name)
        if value is None:
            return ()
        if split and isinstance(value.data, str):
            return tuple(filter(None, (t.strip() for t in re.split(split, value.text))))
        if value.fields or any(v.text == "" for v in value.items):
            self._fault(
                "not_text",
                value.line,
                f"“{self.names[name]}”应是一段文字或一列文字",
                "每行一个，前面写“- ”。",
            )
        return tuple(v.text for v in value.items if v.text)

    def parsed(
        self, name: str, parse: Callable[[str], _T], *, code: str, hint: str, level: Level = "error"
    ) -> _T | None:
        text = self.text(name)
        if not text:
            return None
        try:
            return parse(text)
        except ValueError as error:
            self.report.add(level, code, self.line(name), f"“{self.names[name]}”：{error}", hint)
            return None

    def day(self, name: str) -> date | None:
        return self.parsed(
            name, parse_date, code="bad_date", hint="写成 2019-06-21 或 2019年6月21日。"
        )

    def require(self, name: str) -> None:
        """Report a value that every document must have and this one has not."""
        if not any(v.text or v.fields for v in self.items(name)):
            key = self.names[name]
            hint = f"请在文件开头的两行 --- 之间加上“{key}: …”。"
            self._fault("missing_key", self.line(name) or self.start, f"缺“{key}”", hint)

    def whole_numbers(self, name: str) -> tuple[int, ...]:
        try:
            return tuple(n for v in self.items(name) for n in parse_numbers(v.text))
        except ValueError:
            self._fault(
                "bad_number",
                self.line(name),
                f"“{self.names[name]}”应是大于 0 的数字",
                "如 431；合刊写 [431, 432]。",
            )
            return ()

    def annexes(self) -> Iterator[Annex]:
        for value in self.items("annexes"):
            if isinstance(value.data, str):
                yield Annex(title=value.text, file="")
                continue
            title = _first(value.fields, "标题", "title")
            file = _first(value.fields, "文件", "file")
            if not title and not file:
                self._fault(
                    "bad_annex",
                    value.line,
                    "附件要有“标题”或“文件”",
                    "写成 {标题: 申报表, 文件: 申报表.xlsx}。",
                )
                continue
            yield Annex(title=title or PurePosixPath(file).stem, file=file)

    def withdrawal(self, name: str) -> Withdrawal | None:
        value = self.values.get(name)
        if value is None:
            return None
        reason = _first(value.fields, "理由", "reason") or value.text
        try:
            day = parse_date(_first(value.fields, "日期", "dated"))
        except ValueError:
            # Withdrawn all the same: to publish what was to be withdrawn is the worse mistake.
            key = self.names[name]
            self._fault(
                "bad_date",
                value.line,
                f"“{key}”要有日期；{'正文' if name == 'withdrawn' else '旧文'}已经不发布",
                f"写成 {key}: {{日期: 2024-05-01, 理由: …}}。",
            )
            day = date.min
        return Withdrawal(dated=day, reason=reason)

    def relations(self) -> Iterator[Relation]:
        for kind in RelationKind:
            name = DOCUMENT_KEYS[kind.value]
            for value in self.items(name):
                target = _first(value.fields, "文件", "target") or value.text
                table = _first(value.fields, "表格", "table")
                if not target and not table:
                    self._fault(
                        "bad_relation",
                        value.line,
                        f"“{kind.value}”没有说是哪个文件",
                        _RELATION_HINT,
                    )
                    continue
                parts = value.fields.get("条款") or value.fields.get("articles")
                if odd := [key for key in value.fields if key not in _RELATION_KEYS]:
                    message = f"“{kind.value}”里不认识“{odd[0]}”，没有采用：{target or table}"
                    self._fault("bad_relation", value.line, message, _RELATION_HINT)
                    continue
                if parts and not all(v.text for v in parts.items or (parts,)):
                    message = f"“{kind.value}”的“条款”是空的，没有采用：{target or table}"
                    hint = "写哪几条，如 条款: [第三条]；整件都是的，删去“条款”。"
                    self._fault("bad_relation", value.line, message, hint)
                    continue
                since = _first(value.fields, "自", "since")
                try:
                    day = parse_date(since) if since else None
                except ValueError as error:
                    self._fault(
                        "bad_date",
                        value.line,
                        f"“{kind.value}”的“自”：{error}",
                        "写成 2019-06-21 或 2019年6月21日。",
                    )
                    day = None
                yield Relation(
                    kind=kind,
                    target=target,
                    articles=tuple(v.text for v in parts.items) if parts else (),
                    since=day,
                    table="" if target else table,
                    line=value.line,
                )

    def _fault(self, code: str, line: int | None, message: str, hint: str) -> None:
        self.report.add("error", code, line, message, hint)


def _first(fields: Mapping[str, Value], *names: str) -> str:
    return next((fields[n].text for n in names if n in fields), "")


def write_document(document: Document) -> str:
    """A document as the file that it is read from."""
    return matter.join(_written(document), document.body)


def write_issue(issue: Issue) -> str:
    """An issue as its index.md: front matter, the 目录 entries among its documents, the note."""
    cumulative = issue.number.cumulative
    entries = [d for d in issue.documents if d.source.endswith("/index.md")] + [*issue.drafts]
    fields: dict[str, Any] = {
        "年份": issue.number.year,
        "期号": issue.number.folder,
        "总期号": cumulative[0] if len(cumulative) == 1 else list(cumulative),
        "出版日期": issue.published_on,
        "题名": issue.title,
        "封面": issue.cover,
        "PDF": issue.pdf,
        "目录": [write_entry(d) for d in sorted(entries, key=lambda d: d.serial)],
    }
    return matter.join({key: value for key, value in fields.items() if value}, issue.note)


def write_entry(document: Document) -> dict[str, Any]:
    """An entry of the 目录 as the fields that it is read from."""
    doubt = {"待核": document.unreviewed} if document.unreviewed else {}
    fields = _written(document)
    # What a person compares with the print stands first.
    first: dict[str, Any] = {key: fields.pop(key) for key in ("标题", "页码") if key in fields}
    return {"序号": document.folder, **first, **fields, **doubt}


def _written(document: Document) -> dict[str, Any]:
    """The fields of a document under their Chinese keys, those that are empty left out."""
    fields = {key: _written_value(document, key, name) for key, name in DOCUMENT_KEYS.items()}
    return {key: value for key, value in fields.items() if value}


def _written_value(  # noqa: PLR0911  one return a kind of field
    document: Document, key: str, name: str
) -> Any:
    match name:
        case "number":
            return document.number_text
        case "authorities" if len(document.authorities) == 1:
            return document.authorities[0]
        case "authorities" | "keywords" | "old_addresses":
            return list(getattr(document, name))
        case "annexes":
            return [
                {"标题": a.title, "文件": a.file} if a.file else a.title for a in document.annexes
            ]
        case "pages":
            return str(document.pages or "")
        case "withdrawn" | "redacted":
            gone = getattr(document, name)
            return {"日期": gone.dated, "理由": gone.reason} if gone else None
    if key in {kind.value for kind in RelationKind}:
        return [_written_relation(r) for r in document.relations if r.kind == key]
    return getattr(document, name)


def _written_relation(relation: Relation) -> Any:
    fields: dict[str, Any] = {}
    if relation.target:
        fields["文件"] = relation.target
    if relation.table:
        fields["表格"] = relation.table
    if relation.articles:
        fields["条款"] = list(relation.articles)
    if relation.since:
        fields["自"] = relation.since
    return relation.target if fields.keys() == {"文件"} else fields
