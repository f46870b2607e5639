"""What the committed files hold, as hashes, read again only where a file may have changed.

A file whose size, times and inode are as before is taken to be as before. That fails for a file
that is changed twice within one tick of the clock, the second time after it was read: so one that
was young when it was read is read again next time (the racy entries of git's index,
https://git-scm.com/docs/racy-git).
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from gazette.digest import digest
from gazette.errors import BuildError
from gazette.kept import dumps, loads, write

_YOUNG = 2_000_000_000
"""Nanoseconds: file systems keep times by ticks of up to two seconds (FAT)."""

_UNREADABLE = "unreadable"
_SPECIAL = "special"

_IGNORED = re.compile(r"\..*|~\$.*|Thumbs\.db|desktop\.ini|.*~", re.DOTALL)

State = tuple[int, int, int, int]
"""Size, modification and change in nanoseconds, inode."""


@dataclass(frozen=True, kw_only=True)
class Sources:
    """All files and folders under a folder, by relative path with `/`; a folder ends in `/`.

    `states` are those under which files were hashed, without those that may yet be changed within
    the same tick of the clock. A file's value is its SHA-256, that of a folder is empty, that of a link says where it leads, and
    that of what is no file (a pipe), or cannot be read, says so.
    """

    files: Mapping[str, str]
    states: Mapping[str, State] = field(default_factory=dict, compare=False)

    @cached_property
    def digest(self) -> str:
        """A hash of every name and content."""
        return digest([list(self.files), list(self.files.values())])

    @cached_property
    def _by_folder(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self.files:
            parts = path.split("/", 2)
            if len(parts) > 2:  # noqa: PLR2004  year, issue, and what is in it
                found.setdefault(f"{parts[0]}/{parts[1]}", []).append(path)
        return found

    def inside(self, folder: str) -> dict[str, str]:
        """What is in an issue's folder, like `2019/12`."""
        return {path: self.files[path] for path in self._by_folder.get(folder, ())}


def is_ignored(name: str) -> bool:
    """Whether a file or folder is passed over: hidden ones, and what editors and systems leave."""
    return _IGNORED.fullmatch(name) is not None


def find_sources(issues: Path, cache: Path) -> Sources:
    """The files under the issues folder; BuildError if there is no such folder."""
    if not issues.is_dir():
        hint = "请在公报仓库的根目录下运行，或用 --issues 指明。"
        raise BuildError("找不到公报内容的文件夹", path=str(issues), hint=hint)
    return read_sources(issues, table=cache / "sources", ignored=is_ignored)


def read_sources(
    folder: Path, *, table: Path, ignored: Callable[[str], bool] = lambda _: False
) -> Sources:
    """Look at every file; `table` keeps what was seen, for the next time.

    Names that are `ignored` are passed over. What vanishes meanwhile is as if it had never been; a
    file that cannot be read counts by its state, and is for whoever opens it to complain about.
    """
    known = _known(table, folder)
    table.parent.mkdir(parents=True, exist_ok=True)
    clock = table.with_name(f"{table.name}.clock")
    clock.touch()  # what the file system takes to be now
    young = clock.stat().st_mtime_ns - _YOUNG
    states: dict[str, tuple[State, str]] = {}
    files: dict[str, str] = {}
    changed = False
    for path, name, info, target in sorted(_walk(str(folder), "", ignored)):
        if info is None:
            files[path] = target
            continue
        before = known.get(path)
        if before and before[0] == info and max(info[1], info[2]) < young:
            value = before[1]
            states[path] = before
        else:
            value = _hash(name, info)
            # To be read again next time where it may yet change under the same state.
            states[path] = (
                (info, value) if max(info[1], info[2]) < young else ((-1, 0, 0, 0), value)
            )
            changed = changed or states[path] != before
        files[path] = value
    if changed or len(states) != len(known):
        write(table, dumps((str(folder), states)))
    steady = {
        path: state
        for path, (state, value) in states.items()
        if state[0] >= 0 and not value.startswith(_UNREADABLE)
    }
    return Sources(files=files, states=steady)


def unchanged(folder: Path, files: Mapping[str, str]) -> bool:
    """Whether these files under a folder still hold what `read_sources` said of them."""
    return all(
        _hash(str(folder / path), None) == value
        for path, value in files.items()
        if value and not value.startswith(("->", _UNREADABLE, _SPECIAL))
    )


def _known(table: Path, folder: Path) -> Mapping[str, tuple[State, str]]:
    try:
        said, states = loads(table.read_bytes())
    except (OSError, ValueError, TypeError):
        return {}
    known: Mapping[str, tuple[State, str]] = states if said == str(folder) else {}
    return known


def _walk(
    folder: str, prefix: str, ignored: Callable[[str], bool]
) -> Iterator[tuple[str, str, State | None, str]]:
    """(relative path, path, state, target): a folder and a link have no state."""
    try:
        with os.scandir(folder) as listed:
            entries = [e for e in listed if not ignored(e.name)]
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        yield f"{prefix}{_UNREADABLE}", folder, None, f"{_UNREADABLE} {error.errno}"
        return
    for entry in entries:
        path = prefix + entry.name
        try:
            if entry.is_symlink():
                yield path, entry.path, None, f"-> {Path(entry.path).readlink()}"
            elif entry.is_dir():
                yield f"{path}/", entry.path, None, ""
                yield from _walk(entry.path, f"{path}/", ignored)
            elif not entry.is_file():
                yield path, entry.path, None, _SPECIAL  # a pipe: reading it may never end
            else:
                s = entry.stat()
                yield path, entry.path, (s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino), ""
        except FileNotFoundError:
            continue
        except OSError as error:
            yield path, entry.path, None, f"{_UNREADABLE} {error.errno}"


def _hash(path: str, state: State | None) -> str:
    try:
        with open(path, "rb") as file:  # noqa: PTH123  thousands of them
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return f"{_UNREADABLE} {state}"
