"""What is sent means what was written."""

import os
import re
import subprocess
from pathlib import Path

from deno import find_deno_bin

from gazette.site.look import look_sources
from gazette.site.minified import minified
from tests.conftest import ROOT

PAGES = '{"compilerOptions": {"checkJs": true, "strict": false, "lib": ["esnext", "dom"]}}'


def test_no_small_script_uses_a_name_before_it_is_declared(tmp_path: Path) -> None:
    """The minifier moves `const { a } = (b.c)`, as a cast of types leaves it, before `const b`."""
    overrides = ROOT / "overrides"
    sent = look_sources(overrides)
    scripts = {Path(name): sent[name] for name in sent if name.endswith(".js")}
    assert len(scripts) > 20
    scripts[Path("moved.js")] = (
        b"export function f() { const b = self; const { a } = (b.c); return a; }"
    )
    for name, source in scripts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(minified(name.name, source))
    (tmp_path / "deno.json").write_text(PAGES)
    done = subprocess.run(  # noqa: S603  the checker of our own environment
        [find_deno_bin(), "check", "--quiet", "--no-lock", "--no-remote", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1", "DENO_DIR": str(tmp_path / "cache")},
    )
    early = re.findall(r"TS2448 .*?at file://\S*/(\S+?):\d", done.stdout + done.stderr, re.DOTALL)
    assert early == ["moved.js"]
