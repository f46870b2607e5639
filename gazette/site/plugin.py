"""The only module that knows MkDocs: it hands prepared pages and files to it, and nothing else.

MkDocs finds no Markdown of its own here: the committed texts are read by `gazette.content`, and
each page arrives as data (`gazette.site.pages`). MkDocs sets it in a template and writes it. The
same plugin runs under ProperDocs, which keeps MkDocs 1.x alive.
"""

import logging
import os
import shutil
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from mkdocs.commands import build as mkdocs_build
from mkdocs.config import config_options
from mkdocs.config.base import Config, load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, PluginError
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as MkDocsPage

from gazette.dialect import parse
from gazette.errors import BuildError, GazetteError
from gazette.settings import Settings, settings_from
from gazette.site.body import to_html
from gazette.site.build import Site, SiteFile, prepare
from gazette.site.offline import VERSIONED, app_manifest, fingerprint, shell
from gazette.site.pages import Page
from gazette.site.scripts import sent

_MEGABYTE = 1_000_000
_log = logging.getLogger("mkdocs.plugins.gazette")


class GazettePage(MkDocsPage):
    """A page whose data is ready: there is no source to read and no Markdown to render."""

    def __init__(self, page: Page, file: File, config: MkDocsConfig) -> None:
        super().__init__(page.title, file, config)
        self.data = page

    def read_source(self, config: MkDocsConfig) -> None:  # noqa: ARG002  the signature is MkDocs'
        self.markdown = ""
        self.meta = {"template": self.data.template, "title": self.data.title, **self.data.meta}

    def render(self, config: MkDocsConfig, files: Files) -> None:  # noqa: ARG002
        self.content = ""


