"""有效性 on a day: every boundary, as one table that the browser's script is held to as well."""

import itertools
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazette import matter
from gazette.fields import Report, read_document_fields
from gazette.model import Document, Gazette, Issue
from gazette.number import IssueNumber
from gazette.relations import Relations, relate
from gazette.settings import settings_from
from gazette.validity import (
    Life,
    Validity,
    boundaries,
    on_day,
    read_timeline,
    timeline,
    validity,
    write_timeline,
    years_later,
)

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "validity_cases.json").read_text("utf-8")
)
NUMBER = IssueNumber.from_folder(2020, "01")


def related(case: dict[str, Any]) -> tuple[dict[str, Document], Relations]:
    """The documents of a case by their names, and what comes of them."""
    day = case.get("published")
    issue = Issue(
        number=NUMBER,
        source="2020/01",
        published_on=date.fromisoformat(day) if day else None,
    )
    report = Report("issues")
    documents = {}
    for serial, (name, values) in enumerate(case["documents"].items(), 1):
        head = {"标题": f"{name}办法", "发文机关": "示例市人民政府", **values}
        fields, _, _ = matter.split(matter.join(head, ""))
        read = read_document_fields(fields, issue, f"{serial:02d}.md", report)
        documents[name] = Document(**{**vars(read), "folder": f"{serial:02d}"})
    assert {f.code for f in report.findings} <= {"missing_key"}
    issue = Issue(**{**vars(issue), "documents": tuple(documents.values())})
    settings = settings_from(case.get("settings", {}))
    return documents, relate(Gazette(issues=(issue,)), settings)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_the_table_of_states(case: dict[str, Any]) -> None:
    documents, relations = related(case)
    life = relations.of(documents[case.get("asked", "甲")]).life
    assert [f.code for f in relations.faults] == case.get("faults", [])
    if case["states"] is None:
        assert life is None
        return
    assert life is not None
    assert write_timeline(timeline(life)) == case["states"]
    for day, state in case["on"].items():
        assert validity(life, on=date.fromisoformat(day)).value == state, day


def test_the_table_is_large_enough() -> None:
    assert sum(len(case.get("on", {"": ""})) for case in CASES) >= 140
    assert len({case["name"] for case in CASES}) == len(CASES) >= 60


days = st.dates(date(1980, 1, 1), date(2100, 12, 31)) | st.just(date(2024, 2, 29))
lives = st.builds(
    Life, **dict.fromkeys(("in_force", "amended", "partly", "lapsed", "repealed"), st.none() | days)
)


@given(lives, days)
def test_a_timeline_says_of_every_day_what_the_rules_say(life: Life, day: date) -> None:
    states = timeline(life)
    for near in (day, *boundaries(life), *(b - timedelta(days=1) for b in boundaries(life))):
        assert on_day(states, near) is validity(life, on=near)
    assert read_timeline(write_timeline(states)) == states
    assert all(a[1] is not b[1] and a[0] < b[0] for a, b in itertools.pairwise(states))


@given(lives, days, days)
def test_a_document_never_comes_back_into_force(life: Life, one: date, other: date) -> None:
    order = list(Validity)
    rank = {Validity.PENDING: 0, Validity.LAPSED: 2, Validity.REPEALED: 3}
    early, late = sorted((one, other))
    before, after = validity(life, on=early), validity(life, on=late)
    assert rank.get(before, 1) <= rank.get(after, 1)
    assert before in order


@pytest.mark.parametrize(
    ("day", "years", "expected"),
    [
        (date(2020, 2, 29), 1, date(2021, 3, 1)),
        (date(2020, 2, 29), 4, date(2024, 2, 29)),
        (date(2019, 8, 1), 5, date(2024, 8, 1)),
    ],
)
def test_years_are_counted_by_the_calendar(day: date, years: int, expected: date) -> None:
    assert years_later(day, years) == expected


@pytest.mark.parametrize("text", ["", "有效", "现行有效 2024-01-01", "现行有效 2024-02-30 失效"])
def test_what_is_no_timeline_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  whichever part is wrong
        read_timeline(text)
