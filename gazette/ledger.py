"""馆藏台账: what the gazette has of every year, what is missing, and in what state it is. Pure.

国办发〔2018〕22号 asks that everything since the first issue be 入库, and that it be accounted for. Two
counts tell what is missing: 期号 within a year, and 总期号, which goes on from the first issue on. A
combined issue (合刊) holds several 期号 and takes one 总期号 or as many; a supplement (增刊) is counted
for itself, and takes a 总期号 only where it is given one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

from gazette.archive import Archive, Scan
from gazette.model import Issue
from gazette.pdf.model import PageText

STATES = ("good", "ocr", "suspect", "garbled", "scanned", "blank")
"""How pages are counted: text that is good, good by OCR, doubtful, garbage, a picture, nothing."""
STATE_NAMES: Mapping[str, str] = dict(
    zip(STATES, ("好", "识别", "存疑", "乱码", "扫描", "空白"), strict=True)
)
PDF_STATES: Mapping[str, str] = {
    "good": "完好",
    "none": "没有 PDF",
    "empty": "空文件",
    "lfs_pointer": "还在 Git LFS 里",
    "truncated": "被截断",
    "damaged": "损坏",
    "duplicate": "与别的期相同",
    "withheld": "有文件撤下，不提供下载",
}
"""State of an issue's PDF → what is said of it. The worst that holds is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One issue as it is held: its numbers, its documents, its PDF, its pages by state."""

    label: str
    address: str
    year: int
    numbers: tuple[int, ...]
    supplement: bool
    cumulative: tuple[int, ...]
    published_on: date | None
    documents: int
    drafts: int
    pdf: str
    pdf_state: str
    pdf_note: str = ""
    pages: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """One year: what is held and which 期号 are not.

    `missing` are numbers that stand between others, or before the first; `missing_at_end` those
    after the last one that the next year's 总期号 shows to have been there.
    """

    year: int
    issues: int
    supplements: int
    missing: tuple[int, ...] = ()
    missing_at_end: tuple[int, ...] = ()
    cumulative: tuple[int, ...] = ()
    documents: int = 0
    drafts: int = 0
    without_pdf: int = 0
    bad_pdfs: int = 0
    pages: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A place at which 总期号 do not go on as 期号 do: the issue before, the issue after, and why."""

    before: str
    after: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Years without any issue, both included; `issues` is how many 总期号 say there were."""

    first: int
    last: int
    issues: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The whole account, oldest first."""

    name: str
    years: tuple[Year, ...] = ()
    gaps: tuple[Gap, ...] = ()
    breaks: tuple[Break, ...] = ()
    holdings: tuple[Holding, ...] = ()

    @property
    def missing(self) -> int:
        """How many issues are known to be missing."""
        numbers = sum(len(y.missing) + len(y.missing_at_end) for y in self.years)
        return numbers + sum(g.issues or 0 for g in self.gaps)


def ledger(archive: Archive) -> Ledger:
    """The account of an archive."""
    issues = archive.gazette.issues
    copies = _copies(archive)
    holdings = tuple(_holding(archive, issue, copies) for issue in issues)
    numbered = [i for i in issues if not i.number.supplement]
    extra = sorted(c for i in issues if i.number.supplement for c in i.number.cumulative)
    ends, gaps, breaks = _continuity(numbered, extra)
    years = tuple(
        _year(archive, year, [h for h in holdings if h.year == year], ends.get(year, ()))
        for year in archive.gazette.years
    )
    breaks += _inside(numbered)
    return Ledger(
        name=archive.name, years=years, gaps=tuple(gaps), breaks=tuple(breaks), holdings=holdings
    )


def _holding(archive: Archive, issue: Issue, copies: Mapping[str, Sequence[Issue]]) -> Holding:
    scan = archive.scans.get(issue.address)
    state, note = _pdf_state(issue, scan, copies)
    return Holding(
        label=issue.label,
        address=issue.address,
        year=issue.number.year,
        numbers=issue.number.numbers,
        supplement=issue.number.supplement,
        cumulative=issue.number.cumulative,
        published_on=issue.published_on,
        documents=len(issue.documents),
        drafts=len(issue.drafts),
        pdf=issue.pdf,
        pdf_state=state,
        pdf_note=note,
        pages=_counted(scan.pages if scan else ()),
    )


def _counted(pages: Iterable[PageText]) -> dict[str, int]:
    count = dict.fromkeys(STATES, 0)
    for page in pages:
        by_ocr = page.quality == "good" and page.method == "ocr"
        count["ocr" if by_ocr else page.quality] += 1
    return count


def _copies(archive: Archive) -> dict[str, list[Issue]]:
    """Issues by the hash of their PDF; an empty file is no copy of another."""
    found: dict[str, list[Issue]] = defaultdict(list)
    for issue in archive.gazette.issues:
        scan = archive.scans.get(issue.address)
        if scan and scan.sha256 and not (scan.fault and scan.fault.code in PDF_STATES):
            found[scan.sha256].append(issue)
    return found


def _pdf_state(
    issue: Issue, scan: Scan | None, copies: Mapping[str, Sequence[Issue]]
) -> tuple[str, str]:
    if scan is None or not issue.printed:
        return ("withheld", "换上没有撤下内容的 PDF 以后再提供") if scan else ("none", "")
    if scan.fault and scan.fault.code in ("empty", "lfs_pointer"):
        return scan.fault.code, scan.fault.message
    if scan.truncated:
        return "truncated", scan.fault.message if scan.fault else "文件没有结尾，后面的页可能丢了"
    if scan.fault:
        return "damaged", scan.fault.message
    others = [i.label for i in copies.get(scan.sha256, ()) if i.number != issue.number]
    if others:
        return "duplicate", f"与{'、'.join(others)}的 PDF 是同一个文件"
    return "good", ""


def _year(archive: Archive, year: int, held: Sequence[Holding], at_end: tuple[int, ...]) -> Year:
    numbers = {n for h in held if not h.supplement for n in h.numbers}
    first = min(numbers, default=1)
    starts = year == archive.gazette.years[0] and any(1 in h.cumulative for h in held)
    lowest = first if starts else 1  # 创刊号: the year began with it, whatever its number
    cumulative = [c for h in held for c in h.cumulative]
    return Year(
        year=year,
        issues=sum(not h.supplement for h in held),
        supplements=sum(h.supplement for h in held),
        missing=tuple(n for n in range(lowest, max(numbers, default=0)) if n not in numbers),
        missing_at_end=at_end,
        cumulative=(min(cumulative), max(cumulative)) if cumulative else (),
        documents=sum(h.documents for h in held),
        drafts=sum(h.drafts for h in held),
        without_pdf=sum(h.pdf_state == "none" for h in held),
        bad_pdfs=sum(h.pdf_state not in ("none", "good", "withheld") for h in held),
        pages={s: sum(h.pages.get(s, 0) for h in held) for s in STATES},
    )


def _continuity(
    numbered: Sequence[Issue], extra: Sequence[int]
) -> tuple[dict[int, tuple[int, ...]], list[Gap], list[Break]]:
    """Numbers missing at years' ends, years without issues, and breaks, by 总期号 from issue to issue."""
    ends: dict[int, tuple[int, ...]] = {}
    gaps: list[Gap] = []
    breaks: list[Break] = []
    unknown: list[Issue] = []
    before: Issue | None = None
    for last, issue in pairwise([None, *numbered]):
        if last and issue and issue.number.year > last.number.year + 1:
            gaps.append(Gap(first=last.number.year + 1, last=issue.number.year - 1))
        if issue is None:
            continue
        if not issue.number.cumulative:
            unknown.append(issue)
            continue
        if before is not None:
            _step(before, unknown, issue, extra, (ends, gaps, breaks))
        before, unknown = issue, []
    return ends, gaps, breaks


