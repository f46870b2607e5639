"""The table of traditional and simplified characters, as search needs it."""

from gazette.han import simplified


def test_simplifying_twice_changes_nothing_more() -> None:
    table = simplified()
    assert not set(table) & set(table.values())
    assert table["薴"] == "苎"  # OpenCC's own table says 苧, which it simplifies again
    assert all(len(a) == len(b) == 1 for a, b in table.items())
