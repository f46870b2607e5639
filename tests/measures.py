"""How far a text that was read is from the one that was set."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from gazette.pdf.model import PageText


def letters(text: str) -> str:
    """A text without its blanks and line ends."""
    return "".join(text.split())


def character_error(truth: str, read: str) -> float:
    """Edits that turn one text into the other, per character of the truth; blanks do not count."""
    truth, read = letters(truth), letters(read)
    codes = np.array([ord(c) for c in read])
    places = np.arange(len(read) + 1)
    before = places.copy()
    for row, character in enumerate(truth, 1):
        here = np.empty_like(before)
        here[0] = row
        here[1:] = np.minimum(before[:-1] + (codes != ord(character)), before[1:] + 1)
        before = np.minimum.accumulate(here - places) + places
    return int(before[-1]) / max(len(truth), 1)


def exact_paragraphs(truth: Iterable[str], pages: Sequence[PageText]) -> float:
    """The share of paragraphs that were read as they were set.

    A page ends where it ends: a paragraph that goes over to the next one is exact if its two parts
    are, as the last and the first of their pages.
    """
    read = [[letters(p) for p in page.text.split("\n")] for page in pages]
    whole = {p for page in read for p in page}
    whole |= {a[-1] + b[0] for a, b in pairwise(read)}
    wanted = [letters(p) for p in truth]
    return sum(p in whole for p in wanted) / max(len(wanted), 1)
