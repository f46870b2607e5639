"""From a prepared site to the one that is served: what differs is made, and nothing else.

Every file of the site has a hash of all that it is made of: a page, that of its data with that of
the look (templates, configuration, program, versions); another file, that of its content. What the
site holds is compared with what is wanted, so a build needs not know what changed, nor what the
one before it was doing when it was killed.
"""

import os
import re
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from gazette.digest import digest
from gazette.errors import Finding
from gazette.history import read_head
from gazette.kept import Kept, dumps, loads, program, write
from gazette.progress import Progress, Stages, silent
from gazette.settings import read_look, read_settings
from gazette.site.trees import Change, Trees
from gazette.sources import Sources, find_sources
from gazette.workers import pool


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
    with _beside(config_file, cache, look, jobs) as beside:
        # All that follows takes as long to start as a build that finds nothing to do.
        from gazette.site import output  # noqa: PLC0415
        from gazette.site.build import prepare  # noqa: PLC0415

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
            kept=before,
            jobs=jobs,
            beside=beside,
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
            plan = output.plan_site(site, look, config_file, cache, settings.packed)
            change = trees.change(plan.wanted)
            reasons = dict(output.reasons(change, plan, before, look_changed=last.look != look))

            def make(paths: Collection[str], target: Path) -> None:
                output.make(
                    paths,
                    target,
                    plan=plan,
                    config_file=config_file,
                    cache=cache,
                    jobs=jobs,
                    beside=beside,
                    progress=stages,
                )
                if beside:
                    beside.shutdown(wait=False)  # it ends while this process goes on

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


@contextmanager
def _beside(config_file: Path, cache: Path, look: str, jobs: int) -> Iterator[Executor | None]:
    """A process that gets ready to set pages while this one reads; None where there is to be one."""
    if jobs == 1:
        yield None
        return
    with pool(1) as found:
        found.submit(_get_ready, config_file, cache, look)
        yield found


def _get_ready(config_file: Path, cache: Path, look: str) -> None:
    from gazette.site import output  # noqa: PLC0415  as above

    output.get_ready(config_file, cache, look)


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
