"""How good is the order of results: nDCG@10 and success@1 on judged queries, beside plain BM25.

`relevance.json` holds the queries, why each document is graded as it is, and grades by corpus id
(3 what the reader means, 2 made for it, 1 touches it; others 0). Compared are the order of the
browser (grams), that of `gazette search` (grams find, jieba's words rank), and BM25 over jieba's
words in Whoosh alone, titles and bodies weighing the same. *success@1*: the first result has the
best grade that the query knows.

    python -m tools.judge_search CORPUS.jsonl.xz ISSUES [--write docs/search.md]
"""

import datetime as dt
import json
import math
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from playwright.sync_api import sync_playwright
from whoosh import index as whoosh
from whoosh import query as asked
from whoosh import scoring

from gazette.index import GRAMS, WORDS, refresh_indexes
from gazette.search import whoosh_index
from gazette.search.query import search
from gazette.search.static_index import Index
from gazette.serve import serving
from gazette.settings import read_settings
from tools.import_corpus import Row, place, read_rows
from tools.tables import write_table

JUDGED = Path(__file__).with_name("relevance.json")
FIRST = 10
UNDATED = 2025


def addresses(corpus: Path) -> dict[str, str]:
    """Corpus id → address, as `import_corpus` places the whole corpus."""
    rows = [
        Row(row["id"], dt.date.fromisoformat(row["date"]) if row["date"] else None)
        for row in read_rows(corpus)
    ]
    last = max(row.day.year for row in rows if row.day)
    return {
        name: f"{where.year}/{where.folder}/{where.serial:02d}/"
        for name, where in place(rows, last).items()
    }


def ndcg(found: Sequence[str], grades: Mapping[str, int]) -> float:
    """Normalised discounted cumulative gain of the first ten, gains 2^grade - 1."""

    def gain(values: Sequence[int]) -> float:
        return sum((2**value - 1) / math.log2(at + 2) for at, value in enumerate(values))

    best = gain(sorted(grades.values(), reverse=True)[:FIRST])
    return gain([grades.get(url, 0) for url in found[:FIRST]]) / best


def by_words(folder: Path, text: str) -> list[str]:
    """Plain BM25 over jieba's words."""
    words = sorted(set(whoosh_index.words(text)))
    parts = [asked.Term(name, word) for word in words for name in ("title", "body")]
    held = whoosh.open_dir(folder)
    with held.searcher(weighting=scoring.BM25F()) as searcher:
        return [hit["url"] for hit in searcher.search(asked.Or(parts), limit=FIRST)]


ASK = """async ([queries, count, on]) => {
  const { Index } = await import("/search/index.js");
  const { Search } = await import("/search/query.js");
  const index = new Index(location.origin + "/index/");
  const answers = [];
  for (const query of queries) {
    const hits = await new Search(index, query, {}, "relevance", on).more(count);
    answers.push(hits.map((hit) => hit.passage.url));
  }
  return answers;
}"""


def by_browser(index: Path, queries: Sequence[str], day: dt.date, chromium: str) -> list[list[str]]:
    """What the search page's own modules put first, asked in a browser."""
    scripts = Path(__file__).parents[1] / "overrides" / "assets" / "search"
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        (folder / "search").symlink_to(scripts)
        (folder / "index").symlink_to(index.resolve())
        (folder / "index.html").write_text("<!doctype html><title>检索</title>", "utf-8")
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        with serving(folder) as address:
            page = browser.new_page()
            page.goto(address)
            found: list[list[str]] = page.evaluate(ASK, [list(queries), FIRST, day.isoformat()])
        browser.close()
    return found


@click.command()
@click.argument("corpus", type=click.Path(path_type=Path, exists=True))
@click.argument("issues", type=click.Path(path_type=Path, exists=True))
@click.option("--config", default="mkdocs.yml", type=click.Path(path_type=Path))
@click.option("--cache", type=click.Path(path_type=Path), help="索引放在哪里。")
@click.option("--write", type=click.Path(path_type=Path), help="把表写进这个文件的标记之间。")
@click.option("--chromium", default="/usr/bin/chromium", help="浏览器在哪里。")
@click.option("--show", is_flag=True, help="逐条列出每个检索词的 nDCG@10。")
def main(  # noqa: PLR0913, PLR0917  one parameter an option
    corpus: Path,
    issues: Path,
    config: Path,
    cache: Path | None,
    write: Path | None,
    chromium: str,
    *,
    show: bool,
) -> None:
    """Judge the three orders and print a table."""
    issues = issues.resolve()
    cache = cache or issues.parent / ".gazette"
    refresh_indexes(read_settings(config), issues, cache=cache, jobs=2)
    index, words, known = Index(cache / GRAMS), cache / WORDS, addresses(corpus)
    there = set(index.urls())
    day = dt.date(UNDATED, 12, 31)
    rows: dict[str, list[tuple[float, bool]]] = {}
    judged = json.loads(JUDGED.read_text("utf-8"))
    asked_there = by_browser(cache / GRAMS, [item["query"] for item in judged], day, chromium)
    for item, in_browser in zip(judged, asked_there, strict=True):
        text = item["query"]
        grades = {known[name]: grade for name, grade in item["grades"].items()}
        if not grades.keys() <= there:
            raise click.ClickException(f"{text}：这份档案不是由同一份语料导入的")
        best = max(grades.values())

        def rank(urls: Sequence[str], text: str = text) -> Mapping[str, float]:
            return whoosh_index.scores(words, text, urls)

        orders = {
            "浏览器": in_browser,
            "`gazette search`": [
                h.passage.url for h in search(index, text, limit=FIRST, on=day, rank=rank).hits
            ],
            "Whoosh，jieba 的词，BM25": by_words(words, text),
        }
        for name, found in orders.items():
            first = bool(found) and grades.get(found[0], 0) == best
            rows.setdefault(name, []).append((ndcg(found, grades), first))
        if show:
            click.echo(f"{text}\t" + "\t".join(f"{rows[name][-1][0]:.2f}" for name in orders))
    lines = [
        f"{len(judged)} 个检索词，{sum(len(i['grades']) for i in judged)} 个定了级的文件：\n",
        "| 次序 | nDCG@10 | success@1 |\n|---|--:|--:|",
    ]
    for name, values in rows.items():
        middle = statistics.mean(value for value, _ in values)
        first = statistics.mean(first for _, first in values)
        lines.append(f"| {name} | {middle:.3f} | {first:.3f} |")
    write_table("\n".join(lines), "relevance", write)


if __name__ == "__main__":
    main()
