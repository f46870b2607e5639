"""Times the making of both indexes, in a process of its own so that memory is its own: JSON rows.

A row is [seconds, processor seconds, peak memory in KB, files, bytes]: of the static index, of the
index of words, of bringing both up to date when the newest issue is added to an archive that has
all the others, and when a sentence is added to a document of a closed year. `tools.bench_search`
runs it.

    python -m tools.index_times ISSUES CONFIG FOLDER
"""

import json
import resource
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from gazette.index import by_issue, issues_to_index, update_static_index
from gazette.reading import read_archive
from gazette.search import whoosh_index
from gazette.search.entry import IssueEntries
from gazette.settings import read_settings


def processor() -> float:
    """Processor seconds of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def resident() -> int:
    """Memory of this process and of its children, in KB (Linux)."""
    own = Path("/proc/self")
    children = (own / "task").glob("*/children")
    names = [n for c in children for n in c.read_text("ascii").split()]
    total = 0
    for path in [own, *(Path("/proc") / name for name in names)]:
        try:
            lines = (path / "status").read_text("utf-8").splitlines()
        except OSError:
            continue  # it has ended
        total += sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
    return total


def measured(work: Callable[[], object], folder: Path) -> list[float]:
    """A row on one piece of work, which writes into a folder."""
    peak = 0
    over = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not over.wait(0.2):
            peak = max(peak, resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    start, spent = time.monotonic(), processor()
    work()
    seconds, spent = time.monotonic() - start, processor() - spent
    over.set()
    watcher.join()
    files = [p for p in folder.rglob("*") if p.is_file()]
    return [seconds, spent, peak, len(files), sum(p.stat().st_size for p in files)]


def main() -> None:
    """Measure and print."""
    path, config, folder = map(Path, sys.argv[1:])
    settings = read_settings(config)
    archive, _ = read_archive(settings, path, cache=path.parent / ".gazette")
    entries = [entry for issue in issues_to_index(archive) for entry in issue.entries()]
    issues = by_issue(entries)
    newest = max(issues, key=lambda issue: issue.place)
    before = [issue for issue in issues if issue != newest]
    closed = [e for e in entries if e.year <= settings.closed_through and e.kind == "document"]
    edited = closed[len(closed) // 2]
    changed = replace(edited, body=f"{edited.body[:300]}，另有规定的除外{edited.body[300:]}")
    after = by_issue(changed if entry is edited else entry for entry in entries)
    grams, words = folder / "grams", folder / "words"

    def static(part: list[IssueEntries]) -> None:
        update_static_index(part, grams, closed_through=settings.closed_through, jobs=2)

    def both(part: list[IssueEntries]) -> None:
        static(part)
        whoosh_index.update(words, part)

    rows = [
        measured(lambda: static(before), grams),
        measured(lambda: whoosh_index.update(words, before), words),
        measured(lambda: both(issues), folder),
        measured(lambda: both(after), folder),
    ]
    sys.stdout.write(json.dumps(rows))


if __name__ == "__main__":
    main()
