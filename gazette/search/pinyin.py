"""Titles by their sound: pinyin and its initials. The only module that knows pypinyin.

A reader who types Latin letters that stand nowhere in the archive means a title by its sound:
`ggjy` or `gonggongjiuye` for 公共就业. The index has, under `~` and two letters, the titles in which
the initials of two neighbouring characters are these; which letters spell which characters stands
in a small *table*, cut to the characters that titles have, and proves what was found. pypinyin is
asked when the index is made, never when it is read. `pinyin.js` follows the same rules.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from gazette.search import terms

MAX_LETTERS = 40
INITIALS_ONLY = 12
"""So many letters may be read as initials, one a character."""
READINGS = 6
"""So many ways to part a query into syllables are tried."""
_HAN = re.compile("[\u3400-\u9fff]+")
_LATIN = re.compile("[a-z]+")

Table = Mapping[str, tuple[str, ...]]
"""Character → the syllables that spell it in some title."""


def _runs(title: str) -> list[str]:
    """The runs of Han characters of a title, folded; what folds to nothing or to more parts them."""
    folded = (terms.fold(char) for char in title)
    return _HAN.findall("".join(char if len(char) == 1 else " " for char in folded))


def _nothing(chars: str) -> Any:
    """Characters without a reading keep their places; pypinyin takes a list, though it says str."""
    return [""] * len(chars)


Spelt = tuple[tuple[tuple[str, str], ...], ...]
"""Each run of Han characters of a title: its characters with their syllables."""
_KNOWN: dict[str, Spelt] = {}


def know(title: str, spelt: Spelt) -> None:
    """Take on trust how a title is spelt, so that pypinyin need not be asked."""
    _KNOWN[title] = spelt


def spell(title: str) -> Spelt:
    """How a title is spelt, by context."""
    found = _KNOWN.get(title)
    if found is None:
        found = _KNOWN[title] = _spell(title)
    return found


def _spell(title: str) -> Spelt:
    from pypinyin import lazy_pinyin  # noqa: PLC0415  costs a second, and readers need it not

    found = []
    for run in _runs(title):
        syllables = lazy_pinyin(run, errors=_nothing)
        found.append(tuple(zip(run, syllables, strict=True)))
    return tuple(found)


def index_terms(title: str) -> dict[str, str]:
    """The terms of a title's initials, and the letters that follow each of them."""
    found: dict[str, str] = {}
    for run in spell(title):
        initials = [syllable[:1] or "?" for _, syllable in run]
        for at, (one, other) in enumerate(pairwise(initials)):
            if "?" not in (one, other):
                found[f"~{one}{other}"] = found.get(f"~{one}{other}", "") + "".join(
                    initials[at + 2 : at + 3]
                )
    return found


def sounds(titles: Iterable[Spelt]) -> list[str]:
    """Each character of some titles with each of its syllables, as 示shi; sorted."""
    pairs = (pair for title in titles for run in title for pair in run)
    return sorted({char + said for char, said in pairs if _LATIN.fullmatch(said)})


def table_text(some: Iterable[Iterable[str]]) -> str:
    """The table of some `sounds`: lines of a syllable and its characters, sorted."""
    by_syllable: dict[str, list[str]] = defaultdict(list)
    for sound in sorted(set().union(*some)):
        by_syllable[sound[1:]].append(sound[0])
    return "\n".join(name + "".join(chars) for name, chars in sorted(by_syllable.items()))


def read_table(texts: Iterable[str]) -> Table:
    """The table as one mapping, from the texts of all segments."""
    found: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        for line in filter(None, text.split("\n")):
            name = _LATIN.match(line)
            for char in line[name.end() :] if name else "":
                found[char].add(name.group() if name else "")
    return {char: tuple(sorted(names)) for char, names in found.items()}


def letters(query: str) -> str:
    """The letters of a query that is nothing but Latin letters and blanks, at least two; else ""."""
    units = terms.units(query.replace("'", " ").replace("’", " "))
    said = "".join(units)
    is_latin = all(_LATIN.fullmatch(unit) for unit in units)
    return said if is_latin and 2 <= len(said) <= MAX_LETTERS else ""  # noqa: PLR2004


def initials(said: str, table: Table) -> list[str]:
    """The initials that letters may stand for, at least two each: as syllables, or as initials."""
    syllables = {name for names in table.values() for name in names}
    found: list[str] = []

    def part(at: int, firsts: str) -> None:
        if at == len(said):
            found.append(firsts)
        for size in range(min(6, len(said) - at), 0, -1):
            if len(found) >= READINGS:
                return
            piece = said[at : at + size]
            ends = at + size == len(said) and any(name.startswith(piece) for name in syllables)
            if piece in syllables or ends:
                part(at + size, firsts + piece[0])

    part(0, "")
    if len(said) <= INITIALS_ONLY:
        found.append(said)
    return [firsts for firsts in dict.fromkeys(found) if len(firsts) > 1]


def spells(said: str, title: str, table: Table) -> bool:
    """Whether letters spell neighbouring characters of a title, each by its syllable or initial.

    The last syllable may be unfinished: a reader is still typing.
    """

    def rest(run: str, at: int, left: str) -> bool:
        if not left:
            return True
        if at == len(run):
            return False
        for name in table.get(run[at], ()):
            if left == name[: len(left)]:
                return True
            if left.startswith(name) and rest(run, at + 1, left[len(name) :]):
                return True
            if left[0] == name[0] and rest(run, at + 1, left[1:]):
                return True
        return False

    return any(rest(run, at, said) for run in _runs(title) for at in range(len(run)))
