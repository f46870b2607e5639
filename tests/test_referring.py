"""What was kept of references gives, after any edits, what is found by looking everything up."""

import tempfile
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from gazette.cited import read_references
from gazette.kept import Kept
from gazette.model import Document, Gazette, Issue, Withdrawal
from gazette.number import DocumentNumber, IssueNumber
from gazette.referring import read_references_again

TITLES = (
    "示例市停车办法", "关于印发示例市停车办法的通知", "停车办法", "中华人民共和国停车法", "停车法",
    "关于修改停车法的决定",
)  # fmt: skip
NUMBERS = ("", "示政发〔2019〕3号", "示政发〔2019〕34号")
TEXTS = (
    "按照《示例市停车办法》第二条办理。",
    "驾驶人均停车法第一条处罚。",
    "见《停车法》。",
    "按照《停车法》（示政发〔2019〕3号）和示政发〔2019〕34号。",
    "依照停车法第一条、停车办法第二条第一款执行。",
    "根据示例市停车办法第一条。\n\n第一条　甲。\n\n第二条　乙。\n\n丙。",
    "第一条　甲。\n\n第二条　按照第一条和《中华人民共和国停车法》。",
    "",
)
HOME = IssueNumber.from_folder(2024, "01")


def document(folder: int, title: int, number: int, text: int, *, gone: bool) -> Document:
    return Document(
        issue=HOME,
        folder=f"{folder:02}",
        source=f"2024/01/{folder:02}.md",
        title=TITLES[title],
        number=DocumentNumber.parse(NUMBERS[number]) if NUMBERS[number] else None,
        number_text=NUMBERS[number],
        withdrawn=Withdrawal(dated=date.min, reason="") if gone else None,
        body="" if gone else TEXTS[text],
    )


documents = st.builds(
    document,
    st.integers(1, 7),
    st.integers(0, len(TITLES) - 1),
    st.integers(0, len(NUMBERS) - 1),
    st.integers(0, len(TEXTS) - 1),
    gone=st.sampled_from([False, False, False, True]),
)
starts = st.lists(documents, min_size=3, max_size=6, unique_by=lambda d: d.folder)
edits = st.lists(st.tuples(documents, st.booleans()), min_size=1, max_size=4)
"""Each puts a document in the place of its number, or takes away what stands there."""


def gazette_of(listed: dict[str, Document]) -> Gazette:
    ordered = tuple(listed[folder] for folder in sorted(listed))
    return Gazette(issues=(Issue(number=HOME, source="2024/01", documents=ordered),))


@settings(max_examples=150)
@given(starts, edits)
def test_edits_give_what_reading_all_of_it_gives(
    start: list[Document], changes: list[tuple[Document, bool]]
) -> None:
    listed = {d.folder: d for d in start}
    gazettes = [gazette_of(listed)]
    for changed, goes in changes:
        listed = {f: d for f, d in listed.items() if f != changed.folder}
        listed |= {} if goes else {changed.folder: changed}
        gazettes.append(gazette_of(listed))
    with tempfile.TemporaryDirectory() as folder:
        for gazette in gazettes:
            kept = Kept(Path(folder) / "kept", "x")
            found = read_references_again(gazette, kept)
            kept.save()
            wanted = read_references(gazette)
            assert dict(found.of) == wanted.of
            assert list(found.of) == list(wanted.of)
            assert found.citing == wanted.citing
            assert found.ambiguous == wanted.ambiguous
            assert found.said == wanted.said
            assert {a: t for a, t in found.leads_to.items() if t} == {
                a: t for a, t in wanted.leads_to.items() if t
            }
