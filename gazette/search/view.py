"""The JSON of search, as `gazette search --json` and `/api/search` give it. A view: nothing reads it back here."""

import datetime as dt
from typing import Any

from gazette.search.entry import state_on
from gazette.search.query import Results


def results_json(results: Results, *, on: dt.date) -> dict[str, Any]:
    """`{"query", "total", "total_exact", "hits", …}`, as the documentation describes it.

    `on` is the day whose 有效性 is given.
    """
    missing = results.missing
    return {
        "query": results.query,
        "total": results.total,
        "total_exact": results.total_exact,
        "hits": [
            {
                "kind": hit.passage.kind,
                "match": hit.match,
                "title": hit.passage.title,
                "number": hit.passage.number,
                "url": hit.passage.url,
                "issue": hit.passage.issue,
                "page": hit.passage.page,
                "section": hit.passage.section,
                "dated": hit.passage.dated,
                "authorities": list(hit.passage.authorities),
                "validity": state_on(hit.passage.validity, on),
                "snippet": text,
                "marks": [list(mark) for mark in marks],
                "score": round(hit.score, 4),
            }
            for hit in results.hits
            for text, marks in (hit.shown,)
        ],
        "missing": missing
        and {
            "number": missing.number,
            "neighbours": [
                {"number": near.number, "title": near.title, "url": near.url}
                for near in missing.neighbours
            ],
        },
        "suggestions": list(results.suggestions),
    }
