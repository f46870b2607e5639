"""Measure how well citations are found and resolved, and how fast, on the shared documents.

    python tools/bench_citations.py [--shared ../shared] [--write docs/citations.md]

Precision and recall are those of two sets of hand-checked passages: tests/citation_spans.json, after
which the rules were mended, and tests/citation_spans_held_out.json, which was marked by reading
before any rule was tried on it (what came of that stands in docs/citations.md). A span counts when its start and its end are right, and a target
when it is the document that the passage means (or none, where the archive has it not). Throughput is
that of one process over every document. With --write the table is put between the markers of that
file.
"""

import argparse
import json
import lzma
import re
import sys
import time
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from pathlib import Path
from typing import Any

from gazette.citations import find_citations, visible_text
from gazette.cited import Cited, references
from gazette.model import Document, Gazette, Issue
from gazette.number import DocumentNumber, IssueNumber
from gazette.targets import targets

sys.path.insert(0, str(Path(__file__).parent))
from import_corpus import body

ROOT = Path(__file__).resolve().parents[1]
SPANS = ROOT / "tests" / "citation_spans.json"
HELD_OUT = ROOT / "tests" / "citation_spans_held_out.json"
_MARKS = re.compile(r"(<!-- bench -->\n).*?(<!-- /bench -->)", re.DOTALL)


def read_rows(shared: Path) -> list[dict[str, Any]]:
    """The shared documents, as they are."""
    with lzma.open(shared / "corpus" / "documents.jsonl.xz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def passages(marked: Path) -> list[dict[str, Any]]:
    """The passages of a file: `id` of the row, `start`, `end`, `spans` (start, end, target, words)."""
    found: list[dict[str, Any]] = json.loads(marked.read_text("utf-8"))
    return found


def documents_of(
    rows: Iterable[Mapping[str, Any]], with_body: Container[str] | None = None
) -> dict[str, Document]:
    """Documents by the id of their row, each with the body that it is imported with.

    `with_body`: the ids whose bodies are wanted, where not all are.
    """
    issue = IssueNumber(year=2000, numbers=(1,))
    found = {}
    for at, row in enumerate(rows):
        try:
            number = DocumentNumber.parse(row["doc_number"] or "")
        except ValueError:
            number = None
        found[row["id"]] = Document(
            issue=issue,
            folder=str(at),
            source=row["id"],
            title=row["title"],
            number=number,
            body=body(row["id"].split("-")[0], row["text"])
            if with_body is None or row["id"] in with_body
            else "",
        )
    return found


def archive_of(documents: Mapping[str, Document]) -> Cited:
    """The documents as citations are looked up in them."""
    gazette = Gazette(
        issues=(
            Issue(
                number=IssueNumber(year=2000, numbers=(1,)),
                source="",
                documents=tuple(documents.values()),
            ),
        )
    )
    return Cited(targets(gazette))


def score(documents: Mapping[str, Document], known: Cited, marked: Path) -> Counter[str]:
    """How the found spans and targets compare with those that were marked by hand in a file."""
    ids = {d.address: i for i, d in documents.items()}
    count: Counter[str] = Counter()
    for passage in passages(marked):
        document = documents[passage["id"]]
        text = visible_text(document.body)
        expected = {}
        for start, end, target, quoted in passage["spans"]:
            said = text[start:end]
            if not said.startswith(quoted[:8]):
                raise ValueError(f"{passage['id']} {start}: {said!r} 不是 {quoted!r}")
            expected[start, end] = target
        found = {}
        for reference in references(document, known):
            c = reference.citation
            if passage["start"] <= c.start and c.end <= passage["end"]:
                found[c.start, c.end] = ids.get(reference.address, "outside")
        count["passages"] += 1
        count["characters"] += passage["end"] - passage["start"]
        count["expected"] += len(expected)
        count["found"] += len(found)
        right = found.keys() & expected.keys()
        count["right"] += len(right)
        count["linked"] += sum(found[s] != "outside" for s in found)
        count["linkable"] += sum(t != "outside" for t in expected.values())
        count["linked right"] += sum(found[s] == expected[s] != "outside" for s in right)
        for span in sorted(found.keys() ^ expected.keys()):
            way = "多" if span in found else "漏"
            print(f"{way} {passage['id']} {span} {text[slice(*span)]!r}", file=sys.stderr)
        for span in sorted(right):
            if found[span] != expected[span]:
                print(
                    f"错 {passage['id']} {text[slice(*span)]!r}: {found[span]}，应为 {expected[span]}",
                    file=sys.stderr,
                )
    return count


def share(count: Counter[str], part: str, whole: str) -> str:
    """`0.996（244/245）`."""
    return f"{count[part] / count[whole]:.3f}（{count[part]}/{count[whole]}）"


def main() -> None:
    """Measure, and print the table or write it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    options.add_argument("--write", type=Path)
    asked = options.parse_args()
    documents = documents_of(read_rows(asked.shared))
    known = archive_of(documents)
    counts = [score(documents, known, file) for file in (HELD_OUT, SPANS)]
    texts = [visible_text(d.body) for d in documents.values()]
    started = time.process_time()
    spans = sum(len(find_citations(t)) for t in texts)
    spent = time.process_time() - started
    characters = sum(map(len, texts))
    rows = [
        ("核对的文字", [f"{c['passages']} 段，{c['characters']:,} 字，{c['expected']} 处引用" for c in counts]),
        ("找到：准确率", [share(c, "right", "found") for c in counts]),
        ("找到：召回率", [share(c, "right", "expected") for c in counts]),
        ("链接：准确率", [share(c, "linked right", "linked") for c in counts]),
        ("链接：召回率", [share(c, "linked right", "linkable") for c in counts]),
    ]  # fmt: skip
    table = "| 项 | 后来的一组 | 照着改过的一组 |\n|---|---|---|\n"
    table += "".join(f"| {name} | {' | '.join(cells)} |\n" for name, cells in rows)
    table += (
        f"\n速度（一个进程的处理器时间）：{characters / spent / 1e6:.2f} 百万字/秒"
        f"（{characters:,} 字，{spent:.1f} 秒，{spans:,} 处）。\n"
    )
    if asked.write:
        page = asked.write.read_text("utf-8")
        asked.write.write_text(_MARKS.sub(rf"\g<1>{table}\g<2>", page), "utf-8")
    else:
        print(table)


if __name__ == "__main__":
    main()
