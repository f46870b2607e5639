"""Two trees of one site: the one that is served, and a spare that the next build is written into.

A build never touches the tree that is served. It brings the spare up to date, writing only what
changed and linking what the other tree has already, and then exchanges the two, which the system
does in one step. After that the old tree is brought up to date by links, so that the next build
finds both alike. A folder that only has another name, as most of a segment of the search index when
a document changes, is renamed with all that is in it. A record tells what each tree holds, and a journal, written first, which files a
build is about to touch: those count as unknown until the build is done, so it may be killed at any
moment. A tree that is not known, or was written to by others, is searched and trusted in nothing.
"""

import ctypes
import errno
import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from gazette.errors import BuildError
from gazette.kept import dumps, loads, write

Outputs = Mapping[str, str]
"""Files of a site by their path with `/`, and the hash of what each is made of."""

_EXCHANGE = 2
"""RENAME_EXCHANGE of renameat2(2)."""
_HERE = -100
"""AT_FDCWD."""


@dataclass(slots=True)
class Tree:
    """What is known of a tree: the files that are as they should be, and those that may be there."""

    outputs: dict[str, str] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a build has to do to the site that is served."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]


class Trees:
    """The two trees of the site at `site`; `record` is the file that remembers what they hold."""

    def __init__(self, site: Path, record: Path) -> None:
        self.site = site
        self.spare = site.with_name(f".{site.name}.spare")
        self._record = record
        self._journal = record.with_name(f"{record.name}.journal")
        self._mend()
        self._trees, times = self._load()
        self.live = self._find(site)
        # Others, MkDocs for one, may write into the site; into the hidden spare nobody does.
        node = _node(site)
        if node and times.get(node) != site.stat().st_mtime_ns:
            self.live = Tree(unsure=set(_files(site)))
        self.other = self._find(self.spare)
        self._said: tuple[Outputs, Outputs, Mapping[str, str]] = ({}, {}, {})

    def _mend(self) -> None:
        """Undo half an exchange, where the system cannot exchange in one step."""
        old = self.site.with_name(f".{self.site.name}.old")
        if old.is_dir():
            if self.site.exists():
                shutil.rmtree(old, ignore_errors=True)
            else:
                old.rename(self.site)

    def _load(self) -> tuple[dict[str, Tree], dict[str, int]]:
        trees: dict[str, Tree] = {}
        times: dict[str, int] = {}
        try:
            outputs, nodes = loads(self._record.read_bytes())
        except (OSError, ValueError, TypeError):
            return {}, {}
        for node, time in nodes.items():
            trees[node] = Tree(outputs=dict(outputs))
            times[node] = time
        with suppress(OSError, ValueError, TypeError):
            for node, (time, touched) in loads(self._journal.read_bytes()).items():
                times[node] = time
                tree = trees.setdefault(node, Tree())
                tree.unsure |= set(touched)
                for path in touched:
                    tree.outputs.pop(path, None)
        return trees, times

    def _find(self, folder: Path) -> Tree:
        node = _node(folder)
        if node is None:
            return Tree()
        return self._trees.get(node) or Tree(unsure=set(_files(folder)))

    def change(self, wanted: Outputs) -> Change:
        """What stands between the site that is served and the wanted one."""
        have = self.live.outputs
        if not self.live.unsure:
            have = _renamed(have, self._moves(have, wanted))
        return Change(
            added=tuple(p for p in wanted if p not in have and p not in self.live.unsure),
            changed=tuple(
                p
                for p in wanted
                if have.get(p) != wanted[p] and (p in have or p in self.live.unsure)
            ),
            gone=tuple(sorted(p for p in {*have, *self.live.unsure} if p not in wanted)),
        )

    def is_current(self) -> bool:
        """Whether both trees stand and hold what the record says."""
        return (
            _node(self.site) in self._trees
            and _node(self.spare) in self._trees
            and not self.live.unsure
            and not self.other.unsure
        )

    def publish(self, wanted: Outputs, make: Callable[[Collection[str], Path], None]) -> None:
        """Bring the site to hold exactly what is wanted.

        `make` writes the given files, of which none is there, into the given folder. Where it
        raises, the site that is served has not been touched.
        """
        self.spare.mkdir(parents=True, exist_ok=True)
        touched = self._ever_touched(self.other, wanted)
        self._note({self.spare: touched})
        self._move(self.other, wanted)
        here = self._touched(self.other, wanted)
        source, have = self.site, self.live.outputs
        linked = [p for p in here if p in wanted and have.get(p) == wanted[p]]
        made = [p for p in here if p in wanted and have.get(p) != wanted[p]]
        _clear(self.spare, here, wanted)
        made += _link(source, self.spare, linked)
        make(made, self.spare)
        missing = [p for p in made if not os.path.lexists(self.spare / p)]
        if missing:
            raise BuildError(f"有 {len(missing)} 个文件没有写出来", path=missing[0])
        before, self.live = self.live, Tree(outputs=dict(wanted))
        self.other = before
        again = self._ever_touched(before, wanted) if self.site.exists() else set(wanted)
        self._note({self.spare: touched, self.site: again})
        self._exchange()
        self.spare.mkdir(parents=True, exist_ok=True)
        if again:
            self._note({self.site: touched, self.spare: again})
            self._move(before, wanted)
            again = self._touched(before, wanted)
            _clear(self.spare, again, wanted)
            rest = _link(self.site, self.spare, [p for p in again if p in wanted])
            for path in rest:
                shutil.copyfile(self.site / path, self.spare / path)
        nodes = {n: f.stat().st_mtime_ns for f in (self.site, self.spare) if (n := _node(f))}
        write(self._record, dumps((dict(wanted), nodes)))
        self._journal.unlink(missing_ok=True)

    def _touched(self, tree: Tree, wanted: Outputs) -> set[str]:
        have = tree.outputs
        touched = {p for p in wanted if have.get(p) != wanted[p]}
        return touched | {p for p in have if p not in wanted} | tree.unsure

    def _ever_touched(self, tree: Tree, wanted: Outputs) -> set[str]:
        """As `_touched`, and the names that files have after a move which are not wanted there."""
        touched = self._touched(tree, wanted)
        if tree.unsure:
            return touched
        moved = _renamed(tree.outputs, self._moves(tree.outputs, wanted))
        return touched | (moved.keys() - tree.outputs.keys())

    def _moves(self, have: Outputs, wanted: Outputs) -> Mapping[str, str]:
        """As `_moves`, worked out once for trees that are alike."""
        if self._said[:2] != (have, wanted):
            self._said = (have, wanted, _moves(have, wanted))
        return self._said[2]

    def _move(self, tree: Tree, wanted: Outputs) -> None:
        """Rename folders of the spare that are wanted under another name, which `tree` then says."""
        if tree.unsure:
            return  # who knows what else is in there
        for old, new in self._moves(tree.outputs, wanted).items():
            target = self.spare / new
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                (self.spare / old).rename(target)
            except OSError:
                continue  # its files are linked, one by one
            tree.outputs = _renamed(tree.outputs, {old: new})
            _prune(str(self.spare), old)

    def _note(self, touched: Mapping[Path, Collection[str]]) -> None:
        """Write down what is about to be touched, before it is."""
        said = {
            node: (folder.stat().st_mtime_ns, sorted(paths))
            for folder, paths in touched.items()
            if (node := _node(folder))
        }
        self._journal.parent.mkdir(parents=True, exist_ok=True)
        write(self._journal, dumps(said))

    def _exchange(self) -> None:
        if not self.site.exists():
            self.site.parent.mkdir(parents=True, exist_ok=True)
            self.spare.rename(self.site)
            return
        if _exchange(self.spare, self.site):
            return
        old = self.site.with_name(f".{self.site.name}.old")
        try:
            self.site.rename(old)
        except OSError as error:
            raise BuildError(
                f"网站文件夹换不下来（{error.strerror}）",
                path=str(self.site),
                hint="它不能是挂载点：请用 --site 指明其中的一个文件夹。",
            ) from None
        self.spare.rename(self.site)
        old.rename(self.spare)


