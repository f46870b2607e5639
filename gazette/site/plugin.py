"""The only module that knows MkDocs: it hands prepared pages and files to it, and nothing else.

MkDocs finds no Markdown of its own here: the committed texts are read by `gazette.content`, and
each page arrives as data (`gazette.site.pages`). MkDocs sets it in a template and writes it. The
same plugin runs under ProperDocs, which keeps MkDocs 1.x alive.
"""

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import jinja2
from mkdocs.commands import build as mkdocs_build
from mkdocs.commands.build import get_context
from mkdocs.config import config_options
from mkdocs.config.base import Config, load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, PluginError
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation, get_navigation
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.utils import get_relative_url, is_error_template

from gazette.archive import Archive
from gazette.dialect import parse
from gazette.errors import BuildError, GazetteError, in_short
from gazette.links import report_address
from gazette.model import Gazette
from gazette.settings import Settings, settings_from
from gazette.site.body import to_html
from gazette.site.look import look_sources
from gazette.site.made import Site, SiteFile
from gazette.site.offline import VERSIONED, fingerprint
from gazette.site.pages import Page
from gazette.site.quoting import titled

NOTHING = Site(archive=Archive(name="", gazette=Gazette()), groups=(), files=())
"""What a renderer of single pages begins with."""

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

    def on_files(self, files: Files, config: MkDocsConfig) -> Files:  # noqa: ARG002
        site = self.site or self._prepared(config)
        result = Files([])  # what MkDocs found is source, or a theme's that we do not use
        for page in site.pages():
            result.append(_page_file(page, config))
        for file in site.files:
            result.append(_site_file(file, config))
        return result

    def _prepared(self, config: MkDocsConfig) -> Site:
        # Only `mkdocs build` comes here; a renderer of single pages need not wait for all of it.
        from gazette.site.build import prepare  # noqa: PLC0415

        root = Path(config.config_file_path).parent if config.config_file_path else Path()
        try:
            site = prepare(
                self.settings,
                Path(config.docs_dir),
                cache=root / self.config.cache,
                look=Path(config.theme.custom_dir) if config.theme.custom_dir else None,
            )
        except GazetteError as error:
            raise PluginError(str(error)) from None
        for level, text in in_short(site.findings):
            _log.log(logging.WARNING if level == "error" else logging.INFO, "%s", text)
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
        env.filters["titled"] = titled
        env.filters["asset"] = _asset
        env.globals["gazette"] = self.settings
        sent = look_sources(_look(config))
        env.globals["versions"] = {n: fingerprint(sent[n]) for n in VERSIONED if n in sent}
        env.globals["report"] = partial(
            report_address, self.settings.report_error, self.settings.site_url
        )
        # Each of the twenty parts of a page begins with a copy of these. A dict is copied far sooner
        # than the chain that Jinja makes, which is for globals that are added later: there are none.
        known = dict(env.globals)
        env.make_globals = lambda d: {**known, **(d or {})}  # type: ignore[method-assign]
        return env

    def on_page_context(
        self,
        context: Any,
        page: MkDocsPage,
        config: MkDocsConfig,  # noqa: ARG002
        nav: Navigation,  # noqa: ARG002
    ) -> Any:
        if isinstance(page, GazettePage) and page.data.body:
            context["body"] = to_html(parse(page.data.body), page.data.links.get, page.data.marks)
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


_quoted = lru_cache(maxsize=4096)(quote)
"""The same links stand on page after page."""


@jinja2.pass_context
def _to(context: jinja2.runtime.Context, address: str, fragment: str | None = None) -> str:
    """A site-relative address as a link from this page, percent-encoded; `#` is part of a name."""
    base = str(context["base_url"]).rstrip("/")
    return f"{base}/{_quoted(address)}" + (f"#{fragment}" if fragment else "")


@jinja2.pass_context
def _asset(context: jinja2.runtime.Context, address: str) -> str:
    """A file of ours under an address that changes with its content, so it can be kept for good."""
    versions = context["versions"]
    if address not in versions:
        raise _outdated(address)
    return f"{_to(context, address)}?v={versions[address]}"


def _look(config: MkDocsConfig) -> Path:
    """The folder of templates, style and scripts."""
    return Path(config.theme.custom_dir or "overrides")


def size_words(count: int) -> str:
    """A size in bytes as a reader takes it in: `86 KB`, `1.2 MB`."""
    if count < _MEGABYTE:
        return f"{max(1, round(count / 1000))} KB"
    return f"{count / _MEGABYTE:.1f} MB"


def render(config_file: Path, site: Site, site_dir: Path) -> None:
    """Let MkDocs write a prepared site into `site_dir`; BuildError when it cannot."""
    with _said():
        config, plugin = _load(config_file, site_dir)
        plugin.site = site
        mkdocs_build.build(config)


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except Abort as error:
        raise BuildError(
            f"网站没有生成：{error}", hint="上面的信息说明了原因；原来的网站没有动。"
        ) from error


