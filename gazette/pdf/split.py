"""Asks for the pages of a PDF that a document has, as a PDF of their own; kept by the file's hash."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from gazette.lock import scratch
from gazette.pdf.child import DEFAULT, Limits, ask, refused, sha256
from gazette.pdf.cut import REQUEST
from gazette.pdf.extract import by_path

VERSION = 2
"""Raise when the way of cutting changes: what was kept is then cut anew."""

Range = tuple[int, int]
"""First and last page, from 1, both included."""


def cut_pdfs(
    wanted: Mapping[Path, Sequence[Range]],
    *,
    cache: Path,
    jobs: int = 1,
    limits: Limits = DEFAULT,
) -> dict[Path, dict[Range, Path]]:
    """Cut each PDF into ranges; a range that cannot be cut is missing from the answer.

    Linearized, so that a phone shows the first page before the rest has come. The same file and
    range give the same bytes.
    """
    return by_path(
        list(wanted), lambda p: _cut(p, wanted[p], cache=cache, limits=limits), jobs, None
    )


def _cut(path: Path, ranges: Sequence[Range], *, cache: Path, limits: Limits) -> dict[Range, Path]:
    if refused(path, path.stat().st_size, limits):
        return {}
    digest = sha256(path)
    kept = {r: cache / f"{digest}-{r[0]}-{r[1]}-v{VERSION}.pdf" for r in ranges}
    missing = sorted(r for r, p in kept.items() if not p.is_file())
    if missing:
        with scratch(cache) as part:
            (part / REQUEST).write_text(json.dumps(missing), "utf-8")
            answer, _ = ask("cut", path, part, limits)
            for first, last in answer["cut"] if answer else ():
                (part / f"{first}-{last}.pdf").replace(kept[first, last])
    return {r: p for r, p in kept.items() if p.is_file()}
