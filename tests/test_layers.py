"""The direction of the data flow, as the imports show it, one owner for each library, and no script unchecked."""

import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "gazette"

LAYERS = [
    {"memory", "numerals"},
    {
        "dates",
        "digest",
        "errors",
        "history",
        "kept",
        "lock",
        "progress",
        "serve",
        "wording",
        "workers",
    },
    {"corrections", "number", "matter", "dialect", "settings", "han", "sources"},
    {"form", "model"},
    {"citations", "fields", "store", "structure", "validity"},
    {"content", "document_table", "links", "pdf", "search", "targets"},
    {"cited", "edits", "proposals", "relations", "withholding"},
    {"referring"},
    {"archive"},
    {"ledger", "register"},
    {"lists"},
    {"filters"},
    {"check", "cluster", "fix", "intake", "publish", "reading"},
    {"api", "index"},
    {"site"},
    {"summary"},
    {"cli"},
    {"__main__"},
]
"""From what everything stands on to what stands on everything: imports go upwards only."""

OWNERS = {
    "mkdocs": {"site/plugin"},
    "gc": {"memory", "pdf/starter"},
    "pickle": {"digest", "kept"},
    "click": {"cli", "wording"},
    "frontmatter": {"matter"},
    "yaml": {"matter", "settings"},
    "whoosh": {"search/whoosh_index"},
    "jieba": {"search/whoosh_index"},
    "rjieba": {"search/whoosh_index"},
    "pypinyin": {"search/pinyin"},
    "minify": {"site/minified"},
    "typst": {"publish/edition"},
    "xlsxwriter": {"publish/spreadsheet"},
    "pypdf": {"pdf"},
    "pypdfium2": {"pdf"},
    "pikepdf": {"pdf"},
    "PIL": {"pdf"},
    "dask": {"cluster"},
    "distributed": {"cluster"},
    "brotli": {"site/packed"},
    "rapidocr": {"pdf/recognise"},
    "cv2": {"pdf/recognise"},
}
"""Which module or package may import a library."""


def modules() -> list[str]:
    return sorted(str(p.relative_to(PACKAGE).with_suffix("")) for p in PACKAGE.rglob("*.py"))


def imports(module: str) -> set[str]:
    """Dotted names of everything that a module imports, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse((PACKAGE / f"{module}.py").read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: 相对导入"
            found |= {f"{node.module}.{a.name}" for a in node.names}
    return found


def layer(name: str) -> int:
    top = name.split("/", maxsplit=1)[0].split(".", maxsplit=1)[0]
    (found,) = [n for n, names in enumerate(LAYERS) if top in names]
    return found


@pytest.mark.parametrize("module", [m for m in modules() if m != "__init__"])
def test_nothing_imports_what_comes_later(module: str) -> None:
    for name in imports(module):
        if name.startswith("gazette."):
            inner = name.removeprefix("gazette.")
            same_package = inner.split(".")[0] == module.split("/", maxsplit=1)[0]
            assert same_package or layer(inner) < layer(module), f"{module} 不应导入 {name}"


@pytest.mark.parametrize("module", modules())
def test_every_library_has_one_owner(module: str) -> None:
    for name in imports(module):
        owners = OWNERS.get(name.split(".")[0])
        if owners is not None:
            assert module in owners or module.split("/", maxsplit=1)[0] in owners, (
                f"{module} 不应导入 {name}"
            )


@pytest.mark.parametrize("module", modules())
def test_every_module_states_its_boundary(module: str) -> None:
    assert ast.get_docstring(ast.parse((PACKAGE / f"{module}.py").read_text("utf-8")))


@pytest.mark.parametrize("module", modules())
def test_nothing_asks_the_clock(module: str) -> None:
    source = (PACKAGE / f"{module}.py").read_text("utf-8")
    calls = {
        node.func.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    allowed = {"today"} if module == "cli" else set()  # the day of the call, where none is named
    assert not calls & {"today", "now", "utcnow"} - allowed


def test_the_types_of_every_script_are_checked() -> None:
    """What is not checked as a script of pages, the Makefile names as one of workers."""
    make = (ROOT / "Makefile").read_text("utf-8")
    apart = json.loads((ROOT / "deno.json").read_text("utf-8"))["exclude"]
    workers = re.findall("--config deno.worker.json (.+)", make)[0].split()
    scripts = {p.relative_to(ROOT).as_posix() for p in (ROOT / "overrides").rglob("*.js")}
    pages = {s for s in scripts if s.startswith("overrides/assets/")} - set(apart)
    assert pages | set(workers) == scripts
    for rule in ("test", "lint"):
        assert "\t$(types)" in make.partition(f"\n{rule}: ")[2].partition("\n\n")[0]
