"""Where a site may be put: never over what somebody keeps."""

from pathlib import Path

import pytest

from gazette.errors import BuildError
from gazette.site.place import refuse_what_is_no_site


@pytest.fixture
def city(tmp_path: Path) -> Path:
    root = tmp_path / "city"
    for folder in ("issues", "empty", "home", "made/search-index"):
        (root / folder).mkdir(parents=True)
    (root / "home" / "照片.jpg").write_bytes(b"x")
    (root / "mkdocs.yml").write_text("site_name: x\n")
    return root


@pytest.mark.parametrize(
    ("site", "why"),
    [
        (".", "mkdocs.yml"),
        ("..", "mkdocs.yml"),
        ("/", "mkdocs.yml"),
        ("issues", "公报的内容"),
        ("issues/2024", "公报的内容"),
        ("mkdocs.yml", "mkdocs.yml"),
        ("home/照片.jpg", "文件"),
        ("home", "不是网站"),
    ],
)
def test_a_site_never_replaces_what_is_kept(city: Path, site: str, why: str) -> None:
    with pytest.raises(BuildError, match=why) as caught:
        refuse_what_is_no_site((city / site).resolve(), city / "mkdocs.yml", city / "issues")
    assert "--site" in caught.value.hint


@pytest.mark.parametrize("site", ["new", "empty", "made", "made/../new/deeper"])
def test_a_site_goes_where_nothing_or_a_site_is(city: Path, site: str) -> None:
    refuse_what_is_no_site((city / site).resolve(), city / "mkdocs.yml", city / "issues")
