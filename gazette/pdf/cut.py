"""The child's side of cutting: page ranges of a PDF as PDFs of their own. The only module that cuts.

Runs in the child process of `gazette.pdf.worker`. The same file and range give the same bytes: the
identifier comes from the content, nothing holds a time.
"""

import json
from pathlib import Path
from typing import Any

REQUEST = "ranges.json"
"""Where the child finds what to cut: [[first, last], …], pages from 1."""
_DROPPED = ("/AA", "/B", "/Metadata", "/PieceInfo", "/StructParents", "/Thumb")
"""What a page refers to that is of no use, or leads into other pages, once it stands alone."""


def cut_here(file: Path, out: Path) -> dict[str, Any]:
    """Write `FIRST-LAST.pdf` into `out` for each range; the answer lists those that were written."""
    import pikepdf  # noqa: PLC0415  only after the limits are set

    ranges = json.loads((out / REQUEST).read_text("utf-8"))
    try:
        source = pikepdf.open(file)
    except pikepdf.PasswordError:
        return {"code": "encrypted", "cut": []}
    except pikepdf.PdfError:
        return {"code": "broken", "cut": []}
    done = []
    count = len(source.pages)
    for first, last in ranges:
        if last > count:
            continue
        try:
            _cut(source, first, last, out / f"{first}-{last}.pdf")
        except (
            pikepdf.PdfError,
            RuntimeError,
            ValueError,
            TypeError,
            AttributeError,
            _OthersError,
        ):
            continue  # this range holds a broken page: the others are as good as they were
        done.append([first, last])
    return {"code": "", "cut": done}


def _cut(source: Any, first: int, last: int, target: Path) -> None:
    import pikepdf  # noqa: PLC0415

    part = pikepdf.new()
    part.pages.extend(source.pages[first - 1 : last])
    for page in part.pages:
        for key in _DROPPED:
            if key in page.obj:
                del page.obj[key]
    part.remove_unreferenced_resources()
    if not all(_holds_its_own(page) for page in part.pages):
        raise _OthersError
    part.save(
        target,
        linearize=True,
        deterministic_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        min_version="1.5",
    )


class _OthersError(Exception):
    """A page holds pictures that it does not show: they may be those of a page that was withdrawn."""


def _holds_its_own(page: Any) -> bool:
    """Whether a page, and the forms in it, hold only pictures and forms that they show.

    Pages often share one list of all pictures of a file. What a page does not use is taken out of
    its copy, but not where its orders cannot be read.
    """
    import pikepdf  # noqa: PLC0415

    left = [page.obj]
    seen: set[tuple[int, int]] = set()
    while left:
        holder = left.pop()
        held = holder.get("/Resources", {}).get("/XObject", {})
        if not held:
            continue
        orders = pikepdf.parse_content_stream(holder)
        shown = {str(o.operands[0]) for o in orders if str(o.operator) == "Do" and o.operands}
        if not {*held.keys()} <= shown:
            return False
        forms = [f for f in held.values() if f.get("/Subtype") == "/Form"]
        left += [f for f in forms if f.objgen not in seen]
        seen |= {f.objgen for f in forms}
    return True
