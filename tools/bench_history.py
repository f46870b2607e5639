"""Measure what the history of an archive costs: a repository of its documents, with edits.

    python -m tools.bench_history --issues ISSUES [--commits 60] [--edits 20] [--write docs/history.md]

ISSUES is an imported archive (tools/import_corpus.py); its Markdown is copied into a repository of
its own, committed, and changed by a seeded choice: each commit edits some documents, every other one
by a new paragraph, the others within a paragraph. Then: asking for HEAD, one pass over the log, the
comparison of everything that changed, and the same once more when all of it is known. With --write
the table is put between the markers of that file.
"""

import argparse
import os
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from gazette.archive import Archive
from gazette.content import read_gazette
from gazette.history import read_head, read_history
from gazette.reading import with_stories
from gazette.settings import Settings
from tools.tables import write_table

_T = TypeVar("_T")


def git(root: Path, day: str, *arguments: str) -> None:
    """Run git with the clock at noon of a day."""
    moment = f"{day}T12:00:00+0800"
    who = {f"GIT_{w}_{k}": v for w in ("AUTHOR", "COMMITTER")
           for k, v in (("NAME", "a"), ("EMAIL", "a@b.invalid"), ("DATE", moment))}  # fmt: skip
    subprocess.run(["git", *arguments], cwd=root, check=True, env={**os.environ, **who})  # noqa: S603, S607


def edited(content: bytes, at: int) -> bytes:
    """A document with a new paragraph before its last, or with one character changed in the middle."""
    body = content.find(b"\n---\n", 4)
    if at % 2:
        end = max(content.rfind(b"\n\n", 0, len(content) - 4), body + 5)
        return content[:end] + f"\n\n改动{at}。".encode() + content[end:]
    text = content.decode("utf-8", "surrogateescape")
    middle = (len(text) + len(content[:body].decode("utf-8", "surrogateescape"))) // 2
    return (text[:middle] + "改" + text[middle + 1 :]).encode("utf-8", "surrogateescape")


def make(issues: Path, root: Path, *, commits: int, edits: int) -> None:
    """The repository: one commit with every document, then `commits` that edit some."""
    for path in issues.glob("*/*/*.md"):
        target = root / "issues" / path.relative_to(issues)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    git(root, "2025-01-01", "init", "-q", ".")
    git(root, "2025-01-01", "add", "-A")
    git(root, "2025-01-01", "commit", "-q", "-m", "1")
    files = sorted(p for p in (root / "issues").glob("*/*/*.md") if p.name != "index.md")
    chance = random.Random(20260101)  # noqa: S311  no secret
    for at in range(commits):
        for path in chance.sample(files, edits):
            path.write_bytes(edited(path.read_bytes(), at))
        git(root, f"2025-{2 + at // 28:02}-{1 + at % 28:02}", "commit", "-q", "-a", "-m", str(at))


def timed(call: Callable[[], _T]) -> tuple[_T, float]:
    """What a call gives, and the seconds that it took."""
    started = time.perf_counter()
    made = call()
    return made, time.perf_counter() - started


def main() -> None:
    """Measure, and print the table or write it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--issues", type=Path, required=True)
    options.add_argument("--commits", type=int, default=60)
    options.add_argument("--edits", type=int, default=20)
    options.add_argument("--write", type=Path)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make(asked.issues, root, commits=asked.commits, edits=asked.edits)
        issues, cache = root / "issues", root / "cache"
        cache.mkdir()
        head, to_ask = timed(lambda: read_head(issues))
        history, to_read = timed(lambda: read_history(issues, head))
        archive = Archive(name="", gazette=read_gazette(issues)[0])
        told, to_compare = timed(lambda: with_stories(archive, Settings(), issues, cache=cache))
        _, again = timed(lambda: with_stories(archive, Settings(), issues, cache=cache))
    changed = [story for story in told.stories.of.values() if story.edits]
    count = sum(len(story.edits) for story in changed)
    rows = [
        ("没有变化时（问 HEAD）", to_ask),
        ("读一遍 git log", to_read),
        (f"再加第一次比较 {count:,} 处改动", to_compare),
        ("HEAD 变了、内容都比较过", again),
    ]
    title = f"{len(history.versions):,} 件文件，{asked.commits + 1} 次提交改了 {len(changed):,} 件"
    lines = [f"| {title} | 秒 |", "|---|---|"]
    lines += [f"| {name} | {seconds:.2f} |" for name, seconds in rows]
    write_table("\n".join(lines), "bench", asked.write)


if __name__ == "__main__":
    main()
