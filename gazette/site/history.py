"""How a published text changed, as pages show it: plain data for templates. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from gazette.dates import format_date
from gazette.edits import Difference, Edit, Stories, Story
from gazette.model import Document

Told = Mapping[str, Mapping[str, Any]]
"""By address of a document: what its page says of its changes."""
_MOST = 40
"""How many changes of one document its history shows, the newest; nobody reads more."""


def told(documents: Iterable[Document], known: Stories) -> Told:
    """What documents' pages say: how often they changed, or why nobody knows."""
    return {
        d.address: said for d in documents if not d.withdrawn for said in (_told(d, known),) if said
    }


def _told(document: Document, known: Stories) -> Mapping[str, Any]:
    if known.unknown:
        return {"unknown": known.unknown}
    story = known.of.get(document.address)
    if story is None:
        return {}
    said: dict[str, Any] = {"count": len(story.edits), "withdrawn": story.withdrawn}
    if document.redacted and document.redacted.reason:
        said["reason"] = document.redacted.reason
    if story.edits:
        said["last"] = format_date(story.edits[-1].day)
        said["url"] = history_address(document)
    return said


def history_address(document: Document) -> str:
    """Where the history of a document stands: `2019/12/01/history/`."""
    return f"{document.address}history/"


def history_data(story: Story) -> dict[str, Any]:
    """Every change of a document, newest first."""
    return {
        "count": len(story.edits),
        "more": max(0, len(story.edits) - _MOST),
        "withdrawn": story.withdrawn,
        "edits": [_edit(edit) for edit in reversed(story.edits[-_MOST:])],
    }


def _edit(edit: Edit) -> dict[str, Any]:
    return {
        "day": format_date(edit.day),
        "iso": edit.day.isoformat(),
        "more": edit.difference.more,
        "passages": list(_passages(edit.difference)),
    }


def _passages(found: Difference) -> Iterable[dict[str, Any]]:
    for name, pieces in found.fields:
        yield {"place": name, "pieces": [list(p) for p in pieces]}
    last = ""
    for passage in found.passages:
        begins = "".join(text for _, text in passage.pieces).startswith(passage.place)
        place = "" if begins or passage.place == last else passage.place
        last = passage.place
        yield {"place": place, "pieces": [list(p) for p in passage.pieces]}
