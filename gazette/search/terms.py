r"""What a search term is. The specification; `terms.js` follows it, `tests/terms.json` checks both.

**Folding** maps each code point by itself, so that what is searched does not depend on context:

1. lower case, NFKD without U+0300–036F, NFC, lower case again (`Ⅳ` → iv, `１` → 1, `é` → e);
2. traditional → simplified by OpenCC's TSCharacters, first candidate, closed under itself;
   `○` and `◯`, the usual typing of 〇 in a year, become 〇;
3. 1 and 2 are repeated until nothing changes, so folding twice is folding once;
4. each resulting code point is kept if it is a *single* (below), a letter (category L) or a decimal
   digit (Nd); it vanishes if it is Cf, Mn or Me (zero width, soft hyphen, variation selector);
   "\n" is a barrier and stays; anything else becomes a blank.

**Units** of a folded text: one *single*, or one whole run of letters, or one whole run of digits,
so `GB18667` is gb, 18667, and 5号 is not in 15号. Singles are Han characters of every block with
々 and 〇, private-use characters (which stand for Han characters that a font drew), kana, bopomofo
and Hangul syllables. Blanks end a run of letters or digits and are otherwise nothing:
居（村）民 is 居村民. A barrier ends everything: no match crosses it.

**Terms** are what the index is looked up by: two neighbouring units with a blank between them; one
unit of letters or digits; one single of a title or number; and `#` with a canonical 发文字号.

Code points that Unicode 14 and later assign to letters outside the blocks of singles may differ
between two versions of Unicode, and so between two browsers; no Chinese text has them.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from gazette import han

SINGLES = (
    "\u2e80-\u2fd5\u3005\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\ue000-\uf8ff\uf900-\ufaff"
    "\U00020000-\U0003fffd\U000f0000-\U000ffffd\U00100000-\U0010fffd"
)
_SINGLE = re.compile(f"[{SINGLES}]")
_UNIT = re.compile(rf"[\u4e00-\u9fff]|\d+|[^\W\d{SINGLES}]+|[{SINGLES}]")
_ACCENTS = re.compile("[\u0300-\u036f]")
_ROUND_ZEROS = {"○": "〇", "◯": "〇"}


class Span(NamedTuple):
    """A unit and where it stands in the original text, in code points; `block` counts barriers."""

    unit: str
    start: int
    end: int
    block: int


@cache
def simplified() -> dict[str, str]:
    """Traditional character → simplified, for those that differ; no value is itself a key."""
    return {**han.simplified(), **_ROUND_ZEROS}


def traditional(chars: Iterable[str]) -> set[str]:
    """Which entries of `simplified` the folding of these characters uses."""
    return {c for char in chars for c in unicodedata.normalize("NFKC", char) if c in simplified()}


def _normal(text: str) -> str:
    text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.lower()))
    text = unicodedata.normalize("NFC", text).lower()
    return "".join(simplified().get(char, char) for char in text)


def _kept(char: str) -> str:
    if char == "\n" or _SINGLE.match(char):
        return char
    category = unicodedata.category(char)
    if category == "Nd" or category.startswith("L"):
        return char
    return "" if category in ("Cf", "Mn", "Me") else " "


class _Folding(dict[int, str]):
    """Code point → its folded text, worked out when first met: `str.translate` is then fast."""

    def __missing__(self, code: int) -> str:
        before, after = "", chr(code)
        while after != before:
            before, after = after, _normal(after)
        self[code] = folded = "".join(_kept(char) for char in after)
        return folded


_FOLDING = _Folding()


def fold(text: str) -> str:
    """A text as it is searched: nothing but singles, letters, digits, blanks and barriers."""
    return text.translate(_FOLDING)


def units(text: str) -> list[str]:
    """The units of a text in order, barriers left out."""
    return _UNIT.findall(fold(text))


def folded_units(folded: str) -> list[str]:
    """The units of a text that is folded already."""
    return _UNIT.findall(folded)


def is_single(unit: str) -> bool:
    """Whether a unit is one Han character or the like, and not a run of letters or digits."""
    return _SINGLE.match(unit) is not None


def terms(run: Sequence[str]) -> list[str]:
    """The terms under which a run of units is found: its bigrams, or the one unit itself."""
    if len(run) == 1:
        return list(run)
    return [f"{first} {second}" for first, second in pairwise(run)]


def spans(text: str) -> Iterator[Span]:
    """The units of a text with their places in it; for marking, where speed does not matter."""
    pieces = [fold(char) for char in text]
    origin = [index for index, piece in enumerate(pieces) for _ in piece]
    folded = "".join(pieces)
    block = position = 0
    for match in _UNIT.finditer(folded):
        block += folded.count("\n", position, match.start())
        position = match.start()
        yield Span(match.group(), origin[match.start()], origin[match.end() - 1] + 1, block)


def find(run: Sequence[str], places: Sequence[Span]) -> list[tuple[int, int]]:
    """Where a run stands contiguously inside one block: (start, end) in the original text."""
    length = len(run)
    found = []
    for index in range(len(places) - length + 1):
        window = places[index : index + length]
        if window[0].block == window[-1].block and all(
            span.unit == unit for span, unit in zip(window, run, strict=True)
        ):
            found.append((window[0].start, window[-1].end))
    return found


def holds(run: Sequence[str], text: str) -> bool:
    """Whether a run stands contiguously inside one block of a text: what *exact* means."""
    wanted = f" {' '.join(run)} "
    return any(wanted in f" {' '.join(folded_units(block))} " for block in fold(text).split("\n"))


def number_key(run: Sequence[str]) -> str | None:
    """The canonical term of a run that reads as a 发文字号, None of one that does not.

    第, 年 and 号 are how a number is spelt, not what it is, and neither are leading zeros:
    国发〔2018〕39号, 国发2018年第039号 → `#国发 2018 39`; 政府令第331号 → `#政府令 331`. Without a
    year it needs its 号, or an ending that only numbers have.
    """
    said = [unit for unit in run if unit not in ("第", "年", "号")]
    digits = [unit.lstrip("0") or "0" for unit in said if unit.isdecimal()]
    code = said[: len(said) - len(digits)]
    if not code or not 1 <= len(digits) <= 2 or len(code) > 24:  # noqa: PLR2004
        return None
    if any(unit.isdecimal() for unit in code) or not is_single(code[0]):
        return None
    if any(not unit.isdecimal() for unit in said[len(code) :]):
        return None
    if len(digits) == 2:  # noqa: PLR2004
        reads = len(digits[0]) in (2, 3, 4)
    else:
        reads = run[-1] == "号" or code[-1] in ("令", "字")
    return f"#{''.join(code)} {' '.join(digits)}" if reads else None
