"""The static index: what is put in is read back, changes touch what they must, damage is named."""

import datetime as dt
import json
import random
import shutil
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazette.errors import SearchError
from gazette.index import by_issue, make_static_index
from gazette.search import grams, records, segments, shards, terms
from gazette.search.entry import Entry
from gazette.search.query import search
from gazette.search.segments import build_segment, write_manifest
from gazette.search.shards import Postings
from gazette.search.static_index import Index


def entry(name: str, body: str, **values: object) -> Entry:
    made = Entry(
        url=f"2019/12/{name}/",
        kind="document",
        title=f"文件{name}",
        number="",
        issue="2019/12",
        page=None,
        section="市政府文件",
        authorities=("示例市人民政府", "示例市财政局"),
        document_type="通知",
        topic="",
        dated=dt.date(2019, 6, 21),
        year=2019,
        body=body,
    )
    return replace(made, **values)  # type: ignore[arg-type]


def made(folder: Path, *entries: Entry) -> Index:
    write_manifest([build_segment(by_issue(entries), folder)], folder)
    return Index(folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


LONG = "".join(chr(0x4E00 + n * 37 % 20_000) for n in range(60_000))
"""One block that no slot and no pack holds: it does not compress."""


def test_every_text_is_read_back(tmp_path: Path) -> None:
    bodies = ["", "短", "第一段\n第二段\n" * 400, LONG, "尾\n" + LONG[:3000] + "\n尾", "㐀𠮷\ue000"]
    entries = [entry(f"{n:02d}", body) for n, body in enumerate(bodies)]
    index = made(tmp_path, *entries)
    urls = list(index.urls())
    assert sorted(urls) == [e.url for e in entries]
    for wanted in entries:
        at = urls.index(wanted.url)
        texts: list[str] = []
        number = index.starts[at]
        while number < index.starts[at] + index.sizes[at]:
            passage = index.passage(number)
            assert (passage.url, passage.title) == (wanted.url, wanted.title)
            assert passage.authorities == wanted.authorities
            assert passage.dated == "2019-06-21"
            texts.append(passage.text)
            number += records.slots(
                next(r for r, t in records.records(wanted) if t == passage.text)
            )
        assert "\n".join(t for t in texts if t) == wanted.body.strip("\n")


def looked_up(gathered: grams.Grams, passages: int, wanted: list[str]) -> dict[str, Postings]:
    """What the files that were gathered say of some terms."""
    files = list(gathered.files(passages))
    found: dict[str, Postings] = {}
    for term in wanted:
        file, place = divmod(shards.shard_of(term, gathered.bits), shards.GROUP)
        found |= shards.lookup(files[file], place, [term])
    return found


ALPHABET = st.text(st.sampled_from("甲乙丙丁\n 12a"), max_size=30)


@settings(max_examples=40, deadline=None)
@given(st.lists(ALPHABET, min_size=1, max_size=12))
def test_postings_are_those_of_a_plain_dictionary(bodies: list[str]) -> None:
    gathered = grams.Grams()
    sources = [grams.Source(n, body, is_title=False) for n, body in enumerate(bodies)]
    gathered.add(sources)
    wanted: dict[str, set[int]] = defaultdict(set)
    for n, body in enumerate(bodies):
        for block in body.split("\n"):
            units = terms.units(block)
            for term in terms.terms(units) if len(units) > 1 else []:
                wanted[term].add(n)
            for unit in units:
                if not terms.is_single(unit):
                    wanted[unit].add(n)
    found = looked_up(gathered, len(bodies), [*wanted, "戊 己"])
    assert {term: set(postings.passages) for term, postings in found.items()} == wanted


@pytest.mark.parametrize("count", [1, 3, 500, 2000, 2001, 5000])
def test_rare_and_frequent_terms_are_kept_alike(count: int) -> None:
    gathered = grams.Grams()
    gathered.add(
        [grams.Source(n * 2, "国家" + "市场" * (n % 4), is_title=n % 7 == 0) for n in range(count)]
    )
    found = looked_up(gathered, 2 * count, ["国 家"])["国 家"]
    assert found.passages == [2 * n for n in range(count)]
    assert set(found.titles) == {2 * n for n in range(0, count, 7)}
    assert len(found.beside) == count


def test_what_stands_beside_a_term_is_kept() -> None:
    gathered = grams.Grams()
    gathered.add([grams.Source(0, "甲乙丙丁，甲乙\n乙丙\n戊己庚\n戊己辛", is_title=False)])
    found = looked_up(gathered, 1, ["乙 丙", "甲 乙", "丁 甲", "戊 己"])
    sides = {name: postings.beside[0] for name, postings in found.items()}
    assert sides["乙 丙"] == shards.side("丁") | shards.side("甲") << 8
    assert sides["甲 乙"] == shards.side("丙") | shards.side("丁") << 8
    assert sides["丁 甲"] == shards.side("乙") | shards.side("丙") << 8
    assert sides["戊 己"] == shards.side("庚辛") < 128


def test_hundreds_of_numbers_of_one_code_stand_in_one_shard() -> None:
    gathered = grams.Grams()
    for n in range(400):
        gathered.add([grams.Source(n, "甲乙", is_title=False)], [grams.Other(n, f"#甲发 2018 {n}")])
    files = list(gathered.files(400))
    file, place = divmod(shards.shard_of("#甲发 2018 7", gathered.bits), shards.GROUP)
    found = shards.siblings(files[file], place, "#甲发 2018 7")
    assert found == {f"#甲发 2018 {n}": [n] for n in range(400)}
    assert all(len(data) >= shards.PITCH for data in files)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 300), min_size=1, unique=True).map(sorted))
