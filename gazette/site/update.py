"""From a prepared site to the one that is served: what differs is made, and nothing else.

Every file of the site has a hash of all that it is made of: a page, that of its data with that of
the look (templates, configuration, program, versions); another file, that of its content. What the
site holds is compared with what is wanted, so a build needs not know what changed, nor what the
one before it was doing when it was killed.
"""

import functools
import os
import re
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from gazette.digest import digest
from gazette.errors import BuildError, Finding
from gazette.history import read_head
from gazette.kept import Kept, dumps, loads, program, write
from gazette.reading import Progress, find_sources, silent
from gazette.settings import read_look, read_settings
from gazette.site.build import Row, Site, SiteFile, Stages, prepare
from gazette.site.pages import Group
from gazette.site.trees import Change, Trees
from gazette.sources import Sources
from gazette.workers import Workers

if TYPE_CHECKING:
    from gazette.site.plugin import Renderer

_FEW = 300
"""Pages that are rendered sooner here than by processes that must first be started."""
_CHUNK = 60
"""Pages that a process renders before it takes the next."""


@dataclass(frozen=True, kw_only=True)
class Update:
    """What a build did: to the site, since when, why, and how long it took."""

    issues: int
    documents: int
    pages: int
    findings: tuple[Finding, ...]
    published: bool
    edited: Change
    change: Change
    reasons: Mapping[str, str] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Last:
    """What the last finished build was made of, and what it said."""

    state: str
    look: str
    sources: Mapping[str, str]
    findings: tuple[Finding, ...]
    counts: tuple[int, int, int]


def update(  # noqa: PLR0913  the choices of one build
    config_file: Path,
    issues: Path,
    site_dir: Path,
    *,
    cache: Path,
    on: date | None = None,
    editions: bool = True,
    strict: bool = False,
    jobs: int = 1,
    progress: Progress = silent,
) -> Update:
    """Bring the site in `site_dir` up to date with the content, the look and the day `on`.

    Raises GazetteError where it cannot be made; then, and with `strict` where the content has
    errors, the site that is served stays as it is.
    """
    stages = Stages(progress)
    settings = read_settings(config_file)
    look_folder = read_look(config_file)
    look = _look(config_file, look_folder)
    sources = find_sources(issues, cache)
    record = cache / f"site-{digest(str(site_dir))[:12]}"
    trees = Trees(site_dir, record)
    last = _last(record.with_suffix(".last"))
    edited = _edited(last.sources, sources)
    # The settings are part of the look's hash, the program too.
    head = read_head(issues)
    state = digest([sources, look, on, editions, head])
    stages.done("查看文件")
    if last.state == state and trees.is_current():
        errors = any(f.level == "error" for f in last.findings)
        return Update(
            issues=last.counts[0],
            documents=last.counts[1],
            pages=last.counts[2],
            findings=last.findings,
            published=not (strict and errors),
            edited=edited,
            change=Change(added=(), changed=(), gone=()),
            seconds=stages.seconds,
        )
    before = Kept(cache / "kept", program())  # as the last build left it: for the reasons
    site = prepare(
        settings,
        issues,
        cache=cache,
        look=look_folder,
        on=on,
        editions=editions,
        sources=sources,
        head=head,
        jobs=jobs,
        progress=stages,
    )
    counts = (
        len(site.archive.gazette.issues),
        len(site.archive.gazette.documents),
        sum(map(len, site.rows)),
    )
    errors = any(f.level == "error" for f in site.findings)
    published = not (strict and errors)
    change = Change(added=(), changed=(), gone=())
    reasons: dict[str, str] = {}
    if published:
        plan = _plan(site, look, config_file, cache)
        change = trees.change(plan.wanted)
        reasons = dict(_reasons(change, plan, before, look_changed=last.look != look))
        make = functools.partial(
            _make, plan=plan, config_file=config_file, cache=cache, jobs=jobs, progress=stages
        )
        trees.publish(plan.wanted, make)
        stages.done("生成网页")
        found = _Last(
            state="" if site.passing else state,
            look=look,
            sources=dict(site.sources.files),
            findings=site.findings,
            counts=counts,
        )
        write(record.with_suffix(".last"), dumps(found))
        stages.done("收尾")
    return Update(
        issues=counts[0],
        documents=counts[1],
        pages=counts[2],
        findings=site.findings,
        published=published,
        edited=edited,
        change=change,
        reasons=reasons,
        seconds=stages.seconds,
    )


