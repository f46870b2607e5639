"""Columns that a page alone does not show: those of the other pages of the same file. Pure.

Where the right column of a page has but a signature and a date, nothing on that page tells two
columns from one; the pages around it do.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from gazette.pdf.lines import Line, part_of

_STEP = 6
"""Gutters within so many points of one another are one."""
_EDGE = 2
"""So many lines at the top and at the bottom may cross the gutter: heads and page numbers."""


def in_shared_columns(pages: Sequence[list[list[Line]]]) -> list[list[list[Line]]]:
    """Groups of lines of each page; pages read as one column are parted where the others are."""
    gutters = Counter(round(g / _STEP) for groups in pages if (g := _gutter(groups)))
    if not gutters:
        return list(pages)
    place, count = gutters.most_common(1)[0]
    if count < 2:  # noqa: PLR2004  one page is no habit
        return list(pages)
    # A page of several groups has columns already, or vertical text under a head that is none.
    return [_parted(g[0], place * _STEP) if len(g) == 1 else g for g in pages]


def _gutter(groups: Sequence[Sequence[Line]]) -> float | None:
    """The middle between two columns that stand beside one another."""
    for left, right in pairwise(groups):
        end, start = max(x.right for x in left), min(x.left for x in right)
        if end < start and min(x.middle for x in left) < max(x.middle for x in right):
            return (end + start) / 2
    return None


def _parted(lines: list[Line], gutter: float) -> list[list[Line]]:
    sides = [_sides(x, gutter) for x in lines]
    whole = [n for n, side in enumerate(sides) if side is None]
    if any(_EDGE <= n < len(lines) - _EDGE for n in whole) or not any(s and s[1] for s in sides):
        return [lines]
    top = [lines[n] for n in whole if n < _EDGE]
    bottom = [lines[n] for n in whole if n >= _EDGE]
    left = [s[0] for s in sides if s and s[0]]
    right = [s[1] for s in sides if s and s[1]]
    return [g for g in (top, left, right, bottom) if g]


def _sides(line: Line, gutter: float) -> tuple[Line | None, Line | None] | None:
    """What of a line stands left and right of the gutter; None where it runs across."""
    if any(g.left < gutter < g.right for g in line.glyphs if len(g.text) > 1):
        return None
    left = tuple(g for g in line.glyphs if (g.left + g.right) / 2 < gutter)
    right = tuple(g for g in line.glyphs if (g.left + g.right) / 2 >= gutter)
    if left and right and right[0].left - left[-1].right < line.height:
        return None
    return (
        part_of(line, left) if left else None,
        part_of(line, right) if right else None,
    )
