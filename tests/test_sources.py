"""Files are read again only where they may have changed, and a hash is never that of an older content."""

import os
from pathlib import Path

from gazette.pdf.child import remember, sha256
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
