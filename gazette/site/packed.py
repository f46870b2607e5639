"""Text files of the site compressed ahead (`预压缩`), for hosts that send them as they lie.

The same content gives the same bytes: no time and no name is in them. The only module that knows
brotli, which need not be installed.
"""

import gzip

from gazette.errors import BuildError

_TEXT = frozenset(
    {"html", "css", "js", "json", "xml", "txt", "csv", "svg", "webmanifest", "md"}
)  # fmt: skip


def siblings(path: str, kinds: tuple[str, ...]) -> tuple[str, ...]:
    """The compressed files that belong beside one of the site; () where it is no text."""
    if path.rpartition(".")[2] not in _TEXT:
        return ()
    return tuple(f"{path}.{kind}" for kind in kinds)


def packed(content: bytes, kind: str) -> bytes:
    """A content compressed as `gz` or `br`, as well as these can. Raises BuildError without brotli."""
    if kind == "gz":
        return gzip.compress(content, 9, mtime=0)
    try:
        import brotli  # noqa: PLC0415  a city that does not want it need not install it
    except ModuleNotFoundError:
        hint = "请安装：pip install 'gongbaoshi[brotli]'，或把“预压缩”改成 [gz]。"
        raise BuildError("没有安装 brotli", hint=hint) from None
    return bytes(brotli.compress(content, quality=11))
