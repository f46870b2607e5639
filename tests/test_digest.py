"""Equal values have one hash, different ones have not, and what has no value is refused."""

import pickle
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

import pytest

from gazette.archive import Archive, Scan
from gazette.digest import digest
from gazette.model import Document, Gazette, Issue
from gazette.number import IssueNumber
from gazette.pdf.model import PageText


class Colour(StrEnum):
    RED = "红"


@dataclass(frozen=True, slots=True)
class Pair:
    first: Any
    second: Any = ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1", 1),
        (1, True),
        ([1, 2], [2, 1]),
        ([[1], 2], [1, [2]]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (date(2024, 1, 2), "2024-01-02T"),
        (Pair("a", "b"), Pair("b", "a")),
        (Pair(Pair("a")), Pair("a")),
        (Colour.RED, "红"),
        (None, ""),
        ("\ud800", "?"),
    ],
)
def test_different_values_have_different_hashes(one: Any, other: Any) -> None:
    assert digest(one) != digest(other)


def test_what_is_shared_counts_as_what_is_equal() -> None:
    shared, equal = str(b"town", "ascii"), str(b"town", "ascii")
    assert digest([shared, shared]) == digest([shared, equal])
    value = [Pair(date(2024, 1, 2), Colour.RED), {"a": (1, 2.5, None)}]
    assert digest(value) == digest(pickle.loads(pickle.dumps(value)))  # noqa: S301  our own


@pytest.mark.parametrize("value", [len, object(), b"".join])
def test_what_is_no_value_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        digest([value])


NUMBER = IssueNumber.from_folder(2024, "01")
DOCUMENT = Document(issue=NUMBER, folder="01", source="2024/01/01-甲.md", title="甲", body="正文")


@pytest.mark.parametrize(
    "changed",
    [
        replace(DOCUMENT, body="正文。"),
        replace(DOCUMENT, title="乙"),
        replace(DOCUMENT, key_lines=(("number", 7),)),
        replace(DOCUMENT, dated=date(2024, 1, 1)),
    ],
)
def test_whatever_changes_in_a_document_changes_all_that_holds_it(changed: Document) -> None:
    def archive(document: Document) -> Archive:
        issue = Issue(number=NUMBER, source="2024/01", documents=(document,))
        return Archive(name="公报", gazette=Gazette(issues=(issue,)))

    assert digest(archive(changed)) != digest(archive(DOCUMENT))
    assert digest(archive(replace(changed))) == digest(archive(changed))


def test_a_scan_that_knows_its_source_is_hashed_without_its_texts() -> None:
    pages = (PageText(page=1, quality="good", text="甲"),)
    assert digest(Scan(pages=pages, source="a")) == digest(Scan(source="a"))
    assert digest(Scan(pages=pages, source="a")) != digest(Scan(pages=pages, source="b"))
    assert digest(Scan(pages=pages)) != digest(Scan())
