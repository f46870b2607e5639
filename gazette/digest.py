"""One hash for one value: what a thing was made of, so that it need not be made again. Pure.

Two values that are equal have one hash, in any process and whichever way they came about; that is
what pickle alone does not give, since it writes a shared string once and an equal one twice.
"""

import dataclasses
import hashlib
import io
import pickle
from datetime import date
from enum import Enum
from typing import Any

LENGTH = 32
"""Hexadecimal digits of a hash: 128 bits, against chance and not against an adversary's pairs."""


def digest(value: Any) -> str:
    """The hash of a value of plain types, dates, enums, dataclasses, and tuples, lists, dicts of them.

    A dataclass is hashed by its fields, or by its `digest` where it knows that: a gazette of
    thousands of documents is hashed without touching their texts. Dicts count in their order; sets
    have none, so they must not be in it. Raises TypeError for what is no value (functions, files).
    """
    out = io.BytesIO()
    writer = _Writer(out, protocol=5)
    writer.fast = True  # no memo: what is shared is written out each time
    writer.dump(value)
    return hashlib.sha256(out.getbuffer()).hexdigest()[:LENGTH]


def of_fields(value: Any) -> str:
    """The hash of a dataclass by its fields, for those that keep theirs as `digest`."""
    return digest([type(value).__qualname__, *_fields(value)])


def _fields(value: Any) -> list[Any]:
    return [getattr(value, name) for name in _names(type(value)) or ()]


_KINDS: dict[type, tuple[str, ...] | None] = {}


def _names(kind: type) -> tuple[str, ...] | None:
    """The fields of a dataclass; None for what is none. Asked so often that it is remembered."""
    if kind not in _KINDS:
        is_one = dataclasses.is_dataclass(kind)
        _KINDS[kind] = tuple(f.name for f in dataclasses.fields(kind)) if is_one else None
    return _KINDS[kind]


class _Writer(pickle.Pickler):
    """Writes values by what they are equal by. What it writes is never read back."""

    def reducer_override(self, obj: Any) -> Any:
        """What stands for an object that is not of a plain type."""
        kind = type(obj)
        if _names(kind) is not None:
            known = getattr(obj, "digest", None)
            said = [kind.__qualname__, known] if known else [kind.__qualname__, *_fields(obj)]
            return list, (said,)
        if isinstance(obj, Enum):
            return str, (f"{kind.__qualname__}.{obj.name}",)
        if isinstance(obj, date):
            return str, (obj.isoformat(),)
        if obj in (list, str):  # what stands for the others is written with these
            return NotImplemented
        raise TypeError(f"没有自己的值，算不出指纹：{kind.__qualname__}")