def _step(
    before: Issue,
    unknown: Sequence[Issue],
    after: Issue,
    extra: Sequence[int],
    out: tuple[dict[int, tuple[int, ...]], list[Gap], list[Break]],
) -> None:
    """Hold the 总期号 of two issues against the 期号 between them."""
    ends, gaps, breaks = out
    one, other = before.number, after.number
    between = other.cumulative[0] - one.cumulative[-1] - 1
    between -= sum(one.cumulative[-1] < n < other.cumulative[0] for n in extra)
    # Issues between that do not say theirs; a combined one may take one 总期号 or as many.
    least = between - sum(len(i.number.numbers) for i in unknown)
    most = between - len(unknown)
    missing = _missing_between([before, *unknown, after])
    if other.year > one.year + 1:
        if gaps and most >= missing and (most > 0 or between < 0):
            at = (
                next(n for n, g in enumerate(gaps) if g.first == one.year + 1)
                if not unknown
                else -1
            )
            gaps[at] = Gap(first=gaps[at].first, last=gaps[at].last, issues=most - missing)
            return
    elif other.year == one.year + 1 and most > missing and not unknown:
        last = one.numbers[-1]
        ends[one.year] = tuple(range(last + 1, last + 1 + most - missing))
        return
    if least <= missing <= most:
        return
    combined = len(one.numbers) > len(one.cumulative) and most == missing + 1
    cure = "合刊占两个总期号的，请写成 [x, y]" if combined else "请核对这两期的总期号"
    expected = one.cumulative[-1] + 1 + missing + sum(len(i.number.numbers) for i in unknown)
    message = f"{before.label}是总第{one.cumulative[-1]}期，{after.label}应是总第{expected}期，写的是总第{other.cumulative[0]}期；{cure}"
    breaks.append(Break(before=before.address, after=after.address, message=message))


