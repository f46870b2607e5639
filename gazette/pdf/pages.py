"""From the lines of all pages to the text of each: heads dropped, paragraphs joined, judged. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from gazette.pdf import lines, quality
from gazette.pdf.columns import in_shared_columns
from gazette.pdf.lines import Line
from gazette.pdf.model import Method, Quality


def page_texts(pages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Pages as the worker read them, `{page, groups: [[Line]], ink}`, to fields of `PageText`.

    `ink` is the share of dark pixels, looked at only where there is next to no text; `failed` is
    there for a page that could not be read.
    """
    shared = in_shared_columns([page["groups"] for page in pages])
    numbered = [_without_number(groups) for groups in shared]
    heads = lines.running_heads(
        [[line.text for g in groups for line in g] for _, groups in numbered]
    )
    return [
        _page(page, printed, groups, heads)
        for page, (printed, groups) in zip(pages, numbered, strict=True)
    ]


def _without_number(groups: list[list[Line]]) -> tuple[str | None, list[list[Line]]]:
    """Take the printed page number off the last or the first line of a page."""
    for at in (-1, 0):
        if groups:
            printed, rest = lines.page_number(groups[at])
            if printed is not None:
                kept = list(groups)
                kept[at] = rest
                return printed, [g for g in kept if g]
    return None, groups


def _page(
    page: Mapping[str, Any], printed: str | None, groups: list[list[Line]], heads: set[str]
) -> dict[str, Any]:
    if groups and lines.masked(groups[0][0].text) in heads:
        groups = [groups[0][1:], *groups[1:]]
    text = "\n".join(lines.paragraphs(groups))
    judged: Quality = quality.judge(text)
    method: Method = "text"
    if page.get("failed"):
        judged = "garbled"
    elif judged == "blank" and page["ink"] >= quality.INK and not text.strip():
        judged = "scanned"
    elif judged == "blank" and text.strip():
        # A few words on an otherwise empty page are good; over a picture they are its caption.
        judged = "scanned" if page["ink"] >= quality.INK_OF_SCAN else "good"
    elif judged == "good" and page.get("hidden"):
        judged = "suspect"
    elif judged == "garbled" and (mended := quality.repair(text)):
        text, method = mended
        judged = "suspect" if page.get("hidden") else "good"
    return {
        "page": page["page"],
        "printed_page": printed,
        "quality": judged,
        "method": method,
        "confidence": None,
        "text": text,
    }
