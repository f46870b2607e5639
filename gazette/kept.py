"""What was worked out before, kept under a hash of what it came from. The only module that knows pickle.

A cache holds nothing but values of ours: reading one makes dates, enums and dataclasses of this
package, and can call nothing else, so that a cache that somebody planted does no harm. What is torn
or foreign counts as empty. A cache can be deleted at any time.
"""

import dataclasses
import functools
import hashlib
import io
import os
import pickle
import sys
from collections.abc import Callable
from datetime import date
from enum import Enum
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar

_T = TypeVar("_T")
_ROOT = __name__.partition(".")[0]


def dumps(value: Any) -> bytes:
    """A value of plain types, dates, enums and dataclasses of this package, as bytes."""
    return pickle.dumps(value, protocol=5)


def loads(data: bytes) -> Any:
    """The inverse of `dumps`. Raises ValueError for what is torn, or names anything but values."""
    try:
        return _Reader(io.BytesIO(data)).load()
    except Exception as error:  # whatever is wrong with it, it is of no use
        raise ValueError("缓存读不出来") from error


class _Reader(pickle.Unpickler):
    """Makes values and calls nothing: https://docs.python.org/3/library/pickle.html#restricting-globals."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        """A class of values of this package, or `date`."""
        if (module_name, global_name) == ("datetime", "date"):
            return date
        if module_name.partition(".")[0] == _ROOT:
            found = super().find_class(module_name, global_name)
            if isinstance(found, type) and (
                dataclasses.is_dataclass(found) or issubclass(found, Enum)
            ):
                return found
        raise pickle.UnpicklingError(f"{module_name}.{global_name}")


def write(file: Path, data: bytes) -> None:
    """Put a file in its place whole, or not at all."""
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    part.write_bytes(data)
    part.replace(file)


@functools.cache
def program() -> str:
    """A hash of this program and of the versions of all that it stands on.

    Whatever was worked out by another program is worked out again: nobody need remember to raise
    a version.
    """
    found = hashlib.sha256(sys.version.encode())
    root = Path(__file__).parent
    for path in sorted(p for p in root.rglob("*") if p.suffix in (".py", ".typ", ".json")):
        found.update(f"\0{path.relative_to(root).as_posix()}\0".encode())
        found.update(path.read_bytes())
    for name in sorted({*_requirements(), "markupsafe"}):
        try:
            found.update(f"\0{name} {metadata.version(name)}".encode())
        except metadata.PackageNotFoundError:
            found.update(f"\0{name}".encode())
    return found.hexdigest()[:32]


def _requirements() -> list[str]:
    try:
        listed = metadata.requires("gongbaoshi") or []
    except metadata.PackageNotFoundError:  # run from its source, not installed
        return []
    return ["".join(c if c.isalnum() or c in "-_." else " " for c in r).split()[0] for r in listed]


class Kept:
    """Values by kind and key in one file. Of the kinds that a run uses, what it did not ask for goes.

    All of it belongs to one `owner`, a hash (of the program, say): with another, it starts empty.
    """

    def __init__(self, file: Path, owner: str) -> None:
        self._file = file
        self._owner = owner
        self._values: dict[str, dict[str, Any]] = {}
        self._used: dict[str, dict[str, Any]] = {}
        try:
            said, values = loads(file.read_bytes())
        except (OSError, ValueError, TypeError):
            return
        if said == owner:
            self._values = values

    def get(self, kind: str, key: str, make: Callable[[], _T]) -> _T:
        """The value of this key, made where it is not known."""
        used = self._used.setdefault(kind, {})
        if key not in used:
            known = self._values.get(kind, {})
            used[key] = known[key] if key in known else make()
        found: _T = used[key]
        return found

    def known(self, kind: str, key: str) -> bool:
        """Whether `get` would not have to make it."""
        return key in self._used.get(kind, {}) or key in self._values.get(kind, {})

    def last(self, kind: str, key: str) -> Any:
        """What the last run kept, whether or not this one uses it; None where it kept nothing."""
        return self._values.get(kind, {}).get(key)

    def put(self, kind: str, key: str, value: Any) -> None:
        """Keep a value that was made elsewhere."""
        self._used.setdefault(kind, {})[key] = value

    def save(self) -> None:
        """Write what this run used and made."""
        values = {**self._values, **self._used}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        write(self._file, dumps((self._owner, values)))
