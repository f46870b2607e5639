"""Search as JSON over HTTP, for preview and for cities that want it: `/api/search?q=…`.

Reads the query string and answers with what the command prints; knows no server. The filters are
named as in the address of the search page: `year section authority topic type validity kind issue
sort`, and besides `in_force=1`, `on=2024-05-31`, `limit` (at most 100) and `offset`.
"""

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from gazette.dates import parse_date
from gazette.errors import SearchError
from gazette.search import whoosh_index
from gazette.search.query import Filters, search
from gazette.search.static_index import Index
from gazette.search.view import results_json

MOST = 100
"""Most hits in one answer."""
DEEPEST = 10_000
"""Last hit that can be asked for."""
NAMES = frozenset({
    "q", "year", "section", "authority", "topic", "type", "validity", "kind", "issue", "sort",
    "in_force", "on", "limit", "offset",
})  # fmt: skip


class SearchApi:
    """Answers query strings from the index of a site, read anew when that changes.

    `words` is the folder of the index of words, which only orders; None does without. `day` gives
    the day whose 有效性 counts where the call names none.
    """

    def __init__(self, index: Path, words: Path | None, day: Callable[[], dt.date]) -> None:
        self._folder = index
        self._words = words if words and words.is_dir() else None
        self._day = day
        self._read: tuple[str, Index] | None = None

    def __call__(self, query_string: str) -> tuple[int, bytes]:
        """HTTP status and body: 200 with the results, 400 for a wrong call, 503 with no index."""
        try:
            status, value = 200, self._answer(parse_qs(query_string, max_num_fields=100))
        except ValueError as error:
            status, value = 400, {"error": str(error)}
        except SearchError as error:
            status, value = 503, {"error": str(error)}
        return status, json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")

    def _answer(self, said: Mapping[str, list[str]]) -> dict[str, Any]:
        unknown = sorted(set(said) - NAMES)
        if unknown:
            raise ValueError(f"没有“{unknown[0]}”这一项；可用的是：{'、'.join(sorted(NAMES))}")
        query = _one(said, "q")
        kind, sort = _one(said, "kind"), _one(said, "sort") or "relevance"
        if kind not in ("", "document", "page"):
            raise ValueError("kind 应为 document 或 page")
        if sort not in ("relevance", "date"):
            raise ValueError("sort 应为 relevance 或 date")
        limit = min(_number(said, "limit", 20), MOST)
        offset = _number(said, "offset", 0)
        if limit < 1 or offset + limit > DEEPEST:
            raise ValueError(f"limit 至少为 1，offset 与 limit 的和不超过 {DEEPEST}")
        filters = Filters(
            years=years(_one(said, "year")),
            sections=tuple(said.get("section", ())),
            authorities=tuple(said.get("authority", ())),
            document_types=tuple(said.get("type", ())),
            topics=tuple(said.get("topic", ())),
            issues=tuple(issue.strip("/") for issue in said.get("issue", ())),
            validity=tuple(said.get("validity", ())),
            in_force=_one(said, "in_force") not in ("", "0"),
            kind=kind,
        )
        on = _one(said, "on")
        day = parse_date(on) if on else self._day()
        words = self._words
        results = search(
            self._index(),
            query,
            filters,
            limit=offset + limit,
            sort="date" if sort == "date" else "relevance",
            on=day,
            rank=(lambda urls: whoosh_index.scores(words, query, urls)) if words else None,
        )
        answer = results_json(results, on=day)
        return answer | {"hits": answer["hits"][offset:]}

    def _index(self) -> Index:
        try:
            manifest = (self._folder / "manifest.json").read_text("utf-8")
        except OSError:
            raise SearchError("检索索引读不出来", hint="请先运行 gazette build。") from None
        if self._read is None or self._read[0] != manifest:
            self._read = manifest, Index(self._folder)
        return self._read[1]


def years(text: str) -> tuple[int | None, int | None]:
    """`2024`, `2010-2019`, `2020-`, `-1999` as a range; ValueError for anything else."""
    if not text:
        return None, None
    found = re.fullmatch(r"(\d{4})?(?:(-)(\d{4})?)?", text, re.ASCII)
    if not found or not any(found.groups()[::2]):
        raise ValueError(f"“{text}”不是年份，应写成 2024、2010-2019、2020- 或 -1999")
    first, dash, last = found.groups()
    low = int(first) if first else None
    return low, (int(last) if last else None) if dash else low


def _one(said: Mapping[str, list[str]], name: str) -> str:
    return said.get(name, [""])[-1].strip()


def _number(said: Mapping[str, list[str]], name: str, default: int) -> int:
    text = _one(said, name)
    if not re.fullmatch(r"\d{0,6}", text, re.ASCII):
        raise ValueError(f"{name} 应为数字")
    return int(text) if text else default
