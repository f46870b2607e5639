"""Traditional and simplified characters. The only module that knows OpenCC's tables.

Character by character, as search and the judging of texts need it: a text that is shown is never
converted.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def simplified() -> Mapping[str, str]:
    """Traditional → simplified, one character each: the first of OpenCC's candidates.

    Closed under itself: no value is a key, so that applying it twice changes nothing more.
    Source: OpenCC, TSCharacters.txt.
    """
    table: dict[str, str] = {}
    source = files("opencc").joinpath("dictionary", "TSCharacters.txt")
    for line in source.read_text("utf-8").splitlines():
        traditional, _, candidates = line.partition("\t")
        first = candidates.split(" ")[0]
        if len(traditional) == len(first) == 1 and traditional != first:
            table[traditional] = first
    return {t: _last(s, table) for t, s in table.items() if _last(s, table) != t}


def _last(character: str, table: Mapping[str, str]) -> str:
    seen = set()
    while character in table and character not in seen:
        seen.add(character)
        character = table[character]
    return character
