"""The JSON that `gazette search --json` prints. A view: nothing reads it back here."""

from typing import Any

from gazette.search.query import Results


def results_json(results: Results) -> dict[str, Any]:
    """`{"query", "total", "total_exact", "hits"}`, as the documentation describes it."""
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
                "validity": None,
                "snippet": hit.snippet,
                "marks": [list(mark) for mark in hit.marks],
                "score": round(hit.score, 4),
            }
            for hit in results.hits
        ],
    }
