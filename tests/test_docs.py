"""The documents say what the code does: keys, terms, commands, dependencies."""

import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import click
import pytest
from packaging.specifiers import SpecifierSet

from gazette import fields, model
from gazette.cli import main
from gazette.content import PUBLISHED_TYPES
from gazette.settings import KEYS

ROOT = Path(__file__).resolve().parents[1]


def rows(file: str) -> list[list[str]]:
    """The cells of every table row of a document."""
    text = (ROOT / file).read_text("utf-8")
    return [
        [c.strip() for c in re.split(r"(?<!\\)\|", r)[1:-1]]
        for r in text.splitlines()
        if r.startswith("|")
    ]


def test_the_content_guide_lists_every_key_with_its_english_name() -> None:
    pairs = {(r[0], r[1]) for r in rows("docs/content.md") if len(r) == 3}
    for key, name in [*fields.DOCUMENT_KEYS.items(), *fields.ISSUE_KEYS.items()]:
        assert (key, name) in pairs, key


def test_the_content_guide_lists_every_published_type() -> None:
    text = (ROOT / "docs/content.md").read_text("utf-8")
    (listed,) = re.findall(r"可以发布的附件类型：(.*)。", text)
    assert set(listed.split()) == set(PUBLISHED_TYPES)


def test_the_glossary_knows_every_noun_and_field_of_the_model() -> None:
    terms = {t for r in rows("docs/glossary.md") for t in re.findall(r"`(\w+)`", r[1])}
    nouns = {
        n
        for n, thing in vars(model).items()
        if isinstance(thing, type) and thing.__module__ == model.__name__
    }
    parts = set(model.Document.__dataclass_fields__) - {
        "issue",
        "folder",
        "source",
        "body",
        "body_line",
        "key_lines",
    }
    covered = {"number", "number_text", "annexes", "pages", "withdrawn", "relations", "title"}
    assert nouns <= terms
    assert parts - covered <= terms
    assert {kind.name for kind in model.RelationKind} <= terms


@pytest.mark.parametrize("readme", ["README.md", "README.en.md"])
def test_the_readme_names_every_command(readme: str) -> None:
    text = (ROOT / readme).read_text("utf-8")
    assert isinstance(main, click.Group)
    for name in main.commands:
        assert f"`gazette {name}" in text, name


@pytest.mark.parametrize("readme", ["README.md", "README.en.md"])
def test_the_readme_gives_a_reason_for_every_dependency(readme: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    text = (ROOT / readme).read_text("utf-8").lower()
    for requirement in project["dependencies"]:
        name = re.split(r"[<>=\[]", requirement)[0]
        assert name in text, name


def test_locked_versions_are_names_and_versions_only() -> None:
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines():
        assert line.startswith("#") or re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.+-]+", line)


def test_locked_versions_run_on_the_oldest_python_that_is_promised() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    oldest = project["requires-python"].removeprefix(">=") + ".0"
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            needed = distribution(line.partition("==")[0]).metadata.get("Requires-Python") or ""
            assert oldest in SpecifierSet(needed), f"{line} 要求 Python {needed}"


def test_mkdocs_yml_shows_every_setting() -> None:
    text = (ROOT / "mkdocs.yml").read_text("utf-8")
    for key in KEYS:
        assert key in text or key == "刊号", key


@pytest.mark.parametrize(
    "file", [str(p.relative_to(ROOT)) for p in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]]
)
def test_every_relative_link_in_the_documents_leads_somewhere(file: str) -> None:
    text = (ROOT / file).read_text("utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"(?s)```.*?```|`[^`]*`", "", text)):
        if not re.match(r"[a-z]+:|#", target):
            assert ((ROOT / file).parent / target.split("#")[0]).exists(), target
