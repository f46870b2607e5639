"""Scripts sent as fewer files: nothing asks for what is not there, no module is there twice."""

import re
from posixpath import dirname, join, normpath

import pytest

from gazette.errors import BuildError
from gazette.site.joined import JOINED, joined
from tests.conftest import ROOT

LOOK = {
    path.relative_to(ROOT / "overrides").as_posix(): path.read_bytes()
    for path in sorted((ROOT / "overrides").rglob("*.js"))
}
INDEX, TERMS = "assets/search/index.js", "assets/search/terms.js"


def test_every_import_finds_its_file_and_its_names() -> None:
    files = {name: content.decode() for name, content in joined(LOOK).items()}
    assert set(files) == set(LOOK) - {part for parts in JOINED.values() for part in parts}
    found = 0
    for name, text in files.items():
        for names, asked in re.findall(r'import (?:\{([^}]*)\} from |\()?"(\.[^"]*)"', text):
            target = files[normpath(join(dirname(name), asked))]
            for wanted in (n.strip() for n in names.split(",") if n.strip()):
                said = rf"^export .*\b{wanted}\b"
                assert re.search(said, target, re.MULTILINE), f"{name}: {wanted}"
                found += 1
    assert found > 20


def test_what_is_no_module_to_be_joined_stays() -> None:
    assert joined({"assets/gazette.js": b"1", TERMS: b"export const a = 1;\n"}) == {
        "assets/gazette.js": b"1",
        TERMS: b"export const a = 1;\n",
    }


def test_a_sheet_that_begins_with_another_has_it_in_its_place() -> None:
    files = {
        "assets/a.css": b'/* a */\n@import "c.css";\na { color: red }\n',
        "assets/b.css": b'@import "c.css";\n@import "elsewhere.css";\n',
        "assets/c.css": b"c { color: red }\n",
    }
    assert joined(files) == {
        "assets/a.css": b"/* a */\nc { color: red }\na { color: red }\n",
        "assets/b.css": b'c { color: red }\n@import "elsewhere.css";\n',
    }


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"const units = 1;\n", "units"),
        (b'import * as all from "./inflate.js";\n', "import \\* as all"),
        (b"export default 1;\n", "export default"),
    ],
)
def test_what_cannot_be_joined_is_told(line: bytes, why: str) -> None:
    with pytest.raises(BuildError, match=why) as told:
        joined({**LOOK, INDEX: LOOK[INDEX] + line})
    assert told.value.path == f"overrides/{INDEX}"
