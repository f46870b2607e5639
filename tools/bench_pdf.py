#!/usr/bin/env python3
"""Measure how PDFs are read, and write the table of docs/pdf.md.

    python tools/bench_pdf.py [--parts speed,errors,ocr,labels,mutants] [--shared ../shared/pdf]
                              [--mutants 200] [--write]

Processor seconds (user and system, children included) stand beside the wall clock, so that a busy
machine disturbs the figures less. Texts are the sample gazette's own; the real PDFs are read where
they are present, and nothing of them is kept. `pdftotext` is measured where it is installed.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import pypdf  # noqa: E402
import pypdfium2  # noqa: E402

from gazette.pdf import ocr, worker  # noqa: E402
from gazette.pdf.child import DEFAULT, end_starters  # noqa: E402
from gazette.pdf.extract import by_path, read_pdf  # noqa: E402
from gazette.pdf.model import PdfText  # noqa: E402
from tests import pdf_makers  # noqa: E402
from tests.measures import character_error, exact_paragraphs  # noqa: E402

LIMITS = {**asdict(DEFAULT), "skip": []}
START, END = "<!-- 量：开始 -->", "<!-- 量：结束 -->"


@dataclass
class Spent:
    """Processor and wall seconds."""

    processor: float = 0.0
    wall: float = 0.0


def _processor() -> float:
    used = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


@contextmanager
def measured() -> Iterator[Spent]:
    """Seconds that the block takes."""
    end_starters()  # what children took counts when they have ended
    spent, before, clock = Spent(), _processor(), time.perf_counter()
    yield spent
    end_starters()
    spent.processor, spent.wall = _processor() - before, time.perf_counter() - clock


def speed(folder: Path, shared: Path | None) -> Iterator[str]:
    """Pages a second of born-digital text, side by side."""
    paragraphs = pdf_makers.sample_paragraphs(pdf_makers.ISSUES)
    files = [folder / "one.pdf", folder / "two.pdf"]
    files[0].write_bytes(pdf_makers.columns_by_typst(paragraphs, size=15.75, columns=1))
    files[1].write_bytes(pdf_makers.columns_by_typst(paragraphs))
    if shared:
        files += sorted(p for p in shared.glob("*.pdf") if "Guangdong" not in p.name)
    pages = sum(len(pypdfium2.PdfDocument(p)) for p in files)
    yield f"**原生文字，{len(files)} 个文件 {pages} 页，一个进程**"
    yield ""
    yield "| | 页/处理器秒 | 处理器秒 | 秒 |"
    yield "|---|---|---|---|"
    readers: dict[str, Callable[[Path], object]] = {
        "gazette（含版面、段落、质量）": lambda p: worker._read(p, folder, LIMITS),  # noqa: SLF001
        "gazette，另起子进程": lambda p: read_pdf(p, cache=folder / "speed"),
        "pypdfium2 自带的文字": lambda p: [
            page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(p)
        ],
        "pypdf": lambda p: [page.extract_text() for page in pypdf.PdfReader(p).pages],
    }
    if found := shutil.which("pdftotext"):
        readers["pdftotext"] = lambda p: subprocess.run(  # noqa: S603  a tool by its path
            [found, str(p), "/dev/null"], check=False, capture_output=True
        )
    worker.warm_up()
    worker._read(files[0], folder, LIMITS)  # noqa: SLF001  what is loaded once
    for name, read in readers.items():
        with measured() as spent:
            for path in files:
                read(path)
        rate = pages / spent.processor
        yield f"| {name} | {rate:.0f} | {spent.processor:.2f} | {spent.wall:.2f} |"
    yield ""


def errors(folder: Path, _shared: Path | None) -> Iterator[str]:
    """Character error and exact paragraphs of self-made documents, born digital."""
    paragraphs = pdf_makers.sample_paragraphs(pdf_makers.ISSUES)
    made = {
        "两栏，排版软件": pdf_makers.columns_by_typst(paragraphs),
        "两栏，按栏存放": pdf_makers.columns_by_hand(paragraphs),
        "两栏，左右交错存放": pdf_makers.columns_by_hand(paragraphs, interleaved=True),
        "两栏，有书眉和页码": pdf_makers.columns_by_hand(
            paragraphs, interleaved=True, head="示例市人民政府公报　1998年第7期"
        ),
        "一栏，三号字": pdf_makers.columns_by_typst(paragraphs, size=15.75, columns=1),
    }
    yield "**原生文字，自制文件**"
    yield ""
    yield "| | 页 | 字错率 | 段落完全正确 |"
    yield "|---|---|---|---|"
    for name, data in made.items():
        path = folder / f"{name}.pdf"
        path.write_bytes(data)
        pages = read_pdf(path, cache=folder / "errors").pages
        wrong = character_error("".join(paragraphs), "".join(p.text for p in pages))
        exact = exact_paragraphs(paragraphs, pages)
        yield f"| {name} | {len(pages)} | {wrong:.4f} | {exact:.1%} |"
    yield ""


def scans(folder: Path, _shared: Path | None) -> Iterator[str]:
    """OCR of scans at 200 dpi with noise, 0.7° askew."""
    paragraphs = pdf_makers.sample_paragraphs(pdf_makers.ISSUES)[:80]
    made = {
        "两栏 10.5 磅": pdf_makers.scan(pdf_makers.columns_by_typst(paragraphs)),
        "一栏三号字": pdf_makers.scan(
            pdf_makers.columns_by_typst(paragraphs[:50], size=15.75, columns=1)
        ),
    }
    yield "**OCR，自制扫描件：200 dpi，有噪点，歪 0.7°**"
    yield ""
    yield "| | 页 | 字 | 字错率 | 处理器秒/页 | 秒/页 | 子进程内存峰值 |"
    yield "|---|---|---|---|---|---|---|"
    for name, data in made.items():
        path = folder / f"{name}.pdf"
        path.write_bytes(data)
        text = read_pdf(path, cache=folder / "scans")
        with measured() as spent:
            read = ocr.recognise_pdf(path, text, cache=folder / "scans")
        truth = "".join(paragraphs if "两栏" in name else paragraphs[:50])
        wrong = character_error(truth, "".join(p.text for p in read.pages))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        count = len(read.pages)
        yield (
            f"| {name} | {count} | {len(truth)} | {wrong:.4f} | {spent.processor / count:.2f} "
            f"| {spent.wall / count:.2f} | {peak} MB |"
        )
    yield ""


def labels(folder: Path, shared: Path | None) -> Iterator[str]:
    """What the pages of the real PDFs are called, before and after OCR."""
    if not shared:
        yield "真实 PDF 不在，没有量。"
        yield ""
        return
    yield "**真实 PDF 的页面怎么标**"
    yield ""
    yield "| 文件 | 读出 | OCR 之后 |"
    yield "|---|---|---|"
    for path in sorted(shared.glob("*.pdf")):
        text = read_pdf(path, cache=folder / "labels")
        better = ocr.recognise_pdf(path, text, cache=folder / "labels")
        said = [
            "、".join(f"{q} {m} {n} 页" for (q, m), n in sorted(found.items()))
            for t in (text, better)
            for found in (Counter((p.quality, p.method) for p in t.pages),)
        ]
        yield f"| {path.name} | {said[0]} | {said[1]} |"
    yield ""


def hostile(folder: Path, count: int) -> Iterator[str]:
    """Mutated PDFs: what becomes of them, and what they cost parent and children."""
    paragraphs = pdf_makers.sample_paragraphs(pdf_makers.ISSUES)[:40]
    seeds = [pdf_makers.columns_by_typst(paragraphs), pdf_makers.columns_by_hand(paragraphs)]
    seeds.append(pdf_makers.drawn(seeds[1]))
    paths = []
    for name, data in pdf_makers.mutants(seeds, count):
        paths.append(folder / f"{name}.pdf")
        paths[-1].write_bytes(data)
    del data, seeds
    slowest: list[tuple[float, str]] = []
    held: list[int] = []

    def read(path: Path) -> PdfText:
        clock = time.perf_counter()
        text = read_pdf(path, cache=folder / "hostile")
        slowest.append((time.perf_counter() - clock, path.stem))
        held.append(_held())
        return text

    with measured() as spent:
        texts = by_path(paths, read, os.cpu_count() or 1, None)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    codes = Counter(t.fault.code if t.fault else "读出来了" for t in texts.values())
    slow, name = max(slowest)
    flat = max(held[count // 10 :]) - held[count // 10]
    yield f"**{count} 个变异的 PDF**（位翻转、截断、缺段、嵌套 Flate、巨页、深和循环的页树、加密），默认的限制"
    yield ""
    yield (
        f"{spent.wall:.0f} 秒，处理器 {spent.processor:.0f} 秒；最慢的一个（{name}）{slow:.0f} 秒；"
        f"子进程内存峰值 {peak} MB（限 {DEFAULT.memory // 2**20} MB 地址空间）；主进程占 {held[-1]} MB，"
        f"读过十分之一以后再没有多占过 {max(flat, 0) + 1} MB；主进程没有出错，结果："
        + "、".join(f"{code} {n}" for code, n in sorted(codes.items()))
        + "。"
    )
    yield ""
    yield "| 变异 | 个 | 结果 |"
    yield "|---|---|---|"
    kinds: dict[str, Counter[str]] = {}
    for path, text in texts.items():
        kind = kinds.setdefault(path.stem.partition("-")[2], Counter())
        kind[text.fault.code if text.fault else "读出来了"] += 1
    for kind, found in sorted(kinds.items()):
        said = "、".join(f"{code} {n}" for code, n in sorted(found.items()))
        yield f"| {kind} | {found.total()} | {said} |"
    yield ""


def _held() -> int:
    """Megabytes of memory that this process has now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() // 2**20


