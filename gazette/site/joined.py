"""What is always wanted together, sent as one file. Pure: sources in, sources out.

In the source each module is a small file. A phone would fetch each by a request of its own, compressed
alone and with its outer names spelt out; joined, they are a twelfth of their bytes less. What is joined
is one function, so that minifying shortens its outer names too; imports elsewhere are led to the file
that holds what they want, since a module must not run twice.

The modules keep to what can be joined line by line: `import { a } from "./b.js";` on one line,
`export` before a declaration, no cycles. What does not is a mistake in the look and fails the build.

A style sheet that begins with `@import "parts.css";` has that sheet put in its place, as the browser
would, a round later.
"""

import re
from collections.abc import Mapping
from posixpath import dirname, join, normpath, relpath

from gazette.errors import BuildError

JOINED: Mapping[str, tuple[str, ...]] = {
    "assets/search/index.js": ("assets/search/dom.js", "assets/search/terms.js"),
    "assets/search/session.js": ("assets/search/query.js",),
}
"""File → modules that go into it, before its own: of the index and of the engine.

Two, for a document page reads the index (its related documents) and does not search.
"""

_IMPORT = re.compile(r'^import \{ ([\w, ]+) \} from "([^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function\*?|class|const|let) (\w+))", re.MULTILINE)
_OUTER = re.compile(r"^(?:async )?(?:function\*?|class|const|let) (\w+)", re.MULTILINE)
_UNKNOWN = re.compile(r"^(?:import|export)\b(?!\().*$", re.MULTILINE)
_SHEET = re.compile(r'^@import "([^"/]+\.css)";\n', re.MULTILINE)
_ASKED = re.compile(r'(\bfrom |\bimport\()"(\.{1,2}/[^"]+\.js)"')


def joined(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of the look by address, with those modules joined that are all there, and the sheets.

    Raises BuildError where a module cannot be joined.
    """
    texts = {
        name: content.decode(errors="surrogateescape")
        for name, content in files.items()
        if name.endswith((".js", ".css"))
    }
    moved: dict[str, str] = {}
    for target, parts in JOINED.items():
        if all(name in texts for name in (*parts, target)):
            moved |= dict.fromkeys(parts, target)
            texts[target] = _one(target, {name: texts[name] for name in (*parts, target)})
    imported = set()
    for name in [name for name in texts if name.endswith(".css")]:
        found = {at: join(dirname(name), at) for at in _SHEET.findall(texts[name])}
        found = {at: part for at, part in found.items() if part in texts}
        for at, part in found.items():
            texts[name] = texts[name].replace(f'@import "{at}";\n', texts[part])
        imported |= set(found.values())
    made = {
        name: _led(name, text, moved).encode(errors="surrogateescape")
        for name, text in texts.items()
        if name not in moved and name not in imported
    }
    gone = moved.keys() | imported
    return {name: made.get(name, content) for name, content in files.items() if name not in gone}


def _one(target: str, sources: Mapping[str, str]) -> str:
    """Several modules as one, in order; each may use what stands before it."""
    wanted: dict[str, list[str]] = {}
    given: list[str] = []
    outer: list[str] = []
    bodies = []
    for name, source in sources.items():
        for names, address in _IMPORT.findall(source):
            if normpath(join(dirname(name), address)) not in sources:
                wanted.setdefault(normpath(join(dirname(name), address)), []).extend(
                    n.strip() for n in names.split(",")
                )
        given += [found[1] for found in _EXPORT.findall(source)]
        body = _EXPORT.sub(r"\1", _IMPORT.sub("", source))
        outer += _OUTER.findall(body)
        if strange := _UNKNOWN.search(body):
            raise _unjoinable(name, f"这一行合并不了：{strange[0]}")
        bodies.append(body)
    if twice := sorted({name for name in outer if outer.count(name) > 1}):
        raise _unjoinable(target, f"几个模块里都有 {'、'.join(twice)}")
    imports = "".join(
        f'import {{ {", ".join(dict.fromkeys(names))} }} from "./{relpath(name, dirname(target))}";\n'
        for name, names in wanted.items()
    )
    names = ", ".join(given)
    text = "".join(bodies)
    return f"{imports}export const {{ {names} }} = (() => {{\n{text}return {{ {names} }};\n}})();\n"


def _led(name: str, source: str, moved: Mapping[str, str]) -> str:
    """A module that asks for what was moved where it is now."""

    def now(match: re.Match[str]) -> str:
        asked = normpath(join(dirname(name), match[2]))
        address = relpath(moved.get(asked, asked), dirname(name))
        return f'{match[1]}"{address if address.startswith(".") else f"./{address}"}"'

    return _ASKED.sub(now, source)


def _unjoinable(name: str, why: str) -> BuildError:
    hint = "检索的脚本发布时合成两个文件（gazette/site/joined.py 的开头写着要求）：请照样写。"
    return BuildError(why, path=f"overrides/{name}", hint=hint)
