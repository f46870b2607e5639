"""Where the lines of a PDF's pages stand: what titles and contents pages are told by.

The text of a page (`gazette.pdf.pages`) has its paragraphs joined and its heads dropped; here every
line is kept with its place. Read by the child process, like everything of a PDF; not kept, since
only an import asks.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from gazette.pdf.child import DEFAULT, Limits, ask


@dataclass(frozen=True, slots=True)
class Row:
    """One printed line in reading order; places are points, y upwards, `height` of its characters."""

    text: str
    left: float
    right: float
    middle: float
    height: float


def read_layout(path: Path, *, limits: Limits = DEFAULT) -> tuple[tuple[Row, ...], ...]:
    """The lines of each page; nothing where the file cannot be read, for `read_pdf` says why."""
    with tempfile.TemporaryDirectory(prefix="layout-") as folder:
        answer, _ = ask("layout", path, Path(folder), limits)
    if answer is None:
        return ()
    return tuple(tuple(Row(*row) for row in page) for page in answer["pages"])