def main() -> None:
    """Measure the parts that are asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--parts", default="speed,errors,ocr,labels,mutants")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared/pdf")
    parser.add_argument("--mutants", type=int, default=200)
    parser.add_argument("--write", action="store_true", help="write the tables into docs/pdf.md")
    asked = parser.parse_args()
    shared = asked.shared if asked.shared.is_dir() else None
    lines: list[str] = []
    parts = asked.parts.split(",")
    if len(parts) > 1:  # each in a process of its own: what memory peaks at is for good
        for part in parts:
            command = [sys.executable, __file__, "--parts", part, "--shared", str(asked.shared)]
            command += ["--mutants", str(asked.mutants)]
            said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
            print(said.stdout, end="", flush=True)
            lines += said.stdout.splitlines()
    else:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            work: dict[str, Callable[[], Iterator[str]]] = {
                "speed": lambda: speed(folder, shared),
                "errors": lambda: errors(folder, shared),
                "ocr": lambda: scans(folder, shared),
                "labels": lambda: labels(folder, shared),
                "mutants": lambda: hostile(folder, asked.mutants),
            }
            for line in work[parts[0]]():
                print(line, flush=True)
                lines.append(line)
    if asked.write:
        page = ROOT / "docs/pdf.md"
        head, _, rest = page.read_text("utf-8").partition(START)
        page.write_text(
            f"{head}{START}\n\n" + "\n".join(lines) + END + rest.partition(END)[2], "utf-8"
        )


if __name__ == "__main__":
    main()
