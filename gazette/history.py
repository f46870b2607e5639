"""What git remembers of the committed files. The only module that knows git.

A version of a file is a day and the name of its content (a blob). Versions are those of the main
line: what was written on a branch and came with one merge is one version, as readers met it. Days
are those of commits (not of authors, whose clocks and dates are their own) in Beijing, wherever
this runs. What is not committed is no history.

A file is followed by its permanent number, whatever its name; and through renames that git sees
(`issues/2019/12/` that became `issues/2019/13/`). Where a number was deleted and used again, its
history begins again; where everything was taken away at once, as a city takes away the sample, that
of the whole.

The repository may be hostile: no command of its configuration is run (no pager, hook, monitor,
external diff, signature check or fetch), and what it says is limited in length and time.
"""

import contextlib
import os
import re
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import IO

MAX_BYTES = 16_000_000
"""Largest version that is read, as of files (`gazette.content.MAX_BYTES`)."""
_MAX_LOG = 400_000_000
_MAX_SECONDS = 300
_PIECE = 1 << 20
_BEIJING = timezone(timedelta(hours=8))

_NAME = re.compile(r"(\d{4}/[^/]+/\d{2,3})(?:-[^/]*)?\.md", re.ASCII | re.DOTALL)
_ALIKE = 80
"""How much two files of different numbers must share to be one that was moved, in per cent.

What is deleted and what is new in one commit may be alike because both are notices of a kind.
"""
_FILES = ("100644", "100755")

NO_GIT = "生成网站的机器上没有 git"
NO_REPOSITORY = "内容不在 git 仓库里"
NOT_OURS = "git 仓库属于另一个用户（safe.directory）"
SHALLOW = "git 仓库是浅克隆，没有完整的历史"
NO_COMMITS = "内容还没有提交到 git"
FAILED = "git 没有读出历史"
_REASONS = {
    "dubious ownership": NOT_OURS,
    "not a git repository": NO_REPOSITORY,
    "unknown revision": NO_COMMITS,
}

_ENVIRONMENT = {
    "LC_ALL": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_PAGER": "cat",
}
_SETTINGS = (
    "core.fsmonitor=",
    "core.hooksPath=/dev/null",
    "core.quotePath=false",
    "log.showSignature=false",
    "log.follow=false",
    "diff.orderFile=/dev/null",
    "protocol.allow=never",
)
"""What stands here outdoes what the repository has configured."""


