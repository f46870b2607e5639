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
_DEEPEST = 50
"""Levels of page trees that are looked through; real ones have a few."""
_INSTEAD = ("/ActualText", "/Alt", "/E")


def leftovers_here(file: Path, pages: Iterable[int]) -> dict[str, Any]:
    """What the file keeps besides what its pages show; `pages`, from 1, are those that show nothing."""
    import pikepdf  # noqa: PLC0415  only after the limits are set

    found = {REVISIONS} if _is_revised(file.read_bytes()) else set()
    try:
        with pikepdf.open(file) as pdf:
            empty = [pdf.pages[n - 1] for n in pages]
            found |= {PAGES for page in empty if _draws(page)}
            if empty and _unshown(pdf):
                found.add(OBJECTS)
            used = _used(pdf)
            for thing in pdf.objects:
                if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
                    found |= set(_kept(thing, used, {p.obj.objgen for p in empty}))
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, KeyError, AttributeError):
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

    # Some programs leave an empty list of notes on every page.
    if len(page.obj.get("/Annots", ())) or "/Thumb" in page.obj or "/PieceInfo" in page.obj:
        return True
    return any(str(order.operator) in _DRAWS for order in pikepdf.parse_content_stream(page))


def _unshown(pdf: Any) -> bool:
    """Whether pages hold pictures that none of them shows, as where all share the resources of all."""
    import pikepdf  # noqa: PLC0415

    held: set[tuple[int, int]] = set()
    shown: set[tuple[int, int]] = set()
    left = [page.obj for page in pdf.pages]
    seen: set[tuple[int, int]] = set()
    while left:
        holder = left.pop()
        things = _pictures(holder)
        if holder.objgen in seen or not things:
            continue
        seen.add(holder.objgen)
        held |= {thing.objgen for thing in things.values()}
        for order in pikepdf.parse_content_stream(holder, "Do"):
            thing = things.get(str(order.operands[0])) if order.operands else None
            if thing is not None and thing.objgen not in shown:
                shown.add(thing.objgen)
                left.append(thing)
    return not held <= shown


def _pictures(holder: Any) -> dict[str, Any]:
    """What a page or a form may show by name; a page has its own resources or those above it."""
    seen = 0
    while "/Resources" not in holder and "/Parent" in holder and seen < _DEEPEST:
        holder = holder["/Parent"]
        seen += 1
    return dict(holder.get("/Resources", {}).get("/XObject", {}).items())


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