def test_lists_are_written_as_they_were_read(some: list[int]) -> None:
    titles = {n: n % 256 for n in some[::2]}
    wanted = Postings(
        some, bytes(n % 256 for n in some for _ in "12"), frozenset(some[::3]), titles
    )
    assert shards.read_lists(shards.write_lists(wanted)) == wanted


def test_the_same_entries_give_the_same_bytes(tmp_path: Path) -> None:
    entries = [entry(f"{n:02d}", f"正文{n}\n" * n) for n in range(30)]
    for name in ("one", "two"):
        make_static_index(entries, tmp_path / name, closed_through=0)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_a_change_in_open_years_leaves_closed_years_alone(tmp_path: Path) -> None:
    old = [entry("01", "旧文", year=2018, issue="2018/12")]
    make_static_index([*old, entry("02", "新文")], tmp_path, closed_through=2018)
    before = contents(tmp_path)
    make_static_index([*old, entry("02", "改了的新文")], tmp_path, closed_through=2018)
    after = contents(tmp_path)
    closed, opened = (s["key"] for s in json.loads(after["manifest.json"])["segments"])
    assert {n: b for n, b in after.items() if n.startswith(closed)} == {
        n: b for n, b in before.items() if n.startswith(closed)
    }
    assert not any(name.startswith(opened) for name in before)
    assert search(Index(tmp_path), "改了的").total == 1
    assert search(Index(tmp_path), "旧文").total == 1


def test_a_segment_that_is_not_whole_is_made_again(tmp_path: Path) -> None:
    issues = by_issue([entry("01", "正文")])
    segment = build_segment(issues, tmp_path)
    before = contents(tmp_path)
    for damage in ("items.bin", "grams/0000.bin", "segment.json"):
        (tmp_path / segment.key / damage).write_bytes(b"")
        assert build_segment(issues, tmp_path) == segment
        assert contents(tmp_path) == before


@pytest.mark.parametrize("name", ["items.bin", "grams/0000.bin", "texts/0000.bin"])
@pytest.mark.parametrize("damage", [b"", b"\xff" * 50, None])
def test_damage_is_named(tmp_path: Path, name: str, damage: bytes | None) -> None:
    segment = build_segment(by_issue([entry("01", "电梯管理")]), tmp_path)
    write_manifest([segment], tmp_path)
    path = tmp_path / segment.key / name
    path.unlink() if damage is None else path.write_bytes(damage)
    with pytest.raises(SearchError):
        search(Index(tmp_path), "电梯管理")


def test_a_foreign_manifest_is_named(tmp_path: Path) -> None:
    for text in ("", "[]", "{}", '{"format": 99, "segments": []}'):
        (tmp_path / "manifest.json").write_text(text, "utf-8")
        with pytest.raises(SearchError):
            Index(tmp_path)


def test_an_empty_archive_can_be_searched(tmp_path: Path) -> None:
    make_static_index([], tmp_path, closed_through=2018)
    assert search(Index(tmp_path), "电梯").total == 0


def edited(chance: random.Random, issues: dict[str, list[Entry]], n: int) -> None:
    """One thing that staff do: change, add, move or take away a document, or a whole issue."""
    name = chance.choice(sorted(issues))
    some = issues[name]
    body = "\n".join("".join(chance.choices("甲乙丙丁戊己庚辛電國12a，", k=chance.randrange(900))) for _ in range(3))  # fmt: skip
    kind = chance.choice(("change", "change", "title", "add", "rename", "delete", "issue", "drop"))
    at = chance.randrange(len(some)) if some else -1
    if kind == "issue":
        name = f"2019/{13 + n:02d}"
        issues[name] = [entry(f"{n:03d}", body, issue=name, url=f"{name}/01/")]
    elif kind == "drop" and len(issues) > 3:
        del issues[max(issues)]
    elif kind == "add" or at < 0:
        some.append(
            entry(f"{n:03d}", body, issue=name, url=f"{name}/{n:03d}/", number=f"甲发〔2019〕{n}号")
        )
    elif kind == "delete":
        del some[at]
    elif kind == "rename":
        some[at] = replace(some[at], url=f"{name}/{n:03d}/", topic="城建")
    elif kind == "title":
        some[at] = replace(
            some[at], title=body[:9], dated=None, validity=((dt.date(2019, 1, 1), "现行有效"),)
        )
    else:
        some[at] = replace(
            some[at], body=some[at].body[:300] + body[: chance.randrange(60)] + some[at].body[310:]
        )


@pytest.mark.parametrize("seed", range(2))
def test_what_is_made_from_the_index_before_is_what_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311  no secret
    monkeypatch.setattr(shards, "SIDES", 25)
    monkeypatch.setattr(shards, "PITCH", 300)
    monkeypatch.setattr(segments, "_LARGE", 1)
    issues: dict[str, list[Entry]] = {}
    for n in range(1, 9):
        name = f"2019/{n:02d}"
        issues[name] = []
        for _ in range(n % 4 + 1):
            edited(chance, {name: issues[name]}, n)
    patched: list[str] = []
    whole = segments._from_before

    def watched(*args: object) -> object:
        found = whole(*args)  # type: ignore[arg-type]
        patched.append("patched" if found else "anew")
        return found

    monkeypatch.setattr(segments, "_from_before", watched)
    for n in range(20, 38):
        edited(chance, issues, n)
        entries = [e for name in issues for e in issues[name]]
        make_static_index(entries, tmp_path / "kept/index", closed_through=0)
        make_static_index(entries, tmp_path / f"{n}/index", closed_through=0)
        assert contents(tmp_path / "kept/index") == contents(tmp_path / f"{n}/index")
        shutil.rmtree(tmp_path / f"{n}")
    assert patched.count("patched") > 5
    assert patched.count("anew") > 0
