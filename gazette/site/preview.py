"""Pages as they are asked for, from the content as it stands: what `gazette serve` shows.

Nothing is written but the cache. A page is set when a browser asks for it, and only that one; a
file that was saved since is read again first. What only a build makes (the search index, PDF
editions, pictures of pages) comes from the site that was built last, if there is one.
"""

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from html import escape
from pathlib import Path
from urllib.parse import quote

from gazette.archive import Archive
from gazette.check import check_issue
from gazette.digest import digest
from gazette.errors import Finding, GazetteError, in_order, place
from gazette.history import read_head
from gazette.model import Gazette, Issue
from gazette.progress import Progress, silent
from gazette.reading import Reading, Recall, read, with_stories
from gazette.settings import Settings, read_look, read_settings
from gazette.site.life import day_style
from gazette.site.look import look_files
from gazette.site.offline import withdrawn
from gazette.site.pages import Page, own_pages, page_at, site_groups
from gazette.site.plugin import Renderer
from gazette.sources import find_sources

_STEADY = 0.5
"""Seconds for which what was seen on the disk is taken to be so: a page asks for many files."""
OWN = "_preview/"
"""Addresses of the preview's own script and style; no document has one that starts so."""
_MOST = 20
"""Findings that are shown above a page."""

_SCRIPT = """\
// Shows the page anew when a file was saved; asks only while somebody looks.
const own = document.currentScript.dataset;
setInterval(async () => {
  if (document.visibilityState !== 'visible') return;
  try {
    const answer = await fetch(own.state, { cache: 'no-store' });
    if (answer.ok && (await answer.text()) !== own.seen) location.reload();
  } catch {
    // the preview was stopped
  }
}, 1000);
"""
_STYLE = """\
.preview { font: 16px/1.6 system-ui, sans-serif; margin: 0; padding: 12px 16px; color: #3b0a0a;
  background: #fff1ee; border-bottom: 2px solid #a8121c; overflow-wrap: anywhere; }
.preview h1 { font-size: 18px; margin: 0 0 4px; }
.preview p { margin: 4px 0; }
.preview .cure { color: #444; }
"""
_ERROR = '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>没有做出来</title><body></body></html>'


