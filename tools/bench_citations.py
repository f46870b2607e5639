"""Measure how well citations are found and resolved, and how fast, on the shared documents.

    python tools/bench_citations.py [--shared ../shared] [--write docs/citations.md]

Precision and recall are those of the hand-checked passages in tests/citation_spans.json: a span
counts when its start and its end are right, and a target when it is the document that the passage
means (or none, where the archive has it not). Throughput is that of one process over every
document. With --write the table is put between the markers of that file.
"""

import argparse
import json
import lzma
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
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
_MARKS = re.compile(r"(<!-- bench -->\n).*?(<!-- /bench -->)", re.DOTALL)


def read_rows(shared: Path) -> list[dict[str, Any]]:
    """The shared documents, as they are."""
    with lzma.open(shared / "corpus" / "documents.jsonl.xz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def documents_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, Document]:
    """Documents by the id of their row, each with the body that it is imported with."""
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
            body=body(row["id"].split("-")[0], row["text"]),
        )
    return found


def score(documents: Mapping[str, Document]) -> Counter[str]:
    """How the found spans and targets compare with those that were marked by hand."""
    gazette = Gazette(
        issues=(
            Issue(
                number=IssueNumber(year=2000, numbers=(1,)),
                source="",
                documents=tuple(documents.values()),
            ),
        )
    )
    known = Cited(targets(gazette))
    ids = {d.address: i for i, d in documents.items()}
    count: Counter[str] = Counter()
    for passage in json.loads(SPANS.read_text("utf-8")):
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


def main() -> None:
    """Measure, and print the table or write it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    options.add_argument("--write", type=Path)
    asked = options.parse_args()
    documents = documents_of(read_rows(asked.shared))
    count = score(documents)
    texts = [visible_text(d.body) for d in documents.values()]
    started = time.process_time()
    spans = sum(len(find_citations(t)) for t in texts)
    spent = time.process_time() - started
    characters = sum(map(len, texts))
    rows = [
        ("核对的文字", f"{count['passages']} 段，{count['characters']:,} 字，{count['expected']} 处引用"),
        ("找到：准确率", f"{count['right'] / count['found']:.3f}（{count['right']}/{count['found']}）"),
        ("找到：召回率", f"{count['right'] / count['expected']:.3f}（{count['right']}/{count['expected']}）"),
        ("链接：准确率", f"{count['linked right'] / count['linked']:.3f}（{count['linked right']}/{count['linked']}）"),
        ("链接：召回率", f"{count['linked right'] / count['linkable']:.3f}（{count['linked right']}/{count['linkable']}）"),
        ("速度（一个进程的处理器时间）", f"{characters / spent / 1e6:.2f} 百万字/秒（{characters:,} 字，{spent:.1f} 秒，{spans:,} 处）"),
    ]  # fmt: skip
    table = "| 项 | 结果 |\n|---|---|\n" + "".join(f"| {a} | {b} |\n" for a, b in rows)
    if asked.write:
        page = asked.write.read_text("utf-8")
        asked.write.write_text(_MARKS.sub(rf"\g<1>{table}\g<2>", page), "utf-8")
    else:
        print(table)


if __name__ == "__main__":
    main()
