"""What part a line of a text plays, after GB/T 9704-2012 and the habits of laws. Pure.

Only the look depends on it; the text stays as it is.
"""

import re
from typing import Literal

from gazette.dialect import Paragraph, inline_text

Form = Literal["text", "signature", "chapter", "article", "level-1", "level-2"]

_NUMBER = "[一二三四五六七八九十百零〇0-9０-９]+"
_CHAPTER = re.compile(rf"第\s*{_NUMBER}\s*[编編章节節](?:[\s　].*)?")
_ARTICLE = re.compile(
    rf"第\s*{_NUMBER}(?:[-－][0-9０-９]+)?\s*[条條](?:\s*之\s*{_NUMBER})?(?=[\s　]|$)"
)
_FIRST_LEVEL = re.compile(r"[一二三四五六七八九十]+、[^。；]*")
_SECOND_LEVEL = re.compile(r"[（(][一二三四五六七八九十]+[）)]")
_ITEM = re.compile(r"[0-9０-９]+\s*[．.、](?![0-9０-９])")
_SIGNS = frozenset("第（(一二三四五六七八九十")
"""What any of these begins with."""
_SHORT = 40
"""A line longer than this is no heading, whatever it starts with."""


def form(paragraph: Paragraph) -> Form:
    """Signature (set to the right), 第X章, 第X条, 一、, （一）, or plain text.

    The second annex of a list stands under the first (GB/T 9704-2012, 7.3.4): no signature.
    """
    text = inline_text(paragraph.inlines)
    if paragraph.to_right:
        return "text" if _ITEM.match(text) else "signature"
    if text[:1] not in _SIGNS:  # as most lines
        return "text"
    if len(text) <= _SHORT:
        if _CHAPTER.fullmatch(text):
            return "chapter"
        if _FIRST_LEVEL.fullmatch(text):
            return "level-1"
        if _SECOND_LEVEL.match(text) and "。" not in text:
            return "level-2"
    return "article" if _ARTICLE.match(text) else "text"


def article_name(text: str) -> str:
    """`第三条` for a text that starts with it; empty where none does."""
    found = _ARTICLE.match(text)
    return found[0] if found else ""