class Preview:
    """Answers for addresses of a site that is not built: status, body, type, in any thread.

    `site` is the folder of the site that was built last, which need not be there; `on` the day, by
    default that of a build.
    """

    def __init__(  # noqa: PLR0913  the choices of one preview
        self,
        config: Path,
        issues: Path,
        *,
        cache: Path,
        site: Path,
        on: date | None = None,
        jobs: int = 1,
        progress: Progress = silent,
    ) -> None:
        self._config = config
        self._issues = issues
        self._cache = cache
        self._site = site
        self._on = on
        self._jobs = jobs
        self._progress = progress
        self._lock = threading.Lock()
        self._looked = float("-inf")
        self._states = ("", "")
        self._recall: Recall = {}
        self._reading: Reading | None = None
        self._archive = Archive(name="", gazette=Gazette())
        self._settings = Settings()
        self._renderer: Renderer | None = None
        self._look: Mapping[str, bytes | Path] = {}
        self._of_day: Mapping[str, bytes] = {}

    def __call__(self, address: str) -> tuple[int, bytes | Path, str] | None:
        """What stands at a site-relative address: status, content and type; None for others to say.

        A page whose address lacks the `/` at its end is answered with 301.
        """
        with self._lock:
            if address == f"{OWN}preview.js":
                return 200, _SCRIPT.encode(), "text/javascript; charset=utf-8"
            if address == f"{OWN}preview.css":
                return 200, _STYLE.encode(), "text/css; charset=utf-8"
            try:
                try:
                    return self._answer(address)
                except FileNotFoundError:  # texts are left in the cache, which a build may empty
                    self._forget()
                    self._recall.clear()
                    return self._answer(address)
            except GazetteError as error:
                if address == f"{OWN}state":
                    return 200, self._seen().encode(), "text/plain"
                told = _told("没有做出来", [(str(error), error.hint)])
                return 500, self._with(_ERROR.encode(), address, told), HTML

    def _answer(  # noqa: PLR0911  one return a kind of address
        self, address: str
    ) -> tuple[int, bytes | Path, str] | None:
        self._refresh()
        if address == f"{OWN}state":
            return 200, self._seen().encode(), "text/plain"
        if file := self._of_day.get(address) or self._look.get(address):
            return 200, file, ""
        if file := self._committed(address):
            return 200, file, ""
        assert self._renderer  # noqa: S101  `_refresh` has made it
        if page := self._page(address):
            found = self._with(self._renderer.page(page), address, self._findings(address))
            return 200, found, HTML
        last = address.rpartition("/")[2]
        if "." in last:
            return None  # a file, which a build may have made
        if last and self._page(f"{address}/"):
            return 301, b"", ""
        return 404, self._with(self._renderer.template("404.html"), address, ""), HTML

    def _seen(self) -> str:
        return digest(list(self._states))

    def _refresh(self) -> None:
        """Read again what changed since the last time."""
        now = time.monotonic()
        if now - self._looked < _STEADY:
            return
        look_folder = read_look(self._config)
        look = _state([self._config, *(sorted(look_folder.rglob("*")) if look_folder else ())])
        sources = find_sources(self._issues, self._cache)
        head = read_head(self._issues)
        content = digest([sources, head])
        before, self._states = self._states, (look, content)
        self._looked = time.monotonic()
        try:
            if look != before[0]:
                self._settings = read_settings(self._config)
                self._renderer = Renderer(self._config, self._cache / "docs")
                files = look_files(look_folder, self._settings)
                self._look = {f.address: f.source for f in files}
            if look != before[0] or content != before[1]:
                self._reading = read(
                    self._settings,
                    self._issues,
                    cache=self._cache,
                    sources=sources,
                    jobs=self._jobs,
                    progress=self._progress,
                    recall=self._recall,
                )
                self._archive = with_stories(
                    self._reading.archive,
                    self._settings,
                    self._issues,
                    cache=self._cache,
                    head=head,
                )
                self._of_day = {
                    "day.css": day_style(self._day()),
                    "withdrawn.json": withdrawn(self._archive),
                }
        except BaseException:
            self._forget()
            raise

    def _forget(self) -> None:
        """Have all read again before the next answer."""
        self._states, self._looked = ("", ""), float("-inf")

    def _day(self) -> date | None:
        return self._on or self._archive.gazette.newest_day

    def _issue(self, address: str) -> Issue | None:
        home = "/".join(address.split("/")[:2]) + "/"
        return self._archive.issues_by_address.get(home)

    def _committed(self, address: str) -> Path | None:
        issue = self._issue(address)
        name = address.removeprefix(issue.address) if issue else ""
        if issue and name in issue.files and name not in issue.withdrawn_files:
            return self._issues / issue.source / name
        return None

    def _page(self, address: str) -> Page | None:
        manifest = self._site / "search-index" / "manifest.json"
        groups = site_groups(
            self._sized(address),
            self._settings,
            self._day(),
            manifest.read_text("utf-8") if manifest.is_file() else "",
            address=address,
            is_page=own_pages(self._archive, self._settings, self._day()),
        )
        return page_at(groups, address)

    def _sized(self, address: str) -> Archive:
        """The archive with the sizes of the files that a page there may offer."""
        issue = self._issue(address)
        folder = address.split("/", maxsplit=1)[0]
        if issue is None and folder not in ("", "lists", "ledger"):
            return self._archive
        if issue is None:
            issue = next(iter(self._archive.gazette.issues[-1:]), None) if not folder else None
        sizes = {
            f"{issue.address}{name}": path.stat().st_size
            for name in (issue.files if issue else ())
            if name not in issue.withdrawn_files
            and (path := self._issues / issue.source / name).is_file()
        } if issue else {}  # fmt: skip
        built = self._site / (issue.address if issue else folder)
        for path in built.rglob("*") if built.is_dir() else ():
            if path.suffix in (".pdf", ".csv", ".xlsx") and path.is_file():
                sizes.setdefault(path.relative_to(self._site).as_posix(), path.stat().st_size)
        return replace(self._archive, sizes=sizes)

    def _findings(self, address: str) -> str:
        """What is wrong in the files that a page is made of."""
        issue = self._issue(address)
        if issue is None or self._reading is None:
            return ""
        folder = f"{self._issues.name}/{issue.source}/"
        name = address.removeprefix(issue.address).strip("/")
        of_issue = check_issue(
            self._archive,
            issue,
            self._issues.name,
            own_pages(self._archive, self._settings, self._day()),
        )
        found = [
            f
            for f in in_order([*self._reading.findings, *of_issue])
            if f.path.startswith(folder) and _concerns(f, folder, name)
        ]
        more = [(f"另有 {len(found) - _MOST} 处，见 gazette check。", "")] if found[_MOST:] else []
        said = [(_line(f), f.hint) for f in found[:_MOST]]
        return _told(f"这里的文件有 {len(found)} 处要改", [*said, *more]) if found else ""

    def _with(self, page: bytes, address: str, told: str) -> bytes:
        """A page with what a clerk is told, and the script that shows it anew."""
        up = "../" * address.count("/")
        own = quote(f"{up}{OWN}")
        head = f'<link rel="stylesheet" href="{own}preview.css">' if told else ""
        script = f'<script src="{own}preview.js" data-state="{own}state" data-seen="{self._seen()}"></script>'
        body = page.find(b"<body")
        start = page.find(b">", body) + 1 if body >= 0 else 0
        end = page.rfind(b"</body>")
        end = end if end >= start else len(page)
        return (
            page[:start] + (head + told).encode() + page[start:end] + script.encode() + page[end:]
        )


HTML = "text/html; charset=utf-8"


def _state(paths: list[Path]) -> str:
    """A hash of the names, sizes and times of files; what vanishes meanwhile is left out."""
    seen = []
    for path in paths:
        try:
            found = path.stat()
        except OSError:
            continue
        seen.append((str(path), found.st_size, found.st_mtime_ns))
    return digest(seen)


def _concerns(finding: Finding, folder: str, name: str) -> bool:
    """Whether a finding is told on a page: all of an issue on its own, else those of its file."""
    file = finding.path.removeprefix(folder)
    return not name or file == "index.md" or file.startswith(name.split("/", maxsplit=1)[0])


def _line(finding: Finding) -> str:
    word = "错误" if finding.level == "error" else "提醒"
    return f"{place(finding.path, finding.line)}{word}：{finding.message}"


def _told(title: str, said: Iterable[tuple[str, str]]) -> str:
    """What a clerk is told above a page: lines, each with its cure."""
    lines = [
        f"<p>{escape(line)}</p>" + (f'<p class="cure">{escape(cure)}</p>' if cure else "")
        for line, cure in said
    ]
    return f'<div class="preview" role="alert"><h1>{escape(title)}</h1>{"".join(lines)}</div>'
