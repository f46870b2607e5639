"""Whether a PDF ends as one does. Reads a few bytes, opens nothing."""

import os
from pathlib import Path

_TAIL = 4096
"""ISO 32000-1, 7.5.5: the last line is %%EOF; readers accept it within the last kilobyte."""


def is_truncated(path: Path) -> bool:
    """Whether a file that begins like a PDF lacks its end: a copy that broke off."""
    with path.open("rb") as file:
        if b"%PDF-" not in file.read(1024):
            return False
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - _TAIL))
        return b"%%EOF" not in file.read()
