"""What a term is: one file of examples holds Python and JavaScript to the same rules."""

import json
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from gazette.search import query, terms
from gazette.serve import serving
from tests.conftest import ROOT

VECTORS: dict[str, list[list[Any]]] = json.loads((ROOT / "tests/terms.json").read_text("utf-8"))

TEXT = st.text(
    st.sampled_from("电電梯车車第条3１5aAé〔〕（，。 　\n○〇\u200b\ue000カⅣ😀") | st.characters(),
    max_size=40,
)


def parsed(text: str) -> list[list[Any]]:
    return [[list(g.units), g.phrase, g.exclude] for g in query.parse(text)]


PYTHON = {
    "fold": terms.fold,
    "units": terms.units,
    "number_key": lambda text: terms.number_key(terms.units(text)),
    "parse": parsed,
}
SCRIPT = {
    "fold": "terms.fold(text)",
    "units": "terms.units(text)",
    "number_key": "terms.numberKey(terms.units(text))",
    "parse": "query.parse(text).map((g) => [g.units, g.phrase, g.exclude])",
}


@pytest.mark.parametrize("rule", PYTHON)
def test_python_follows_the_examples(rule: str) -> None:
    for text, expected in VECTORS[rule]:
        assert PYTHON[rule](text) == expected, text


@pytest.fixture(scope="module")
def modules(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page that can import the search modules, with the whole table of traditional characters."""
    root = tmp_path_factory.mktemp("modules")
    (root / "search").symlink_to(ROOT / "overrides/assets/search")
    (root / "index.html").write_text("<!doctype html><title>模块</title>", "utf-8")
    with serving(root) as address:
        page = chromium.new_page()
        page.goto(address)
        page.evaluate(
            """async (pairs) => {
              globalThis.terms = await import("/search/terms.js");
              globalThis.query = await import("/search/query.js");
              globalThis.inflate = (await import("/search/inflate.js")).inflate;
              terms.learn(pairs);
            }""",
            sorted(terms.simplified().items()),
        )
        yield page
        page.close()


@pytest.mark.browser
@pytest.mark.parametrize("rule", SCRIPT)
def test_the_browser_follows_the_examples(modules: Page, rule: str) -> None:
    texts = [text for text, _ in VECTORS[rule]]
    found = modules.evaluate(f"texts => texts.map(text => {SCRIPT[rule]})", texts)
    assert dict(zip(texts, found, strict=True)) == {t: e for t, e in VECTORS[rule]}  # noqa: C416


@pytest.mark.browser
def test_the_browser_folds_every_text_of_the_sample_as_python_does(modules: Page) -> None:
    texts = [p.read_text("utf-8") for p in sorted((ROOT / "issues").rglob("*.md"))]
    texts += ["".join(map(chr, range(start, start + 0x100))) for start in range(0, 0x10000, 0x100)
              if not 0xD800 <= start < 0xE000]  # fmt: skip
    found = modules.evaluate("texts => texts.map(text => terms.units(text))", texts)
    # Letters that one side's Unicode knows and the other's does not are in no Chinese text.
    for text, units in zip(texts, found, strict=True):
        here = terms.units(text)
        if here != units:
            different = set(here) ^ set(units)
            assert not any(terms.is_single(u) or u.isdecimal() for u in different), different


@pytest.mark.browser
def test_the_browser_inflates_what_zlib_deflates(modules: Page) -> None:
    samples = [b"", b"a", b"abc" * 5000, bytes(range(256)) * 40, "电梯管理办法".encode() * 300]
    for level, strategy in ((0, 0), (1, 0), (9, 0), (9, zlib.Z_FIXED), (9, zlib.Z_HUFFMAN_ONLY)):
        for sample in samples:
            packer = zlib.compressobj(level, zlib.DEFLATED, -15, strategy=strategy)
            packed = packer.compress(sample) + packer.flush()
            found = modules.evaluate(
                "data => Array.from(inflate(new Uint8Array(data)))", list(packed)
            )
            assert bytes(found) == sample
            cut = list(packed[: len(packed) // 2])
            error = modules.evaluate(
                "data => { try { inflate(new Uint8Array(data)); } catch (e) { return e.message } }",
                cut,
            )
            assert error is None or "数据" in error
            assert error or len(packed) < 4


@given(TEXT)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert terms.fold(terms.fold(text)) == terms.fold(text)


@given(TEXT)
def test_spans_are_the_units_in_their_places(text: str) -> None:
    spans = list(terms.spans(text))
    assert [s.unit for s in spans] == terms.units(text)
    assert all(terms.units(text[s.start : s.end]) for s in spans)
    assert [s.start for s in spans] == sorted(s.start for s in spans)


@given(TEXT, st.data())
def test_a_run_is_held_where_it_is_found(text: str, data: st.DataObject) -> None:
    spans = list(terms.spans(text))
    if spans:
        start = data.draw(st.integers(0, len(spans) - 1))
        end = data.draw(st.integers(start + 1, len(spans)))
        run = [s.unit for s in spans[start:end]]
        one_block = spans[start].block == spans[end - 1].block
        found = terms.find(run, spans)
        assert terms.holds(run, text) == bool(found)
        assert not one_block or (spans[start].start, spans[end - 1].end) in found


def test_a_barrier_is_never_crossed() -> None:
    assert terms.holds(["甲", "乙"], "甲，乙")
    assert not terms.holds(["甲", "乙"], "甲\n乙")
    assert not terms.holds(["5", "号"], "15号")


@given(st.text(max_size=60))
def test_any_query_can_be_read(text: str) -> None:
    query.parse(text)
    query.number_reading(text)


def test_a_long_query_is_cut() -> None:
    assert sum(len(g.units) for g in query.parse("政府 " * 5000)) <= query.MAX_UNITS
    assert len(query.parse("政" * 10_000)[0].units) == query.MAX_UNITS
