"""Front matter: the quick parser and the one whose faults people are told agree on every text."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gazette import matter
from gazette.matter import MatterError

_parts = st.sampled_from(
    ["标题", "a", "- ", ": ", ":", "\n", "\n  ", "\n- ", "\n  - ", "'", '"', "''", "[", "]", "{", "}",
     ", ", " # ", "#", "|\n  ", ">-\n  ", "1", "2024-01-01", "~", "!x ", "@", "`", "...", "\n...\n",
     "= ", "<<: ", "　", "\U00020000", "key:\n", "\n\n"]
)  # fmt: skip


@given(st.lists(_parts, max_size=12).map("".join))
@example("a: 1\nb:\n  - {c: d, e: [f]}\n  - g\nh: |\n  i\n\n  j\nk:\n")
@example("a: {b: {c: {d: {e: {f: {g: {h: i}}}}}}}")
@example("a: b\na : c")
@example("a: 'b\n")
@example("? a\n: b")
@example("- a")
@example("a: 1\n...\nb: 2")
@example('a: "b\n\n  c"')
def test_what_is_read_quickly_is_what_would_be_read_slowly(text: str) -> None:
    found = matter._read_quickly(text, 3)
    try:
        wanted = matter._read_slowly(text, 3)
    except MatterError:
        wanted = None
    assert found is None or found == wanted


def test_what_clerks_write_is_read_quickly() -> None:
    text = '标题: 关于《a:b》的通知 # 注\n成文日期: 2024-01-01\n发文机关: [甲, "乙"]\n附件:\n- 标题: c\n  文件: d.pdf\n摘要: >-\n  e\n  f\n'
    assert matter._read_quickly(text, 2) == matter._read_slowly(text, 2) != {}


@pytest.mark.parametrize(
    "text",
    ["a: &b c", "a: *b", "a:\tb", "a: '\ufeff'", "a: b\u2028c: d", "a: 1\na: 2", "a: [", "a"],
)
def test_what_is_unusual_is_left_to_the_slow_one(text: str) -> None:
    assert matter._read_quickly(text, 1) is None
