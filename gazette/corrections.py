"""What a corrected page text (`text/0012.md`) is, and what is a draft of one. Pure.

A draft begins with a line that says so. As long as it stands there the text is not used: nobody has
compared it yet, and "corrected" must not be said of what a machine read.
"""

MARK = "<!-- 草稿：请对照 PDF 改正，改好后删去这一行 -->"


def draft(text: str) -> str:
    """A page's text as a draft."""
    return f"{MARK}\n{text}\n"


def is_draft(text: str) -> bool:
    """Whether a correction is a draft that nobody has compared."""
    return text.lstrip("\ufeff \n").startswith("<!-- 草稿")
