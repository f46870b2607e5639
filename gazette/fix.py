"""Writes into committed files what their texts state (`gazette.proposals`): lines added, nothing else.

The only module that changes documents which somebody else wrote. A change is first worked out and
shown, then written if the file is still what was shown; what a person must decide is left alone.
"""

import difflib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gazette.kept import write
from gazette.matter import MatterError, added
from gazette.proposals import Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A file as it is and as it would be; `refused` says in Chinese why nothing can be added."""

    path: Path
    name: str
    old: bytes
    new: bytes
    refused: str = ""

    def diff(self) -> str:
        """The change as a unified diff, with a line of context on each side."""
        before, after = (c.decode("utf-8", "replace").splitlines() for c in (self.old, self.new))
        return "\n".join(
            difflib.unified_diff(before, after, self.name, self.name, n=1, lineterm="")
        )


def changes(issues: Path, found: Iterable[Proposal]) -> Iterator[Change]:
    """What would be written, file by file; proposals with a doubt are a person's."""
    by_file: dict[str, dict[str, Any]] = defaultdict(dict)
    for proposal in found:
        if not proposal.doubt:
            by_file[proposal.source] |= proposal.fields
    for source, fields in by_file.items():
        path = issues / source
        old = path.read_bytes()
        try:
            new, refused = added(old, fields), ""
        except MatterError as error:
            new, refused = old, f"{error.message}。{error.hint}"
        yield Change(path=path, name=f"{issues.name}/{source}", old=old, new=new, refused=refused)


def carry_out(change: Change) -> bool:
    """Write a change; False where the file is no longer what was shown."""
    if change.path.is_symlink() or change.path.read_bytes() != change.old:
        return False
    mode = change.path.stat().st_mode
    write(change.path, change.new)
    change.path.chmod(mode & 0o7777)
    return True
