"""What was read is kept, and read again exactly when it may have changed."""

import os
import pickle
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from gazette import reading as reading_module
from gazette.content import is_ignored, read_gazette, read_issue
from gazette.dialect import link_targets
from gazette.digest import digest
from gazette.kept import Kept, dumps, loads
from gazette.model import Document, RelationKind
from gazette.number import DocumentNumber
from gazette.reading import OF_TEXT, read, read_archive
from gazette.settings import Settings
from gazette.sources import read_sources
from gazette.store import get_issue, put_issue
from tests.conftest import ROOT

TEXT = "---\n标题: 甲\n发文机关: 示例市人民政府\n成文日期: 2024-01-02\n发文字号: 示政发〔2024〕1号\n废止: 示政发〔2001〕9号\n---\n\n第一段，见[附件](01/表.csv)。\n"


@pytest.fixture
def issues(tmp_path: Path) -> Path:
    folder = tmp_path / "issues" / "2024" / "01"
    folder.mkdir(parents=True)
    (folder / "01-甲.md").write_text(TEXT, "utf-8")
    return tmp_path / "issues"


def bodies(issues: Path) -> list[str]:
    archive, _ = read_archive(Settings(), issues, cache=issues.parent / "cache")
    return [d.body for d in archive.gazette.documents]


# Values.


def test_values_come_back_as_they_were() -> None:
    value = (
        date(2024, 1, 2),
        DocumentNumber.parse("示政发〔2024〕1号"),
        RelationKind.REPEAL,
        ["\ud800"],
    )
    assert loads(dumps(value)) == value


