"""The command `gazette`: reads the call, calls one function, prints. The only module that knows click.

Exit status: 0 done, 1 the content has errors or the work failed, 2 the call is wrong. Messages go
to stderr; `--json` prints one JSON document on stdout and nothing else there.
"""

import contextlib
import json
import shutil
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click

from gazette.check import check as check_archive
from gazette.dates import parse_date
from gazette.errors import BuildError, Finding, GazetteError, in_order
from gazette.serve import make_server
from gazette.settings import read_settings

_CACHE = ".gazette"


class _Day(click.ParamType[date]):
    """A day as clerks write it."""

    name = "日期"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return parse_date(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class _Chinese(click.Group):
    """Turns what the user can mend into a message; a bug keeps its traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except GazetteError as error:
            click.secho(f"错误：{error}", fg="red", err=True)
            ctx.exit(1)


@click.group(cls=_Chinese, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="gongbaoshi", message="gazette %(version)s")
def main() -> None:
    """网上公报室：把提交的文件和 PDF 变成可读、可检索、可下载的政府公报网站。"""


def _common(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options of every command that reads the gazette."""
    for option in (
        click.option(
            "--config", default="mkdocs.yml", type=click.Path(path_type=Path), help="配置文件。"
        ),
        click.option(
            "--issues", type=click.Path(path_type=Path), help="公报内容的文件夹（默认 issues）。"
        ),
    ):
        command = option(command)
    return command


def _issues(config: Path, issues: Path | None) -> Path:
    return (issues or config.resolve().parent / "issues").resolve()


def _cache(issues: Path, config: Path) -> Path:
    """One cache per content: an archive elsewhere does not mix with the one beside mkdocs.yml."""
    own = config.resolve().parent
    return own / _CACHE if issues.parent == own else issues.parent / _CACHE


class _Bar:
    """Progress on a terminal; silent in a pipe."""

    def __init__(self) -> None:
        self.shown = sys.stderr.isatty()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if self.shown:
            width = shutil.get_terminal_size().columns
            filled = 20 * done // total if total else 0
            text = f"{stage} [{'█' * filled}{'·' * (20 - filled)}] {done}/{total}"
            click.echo("\r" + text.ljust(width - 24), nl=False, err=True)

    def end(self) -> None:
        """Clear the line."""
        if self.shown:
            click.echo("\r\033[K", nl=False, err=True)


def _show(findings: tuple[Finding, ...]) -> int:
    """Print findings and how many there are; return the number of errors."""
    errors = sum(f.level == "error" for f in findings)
    for finding in findings:
        click.secho(str(finding), fg="red" if finding.level == "error" else "yellow", err=True)
    if findings:
        click.echo(f"共 {errors} 处错误，{len(findings) - errors} 处提醒。", err=True)
    return errors


@main.command()
@_common
@click.option("--site", type=click.Path(path_type=Path), help="网站放在哪里（默认 site）。")
@click.option("--on", type=_Day(), help="按哪一天生成（默认最新一期的出版日期）。")
@click.option("--jobs", "-j", type=click.IntRange(min=1), help="同时用几个处理器（默认全部）。")
@click.option("--strict", is_flag=True, help="内容有错误就不发布，原来的网站不动。")
@click.option("--clean", is_flag=True, help="不用任何缓存，从头生成。")
def build(  # noqa: PLR0913  one parameter an option
    config: Path,
    issues: Path | None,
    site: Path | None,
    on: date | None,
    jobs: int | None,
    *,
    strict: bool,
    clean: bool,
) -> None:
    """生成网站。内容有错误时照常发布其余部分，并逐条说明。"""
    # The build brings in MkDocs, typst and the PDF parts: not needed to print --help.
    from gazette.site.build import prepare, processors, put_in_place
    from gazette.site.plugin import render

    settings = read_settings(config)
    issues = _issues(config, issues)
    site = (site or config.resolve().parent / "site").resolve()
    cache = _cache(issues, config)
    if clean:
        shutil.rmtree(cache, ignore_errors=True)
    bar = _Bar()
    made = prepare(settings, issues, cache=cache, on=on, jobs=jobs or processors(), progress=bar)
    bar.end()
    errors = _show(made.findings)
    if errors and strict:
        click.secho("有错误，没有发布；原来的网站没有动。", fg="red", err=True)
        sys.exit(1)
    new = site.with_name(f"{site.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    render(config.resolve(), made, new)
    put_in_place(new, site)
    gazette = made.archive.gazette
    click.echo(
        f"已生成 {site}：{len(gazette.issues)} 期，{len(gazette.documents)} 件文件，{len(made.pages)} 页。",
        err=True,
    )


@main.command()
@_common
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
@click.option("--jobs", "-j", type=click.IntRange(min=1), help="同时用几个处理器（默认全部）。")
def check(config: Path, issues: Path | None, jobs: int | None, *, as_json: bool) -> None:
    """检查内容：逐条说明哪里不对、怎么改。有错误时退出码为 1。"""
    from gazette.site.build import processors, read_archive

    issues = _issues(config, issues)
    bar = _Bar()
    archive, found = read_archive(
        read_settings(config),
        issues,
        cache=_cache(issues, config),
        jobs=jobs or processors(),
        progress=bar,
    )
    bar.end()
    findings = in_order([*found, *check_archive(archive, issues.name)])
    errors = sum(f.level == "error" for f in findings)
    if as_json:
        fields = ("level", "code", "path", "line", "message", "hint")
        _print_json({"findings": [{name: getattr(f, name) for name in fields} for f in findings]})
    else:
        _show(findings)
        if not findings:
            click.echo("没有发现问题。", err=True)
    sys.exit(1 if errors else 0)


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


@main.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
def extract(file: Path, *, as_json: bool) -> None:
    """读出一个 PDF 每一页的文字，并说明读得怎么样。"""
    from gazette.pdf.extract import read_pdf
    from gazette.pdf.view import extract_json

    text = read_pdf(file, cache=Path(_CACHE) / "pdf")
    if as_json:
        _print_json(extract_json(file.name, text))
    else:
        for page in text.pages:
            click.secho(f"—— 第 {page.page} 页（{page.quality}）——", err=True)
            click.echo(page.text)
    if text.fault:
        click.secho(f"{file}: {text.fault.message}\n  {text.fault.hint}", fg="red", err=True)
        sys.exit(1)


@main.command()
@click.option("--config", default="mkdocs.yml", type=click.Path(path_type=Path), help="配置文件。")
@click.option("--site", type=click.Path(path_type=Path), help="网站在哪里（默认 site）。")
@click.option("--port", default=8000, type=click.IntRange(1, 65535), help="端口。")
def serve(config: Path, site: Path | None, port: int) -> None:
    """在本机预览生成好的网站。"""
    site = (site or config.resolve().parent / "site").resolve()
    if not (site / "index.html").is_file():
        raise BuildError("还没有生成网站", path=str(site), hint="请先运行 gazette build。")
    try:
        server = make_server(site, port=port)
    except OSError as error:
        hint = "请用 --port 换一个端口。"
        raise BuildError(f"端口 {port} 用不了（{error.strerror}）", hint=hint) from None
    with server:
        click.echo(f"http://127.0.0.1:{port}/ （按 Ctrl-C 结束）", err=True)
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()
