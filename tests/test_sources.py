"""Files are read again only where they may have changed, and a hash is never that of an older content."""

import os
from pathlib import Path

from gazette.pdf.child import remember, sha256
from gazette.reading import read, read_archive
from gazette.settings import Settings
from gazette.sources import read_sources


def test_a_hash_holds_as_long_as_the_state_of_the_file_does(tmp_path: Path) -> None:
    file = tmp_path / "x" / "a.pdf"
    file.parent.mkdir()
    file.write_bytes(b"one")
    young = read_sources(tmp_path / "x", table=tmp_path / "table")
    assert young.states == {}, "may yet be changed within the same tick"
    real = sha256(file)
    assert young.files["a.pdf"] == real
    found = file.stat()
    state = (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
    remember(file, state, "known")
    assert sha256(file) == "known", "the file was not read"
    os.utime(file, ns=(1, 1))
    assert sha256(file) == real, "its times are others"
    file.write_bytes(b"two")
    assert sha256(file) not in {"known", real}


def test_an_issue_whose_copy_in_the_store_is_torn_is_read_again(tmp_path: Path) -> None:
    folder = tmp_path / "issues/2024/01"
    folder.mkdir(parents=True)
    text = "---\n标题: 甲\n发文机关: 市政府\n成文日期: 2024-01-01\n---\n\n正文。\n"
    (folder / "01.md").write_text(text, "utf-8")

    def bodies() -> list[str]:
        archive, _ = read_archive(Settings(), tmp_path / "issues", cache=tmp_path / "cache")
        return [d.body.strip() for d in archive.gazette.documents]

    assert bodies() == ["正文。"]
    (kept,) = (tmp_path / "cache/read").iterdir()
    for torn in (b"", kept.read_bytes()[:-3], b"something else"):
        kept.write_bytes(torn)
        assert bodies() == ["正文。"]


def test_texts_stay_for_who_reads_them_until_the_holder_of_the_cache_tidies(tmp_path: Path) -> None:
    folder = tmp_path / "issues/2024/01"
    folder.mkdir(parents=True)
    text = "---\n标题: 甲\n发文机关: 市政府\n成文日期: 2024-01-01\n---\n\n正文。\n"
    (folder / "01.md").write_text(text, "utf-8")
    here = (Settings(), tmp_path / "issues")
    before = read(*here, cache=tmp_path / "cache")
    store = tmp_path / "cache/read"
    (old,) = store.iterdir()
    os.utime(old, (1, 1))
    # Another process, a preview or the one beside a build, sees what was saved meanwhile.
    (folder / "01.md").write_text(text.replace("正文", "新文"), "utf-8")
    now = read(*here, cache=tmp_path / "cache")
    assert [r.archive.gazette.documents[0].body.strip() for r in (before, now)] == [
        "正文。",
        "新文。",
    ]
    (store / "young").write_bytes(b"")
    read(*here, cache=tmp_path / "cache", tidy=True)
    assert not old.exists()
    assert (store / "young").exists(), "somebody may have read it just now"