class Planted:
    """What a hostile cache would hold."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch planted",)


@pytest.mark.parametrize(
    "data",
    [
        pickle.dumps(Planted()),
        b"cposix\nsystem\n(S'touch planted'\ntR.",
        b"cgazette.kept\nwrite\n(S'planted'\nS'x'\ntR.",
        b"cbuiltins\neval\n(S'1'\ntR.",
        dumps([1, 2])[:-1],
        b"",
        b"{}",
    ],
)
def test_a_planted_or_torn_cache_is_refused_and_does_nothing(
    data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="缓存"):
        loads(data)
    (tmp_path / "kept").write_bytes(data)
    assert Kept(tmp_path / "kept", "me").get("kind", "key", lambda: 1) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["kept"]


def test_kept_values_are_those_that_the_last_run_of_their_kind_used(tmp_path: Path) -> None:
    def run(owner: str, asked: dict[str, list[str]]) -> list[str]:
        kept, made = Kept(tmp_path / "kept", owner), []
        for kind, keys in asked.items():
            for key in keys:
                kept.get(kind, key, lambda at=kind + key: made.append(at) or at)
        kept.save()
        return made

    assert run("me", {"a": ["1", "2"], "b": ["1"]}) == ["a1", "a2", "b1"]
    assert run("me", {"a": ["2", "2", "3"]}) == ["a3"]
    assert run("me", {"a": ["1", "2", "3"], "b": ["1"]}) == ["a1"]
    assert run("you", {"a": ["1"]}) == ["a1"]


# Sources.


def test_a_file_is_read_again_when_it_changed_and_while_it_is_young(tmp_path: Path) -> None:
    folder, table = tmp_path / "issues", tmp_path / "cache" / "sources"
    (folder / "2024" / "01").mkdir(parents=True)
    file = folder / "2024" / "01" / "01.md"
    file.write_text("甲", "utf-8")

    def seen() -> dict[str, str]:
        return dict(read_sources(folder, table=table, ignored=is_ignored).files)

    first = seen()
    assert set(first) == {"2024/", "2024/01/", "2024/01/01.md"}
    state = file.stat()
    file.write_text("乙", "utf-8")
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert seen() != first, "same size, same time, another content"
    file.write_text("甲", "utf-8")
    (folder / "2024" / "01" / ".01.md.swp").write_text("乙", "utf-8")
    assert seen() == first
    (folder / "2024" / "01" / "02.md").symlink_to(file)
    (folder / "2024" / "02").mkdir()
    assert set(seen()) - set(first) == {"2024/01/02.md", "2024/02/"}
    table.write_bytes(b"torn")
    assert set(seen()) - set(first) == {"2024/01/02.md", "2024/02/"}


# Issues.


def test_an_issue_comes_back_from_the_store_as_it_was(tmp_path: Path) -> None:
    """Every issue of the sample gazette, with all kinds of fields."""
    for folder in sorted((ROOT / "issues").glob("*/*")):
        issue, findings = read_issue(folder, f"issues/{folder.parent.name}/{folder.name}")
        put_issue(tmp_path / "issue", issue, findings, OF_TEXT)
        found = get_issue(tmp_path / "issue")
        assert found == (issue, tuple(findings))
        assert issue is not None
        assert digest(found[0]) == digest(issue)
        for again, document in zip(found[0].documents, issue.documents, strict=True):  # type: ignore[union-attr]
            assert "body" not in vars(again)
            assert replace(again).digest == document.digest, "hashed anew, the body included"
            assert again.of_text(link_targets) == link_targets(document.body)
            assert again.of_text(len) == len(document.body)
            assert pickle.loads(pickle.dumps(again)) == document  # noqa: S301  our own


@pytest.mark.parametrize("cut", [0, 3, 30, -1])
def test_a_torn_issue_is_no_issue(cut: int, tmp_path: Path) -> None:
    folder = ROOT / "issues" / "2024" / "01"
    put_issue(tmp_path / "issue", *read_issue(folder, "issues/2024/01"))
    whole = (tmp_path / "issue").read_bytes()
    (tmp_path / "issue").write_bytes(whole[:cut])
    assert get_issue(tmp_path / "issue") is None


def test_a_document_has_no_other_attributes() -> None:
    with pytest.raises(AttributeError):
        _ = Document.left_in_store({}, ("x", 0, 0)).no_such  # type: ignore[attr-defined]


# Reading.


def test_what_is_read_with_a_cache_is_what_is_read_without(tmp_path: Path) -> None:
    for jobs in (1, 1, 2):
        archive, findings = read_archive(
            Settings(), ROOT / "issues", cache=tmp_path / "cache", jobs=jobs
        )
        gazette, found = read_gazette(ROOT / "issues")
        assert archive.gazette == gazette
        assert set(found) <= set(findings)


def test_each_change_is_seen_and_nothing_else_is_read(
    issues: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_folders: list[str] = []

    def watched(folder: Path, path: str) -> object:
        read_folders.append(path)
        return read_issue(folder, path)

    monkeypatch.setattr(reading_module, "read_issue", watched)
    (issues / "2024" / "02").mkdir()
    (issues / "2024" / "02" / "01-乙.md").write_text(TEXT.replace("第一段", "乙"), "utf-8")
    assert len(bodies(issues)) == 2
    assert read_folders == ["issues/2024/01", "issues/2024/02"]
    read_folders.clear()
    bodies(issues)
    assert read_folders == []
    (issues / "2024" / "01" / "01-甲.md").write_text(TEXT.replace("第一段", "第二段"), "utf-8")
    assert bodies(issues)[0].startswith("第二段")
    assert read_folders == ["issues/2024/01"]
    (issues / "2024" / "02" / "01-乙.md").unlink()
    assert len(bodies(issues)) == 1
    assert len(list((issues.parent / "cache" / "read").iterdir())) == 2, "the old ones are gone"


def test_a_file_that_changes_while_it_is_read_is_never_kept_under_its_old_hash(
    issues: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = issues / "2024" / "01" / "01-甲.md"
    before = file.read_text("utf-8")
    texts = iter(["乙", "丙"])

    def disturbed(folder: Path, path: str) -> object:
        if text := next(texts, ""):
            file.write_text(before.replace("第一段", text), "utf-8")
        return read_issue(folder, path)

    monkeypatch.setattr(reading_module, "read_issue", disturbed)
    assert bodies(issues)[0].startswith("丙")
    file.write_text(before, "utf-8")
    assert bodies(issues)[0].startswith("第一段")


def test_corrected_pages_change_the_hash_of_a_scan(tmp_path: Path) -> None:
    """A scan is hashed by what it was read from."""
    folder = tmp_path / "issues" / "1996" / "03"
    folder.mkdir(parents=True)
    printed = next((ROOT / "issues" / "1996" / "03").glob("*.pdf"))
    (folder / printed.name).write_bytes(printed.read_bytes())

    def seen() -> str:
        reading = read(Settings(), tmp_path / "issues", cache=tmp_path / "cache")
        return reading.archive.scans["1996/03/"].digest

    first = seen()
    assert first == seen()
    (folder / "text").mkdir()
    (folder / "text" / "0001.md").write_text("校订的文字", "utf-8")
    assert seen() != first
