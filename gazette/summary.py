"""What a build did, in Chinese for people and as JSON for tools. A view: nothing reads it back here."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gazette.site.update import Update

_SHORT = 0.05
"""Seconds below which a stage is not worth a word."""


def summary(update: Update, site: Path) -> Iterator[str]:
    """A few lines: what was committed since the last build, what was made again, how long it took."""
    edited, change = update.edited, update.change
    said = [
        f"{word} {len(paths)} 个"
        for word, paths in (("新增", edited.added), ("修改", edited.changed), ("删去", edited.gone))
        if paths
    ]
    made, gone = len(change.added) + len(change.changed), len(change.gone)
    if not made and not gone:
        yield f"没有变化，{site} 已经是最新的。"
    else:
        yield f"内容文件：{'，'.join(said) or '没有变化'}。"
        rest = f"，删去 {gone} 个" if gone else ""
        yield f"网站文件：新增 {len(change.added)} 个，重做 {len(change.changed)} 个{rest}；其余没有动。"
    seconds = sum(update.seconds.values())
    parts = [f"{stage} {s:.1f}" for stage, s in update.seconds.items() if s >= _SHORT]
    yield f"已生成 {site}：{update.issues} 期，{update.documents} 件文件，{update.pages} 页；用时 {seconds:.1f} 秒（{'，'.join(parts)}）。"


def update_json(update: Update, site: Path) -> dict[str, Any]:
    """`{"site", "published", "issues", …, "files": {"added", …}, "reasons", "seconds"}`."""
    return {
        "site": str(site),
        "published": update.published,
        "issues": update.issues,
        "documents": update.documents,
        "pages": update.pages,
        "errors": sum(f.level == "error" for f in update.findings),
        "edited": {n: list(getattr(update.edited, n)) for n in ("added", "changed", "gone")},
        "files": {n: len(getattr(update.change, n)) for n in ("added", "changed", "gone")},
        "reasons": dict(update.reasons),
        "seconds": {stage: round(s, 3) for stage, s in update.seconds.items()},
    }
