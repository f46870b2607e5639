"""您是不是要找: the part of a title that a mistyped query comes closest to. Pure.

`nearest.js` follows the same rules.
"""

from collections.abc import Sequence

from gazette.search import terms

LEAST = 4
"""Shorter queries are not corrected: nearly anything is near them."""
TITLES = 12
"""So many titles are looked at."""
SHOWN = 3


def most_errors(length: int) -> int:
    """How many units may be wrong, missing or too many in a query of this length."""
    return max(1, length // 4)


def nearest(run: Sequence[str], title: str) -> tuple[int, str] | None:
    """Errors between a run and the part of a title nearest to it, and that part as printed.

    The edit distance to the best substring (Sellers, 1980). None if it is no nearer than
    `most_errors`, and None where there is no error.
    """
    places = list(terms.spans(title))
    columns: list[list[tuple[int, int]]] = [[(0, at) for at in range(len(places) + 1)]]
    for row, unit in enumerate(run, 1):
        above = columns[-1]
        line = [(row, 0)]
        for at, place in enumerate(places, 1):
            same = above[at - 1][0] + (place.unit != unit), above[at - 1][1]
            line.append(
                min(
                    same,
                    (above[at][0] + 1, above[at][1]),
                    (line[at - 1][0] + 1, line[at - 1][1]),
                    key=lambda cell: cell[0],
                )
            )
        columns.append(line)
    errors, start, end = min(
        (errors, start, at) for at, (errors, start) in enumerate(columns[-1]) if at
    ) if places else (len(run), 0, 0)  # fmt: skip
    if not 0 < errors <= most_errors(len(run)) or end <= start:
        return None
    return errors, title[places[start].start : places[end - 1].end]
