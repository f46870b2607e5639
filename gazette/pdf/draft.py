"""Drafts of corrected text: `text/0012.md` beside a PDF, for a person to compare and commit."""

from collections.abc import Collection
from pathlib import Path

from gazette.corrections import draft
from gazette.pdf.model import PageText, PdfText


def needs_correction(page: PageText) -> bool:
    """Whether a page's text is there, and is not what the PDF itself says for sure."""
    return bool(page.text) and (page.method in ("ocr", "repaired") or page.quality == "suspect")


def write_drafts(text: PdfText, folder: Path, pages: Collection[int] = ()) -> list[Path]:
    """Write a draft for each of `pages`, without them for each page that may need one.

    What is there already is left as it is, and so are pages without text: an empty file would say
    that the page is empty. Returns the files written.
    """
    chosen = [p for p in text.pages if (p.page in pages if pages else needs_correction(p))]
    written = []
    for page in chosen:
        path = folder / f"{page.page:04d}.md"
        if page.text and not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(draft(page.text), "utf-8")
            written.append(path)
    return written