def _missing_between(issues: Sequence[Issue]) -> int:
    """期号 that are not held between the first and the last of these, as far as years tell."""
    count = 0
    for one, other in pairwise(issues):
        if one.number.year == other.number.year:
            count += max(0, other.number.numbers[0] - one.number.numbers[-1] - 1)
        else:
            count += other.number.numbers[0] - 1
    return count


def _inside(numbered: Sequence[Issue]) -> list[Break]:
    """Combined issues whose count of 总期号 fits neither one nor that of their 期号."""
    return [
        Break(
            before=i.address,
            after=i.address,
            message=f"{i.label}有 {len(i.number.numbers)} 个期号，却写了 {len(i.number.cumulative)} 个总期号",
        )
        for i in numbered
        if len(i.number.cumulative) not in (0, 1, len(i.number.numbers))
    ]


def ranges(numbers: Iterable[int]) -> str:
    """`1-4、7` for 1, 2, 3, 4, 7."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return "、".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def ledger_json(account: Ledger) -> dict[str, Any]:
    """As plain values, dates as ISO texts: what `gazette ledger --json` prints."""
    fields = asdict(account)
    for holding in fields["holdings"]:
        day = holding["published_on"]
        holding["published_on"] = day.isoformat() if day else None
    return {"name": account.name, "missing": account.missing, **fields}


COLUMNS = (
    "年份", "期号", "总期号", "出版日期", "状态", "文件", "待核", "PDF", "PDF 状态", "页",
    *STATE_NAMES.values(), "说明",
)  # fmt: skip
"""Columns of the table of issues."""


def rows(account: Ledger) -> Iterator[tuple[str | int, ...]]:
    """The table of issues: those that are held, and those that are missing, in their order."""
    breaks: dict[str, list[str]] = defaultdict(list)
    for b in account.breaks:
        breaks[b.after].append(b.message)
    for year in account.years:
        for gap in account.gaps:
            if gap.last == year.year - 1:
                yield _row(gap)
        held = [h for h in account.holdings if h.year == year.year]
        lines: list[tuple[tuple[bool, int], tuple[str | int, ...]]] = [
            ((h.supplement, h.numbers[0]), _held(h, breaks.get(h.address, []))) for h in held
        ]
        absent = (*year.missing, *year.missing_at_end)
        lines += (((False, n), _absent(year, n)) for n in absent)
        yield from (row for _, row in sorted(lines, key=lambda line: line[0]))


def _held(holding: Holding, breaks: Sequence[str]) -> tuple[str | int, ...]:
    number = f"增刊{holding.numbers[0]}" if holding.supplement else ranges(holding.numbers)
    total = sum(holding.pages.values())
    note = "；".join(filter(None, [holding.pdf_note, *breaks]))
    return (
        holding.year, number, ranges(holding.cumulative),
        holding.published_on.isoformat() if holding.published_on else "", "在藏",
        holding.documents, holding.drafts, holding.pdf, PDF_STATES[holding.pdf_state], total,
        *(holding.pages.get(s, 0) for s in STATES), note,
    )  # fmt: skip


def _absent(year: Year, number: int) -> tuple[str | int, ...]:
    note = "按下一年的总期号推算" if number in year.missing_at_end else ""
    empty: tuple[str | int, ...] = (0, 0, "", "", 0, *(0 for _ in STATES))
    return (year.year, str(number), "", "", "缺", *empty, note)


def _row(gap: Gap) -> tuple[str | int, ...]:
    years = str(gap.first) if gap.first == gap.last else f"{gap.first}-{gap.last}"
    note = f"按总期号，其间应有 {gap.issues} 期" if gap.issues else "这些年一期也没有收入"
    empty: tuple[str | int, ...] = (0, 0, "", "", 0, *(0 for _ in STATES))
    return (years, "", "", "", "缺", *empty, note)


def words(account: Ledger) -> Iterator[str]:
    """The account in lines to read, one a year."""
    held = sum(not h.supplement for h in account.holdings)
    yield f"在藏 {held} 期，增刊 {len(account.holdings) - held} 期；已知缺 {account.missing} 期。"
    gaps = {g.last: g for g in account.gaps}
    for year in account.years:
        if gap := gaps.get(year.year - 1):
            span = str(gap.first) if gap.first == gap.last else f"{gap.first}—{gap.last}"
            known = f"按总期号应有 {gap.issues} 期" if gap.issues else "一期也没有"
            yield f"{span}年：{known}，都缺。"
        yield f"{year.year}年：{'；'.join(year_facts(year))}。"
    yield from (f"总期号接不上：{b.message}。" for b in account.breaks)


def year_facts(year: Year) -> Iterator[str]:
    """What is said of a year, in phrases."""
    yield f"在藏 {year.issues} 期" + (f"、增刊 {year.supplements} 期" if year.supplements else "")
    if year.missing:
        yield f"缺第{ranges(year.missing)}期"
    if year.missing_at_end:
        yield f"按总期号，还缺第{ranges(year.missing_at_end)}期"
    if year.without_pdf:
        yield f"{year.without_pdf} 期没有 PDF"
    if year.bad_pdfs:
        yield f"{year.bad_pdfs} 期的 PDF 有问题"
    pages = [f"{STATE_NAMES[s]} {n}" for s, n in year.pages.items() if n]
    if pages:
        yield f"PDF 页：{'、'.join(pages)}"
    if year.drafts:
        yield f"目录待核 {year.drafts} 条"


YEAR_COLUMNS = (
    "年份", "在藏期数", "增刊", "缺期", "总期号", "文件", "待核", "没有 PDF", "PDF 有问题",
    *STATE_NAMES.values(),
)  # fmt: skip
"""Columns of the table of years."""


def year_rows(account: Ledger) -> Iterator[tuple[str | int, ...]]:
    """The table of years."""
    for year in account.years:
        yield (
            year.year, year.issues, year.supplements,
            ranges((*year.missing, *year.missing_at_end)),
            "-".join(dict.fromkeys(map(str, year.cumulative))),
            year.documents, year.drafts, year.without_pdf, year.bad_pdfs,
            *(year.pages.get(s, 0) for s in STATES),
        )  # fmt: skip