def _node(folder: Path) -> str | None:
    """A folder's identity, which it keeps when it is renamed."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return f"{found.st_dev}:{found.st_ino}"


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where the system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    done = call(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE)
    if done == 0:
        return True
    if ctypes.get_errno() in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        return False  # a file system that does not know it
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(one))


def _files(folder: Path) -> Iterator[str]:
    """Every file of a tree, and every empty folder with a `/` at its end."""
    base = len(str(folder)) + 1
    for parent, inner, names in os.walk(folder):
        for name in names:
            yield os.path.join(parent, name)[base:]  # noqa: PTH118  tens of thousands of them
        if not names and not inner and len(parent) > base:
            yield parent[base:] + "/"


_MANY = 16
"""Files by which a folder is known under its new name; fewer are as soon linked."""


def _moves(have: Outputs, wanted: Outputs) -> dict[str, str]:
    """Folders of which nothing is wanted any more, each with the name under which its files are."""
    gone = have.keys() - wanted.keys()
    if len(gone) < _MANY:
        return {}
    fresh = {wanted[path]: path for path in wanted.keys() - have.keys()}
    votes = Counter(_other_name(p, fresh[have[p]]) for p in gone if have[p] in fresh)
    found: dict[str, str] = {}
    for (old, new), files in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0])):
        if files < _MANY:
            break
        taken = [*found, *found.values()]
        if (
            old
            and new
            and not any(_overlap(*pair) for pair in product((old, new), taken))
            and not _overlap(old, new)
            and not _holds(wanted, old)
            and not _holds(have, new)
        ):
            found[old] = new
    return found


def _holds(outputs: Outputs, folder: str) -> bool:
    """Whether there is anything in a folder, or a file of its name."""
    return folder in outputs or f"\n{folder}/" in "\n".join(["", *outputs])


def _other_name(old: str, new: str) -> tuple[str, str]:
    """What differs of two paths once the end that they share is cut off, which are folders."""
    one, other = old.split("/"), new.split("/")
    while one and other and one[-1] == other[-1]:
        one.pop()
        other.pop()
    return "/".join(one), "/".join(other)


def _overlap(one: str, other: str) -> bool:
    """Whether two paths are the same or one is in the other."""
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")


def _renamed(outputs: Outputs, moves: Mapping[str, str]) -> dict[str, str]:
    """The same files where these folders have their new names."""
    found = dict(outputs)
    for old, new in moves.items():
        for path in [p for p in found if p.startswith(f"{old}/")]:
            found[new + path[len(old) :]] = found.pop(path)
    return found


def _clear(folder: Path, paths: Iterable[str], wanted: Outputs) -> None:
    """Remove files, and the folders of those that are not wanted where they are left empty."""
    root = str(folder)
    emptied = set()
    for path in paths:
        with suppress(OSError):  # not there, or a folder
            os.unlink(f"{root}/{path}")  # noqa: PTH108
        if path not in wanted and "/" in path:
            emptied.add(path.rpartition("/")[0])
    for inner in sorted(emptied, key=len, reverse=True):
        _prune(root, inner)


def _prune(root: str, at: str) -> None:
    """Remove a folder, and those that it is in, where they are empty."""
    while at:
        try:
            os.rmdir(f"{root}/{at}")  # noqa: PTH106
        except FileNotFoundError:
            pass  # not made yet, or gone already; what it would be in may still be empty
        except OSError:
            break
        at = at.rpartition("/")[0]


def _link(source: Path, target: Path, paths: Iterable[str]) -> list[str]:
    """Link files from one tree into the other; those that could not be."""
    left = []
    one, other = str(source), str(target)
    folders = set()
    for path in sorted(paths):
        folder = path.rpartition("/")[0]
        if folder not in folders:
            os.makedirs(f"{other}/{folder}", exist_ok=True)  # noqa: PTH103
            folders.add(folder)
        try:
            os.link(f"{one}/{path}", f"{other}/{path}")
        except OSError:
            left.append(path)
    return left