@dataclass(frozen=True, slots=True)
class Version:
    """A content that a file had from a day on; `blob` is its name in git."""

    day: date
    blob: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the folder's repository stands at: commit and place in it; or why that is not known."""

    commit: str = ""
    prefix: str = ""
    unknown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A permanent number that no file has any more: `2024/01/05`, its last file and what became of it.

    `since` and `until` are the days of its first commit and of the one that took it away; `moved` is
    the number that its file got instead, "" where it was deleted.
    """

    number: str
    path: str
    since: date
    until: date
    moved: str = ""


@dataclass(frozen=True, kw_only=True)
class History:
    """The versions of every committed document by its path in the issues folder, oldest first.

    Two versions in a row differ. `gone` are the numbers that had a file once. `unknown` says in Chinese why nothing is known, "" where it is.
    """

    versions: Mapping[str, tuple[Version, ...]] = field(default_factory=dict)
    gone: tuple[Gone, ...] = ()
    unknown: str = ""


def read_head(folder: Path) -> Head:
    """Where the repository of a folder stands: one short call of git."""
    try:
        said = _git(
            folder, "rev-parse", "--is-shallow-repository", "HEAD^{commit}", "--show-prefix"
        )
    except _GitError as error:
        return Head(unknown=error.reason)
    shallow, commit, prefix = said.decode("utf-8", "surrogateescape").split("\n", 2)
    return Head(
        commit=commit, prefix=prefix.strip("\n"), unknown=SHALLOW if shallow == "true" else ""
    )


def read_history(folder: Path, head: Head) -> History:
    """Every version of every document under a folder, in one pass over the main line."""
    if head.unknown:
        return History(unknown=head.unknown)
    try:
        log = _git(
            folder, "log", "--first-parent", "-m", "--raw", "--no-abbrev", "-z", "-M50%", "-l1000",
            "--no-ext-diff", "--no-textconv", "--no-show-signature", "--no-color", "--relative",
            "--format=%x01%ct", head.commit, "--", ":(glob)*/*/*.md",
        )  # fmt: skip
    except _GitError as error:
        return History(unknown=error.reason)
    commits = _since_begun(list(_commits(log.decode("utf-8", "surrogateescape"))))
    versions = _versions(commits)
    gone = tuple(_gone(commits)) if versions else ()
    return History(versions=versions, gone=gone, unknown="" if versions else NO_COMMITS)


def names_ever(folder: Path) -> frozenset[str]:
    """The first parts of all paths that were ever committed under a folder; none where git says nothing.

    Those of every branch that leads here, deleted ones too.
    """
    try:
        log = _git(
            folder, "log", "--full-history", "-m", "--name-only", "--no-renames", "-z",
            "--relative", "--format=", "--no-ext-diff", "--no-color", "HEAD", "--", ".",
        )  # fmt: skip
    except _GitError:
        return frozenset()
    paths = log.decode("utf-8", "surrogateescape").split("\0")
    return frozenset(p.strip("\n").partition("/")[0] for p in paths if p.strip("\n"))


def lines_ever(file: Path) -> Iterator[str]:
    """Every line that a committed file ever had, in no order that matters, as often as it was changed."""
    try:
        log = _git(
            file.parent, "log", "--full-history", "-m", "-p", "-U0", "--format=", "--no-textconv",
            "--no-ext-diff", "--no-color", "HEAD", "--", file.name,
        )  # fmt: skip
    except _GitError:
        return
    for line in log.decode("utf-8", "surrogateescape").split("\n"):
        if line.startswith("+") and not line.startswith("+++"):
            yield line[1:]


def read_texts(folder: Path, blobs: Iterable[str]) -> Iterator[bytes | None]:
    """The contents of these names, in order; None for what is not there or too large."""
    wanted = list(blobs)
    if not wanted:
        return
    with _start(folder, ("cat-file", "--batch")) as process:
        sending = threading.Thread(target=_send, args=(process, wanted), daemon=True)
        sending.start()
        try:
            yield from _contents(process)
        finally:
            process.kill()
            sending.join()


def _send(process: "subprocess.Popen[bytes]", names: list[str]) -> None:
    if process.stdin:
        with contextlib.suppress(OSError), process.stdin:
            process.stdin.writelines(f"{name}\n".encode() for name in names)


def _contents(process: "subprocess.Popen[bytes]") -> Iterator[bytes | None]:
    """What `cat-file --batch` prints: `name type size`, the content, a line feed."""
    out = process.stdout
    while out and (head := out.readline().split()):
        if head[-1] == b"missing":
            yield None
            continue
        size = int(head[2])
        if size > MAX_BYTES:
            for at in range(0, size, _PIECE):
                out.read(min(_PIECE, size - at))
        content = out.read(size) if size <= MAX_BYTES else None
        out.read(1)
        yield content


# From the log to versions.

_Record = tuple[str, str, str, str, str]
"""Status (A, M, D, R087…), mode and blob afterwards, the old path, the new path."""
_Commit = tuple[date | None, list[_Record]]


def _commits(log: str) -> Iterator[_Commit]:
    """The commits of a log, newest first: day, and what was done to files."""
    for text in log.split("\x01")[1:]:
        stamp, *parts = text.split("\0")
        records: list[_Record] = []
        left = iter(parts)
        for part in left:
            head = part.lstrip("\n")
            if not head.startswith(":"):
                continue
            _, mode, _, blob, status = head.split(" ")
            old = next(left, "")
            new = next(left, "") if status[:1] in "RC" else old
            records.append((status, mode, blob, old, new))
        yield _day(stamp), records


def _since_begun(commits: list[_Commit]) -> list[_Commit]:
    """The commits since the archive began, newest first: who takes everything away begins anew.

    So does every city, which takes away the sample; nobody has published that.
    """
    documents: set[str] = set()
    others: set[str] = set()
    begun = len(commits)
    for at in reversed(range(len(commits))):
        records = commits[at][1]
        went = {old for status, _, _, old, _ in records if status == "D"}
        if documents and documents <= went and others <= {old for _, _, _, old, _ in records}:
            begun = at
        for status, _, _, old, new in records:
            if status[:1] in "DR":
                (documents if _number(old) else others).discard(old)
            if status != "D":
                (documents if _number(new) else others).add(new)
    left = commits[:begun]
    for day, records in commits[begun : begun + 1]:
        left.append((day, [r for r in records if r[0] != "D"]))
    return left


def _versions(
    commits: Iterable[_Commit],
) -> dict[str, tuple[Version, ...]]:
    """Versions by the path that a file has now: from the newest commit back, name by name."""
    owner: dict[str, str] = {}  # by a path at this point of time: the path that it has now, or ""
    found: dict[str, list[Version]] = {}
    for day, records in commits:
        moved: dict[str, str] = {}
        for mode, blob, old, new in _moves(records):
            key = owner.setdefault(new, new) if new else ""
            if key and mode in _FILES and day is not None:
                known = found.setdefault(key, [])
                if known and known[-1].blob == blob:
                    known[-1] = Version(day, blob)
                else:
                    known.append(Version(day, blob))
            if new and new != old:
                moved.setdefault(new, "")
            if old:
                moved[old] = key
        owner |= moved
    return {path: tuple(reversed(known)) for path, known in sorted(found.items())}


def _gone(commits: Iterable[_Commit]) -> Iterator[Gone]:
    """Numbers whose newest record takes their file away, in order."""
    there: set[str] = set()
    found: dict[str, Gone] = {}
    for day, records in commits:
        moves = [(_number(old), old, _number(new)) for _, _, old, new in _moves(records)]
        came = {new for _, _, new in moves if new}
        there |= came - found.keys()
        if day is None:
            continue
        for number in came & found.keys():
            found[number] = replace(found[number], since=day)
        for number, path, new in moves:
            if number and number not in came | there | found.keys():
                found[number] = Gone(number=number, path=path, since=day, until=day, moved=new)
    for number in sorted(found):
        moved = found[number].moved
        while moved in found and found[moved].moved:  # and was moved on, each time later
            moved = found[moved].moved
        yield replace(found[number], moved=moved)


def _moves(records: list[_Record]) -> Iterator[tuple[str, str, str, str]]:
    """(mode, blob, old path or "", new path or ""): a number that changed its name is one file."""
    gone: dict[str, str] = {}
    for status, _, _, old, new in records:
        number = _number(old)
        if number and (status == "D" or (status[:1] == "R" and _number(new) != number)):
            gone[number] = old
    for status, mode, blob, old, new in records:
        kind, number = status[:1], _number(new)
        if not number and not _number(old):
            continue
        if kind == "D":
            if gone.get(_number(old)) == old and not any(
                r[0][:1] in "AR" and _number(r[4]) == _number(old) for r in records
            ):
                yield mode, blob, old, ""
        elif kind == "R" and (number == _number(old) or int(status[1:] or 0) >= _ALIKE):
            yield mode, blob, old, new
        elif kind in "AR" and number in gone:
            yield mode, blob, gone[number], new
        elif kind in "AR":
            yield mode, blob, "", new
        else:
            yield mode, blob, new, new


def _number(path: str) -> str:
    found = _NAME.fullmatch(path)
    return found[1] if found else ""


def _day(stamp: str) -> date | None:
    """The day of a commit in Beijing; None where its clock was out of all bounds, or there is none."""
    try:
        return datetime.fromtimestamp(int(stamp), _BEIJING).date()
    except (ValueError, OverflowError, OSError):
        return None


# Calling git.


class _GitError(Exception):
    """Git would not say; `reason` is what readers are told."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _start(
    folder: Path, arguments: Iterable[str], complaints: IO[bytes] | int = subprocess.DEVNULL
) -> "subprocess.Popen[bytes]":
    call = ["git", "--no-pager", "--no-replace-objects", "-C", str(folder)]
    for setting in _SETTINGS:
        call += ["-c", setting]
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    return subprocess.Popen(  # noqa: S603  fixed words, a folder, and names of commits
        [*call, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        env={**kept, **_ENVIRONMENT},
    )


def _git(folder: Path, *arguments: str) -> bytes:
    """What git prints. Raises _GitError where it fails, goes on too long, or is not there."""
    with tempfile.TemporaryFile() as complaints:
        try:
            process = _start(folder, arguments, complaints)
        except FileNotFoundError:
            raise _GitError(NO_GIT) from None
        timer = threading.Timer(_MAX_SECONDS, process.kill)
        timer.start()
        with process:
            said = process.stdout.read(_MAX_LOG + 1) if process.stdout else b""
            if len(said) > _MAX_LOG:
                process.kill()
        timer.cancel()
        complaints.seek(0)
        if process.returncode:
            raise _GitError(_reason(complaints.read(4000).decode("utf-8", "replace")))
    return said


def _reason(complaint: str) -> str:
    for words, reason in _REASONS.items():
        if words in complaint:
            return reason
    return FAILED
