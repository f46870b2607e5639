"""What is read from a PDF, as frozen values, and as JSON and back. No library, no file."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Quality = Literal["good", "garbled", "scanned", "blank", "suspect"]
"""How good the text is that is given: good, garbled (wrong characters), scanned (a picture without
text), blank (an empty page), suspect (may be wrong)."""

Method = Literal["text", "repaired", "ocr", "corrected"]
"""Where the text comes from: the PDF, the PDF with its encoding repaired, OCR, or a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """One page. `page` counts from 1; `printed_page` is the number printed on it, if any.

    `text` holds paragraphs and rows of tables in reading order, one a line. `confidence` is OCR's
    mean, 0 to 1.
    """

    page: int
    printed_page: str | None = None
    quality: Quality
    method: Method = "text"
    confidence: float | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineEntry:
    """A bookmark: its title, its page (from 1, None where it leads nowhere), its depth from 1."""

    title: str
    page: int | None
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfFault:
    """What is wrong with a PDF, in Chinese, and the cure. `code` is stable, for tools."""

    code: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfText:
    """All that was read from one PDF; where a fault stopped the reading, the pages before it.

    `hidden` are the pages whose text is the invisible layer of an old OCR.
    """

    sha256: str
    size: int
    pages: tuple[PageText, ...] = ()
    outline: tuple[OutlineEntry, ...] = ()
    labels: tuple[str, ...] = ()
    title: str = ""
    hidden: tuple[int, ...] = ()
    fault: PdfFault | None = None


def to_json(text: PdfText) -> dict[str, Any]:
    """As plain values; `from_json` gives it back."""
    return asdict(text)


def from_json(value: Mapping[str, Any]) -> PdfText:
    """The inverse of `to_json`. Raises KeyError or TypeError for what it did not write."""
    return PdfText(
        sha256=value["sha256"],
        size=value["size"],
        pages=tuple(PageText(**p) for p in value["pages"]),
        outline=tuple(OutlineEntry(**e) for e in value["outline"]),
        labels=tuple(value["labels"]),
        title=value["title"],
        hidden=tuple(value["hidden"]),
        fault=PdfFault(**value["fault"]) if value["fault"] else None,
    )


def extract_json(name: str, text: PdfText) -> dict[str, Any]:
    """What `gazette extract --json` prints."""
    fault = text.fault
    return {
        "file": name,
        "sha256": text.sha256,
        "error": {"code": fault.code, "message": fault.message} if fault else None,
        "pages": [asdict(p) for p in text.pages],
    }
