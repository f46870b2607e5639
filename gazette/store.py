"""Issues as they were read, one file each, so that a document's text is fetched only when asked for.

A file holds the issue without the bodies of its documents, what was found wrong in it, and then the
bodies, end to end. It is named by a hash of the committed files, so it is never out of date.
"""

import dataclasses
import struct
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gazette.errors import Finding
from gazette.kept import dumps, loads, write
from gazette.model import Document, Issue

_HEAD = struct.Struct("<4sQQ")
_MAGIC = b"GZI2"
_NAMES = tuple(f.name for f in dataclasses.fields(Document) if f.name != "body")


def put_issue(
    file: Path,
    issue: Issue | None,
    findings: Sequence[Finding],
    at_once: Sequence[Callable[[str], Any]] = (),
    later: Sequence[Callable[[str], Any]] = (),
) -> None:
    """Write an issue and what was found in it; what these functions give is kept beside each text.

    What `at_once` gives is read with the issue, the rest when it is asked for (`Document.of_text`).
    """
    documents, texts, at = [], [], 0
    for document in issue.documents if issue else ():
        text = document.body.encode("utf-8", "surrogatepass")
        known = {f"{f.__module__}.{f.__qualname__}": f(document.body) for f in at_once}
        packed = {f"{f.__module__}.{f.__qualname__}": dumps(f(document.body)) for f in later}
        values = tuple(getattr(document, name) for name in _NAMES)
        own = (document.digest, document.head, document.address)
        documents.append((values, own, known, packed, at, len(text)))
        texts.append(text)
        at += len(text)
    shell = replace(issue, documents=()) if issue else None
    head = dumps((shell, issue.digest if issue else "", documents, tuple(findings)))
    start = _HEAD.size + len(head)
    write(file, b"".join([_HEAD.pack(_MAGIC, start, start + at), head, *texts]))


def get_issue(file: Path) -> tuple[Issue | None, tuple[Finding, ...]] | None:
    """What `put_issue` wrote, the texts left where they are; None where it is not whole."""
    try:
        with file.open("rb") as opened:
            magic, start, size = _HEAD.unpack(opened.read(_HEAD.size))
            head = opened.read(start - _HEAD.size)
            if magic != _MAGIC or opened.seek(0, 2) != size:
                return None
        shell, digest, documents, findings = loads(head)
    except (OSError, ValueError, struct.error):
        return None
    if shell is None:
        return None, findings
    path = str(file)
    issue = replace(
        shell,
        documents=tuple(
            Document.left_in_store(
                {
                    **dict(zip(_NAMES, values, strict=True)),
                    **dict(zip(("digest", "head", "address"), own, strict=True)),
                    "known": known,
                    "packed": packed,
                },
                (path, start + at, length),
            )
            for values, own, known, packed, at, length in documents
        ),
    )
    vars(issue)["digest"] = digest
    return issue, findings
