"""Chinese numerals, read and written: 十二, 一百零三, 二〇一九. Pure; nothing is parsed but numbers."""

DIGITS = "〇一二三四五六七八九"
"""The digits from zero, as years and numbers of documents have them."""
TO_ASCII = str.maketrans(DIGITS, "0123456789")
NUMERAL = "[〇○零一二三四五六七八九十百千0-9０-９]+"
"""A pattern of a number in Chinese or Arabic digits, as texts are met with."""

_VALUES = {c: i for i, c in enumerate(DIGITS)} | {"○": 0, "零": 0}
_TENS = {"十": 10, "百": 100, "千": 1000}
_LARGEST = 10_000


def numeral(text: str) -> int:
    """A number in Chinese or Arabic digits of any width: 十二, 一百零三, 一二, １２. 0 for none."""
    if text.isdecimal():
        return int(text)
    total = digit = 0
    positional = ""
    for character in text:
        if character in _TENS:
            total += (digit or 1) * _TENS[character]
            digit, positional = 0, ""
        else:
            digit = _VALUES.get(character, -1)
            digit = int(character) if digit < 0 and character.isdecimal() else max(digit, 0)
            positional += str(digit)
    return total + (int(positional) if positional else 0) if positional != "0" else total


def in_han(number: int) -> str:
    """A number as articles are counted: 十二, 一百零三; digits beyond what articles reach."""
    if not 0 < number < _LARGEST:
        return str(number)
    out, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            out += ("零" if zero else "") + DIGITS[digit] + name
            zero = False
        elif out:
            zero = True
    return out.removeprefix("一") if out.startswith("一十") else out
