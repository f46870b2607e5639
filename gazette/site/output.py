"""What a site is to hold, and how each of its files is made: pages rendered, others put in place.

A plan names every file with a hash of all that it is made of; who keeps the site (`gazette.site.update`)
compares that with what it holds, and asks for what is missing.
"""

import functools
import itertools
import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gazette.digest import digest
from gazette.errors import BuildError
from gazette.kept import Kept
from gazette.progress import Progress
from gazette.site.made import Row, Site, SiteFile
from gazette.site.packed import packed, siblings
from gazette.site.pages import Group, Page
from gazette.site.trees import Change
from gazette.workers import Workers

if TYPE_CHECKING:
    from gazette.site.plugin import Renderer

_FEW = 300
"""Pages that are rendered sooner here than by processes that must first be started."""
_CHUNK = 60
"""Pages that a process renders before it takes the next."""

# What is wanted.


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Every file of a site by its path: its hash, and who makes it."""

    look: str
    wanted: Mapping[str, str]
    rows: Mapping[str, tuple[int, Row]]
    groups: Sequence[Group]
    files: Mapping[str, SiteFile]
    templates: Mapping[str, bytes]
    packed: Mapping[str, str]


def plan_site(
    site: Site, look: str, config_file: Path, cache: Path, kinds: tuple[str, ...] = ()
) -> Plan:
    """Every file of a prepared site, and the theme's own pages; of two with one path, the first.

    `kinds` are the ways in which text files are compressed ahead.
    """
    rows: dict[str, tuple[int, Row]] = {}
    for at, part in enumerate(site.rows):
        for row in part:
            rows.setdefault(row.file, (at, row))
    files: dict[str, SiteFile] = {}
    for file in site.files:
        if file.address not in rows:
            files.setdefault(file.address, file)
    wanted = {path: f"{row.digest} {look}" for path, (_, row) in rows.items()}
    wanted |= {path: file.hashed() for path, file in files.items()}
    templates = _templates(look, config_file, cache)
    wanted |= {name: digest(content) for name, content in templates.items()}
    beside = {
        sibling: path
        for path in wanted
        for sibling in siblings(path, kinds)
        if sibling not in wanted
    }
    wanted |= {sibling: f"{wanted[path]} {sibling[-2:]}" for sibling, path in beside.items()}
    return Plan(
        look=look,
        packed=beside,
        wanted=wanted,
        rows=rows,
        groups=site.groups,
        files=files,
        templates=templates,
    )


def _templates(look: str, config_file: Path, cache: Path) -> dict[str, bytes]:
    """Pages of the theme, which depend on the look alone."""
    kept = Kept(cache / "templates", look)

    def make() -> dict[str, bytes]:
        renderer = _renderer(config_file, cache, look)
        made = {name: renderer.template(name) for name in renderer.templates}
        return {name: content for name, content in made.items() if content.strip()}

    if kept.known("templates", look):
        return kept.get("templates", look, make)
    found = kept.get("templates", look, make)
    kept.save()
    return found


# Making it.


@functools.lru_cache(maxsize=1)
def _renderer(config_file: Path, cache: Path, _look: str) -> "Renderer":
    # MkDocs takes as long to start as a build that finds nothing to do.
    from gazette.site.plugin import Renderer  # noqa: PLC0415

    return Renderer(config_file, cache / "docs")


def get_ready(config_file: Path, cache: Path, look: str) -> None:
    """Load what sets pages, and their templates, in a process that will soon be asked to."""
    _renderer(config_file, cache, look).load_templates()


def make(  # noqa: PLR0913  what it is all made of
    paths: Collection[str],
    target: Path,
    *,
    plan: Plan,
    config_file: Path,
    cache: Path,
    jobs: int,
    beside: Executor | None,
    progress: Progress,
) -> None:
    """Write files of the plan into a folder in which none of them is yet.

    A few pages are set by the process `beside` this one, which is ready for it.
    """
    by_group: dict[int, list[str]] = {}
    for path in sorted(p for p in paths if p not in plan.packed):
        if path in plan.rows:
            by_group.setdefault(plan.rows[path][0], []).append(path)
        elif path in plan.files:
            place(plan.files[path], target / path)
        else:
            _write(target / path, plan.templates[path])
    _render_all(by_group, target, plan, config_file, cache, jobs, beside, progress)
    # What they are made of stands in the folder by now, made or linked.
    left = [(target, path, plan.packed[path]) for path in sorted(paths) if path in plan.packed]
    with Workers(jobs if len(left) > _FEW else 1) as workers:
        for done, _ in enumerate(workers.map(_pack, left), 1):
            progress("预压缩", done, len(left))


def _pack(task: tuple[Path, str, str]) -> None:
    target, path, made_of = task
    _write(target / path, packed((target / made_of).read_bytes(), path.rpartition(".")[2]))


def _render_all(  # noqa: PLR0913, PLR0917  what it is all made of
    by_group: Mapping[int, list[str]],
    target: Path,
    plan: Plan,
    config_file: Path,
    cache: Path,
    jobs: int,
    beside: Executor | None,
    progress: Progress,
) -> None:
    total = sum(map(len, by_group.values()))
    if not total:
        return
    done = 0
    progress("生成网页", done, total)
    # Pages are handed over, not what they are made of: that holds documents several times.
    pages = _pages(by_group, plan)
    tasks = ((config_file, cache, plan.look, target, chunk) for chunk in _chunks(pages))
    with Workers(jobs if total > _FEW else 1) as workers:
        ready = beside if beside and total <= _FEW else workers
        for count in ready.map(_render, tasks):
            done += count
            progress("生成网页", done, total)


def _pages(by_group: Mapping[int, list[str]], plan: Plan) -> Iterator[Page]:
    """The pages that are to be set, group by group."""
    for at, names in by_group.items():
        wanted = set(names)
        for page in plan.groups[at].pages():
            if page.file in wanted:
                wanted.discard(page.file)
                yield page


def _chunks(pages: Iterable[Page]) -> Iterator[list[Page]]:
    """Pages put together until there is enough to do."""
    left = iter(pages)
    while chunk := list(itertools.islice(left, _CHUNK)):
        yield chunk


def _render(task: tuple[Path, Path, str, Path, list[Page]]) -> int:
    """Set some pages; called in another process where there are many."""
    config_file, cache, look, target, pages = task
    renderer = _renderer(config_file, cache, look)
    for page in pages:
        _write(target / page.file, renderer.page(page))
    return len(pages)


def place(file: SiteFile, target: Path) -> None:
    """Put a file in its place: linked where that can be, for the PDFs are most of a gazette."""
    if isinstance(file.source, bytes):
        _write(target, file.source)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(file.source, target)
    except FileNotFoundError:
        raise BuildError(
            "要发布的文件不见了", path=str(file.source), hint="请再运行一次；仍不行就加 --clean。"
        ) from None
    except OSError:  # another file system, or one without links
        shutil.copyfile(file.source, target)


def _write(target: Path, content: bytes) -> None:
    try:
        target.write_bytes(content)
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


# Why.

_WORDS = {
    "archive": "本期或前后期的内容",
    "documents": "列出的文件",
    "links": "链接指向的文件",
    "settings": "mkdocs.yml 里的设置",
    "on": "生成的日期",
    "years": "前后的年份",
    "manifest": "检索索引",
    "moved": "旧网址",
    "stories": "发布后的改动",
}


def reasons(
    change: Change, plan: Plan, before: Kept, *, look_changed: bool
) -> Iterator[tuple[str, str]]:
    """For each file that is made or removed: why, in Chinese."""
    why: dict[int, str] = {}
    for path in change.added:
        yield path, "新的"
    for path in change.gone:
        yield path, "来源没有了，删去"
    for path in change.changed:
        if path not in plan.rows:
            yield path, "文件的内容变了"
            continue
        at, _ = plan.rows[path]
        if at not in why:
            why[at] = _why(plan.groups[at], before)
        reason = why[at]
        yield path, reason or ("模板、配置或程序变了" if look_changed else "上次没有做完")


def _why(group: Group, before: Kept) -> str:
    known = before.last("inputs", group.name)
    if known is None:
        return ""
    names = [n for n, value in group.digests.items() if known.get(n) != value]
    return "、".join(_WORDS.get(n, n) for n in names) + "变了" if names else ""