def _last(file: Path) -> _Last:
    try:
        found = loads(file.read_bytes())
    except (OSError, ValueError):
        found = None
    if isinstance(found, _Last):
        return found
    return _Last(state="", look="", sources={}, findings=(), counts=(0, 0, 0))


def _edited(before: Mapping[str, str], sources: Sources) -> Change:
    """What was committed since the last build, folders left out."""
    now = sources.files
    return Change(
        added=tuple(p for p in now if p not in before and now[p]),
        changed=tuple(p for p in now if p in before and before[p] != now[p]),
        gone=tuple(p for p in before if p not in now and before[p]),
    )


def _look(config_file: Path, folder: Path | None) -> str:
    """A hash of all that every page depends on: program, versions, configuration, templates."""
    said: list[object] = [program(), *_configuration(config_file)]
    for path in sorted(folder.rglob("*")) if folder else ():
        if path.is_file() and not path.name.startswith("."):
            said += [path.relative_to(folder).as_posix(), path.read_bytes()]  # type: ignore[arg-type]
    return digest(said)


def _configuration(config_file: Path) -> Iterator[object]:
    """The configuration's text, what it inherits, and what it takes from the environment."""
    text = config_file.read_text("utf-8")
    yield text
    for names in re.findall(r"!ENV\s+([^\n#]+)", text):
        yield [os.environ.get(name, "") for name in re.findall(r"\w+", names)]
    if inherited := re.search(r"^INHERIT:\s*[\"']?([^\"'\n#]+)", text, re.MULTILINE):
        parent = config_file.parent / inherited[1].strip()
        if parent.is_file():
            yield from _configuration(parent)


# What is wanted.


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """Every file of the site by its path: its hash, and who makes it."""

    look: str
    wanted: Mapping[str, str]
    rows: Mapping[str, tuple[int, Row]]
    groups: Sequence[Group]
    files: Mapping[str, SiteFile]
    templates: Mapping[str, bytes]


def _plan(site: Site, look: str, config_file: Path, cache: Path) -> _Plan:
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
    return _Plan(
        look=look,
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


def _make(  # noqa: PLR0913  what it is all made of
    paths: Collection[str],
    target: Path,
    *,
    plan: _Plan,
    config_file: Path,
    cache: Path,
    jobs: int,
    progress: Progress,
) -> None:
    """Write files of the plan into a folder in which none of them is yet."""
    by_group: dict[int, list[str]] = {}
    for path in sorted(paths):
        if path in plan.rows:
            by_group.setdefault(plan.rows[path][0], []).append(path)
        elif path in plan.files:
            place(plan.files[path], target / path)
        else:
            _write(target / path, plan.templates[path])
    total = sum(map(len, by_group.values()))
    if not total:
        return
    done = 0
    progress("生成网页", done, total)
    tasks = [
        (config_file, cache, plan.look, target, [(plan.groups[at], names) for at, names in chunk])
        for chunk in _chunks(by_group)
    ]
    with Workers(jobs if total > _FEW else 1) as workers:
        for count in workers.map(_render, tasks):
            done += count
            progress("生成网页", done, total)


def _chunks(by_group: Mapping[int, list[str]]) -> Iterator[list[tuple[int, list[str]]]]:
    """Groups put together until there is enough to do."""
    chunk: list[tuple[int, list[str]]] = []
    size = 0
    for at, names in by_group.items():
        chunk.append((at, names))
        size += len(names)
        if size >= _CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _render(task: tuple[Path, Path, str, Path, list[tuple[Group, list[str]]]]) -> int:
    """Set the pages of some groups; called in another process where there are many."""
    config_file, cache, look, target, groups = task
    renderer = _renderer(config_file, cache, look)
    count = 0
    for group, names in groups:
        wanted = set(names)
        for page in group.pages():
            if page.file in wanted:
                wanted.discard(page.file)
                _write(target / page.file, renderer.page(page))
                count += 1
    return count


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


def _reasons(
    change: Change, plan: _Plan, before: Kept, *, look_changed: bool
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
