"""A body as HTML: what is shown, what is linked, and that pictures come from this site only."""

import pytest

from gazette.dialect import parse
from gazette.site.body import to_html


def html(body: str) -> str:
    return to_html(parse(f"正文。\n{body}"), {"图.png": "图.png", "https://x.invalid/a.png": "https://x.invalid/a.png"}.get)  # fmt: skip


@pytest.mark.parametrize("body", ["![图](https://x.invalid/a.png)", "见![图](https://x.invalid/a.png)"])  # fmt: skip
def test_a_picture_of_another_site_is_its_words_alone(body: str) -> None:
    assert "<img" not in html(body)
    assert "x.invalid" not in html(body)
    assert "图" in html(body)


def test_a_picture_of_this_site_is_shown_with_its_words() -> None:
    shown = html('![图"><script>](图.png)')
    assert 'src="图.png"' in shown
    assert 'alt="图&quot;&gt;&lt;script&gt;"' in shown
    assert "<script>" not in shown


def test_a_link_to_nowhere_is_its_words() -> None:
    assert "<a" not in html("[文](没有.md)")
    assert "文" in html("[文](没有.md)")