class LinkedFile(File):
    """A file that is linked into the site, not copied: a gazette's PDFs are most of its bytes."""

    def copy_file(self, dirty: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  MkDocs'
        source, target = str(self.abs_src_path), self.abs_dest_path
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        Path(target).unlink(missing_ok=True)
        try:
            os.link(source, target)
        except OSError:  # another file system, or one without links
            shutil.copyfile(source, target)


class _Options(Config):
    """`plugins: gazette:` takes no options; the city's own facts stand in `extra.gazette`."""

    cache = config_options.Type(str, default=".gazette")


class GazettePlugin(BasePlugin[_Options]):
    """MkDocs' side of the build. `gazette build` gives it a prepared site; `mkdocs build` does not."""

    def __init__(self, site: Site | None = None) -> None:
        super().__init__()
        self.site = site
        self.settings = Settings()

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        try:
            self.settings = settings_from(
                config.extra.get("gazette") or {},
                site_name=config.site_name,
                site_url=config.site_url or "",
            )
        except GazetteError as error:
            raise PluginError(str(error)) from None
        # Ours are written from the archive; MkDocs' would hold the clock.
        config.theme.static_templates.discard("sitemap.xml")
        return config

    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        site = self.site or self._prepared(config)
        # What MkDocs found in issues/ is source, and the theme's own files are not used.
        result = Files([])
        for found in (f for f in files if f.src_dir == config.theme.custom_dir):
            is_script = found.src_uri.endswith(".js")
            content = sent(Path(str(found.abs_src_path)).read_bytes()) if is_script else b""
            result.append(_generated(found.src_uri, config, content) if is_script else found)
        for page in site.pages:
            result.append(_page_file(page, config))
        for file in site.files:
            result.append(_site_file(file, config))
        look = look_files(_look(config))
        result.append(_generated("shell.js", config, shell(look, self.settings)))
        result.append(_generated("manifest.webmanifest", config, app_manifest(self.settings)))
        return result

    def _prepared(self, config: MkDocsConfig) -> Site:
        root = Path(config.config_file_path).parent if config.config_file_path else Path()
        try:
            site = prepare(self.settings, Path(config.docs_dir), cache=root / self.config.cache)
        except GazetteError as error:
            raise PluginError(str(error)) from None
        for finding in site.findings:
            _log.log(logging.WARNING if finding.level == "error" else logging.INFO, "%s", finding)
        return site

    def on_env(
        self,
        env: jinja2.Environment,
        config: MkDocsConfig,
        files: Files,  # noqa: ARG002
    ) -> jinja2.Environment:
        env.autoescape = True  # MkDocs leaves it off; titles and texts may hold anything
        env.trim_blocks = env.lstrip_blocks = True
        env.filters["to"] = _to
        env.filters["size"] = size_words
        env.filters["asset"] = _asset
        env.globals["gazette"] = self.settings
        look = _look(config)
        env.globals["versions"] = {n: fingerprint((look / n).read_bytes()) for n in VERSIONED}
        return env

    def on_page_context(
        self,
        context: Any,
        page: MkDocsPage,
        config: MkDocsConfig,  # noqa: ARG002
        nav: Navigation,  # noqa: ARG002
    ) -> Any:
        if isinstance(page, GazettePage) and page.data.body:
            context["body"] = to_html(parse(page.data.body), page.data.links.get)
        return context


def _page_file(page: Page, config: MkDocsConfig) -> File:
    if not page.uri.endswith(".md"):
        return _generated(page.uri, config, _moved(page))
    file = File.generated(config, page.uri, content="", inclusion=InclusionLevel.NOT_IN_NAV)
    GazettePage(page, file, config)
    return file


def _moved(page: Page) -> str:
    """A page at an old address that names a file (`t2019.html`), which MkDocs cannot set."""
    up = "../" * page.address.count("/")
    to = escape(up + quote(str(page.meta["to"])))
    title = escape(page.title)
    return (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{title}</title>'
        f'<meta http-equiv="refresh" content="0; url={to}"><a href="{to}">{title}</a></html>\n'
    )


def _generated(uri: str, config: MkDocsConfig, content: str | bytes) -> File:
    return File.generated(config, uri, content=content, inclusion=InclusionLevel.NOT_IN_NAV)


def _site_file(file: SiteFile, config: MkDocsConfig) -> File:
    if isinstance(file.source, bytes):
        return _generated(file.address, config, file.source)
    linked = LinkedFile(
        file.address,
        None,
        config.site_dir,
        config.use_directory_urls,
        dest_uri=file.address,
        inclusion=InclusionLevel.NOT_IN_NAV,
    )
    linked.abs_src_path = str(file.source)
    return linked


@jinja2.pass_context
def _to(context: jinja2.runtime.Context, address: str, fragment: str | None = None) -> str:
    """A site-relative address as a link from this page, percent-encoded; `#` is part of a name."""
    base = str(context["base_url"]).rstrip("/")
    return f"{base}/{quote(address)}" + (f"#{fragment}" if fragment else "")


@jinja2.pass_context
def _asset(context: jinja2.runtime.Context, address: str) -> str:
    """A file of ours under an address that changes with its content, so it can be kept for good."""
    return f"{_to(context, address)}?v={context['versions'][address]}"


def _look(config: MkDocsConfig) -> Path:
    """The folder of templates, style and scripts."""
    return Path(config.theme.custom_dir or "overrides")


def look_files(folder: Path) -> dict[str, bytes]:
    """Every file of the look (templates, style, scripts) by its path: what the shell depends on."""
    files = sorted(f for f in folder.rglob("*") if f.is_file() and not f.name.startswith("."))
    return {f.relative_to(folder).as_posix(): f.read_bytes() for f in files}


def size_words(count: int) -> str:
    """A size in bytes as a reader takes it in: `86 KB`, `1.2 MB`."""
    if count < _MEGABYTE:
        return f"{max(1, round(count / 1000))} KB"
    return f"{count / _MEGABYTE:.1f} MB"


def render(config_file: Path, site: Site, site_dir: Path) -> None:
    """Let MkDocs write a prepared site into `site_dir`; BuildError when it cannot."""
    try:
        config = load_config(str(config_file), site_dir=str(site_dir))
        plugin = config.plugins.get("gazette")
        if not isinstance(plugin, GazettePlugin):
            raise BuildError(
                "mkdocs.yml 里没有启用 gazette 插件",
                path=str(config_file),
                hint="请在 plugins 下加上 - gazette。",
            )
        plugin.site = site
        mkdocs_build.build(config)
    except Abort as error:
        raise BuildError(
            f"网站没有生成：{error}", hint="上面的信息说明了原因；原来的网站没有动。"
        ) from error
