"""A collection of documents in JSON lines, to an `issues/` tree: for trying the gazette at real size.

Each line is an object `{id, title, doc_number, issuer, date, text, source_repo, source_path}`,
null where unknown. Two issues a month hold what bears a day in that half of the month; what does
not fit goes to supplements (增刊) of the same year, and what bears no day to supplements of a year
that is named. Nothing is dropped and nothing is made up: a document without a day gets none, and
no 施行日期 is drawn from a day that may be that of the last revision.

Texts stay as they are but for blanks: lines that were cut at a fixed width are joined again.
"""

import calendar
import json
import lzma
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click

from gazette.dialect import BLANKS, inline_text, inlines, parse, visible_lines
from gazette.fields import write_document, write_issue
from gazette.model import Document, Issue
from gazette.number import IssueNumber

SECTIONS: Mapping[str, str] = {
    "law": "法律",
    "xzfg": "行政法规",
    "sfjs": "司法解释",
    "bmgz": "部门规章",
    "dfxfg": "地方性法规",
    "gwr": "政府工作报告",
    "cpc": "大会报告",
    "tw": "法规汇编（繁体）",
}
"""栏目 by the set, which is what stands before the first `-` of an id."""

HARD_WRAPPED = frozenset({"tw"})
"""Sets whose lines were cut at a fixed width."""

TYPES: Mapping[str, str] = {
    ending: simplified
    for endings, simplified in (
        (("实施细则", "實施細則", "施行细则", "施行細則", "细则", "細則"), "细则"),
        (("办法", "辦法"), "办法"),
        (("条例", "條例"), "条例"),
        (("规定", "規定"), "规定"),
        (("规则", "規則"), "规则"),
        (("规程", "規程"), "规程"),
        (("章程",), "章程"),
        (("准则", "準則"), "准则"),
        (("标准", "標準"), "标准"),
        (("通则", "通則"), "通则"),
        (("要点", "要點"), "要点"),
        (("编制表", "編制表"), "编制表"),
        (("决定", "決定"), "决定"),
        (("决议", "決議"), "决议"),
        (("解释", "解釋"), "解释"),
        (("批复",), "批复"),
        (("通知",), "通知"),
        (("公告",), "公告"),
        (("意见", "意見"), "意见"),
        (("报告", "報告"), "报告"),
        (("宪法", "憲法", "法典", "法"), "法律"),
    )
    for ending in endings
}
"""公文种类 by how a title ends; the longest ending counts."""

MAX_DOCUMENTS = 199
"""Most documents in one issue."""
PDF_NUMBER = 30
"""Number of the issues made of PDFs alone: behind the 24 of a year."""
UNKNOWN = "不详"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document goes: the issue's year and folder, its day, and the number in it."""

    year: int
    folder: str
    published_on: date
    serial: int


@dataclass(frozen=True, slots=True)
class Row:
    """What decides where a document goes."""

    id: str
    day: date | None

    @property
    def set_name(self) -> str:
        """`tw` for `tw-5674d1494e`."""
        return self.id.partition("-")[0]


