"""The child's side: what a PDF still keeps of what was taken out of its pages.

A page that shows nothing may hold a picture under a white sheet; a file that was changed may hold
itself as it was before. Runs in the child process of `gazette.pdf.worker`.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

REVISIONS, OBJECTS, PAGES, FILES, TAGS = "revisions", "objects", "pages", "files", "tags"
"""What may be kept: the file as it was before, objects that nothing uses, what pages hold unseen,
files inside the file, texts that its tags give instead of its pages."""
_NOTHING = re.compile(rb"\bxref\s+0 0\s+trailer\b")
_DRAWS = frozenset({"Do", "sh", "INLINE IMAGE"})
_INSTEAD = ("/ActualText", "/Alt", "/E")


def leftovers_here(file: Path, pages: Iterable[int]) -> dict[str, Any]:
    """What the file keeps besides what its pages show; `pages`, from 1, are those that show nothing."""
    import pikepdf  # noqa: PLC0415  only after the limits are set

    found = {REVISIONS} if _is_revised(file.read_bytes()) else set()
    try:
        with pikepdf.open(file) as pdf:
            empty = [pdf.pages[n - 1] for n in pages]
            found |= {PAGES for page in empty if _draws(page)}
            used = _used(pdf)
            for thing in pdf.objects:
                if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
                    found |= set(_kept(thing, used, {p.obj.objgen for p in empty}))
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, KeyError):
        return {"code": "broken", "found": []}
    return {"code": "", "found": sorted(found)}


def _is_revised(data: bytes) -> bool:
    """Whether a file was added to: it has more than one end, or two where it is linearized.

    Not counted is an end that adds nothing, as Word puts behind each of its files.
    """
    ends = data.count(b"startxref") - len(_NOTHING.findall(data))
    return ends > (2 if b"/Linearized" in data[:1024] else 1)


def _draws(page: Any) -> bool:
    """Whether a page has pictures, shapes with content of their own, or notes."""
    import pikepdf  # noqa: PLC0415

    if "/Annots" in page.obj or "/Thumb" in page.obj or "/PieceInfo" in page.obj:
        return True
    return any(str(order.operator) in _DRAWS for order in pikepdf.parse_content_stream(page))


def _used(pdf: Any) -> set[tuple[int, int]]:
    """Every object that the file's trailer leads to."""
    import pikepdf  # noqa: PLC0415

    used: set[tuple[int, int]] = set()
    left: list[Any] = [pdf.trailer]
    while left:
        thing = left.pop()
        if thing.is_indirect:
            if thing.objgen in used:
                continue
            used.add(thing.objgen)
        if isinstance(thing, pikepdf.Array):
            inner = list(thing)
        elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            inner = [thing[key] for key in thing.keys()]  # noqa: SIM118  it is no mapping
        else:
            continue
        left += (value for value in inner if isinstance(value, pikepdf.Object))
    return used


def _kept(thing: Any, used: set[tuple[int, int]], empty: set[tuple[int, int]]) -> Iterator[str]:
    kind: Any = thing.get("/Type")
    if thing.objgen not in used and kind not in ("/XRef", "/ObjStm"):
        yield OBJECTS
    if kind in ("/Filespec", "/EmbeddedFile") or "/EF" in thing:
        yield FILES
    if "/S" in thing and any(name in thing for name in _INSTEAD):
        page = thing.get("/Pg")
        if empty and (page is None or page.objgen in empty):
            yield TAGS
