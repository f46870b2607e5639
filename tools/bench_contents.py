"""How well contents are found: self-made issues with a known 目录, imported, and held against it.

    python -m tools.bench_contents [--into docs/import.md]

Run at the root of the repository. An entry counts as found when title, first and last PDF page are
those that typst gave it; as sure when it is also not marked 待核. Beside the contents page the same
issues are read by the style of titles alone, as if they had no contents page. Seconds are those of
processor time, children included.
"""

import re
import resource
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from gazette.intake.bring import plan
from gazette.intake.propose import Proposal, propose
from gazette.intake.sheets import sheets
from gazette.pdf.extract import read_pdf
from gazette.pdf.layout import read_layout
from tests.issue_makers import ISSUES, Printed

_MARKS = ("<!-- contents: begin -->", "<!-- contents: end -->")


def seconds() -> float:
    """Processor time so far, of this process and the children that ended."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, kinds))


def found(issue: Printed, entries: tuple[Proposal, ...]) -> tuple[int, int]:
    """How many entries are right, and how many of these are sure."""
    by_key = {(e.title, e.pages.first, e.pages.last): e for e in entries}
    right = [by_key[t] for t in issue.truth if t in by_key]
    return len(right), sum(not e.doubt for e in right)


def lines() -> Iterator[str]:
    """The table."""
    yield "| 自制的一期 | 页 | 目录条数 | 标题和起止页都对 | 其中不用核对 | 误作确定 | 期号、总期号、日期 | 没有目录页时 | CPU 秒 |"
    yield "|---|--:|--:|--:|--:|--:|---|--:|--:|"
    total = [0, 0, 0, 0, 0]
    for make in ISSUES:
        issue = make()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "old.pdf"
            path.write_bytes(issue.pdf)
            start = seconds()
            made = plan(path, Path(folder) / "issues", cache=Path(folder) / "cache")
            spent = seconds() - start
            text = read_pdf(path, cache=Path(folder) / "cache/pdf")
            pages = sheets(text, read_layout(path))
        entries = made.proposed.entries
        right, sure = found(issue, entries)
        truth = set(issue.truth)
        wrong = sum(not e.doubt and (e.title, e.pages.first, e.pages.last) not in truth for e in entries)  # fmt: skip
        number = made.issue.number
        facts = (number.year, number.folder, number.cumulative, made.issue.published_on) == (
            issue.year, issue.folder, issue.cumulative, issue.published_on,
        )  # fmt: skip
        bare = [replace(s, rows=()) if s.page in made.proposed.contents else s for s in pages]
        by_style, _ = found(issue, propose(bare).entries)
        count = len(issue.truth)
        for n, value in enumerate((count, right, sure, wrong, by_style)):
            total[n] += value
        said = "都对" if facts else "有错"
        yield f"| {issue.name} | {len(pages)} | {count} | {right} | {sure} | {wrong} | {said} | {by_style} | {spent:.1f} |"
    count, right, sure, wrong, by_style = total
    share = f"{right}（{right / count:.1%}）"
    yield f"| 合计 | | {count} | {share} | {sure} | {wrong} | | {by_style}（{by_style / count:.1%}） | |"


@click.command()
@click.option(
    "--into", type=click.Path(path_type=Path, exists=True), help="写进这个文件的标记之间。"
)
def main(into: Path | None) -> None:
    """Print the table, or put it into a document."""
    table = "\n".join(lines())
    click.echo(table)
    if into:
        begin, end = _MARKS
        text = into.read_text("utf-8")
        pattern = re.escape(begin) + r".*?" + re.escape(end)
        new, count = re.subn(pattern, lambda _: f"{begin}\n{table}\n{end}", text, flags=re.DOTALL)
        if not count:
            raise click.ClickException(f"{into} 里没有标记 {begin}")
        into.write_text(new, "utf-8")


if __name__ == "__main__":
    main()