def read_rows(file: Path) -> Iterator[dict[str, Any]]:
    """The objects of a `.jsonl` or `.jsonl.xz` file, in order."""
    opener = lzma.open if file.suffix == ".xz" else open
    with opener(file, mode="rt", encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def spread(rows: Sequence[Row], limit: int) -> list[Row]:
    """`limit` rows, shared out to the sets by their sizes and evenly spaced within each."""
    if limit >= len(rows):
        return list(rows)
    sets: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        sets[row.set_name].append(row)
    share = {name: len(members) * limit / len(rows) for name, members in sets.items()}
    count = {name: int(part) for name, part in share.items()}
    by_remainder = sorted(sets, key=lambda name: (count[name] - share[name], name))
    for name in by_remainder[: limit - sum(count.values())]:
        count[name] += 1
    return [
        members[at * len(members) // count[name]]
        for name, members in sets.items()
        for at in range(count[name])
    ]


def place(rows: Iterable[Row], undated_year: int) -> dict[str, Place]:
    """Give every row, by its id, an issue and a number in it."""
    halves: dict[tuple[int, int, int], list[Row]] = defaultdict(list)
    undated: list[Row] = []
    for row in sorted(rows, key=lambda r: (r.day or date.max, r.id)):
        if row.day:
            halves[row.day.year, row.day.month, row.day.day > 15].append(row)  # noqa: PLR2004
        else:
            undated.append(row)
    places: dict[str, Place] = {}
    supplements: Counter[int] = Counter()

    def fill(year: int, folder: str, day: date, members: Sequence[Row]) -> None:
        for at in range(0, len(members), MAX_DOCUMENTS):
            if at or not folder:
                supplements[year] += 1
            here = f"zk{supplements[year]}" if at or not folder else folder
            for serial, row in enumerate(members[at : at + MAX_DOCUMENTS], 1):
                places[row.id] = Place(year, here, day, serial)

    for (year, month, second), members in sorted(halves.items()):
        last = calendar.monthrange(year, month)[1] if second else 15
        fill(year, f"{month * 2 - (not second):02d}", date(year, month, last), members)
    fill(undated_year, "", date(undated_year, 12, 31), undated)
    return places


_NARROW = re.compile("[\x00-\x7f\xa0-\xff]")
_DRAWN = re.compile("[\u2500-\u257f]|[^ \u3000][ \u3000]{3,}[^ \u3000]")
"""A line of a table drawn with characters, or set in columns."""
_NUMERAL = "[一二三四五六七八九十百零○〇甲乙丙丁戊己庚辛壬癸]{1,4}"
_ITEM = re.compile(
    rf"{_NUMERAL}[、．]|[（(](?:{_NUMERAL}|[0-9０-９]{{1,3}})[)）]|[0-9０-９]{{1,3}}(?:[)）．]|\.(?!\d))"
    r"|第 ?[0-9一二三四五六七八九十百]+(?:-\d+)? ?[條条章節节]$"
)
"""How an item starts, which has a line of its own."""
_CHUNK = re.compile(r"[!-~]+|.")
_WRAP = 64
"""Width, in half-widths, at which lines were cut."""
_HANGING = 2
"""How far a line may stand out behind that width (closing punctuation)."""


def _width(line: str) -> int:
    return 2 * len(line) - len(_NARROW.findall(line))


def unwrap(text: str) -> str:
    """Join the lines that were cut at 32 full-width characters; only blanks are lost.

    A line goes on in the next one where the next one's first word would not have fitted, unless
    the next one starts an item, or the line ends a sentence and no hanging indent says that it
    goes on. Blocks that have longer lines were not cut, and drawn tables stay as they are.
    """
    out: list[str] = []
    for block in re.split(r"\n(?:[ \t\u3000]*\n)+", text):
        lines = [line.rstrip(BLANKS) for line in block.split("\n")]
        drawn = [bool(_DRAWN.search(line.strip(BLANKS))) for line in lines]
        widest = max((_width(x) for x, d in zip(lines, drawn, strict=True) if not d), default=0)
        joined = [lines[0].lstrip(BLANKS)]
        for at in range(1, len(lines)):
            before, line = lines[at - 1], lines[at].lstrip(BLANKS)
            if (
                widest <= _WRAP + _HANGING
                and not (drawn[at - 1] or drawn[at])
                and _goes_on(before, lines[at])
            ):
                apart = before[-1:].isalpha() and before[-1:].isascii() and _width(before) < _WRAP
                blank = " " if apart and line[:1].isalpha() and line[:1].isascii() else ""
                joined[-1] += blank + line
            else:
                joined.append(line)
        out.append("\n".join(joined))
    return "\n\n".join(out)


def _goes_on(before: str, line: str) -> bool:
    # A line of at most 29 characters cannot be full: spare the rest, which is slow.
    if len(before) < _WRAP // 2 - 2 or not line:
        return False
    rest = line.lstrip(BLANKS)
    if _ITEM.match(rest):
        return False
    if before[-1] in "。：；" and rest == line:
        return False
    chunk = _CHUNK.match(rest)
    return chunk is not None and _width(before) + _width(chunk[0]) >= _WRAP


def literal(line: str) -> str:
    """The line with blanks put in, so that the dialect reads no notation in it."""
    if line.startswith(("#", "|")):
        line = f" {line}"
    while "](" in line and inline_text(inlines(line)) != line:
        line = line.replace("](", "] (")
    return line


def body(set_name: str, text: str) -> str:
    """A text as the body of a document: its visible characters are those of the text."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    text = unwrap(text) if set_name in HARD_WRAPPED else text
    return "\n".join(map(literal, text.split("\n")))


def same_text(text: str, written: str) -> bool:
    """Whether the dialect shows all of `text`, blanks apart."""
    shown = "".join(visible_lines(parse(written)))
    return "".join(shown.split()) == "".join(text.split())


def document_type(title: str) -> str:
    """公文种类 as the title's ending tells; empty where it does not."""
    title = re.sub(r"[（(][^（()）]*[)）]$", "", title.strip())
    return next((TYPES[title[-n:]] for n in (4, 3, 2, 1) if title[-n:] in TYPES), "")


def file_name(serial: int, title: str) -> str:
    """`01-标题.md`, short and free of what file systems refuse."""
    safe = re.sub(r'[\x00-\x20\x7f/\\:*?"<>|\u3000]+', "", title)[:50].strip(".")
    return f"{serial:02d}-{safe}.md"


def document_of(row: Mapping[str, Any], at: Place) -> tuple[Document, list[str]]:
    """A row as a document, and what must be said of it."""
    set_name = str(row["id"]).partition("-")[0]
    warnings = []
    if not row["issuer"]:
        warnings.append(f"缺发文机关，记为“{UNKNOWN}”")
    if not row["date"]:
        warnings.append("缺成文日期，放入增刊")
    number = IssueNumber.from_folder(at.year, at.folder)
    title = str(row["title"] or row["id"])
    document = Document(
        issue=number,
        folder=f"{at.serial:02d}",
        source=f"{at.year}/{at.folder}/{file_name(at.serial, title)}",
        title=title,
        number_text=row["doc_number"] or "",
        authorities=(row["issuer"] or UNKNOWN,),
        dated=date.fromisoformat(row["date"]) if row["date"] else None,
        section=SECTIONS.get(set_name, set_name),
        document_type=document_type(title),
        body=body(set_name, row["text"]),
    )
    if not same_text(row["text"], document.body):
        warnings.append("正文与来源不一致")
    return document, warnings


def import_pdfs(folder: Path, out: Path, first_year: int) -> list[str]:
    """Make a historical issue of each PDF of a folder, one a year; returns their addresses."""
    made = []
    for year, pdf in enumerate(sorted(folder.glob("*.pdf")), first_year):
        issue = out / str(year) / str(PDF_NUMBER)
        issue.mkdir(parents=True)
        shutil.copyfile(pdf, issue / f"{year}-{PDF_NUMBER}.pdf")
        number = IssueNumber.from_folder(year, str(PDF_NUMBER))
        index = Issue(
            number=number,
            source=f"{year}/{PDF_NUMBER}",
            published_on=date(year, 12, 31),
            title=pdf.stem,
        )
        (issue / "index.md").write_text(write_issue(index), "utf-8")
        made.append(index.address)
    return made


def import_documents(
    file: Path, out: Path, rows: Sequence[Row], undated_year: int
) -> list[dict[str, Any]]:
    """Write the documents of `rows` and their issues; returns how each was placed."""
    places = place(rows, undated_year)
    for year, folder, day in sorted({(p.year, p.folder, p.published_on) for p in places.values()}):
        path = out / str(year) / folder
        path.mkdir(parents=True)
        number = IssueNumber.from_folder(year, folder)
        index = Issue(number=number, source=f"{year}/{folder}", published_on=day)
        (path / "index.md").write_text(write_issue(index), "utf-8")
    report = []
    for row in read_rows(file):
        if at := places.get(row["id"]):
            document, warnings = document_of(row, at)
            (out / document.source).write_text(write_document(document), "utf-8")
            report.append(
                {
                    "id": row["id"],
                    "address": document.address,
                    "source": document.source,
                    "warnings": warnings,
                }
            )
    return sorted(report, key=lambda r: str(r["source"]))


@click.command
@click.argument("file", metavar="INPUT", type=click.Path(exists=True, path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--limit", type=click.IntRange(1), help="只取这么多件，各类按比例、间隔均匀地取。")
@click.option("--sets", help="只取这些类，以逗号分隔，如 xzfg,dfxfg。")
@click.option(
    "--undated-year",
    type=click.IntRange(1900, 9999),
    default=2025,
    show_default=True,
    help="没有日期的放入这一年的增刊。",
)
@click.option(
    "--pdfs",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="这个文件夹里的 PDF 各成一期。",
)
@click.option(
    "--pdf-year",
    type=click.IntRange(1900, 9999),
    default=1990,
    show_default=True,
    help="PDF 从这一年起，一年一期。",
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="报告写到哪里。  [OUT/../import-report.json]",
)
def main(  # noqa: PLR0913  one argument an option
    file: Path,
    out: Path,
    *,
    limit: int | None,
    sets: str | None,
    undated_year: int,
    pdfs: Path | None,
    pdf_year: int,
    report: Path | None,
) -> None:
    """把一批文件（JSON 行）放进 issues/ 目录，供按真实规模试用；OUT 应是空的。"""  # noqa: D400, D415  Chinese
    if out.exists() and any(out.iterdir()):
        raise click.UsageError(f"{out} 不是空的：请换一个文件夹，或先删去。")
    rows = [
        Row(r["id"], date.fromisoformat(r["date"]) if r["date"] else None) for r in read_rows(file)
    ]
    repeated = [i for i, n in Counter(r.id for r in rows).items() if n > 1]
    if repeated:
        raise click.ClickException(f"id 重复：{' '.join(repeated[:5])}")
    if sets:
        wanted = {s.strip() for s in sets.split(",")}
        rows = [r for r in rows if r.set_name in wanted]
    rows = spread(rows, limit) if limit else rows
    documents = import_documents(file, out, rows, undated_year)
    historical = import_pdfs(pdfs, out, pdf_year) if pdfs else []
    warnings = Counter(w for d in documents for w in d["warnings"])
    summary = {
        "documents": len(documents),
        "issues": len({str(d["source"]).rpartition("/")[0] for d in documents}),
        "pdf_issues": historical,
        "sets": dict(sorted(Counter(r.set_name for r in rows).items())),
        "warnings": dict(sorted(warnings.items())),
    }
    path = report or out.parent / "import-report.json"
    text = json.dumps({**summary, "placed": documents}, ensure_ascii=False, indent=1)
    path.write_text(f"{text}\n", "utf-8")
    click.echo(json.dumps(summary, ensure_ascii=False, indent=1))
    click.echo(f"各件的去处：{path}", err=True)


if __name__ == "__main__":
    main()
