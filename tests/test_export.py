"""Exported pages hold what the site's pages hold, in a Markdown that shows texts as committed."""

import json
from html import unescape
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from markdown import markdown as rendered

from gazette.cli import main
from gazette.site.export import export_name, markdown
from gazette.site.pages import Page
from tests.conftest import ROOT

BODY = "# 第一章\n\n1. 甲*乙*_丙_<b>\\丁`戊`\n\n| 项 | 数 |\n| --- | --- |\n| 一 | 2|\n\n见[那件](02.md)和[无](x.md)。"


@pytest.mark.parametrize(
    ("address", "name"),
    [("", "index.md"), ("2024/01/01/", "2024/01/01.md"), ("old/t1.html", "old/t1.html.md")],
)
def test_a_page_has_a_file_that_any_generator_shows_at_its_address(address: str, name: str) -> None:
    assert export_name(Page(address=address, template="", title="")) == name


def test_a_text_is_shown_as_it_was_committed() -> None:
    meta = {"kind": "document", "next": {"url": "2024/01/02/", "title": "乙：[二]"}}
    page = Page(
        address="2024/01/01/", template="", title='甲"乙', meta=meta, body=BODY,
        links={"02.md": "../02/"},
    )  # fmt: skip
    _, head, text = markdown(page).split("---\n", 2)
    assert yaml.safe_load(head) == {
        "title": '甲"乙', "url": "/2024/01/01/", "type": "document", "params": meta,
    }  # fmt: skip
    html = unescape(rendered(text, extensions=["tables"]))
    assert "<h1>第一章</h1>" in html
    assert "<p>1. 甲*乙*_丙_<b>\\丁`戊`</p>" in html
    assert "<td>2</td>" in html
    assert '见<a href="../02/">那件</a>和无' in html
    assert '<a href="/2024/01/02/">乙：[二]</a>' in html


def test_the_sample_is_exported_whole_and_nothing_is_overwritten(tmp_path: Path) -> None:
    issues = tmp_path / "issues" / "2024"
    issues.mkdir(parents=True)
    (issues / "01").symlink_to(ROOT / "nowhere")
    (issues / "02").mkdir()
    for path in sorted((ROOT / "issues" / "2024" / "11").glob("*.md")):
        (issues / "02" / path.name).write_text(
            path.read_text("utf-8").replace("期号: 11", "期号: 2"), "utf-8"
        )
    command = [
        "export", str(tmp_path / "out"), "--config", str(ROOT / "mkdocs.yml"),
        "--issues", str(tmp_path / "issues"), "--jobs", "1",
    ]  # fmt: skip
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    out = tmp_path / "out"
    assert (out / "content" / "2024" / "02" / "01.md").is_file()
    assert (out / "static" / "assets" / "gazette.css").is_file()
    for path in (out / "content").rglob("*.md"):
        head = path.read_text("utf-8").split("---\n", 2)[1]
        assert json.loads(head.splitlines()[0].removeprefix("title: "))
    again = CliRunner().invoke(main, command)
    assert again.exit_code == 1
    assert "已经有东西" in again.output