def _load(config_file: Path, site_dir: Path, **more: str) -> tuple[MkDocsConfig, GazettePlugin]:
    config = load_config(str(config_file), site_dir=str(site_dir), **more)
    plugin = config.plugins.get("gazette")
    if not isinstance(plugin, GazettePlugin):
        raise BuildError(
            "mkdocs.yml 里没有启用 gazette 插件",
            path=str(config_file),
            hint="请在 plugins 下加上 - gazette。",
        )
    return config, plugin


class Renderer:
    """Sets pages one by one, as `mkdocs build` sets them all: same events, same order, same bytes."""

    def __init__(self, config_file: Path, docs: Path) -> None:
        """Read the configuration; `docs` is an empty folder, for MkDocs wants one."""
        docs.mkdir(parents=True, exist_ok=True)
        with _said():
            config, plugin = _load(config_file, docs.with_name("no-site"), docs_dir=str(docs))
            plugin.site = NOTHING
            self._config = config.plugins.on_config(config)
            config.plugins.on_pre_build(config=config)
            env = config.theme.get_env()
            files = config.plugins.on_files(Files([]), config=config)
            nav = get_navigation(files, config)
            self._nav = config.plugins.on_nav(nav, config=config, files=files)
            self._files = files
            self._env = config.plugins.on_env(env, config=config, files=files)

    def load_templates(self) -> None:
        """Read the templates ahead; what is wrong with one is said when a page needs it."""
        for path in sorted(_look(self._config).glob("*.html")):
            with suppress(jinja2.TemplateError):
                self._env.get_template(path.name)
        with suppress(BuildError, jinja2.TemplateError):
            self.template("404.html")  # and all that every page stands on

    def page(self, page: Page) -> bytes:
        """A page as it stands in the site."""
        config, plugins = self._config, self._config.plugins
        if not page.uri.endswith(".md"):
            return _moved(page).encode()
        file = _page_file(page, config)
        files = Files([file])
        set_ = file.page
        assert isinstance(set_, MkDocsPage)  # noqa: S101  `_page_file` sees to it
        set_ = plugins.on_pre_page(set_, config=config, files=files)
        set_.read_source(config)
        set_.markdown = plugins.on_page_markdown(
            set_.markdown or "", page=set_, config=config, files=files
        )
        set_.render(config, files)
        set_.content = plugins.on_page_content(
            set_.content or "", page=set_, config=config, files=files
        )
        set_.active = True
        context = get_context(self._nav, [file], config, set_)
        with _in_template(page.address):
            template = self._env.get_template(str(set_.meta["template"]))
            context = plugins.on_page_context(context, page=set_, config=config, nav=self._nav)
            output = template.render(context)
        output = plugins.on_post_page(output, page=set_, config=config)
        return output.encode("utf-8", errors="xmlcharrefreplace")

    @property
    def templates(self) -> tuple[str, ...]:
        """Pages of the theme itself, that stand for no page of ours: `404.html`."""
        return tuple(sorted(self._config.theme.static_templates))

    def template(self, name: str) -> bytes:
        """A page of the theme; empty where the theme has no such page."""
        config, plugins = self._config, self._config.plugins
        if name not in self._env.list_templates():
            return b""
        with _in_template(name):
            template = self._env.get_template(name)
        template = plugins.on_pre_template(template, template_name=name, config=config)
        base = urlsplit(config.site_url or "/").path if is_error_template(name) else ""
        base = base or get_relative_url(".", name)
        context = get_context(self._nav, self._files, config, base_url=base)
        context = plugins.on_template_context(context, template_name=name, config=config)
        with _in_template(name):
            output = template.render(context)
        output = plugins.on_post_template(output, template_name=name, config=config)
        return output.encode()


def _outdated(name: str) -> BuildError:
    """What templates of another version lack."""
    return BuildError(
        f"模板文件夹里没有 {name}",
        path="overrides",
        hint="它和装着的程序不是同一个版本：请用这个版本的 overrides，把自己改过的地方再改进去。",
    )


@contextmanager
def _in_template(address: str) -> Iterator[None]:
    """A fault of a template, as something that its author can mend."""
    try:
        yield
    except jinja2.TemplateNotFound as error:
        raise _outdated(str(error.name or error.message)) from None
    except jinja2.TemplateError as error:
        found = error if isinstance(error, jinja2.TemplateSyntaxError) else None
        raise BuildError(
            f"模板有误：{error.message}",
            path=(found.filename or found.name or "") if found else "",
            line=found.lineno if found else None,
            hint=f"请改正 overrides 里的模板；做 /{address} 时发现。",
        ) from None
