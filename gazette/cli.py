"""The command `gazette`: reads the call, calls one function, prints.

With `gazette.wording`, which has its words in Chinese, the only module that knows click.

Exit status: 0 done, 1 the content has errors or the work failed, 2 the call is wrong. Messages go
to stderr; `--json` prints one JSON document on stdout and nothing else there.
"""

import contextlib
import functools
import io
import json
import re
import shutil
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gazette.dates import parse_date
from gazette.errors import (
    BuildError,
    ClusterError,
    Finding,
    GazetteError,
    in_order,
    in_short,
    on_one_line,
)
from gazette.lock import alone, clear
from gazette.memory import look_seldom
from gazette.settings import Settings, read_settings
from gazette.wording import COMMANDS, OPTIONS, speak_chinese

# The rest is brought in by the command that needs it: a build that finds nothing to do would
# spend most of its time on that.
if TYPE_CHECKING:
    from gazette.archive import Archive
    from gazette.intake.bring import Plan
    from gazette.number import IssueNumber
    from gazette.search.query import Sort

speak_chinese()

_CACHE = ".gazette"


class _Day(click.ParamType[date]):
    """A day as clerks write it."""

    name = "日期"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return parse_date(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class _Years(click.ParamType[tuple[int | None, int | None]]):
    """A range of years: 2024, 2010-2019, 2020-, -1999."""

    name = "年份"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int | None, int | None]:
        from gazette.api import years

        if isinstance(value, tuple):
            return value
        try:
            return years(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class _Chinese(click.Group):
    """Turns what the user can mend into a message; a bug keeps its traceback."""

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        cmd.options_metavar = OPTIONS
        super().add_command(cmd, name)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except GazetteError as error:
            click.secho(f"错误：{error}", fg="red", err=True)
            ctx.exit(1)
        except BrokenExecutor:
            told = GazetteError(
                "一个帮忙的进程被系统结束了，多半是内存不够",
                hint="请再运行一次；仍不行就关掉别的程序，生成时加 --jobs 1。原来的网站没有动。",
            )
            click.secho(f"错误：{told}", fg="red", err=True)
            ctx.exit(1)


@click.group(
    cls=_Chinese,
    context_settings={"help_option_names": ["-h", "--help"]},
    options_metavar=OPTIONS,
    subcommand_metavar=COMMANDS,
)
@click.version_option(package_name="gongbaoshi", message="gazette %(version)s")
def main() -> None:
    """网上公报室：把提交的文件和 PDF 变成可读、可检索、可下载的政府公报网站。"""
    for stream in (sys.stdout, sys.stderr):  # a GBK terminal cannot show every character
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    look_seldom()


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


def _wait() -> None:
    click.echo("另一个 gazette 命令正在运行，等它结束……", err=True)


def _today() -> date:
    """The day on which the command is given: the only place that asks the clock."""
    return date.today()  # noqa: DTZ011  the day where the user is


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


def _read_ahead(
    scheduler: str | None, found: Iterable[Path], cache: Path, bar: _Bar, *, ocr: bool
) -> None:
    """Have a cluster read PDFs into the cache, where one is named; they are looked for only then."""
    if not scheduler:
        return
    paths = sorted(found)
    try:
        from gazette.cluster import read_ahead
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] == "gazette":
            raise
        hint = "请先装好：pip install 'gongbaoshi[cluster]'。"
        raise ClusterError("没有安装用集群要的 distributed", hint=hint) from None
    count = read_ahead(
        paths,
        scheduler=scheduler,
        cache=cache,
        ocr=ocr,
        progress=lambda d, n: bar("集群读取 PDF", d, n),
    )
    bar.end()
    click.echo(f"集群读了 {count} 个 PDF。", err=True)


def _read_whole(  # noqa: PLR0913  the choices of one reading
    settings: Settings,
    issues: Path,
    cache: Path,
    bar: _Bar,
    *,
    jobs: int | None,
    scheduler: str | None,
) -> "tuple[Archive, tuple[Finding, ...]]":
    """The archive and what is wrong in its files, its PDFs read by a cluster where one is named."""
    from gazette.reading import read_archive
    from gazette.workers import processors

    _read_ahead(scheduler, issues.glob("*/*/*.pdf"), cache / "pdf", bar, ocr=settings.ocr)
    return read_archive(settings, issues, cache=cache, jobs=jobs or processors(), progress=bar)


def _show(findings: tuple[Finding, ...], *, short: bool = False) -> int:
    """Print findings, all of them or in short, and how many there are; return that of errors."""
    errors, warnings, notices = (
        sum(f.level == level for f in findings) for level in ("error", "warning", "notice")
    )
    colours = {"error": "red", "warning": "yellow", "notice": "cyan"}
    told = in_short(findings) if short else ((f.level, str(f)) for f in findings)
    for level, text in told:
        click.secho(text, fg=colours[level], err=True)
    if findings:
        more = f"，{notices} 处提示" if notices else ""
        click.echo(f"共 {errors} 处错误，{warnings} 处提醒{more}。", err=True)
    return errors


@main.command()
@_common
@click.option("--site", type=click.Path(path_type=Path), help="网站放在哪里（默认 site）。")
@click.option("--on", type=_Day(), help="按哪一天生成（默认最新一期的出版日期）。")
@click.option("--scheduler", metavar="tcp://主机:端口", help="把读 PDF 分给一个 Dask 集群。")
@click.option("--jobs", "-j", type=click.IntRange(min=1), help="同时用几个处理器（默认全部）。")
@click.option("--strict", is_flag=True, help="内容有错误就不发布，原来的网站不动。")
@click.option("--clean", is_flag=True, help="不用任何缓存，从头生成；正式发布时用。")
@click.option("--no-editions", is_flag=True, help="不排印阅读版 PDF。")
@click.option("--explain", is_flag=True, help="逐个说明重做了哪些文件、为什么。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出做了什么、用了多久。")
def build(  # noqa: PLR0913, PLR0917  one parameter an option
    config: Path,
    issues: Path | None,
    site: Path | None,
    on: date | None,
    jobs: int | None,
    scheduler: str | None,
    *,
    strict: bool,
    clean: bool,
    no_editions: bool,
    explain: bool,
    as_json: bool,
) -> None:
    """生成网站，只重做有变化的部分。内容有错误时照常发布其余部分，逐条说明错误，其他提醒每种举几条。"""
    # The build brings in MkDocs, typst and the PDF parts: not needed to print --help.
    from gazette.site.place import refuse_what_is_no_site
    from gazette.site.update import update
    from gazette.summary import summary, update_json
    from gazette.workers import processors

    issues = _issues(config, issues)
    site = (site or config.resolve().parent / "site").resolve()
    refuse_what_is_no_site(site, config, issues)
    cache = _cache(issues, config)
    bar = _Bar()
    with alone(cache, _wait):
        if clean:
            clear(cache)
        ocr = read_settings(config).ocr
        _read_ahead(scheduler, issues.glob("*/*/*.pdf"), cache / "pdf", bar, ocr=ocr)
        try:
            done = update(
                config.resolve(),
                issues,
                site,
                cache=cache,
                on=on,
                editions=not no_editions,
                strict=strict,
                jobs=jobs or processors(),
                progress=bar,
            )
        finally:
            bar.end()
    _show(done.findings, short=True)
    if as_json:
        _print_json(update_json(done, site))
    if explain:
        for path, reason in done.reasons.items():
            click.echo(f"{path}：{reason}", err=True)
    if not done.published:
        click.secho("有错误，没有发布；原来的网站没有动。", fg="red", err=True)
        sys.exit(1)
    for line in summary(done, site):
        click.echo(line, err=True)


@main.command()
@_common
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
@click.option("--fix", is_flag=True, help="把正文写明的施行日期、有效期、废止等补进文件开头。")
@click.option("--yes", is_flag=True, help="--fix 给出改动后不再询问，直接写。")
@click.option("--scheduler", metavar="tcp://主机:端口", help="把读 PDF 分给一个 Dask 集群。")
@click.option("--jobs", "-j", type=click.IntRange(min=1), help="同时用几个处理器（默认全部）。")
def check(  # noqa: PLR0913  one parameter an option
    config: Path,
    issues: Path | None,
    jobs: int | None,
    scheduler: str | None,
    *,
    as_json: bool,
    fix: bool,
    yes: bool,
) -> None:
    """检查内容：逐条说明哪里不对、怎么改。有错误时退出码为 1。"""
    from gazette.check import check as check_archive
    from gazette.check import proposed
    from gazette.index import near_duplicates
    from gazette.pdf.ocr import how_to_recognise
    from gazette.reading import with_stories
    from gazette.site.pages import own_pages

    if fix and as_json:
        raise click.UsageError("--fix 先给人看改动，不能同时用 --json。")
    settings = read_settings(config)
    issues = _issues(config, issues)
    cache = _cache(issues, config)
    bar = _Bar()
    with alone(cache, _wait):
        archive, found = _read_whole(settings, issues, cache, bar, jobs=jobs, scheduler=scheduler)
        archive = with_stories(archive, settings, issues, cache=cache)
        bar("比对内容重复的文件", 0, 1)
        repeated = list(near_duplicates(archive, issues.name, cache=cache))
    bar.end()
    ocr = how_to_recognise(wanted=settings.ocr)
    if fix:
        _fix(issues, archive, settings.site_url, sure=yes)
        return
    is_page = own_pages(archive, settings, archive.gazette.newest_day)
    stated = proposed(archive, issues.name, settings.site_url)
    findings = in_order(
        [*found, *check_archive(archive, issues.name, ocr, is_page), *repeated, *stated]
    )
    errors = sum(f.level == "error" for f in findings)
    if as_json:
        fields = ("level", "code", "path", "line", "message", "hint")
        _print_json({"findings": [{name: getattr(f, name) for name in fields} for f in findings]})
    else:
        _show(findings)
        if not findings:
            click.echo("没有发现问题。", err=True)
    sys.exit(1 if errors else 0)


def _fix(issues: Path, archive: "Archive", site_url: str, *, sure: bool) -> None:
    """Show what the texts state and front matter does not, ask, and write it."""
    from gazette.fix import carry_out, changes
    from gazette.proposals import proposals

    found = list(changes(issues, proposals(archive.gazette, site_url)))
    wanted = [c for c in found if not c.refused]
    for change in found:
        if change.refused:
            click.secho(f"{change.name}：{change.refused}", fg="yellow", err=True)
    if not wanted:
        click.echo("没有可以补的。", err=True)
        return
    for change in wanted:
        click.echo("\n".join(map(on_one_line, change.diff().split("\n"))))
    if not sure and not click.confirm(f"要改 {len(wanted)} 个文件，写进去吗？", err=True):
        click.echo("没有改。", err=True)
        return
    done = [change for change in wanted if carry_out(change)]
    for change in wanted:
        if change not in done:
            click.secho(f"{change.name}：刚才有人改了，没有动。", fg="yellow", err=True)
    click.echo(f"改了 {len(done)} 个文件，请看 git diff。", err=True)


def _print_json(value: Any) -> None:
    # Always UTF-8; a name of a file that is not becomes \udcXX, as JSON has it.
    text = json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace")
    click.echo(text)


@main.command("export")
@click.argument("folder", metavar="文件夹", type=click.Path(path_type=Path, file_okay=False))
@_common
@click.option("--on", type=_Day(), help="按哪一天生成（默认最新一期的出版日期）。")
@click.option("--jobs", "-j", type=click.IntRange(min=1), help="同时用几个处理器（默认全部）。")
def export_pages(
    folder: Path, config: Path, issues: Path | None, on: date | None, jobs: int | None
) -> None:
    """把每一页写成开头带各项数据的 Markdown，供其他生成器（Hugo、Zensical）使用。

    文件夹必须是新的或空的：网页写在其中的 content，其余文件写在 static。
    """
    from gazette.settings import read_look
    from gazette.site.build import prepare
    from gazette.site.export import export_name, markdown
    from gazette.site.output import place
    from gazette.workers import processors

    if folder.exists() and any(folder.iterdir()):
        hint = "请换一个新的或空的文件夹。"
        raise BuildError("文件夹里已经有东西", path=str(folder), hint=hint)
    issues = _issues(config, issues)
    cache = _cache(issues, config)
    bar = _Bar()
    with alone(cache, _wait):
        made = prepare(
            read_settings(config),
            issues,
            cache=cache,
            look=read_look(config),
            on=on,
            jobs=jobs or processors(),
            progress=bar,
        )
        bar.end()
        count = 0
        for page in made.pages():
            target = folder / "content" / export_name(page)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(markdown(page), "utf-8", "replace")
            count += 1
        for file in made.files:
            place(file, folder / "static" / file.address)
    click.echo(f"已写出 {count} 页，{len(made.files)} 个文件：{folder}", err=True)


@main.command()
@click.argument("query", metavar="词")
@_common
@click.option("--year", type=_Years(), default=(None, None), help="年份：2024、2010-2019、2020-。")
@click.option("--section", multiple=True, metavar="栏目", help="只要这个栏目，可以写几次。")
@click.option("--authority", multiple=True, metavar="机关", help="只要这个发文机关，可以写几次。")
@click.option("--type", "document_type", multiple=True, metavar="文种", help="只要这个公文种类。")
@click.option("--topic", multiple=True, metavar="主题", help="只要这个主题分类。")
@click.option("--validity", multiple=True, metavar="状态", help="只要这种有效性：现行有效、废止……")
@click.option("--in-force", is_flag=True, help="只要现行有效的（已修改、部分失效的也算）。")
@click.option("--on", type=_Day(), help="有效性按哪一天算（默认今天）。")
@click.option("--issue", multiple=True, metavar="期", help="只在这一期里找：2024/05-06。")
@click.option("--kind", type=click.Choice(["document", "page"]), help="只要文件，或只要 PDF 页。")
@click.option(
    "--sort", type=click.Choice(["relevance", "date"]), default="relevance", help="排序。"
)
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="列几条。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
def search(  # noqa: PLR0913, PLR0917  one parameter an option
    query: str,
    config: Path,
    issues: Path | None,
    year: tuple[int | None, int | None],
    section: tuple[str, ...],
    authority: tuple[str, ...],
    document_type: tuple[str, ...],
    topic: tuple[str, ...],
    validity: tuple[str, ...],
    on: date | None,
    issue: tuple[str, ...],
    kind: str | None,
    sort: "Sort",
    limit: int,
    *,
    in_force: bool,
    as_json: bool,
) -> None:
    """在全部公报里检索，写法与网页上一样；索引自动更新。"""
    from gazette.index import GRAMS, WORDS, refresh_indexes
    from gazette.search import query as grams
    from gazette.search import whoosh_index
    from gazette.search.entry import state_on
    from gazette.search.static_index import Index
    from gazette.search.view import results_json
    from gazette.workers import processors

    query = query.encode("utf-8", "surrogateescape").decode("utf-8", "replace")  # as typed
    issues = _issues(config, issues)
    cache = _cache(issues, config)
    day = on or _today()
    bar = _Bar()
    with alone(cache, _wait):
        refresh_indexes(read_settings(config), issues, cache=cache, jobs=processors(), progress=bar)
        bar.end()
        results = grams.search(
            Index(cache / GRAMS),
            query,
            grams.Filters(
                years=year,
                sections=section,
                authorities=authority,
                document_types=document_type,
                topics=topic,
                validity=validity,
                in_force=in_force,
                issues=tuple(i.strip("/") for i in issue),
                kind=kind or "",
            ),
            limit=limit,
            sort=sort,
            on=day,
            rank=lambda urls: whoosh_index.scores(cache / WORDS, query, urls),
        )
    if as_json:
        _print_json(results_json(results, on=day))
        return
    for hit in results.hits:
        found = hit.passage
        state = state_on(found.validity, day) or ""
        who = "、".join(found.authorities)
        facts = [found.number, who, found.dated or "", found.section, state]
        click.secho(found.title, bold=True)
        click.echo(f"  {'  '.join(filter(None, facts))}\n  {hit.shown[0]}\n  /{found.url}")
    if results.missing:
        near = "、".join(passage.number for passage in results.missing.neighbours)
        said = f"公报里没有 {results.missing.number} 这件文件。"
        click.echo(said + (f"号数与它最接近的：{near}。" if near else ""), err=True)
    if results.suggestions:
        click.echo(f"您是不是要找：{'、'.join(results.suggestions)}", err=True)
    relaxed = any(hit.match == "relaxed" for hit in results.hits)
    many = f"{'共' if results.total_exact else '约'} {results.total} 条结果。"
    click.echo(("没有完全相符的；含有部分词语的" if relaxed else "") + many, err=True)


class _Pages(click.ParamType[frozenset[int]]):
    """Pages of a PDF: 3、5-8."""

    name = "页码"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> frozenset[int]:
        from gazette.model import PageRange

        if isinstance(value, frozenset):
            return value
        try:
            ranges = [PageRange.parse(part) for part in re.split("[,，、]", value)]
        except ValueError as error:
            self.fail(f"{error}，应写成 3,5-8", param, ctx)
        return frozenset(n for r in ranges for n in range(r.first, r.last + 1))


@main.command()
@click.argument(
    "file", metavar="文件.pdf", type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
@click.option("--scheduler", metavar="tcp://主机:端口", help="把读 PDF 分给一个 Dask 集群。")
@click.option("--ocr", is_flag=True, help="识别扫描页和乱码页的文字（要装 gongbaoshi[ocr]）。")
@click.option("--write", is_flag=True, help="把文字写成 text/0012.md 草稿，供校订；已有的不动。")
@click.option("--pages", type=_Pages(), default=frozenset(), help="--write 哪些页：3,5-8。")
@click.option("--jobs", "-j", type=click.IntRange(min=1), help="同时用几个处理器（默认全部）。")
def extract(  # noqa: PLR0913  one parameter an option
    file: Path,
    pages: frozenset[int],
    jobs: int | None,
    scheduler: str | None,
    *,
    as_json: bool,
    ocr: bool,
    write: bool,
) -> None:
    """读出一个 PDF 每一页的文字，并说明读得怎么样。"""
    from gazette.pdf.draft import write_drafts
    from gazette.pdf.extract import read_pdf
    from gazette.pdf.model import extract_json
    from gazette.pdf.ocr import INSTALL, available, recognise_pdfs
    from gazette.workers import processors

    if ocr and not available():
        raise BuildError("没有安装 OCR", hint=f"请先安装：{INSTALL}")
    cache = Path(_CACHE).resolve() / "pdf"
    _read_ahead(scheduler, [file], cache, _Bar(), ocr=ocr)
    text = read_pdf(file, cache=cache)
    if ocr:
        bar = _Bar()
        text = recognise_pdfs(
            {file: text},
            cache=cache,
            jobs=jobs or processors(),
            progress=lambda done, total: bar("识别扫描页", done, total),
        )[file]
        bar.end()
    if as_json:
        _print_json(extract_json(file.name, text))
    else:
        for page in text.pages:
            sure = "" if page.confidence is None else f"，把握 {page.confidence:.1%}"
            head = f"—— 第 {page.page} 页（{page.quality}，{page.method}{sure}）——"
            click.secho(head, err=True)
            click.echo(page.text)
    if write:
        drafts = write_drafts(text, file.parent / "text", pages)
        for draft in drafts:
            click.echo(f"草稿：{draft}", err=True)
        if not drafts:
            click.echo("没有写草稿：这些页没有文字可写，或者已经有了。", err=True)
    if text.fault:
        click.secho(f"{file}: {text.fault.message}\n  {text.fault.hint}", fg="red", err=True)
        sys.exit(1)


@main.command()
@_common
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
@click.option("--csv", "csv_file", type=click.Path(path_type=Path), help="各期的表写到这个文件。")
@click.option("--xlsx", "xlsx_file", type=click.Path(path_type=Path), help="写成 Excel 工作簿。")
@click.option("--scheduler", metavar="tcp://主机:端口", help="把读 PDF 分给一个 Dask 集群。")
@click.option("--jobs", "-j", type=click.IntRange(min=1), help="同时用几个处理器（默认全部）。")
def ledger(  # noqa: PLR0913, PLR0917  one parameter an option
    config: Path,
    issues: Path | None,
    csv_file: Path | None,
    xlsx_file: Path | None,
    jobs: int | None,
    scheduler: str | None,
    *,
    as_json: bool,
) -> None:
    """馆藏台账：每年有哪些期、缺哪些期，总期号在哪里接不上，PDF 和各页是什么状态。"""
    from gazette import ledger as accounts
    from gazette.publish.tables import ledger_csv, ledger_xlsx

    settings = read_settings(config)
    issues = _issues(config, issues)
    cache = _cache(issues, config)
    bar = _Bar()
    with alone(cache, _wait):
        archive, _ = _read_whole(settings, issues, cache, bar, jobs=jobs, scheduler=scheduler)
    bar.end()
    account = accounts.ledger(archive)
    if csv_file:
        csv_file.write_bytes(ledger_csv(account))
    if xlsx_file:
        xlsx_file.write_bytes(ledger_xlsx(account))
    if as_json:
        _print_json(accounts.ledger_json(account))
        return
    for line in accounts.words(account):
        click.echo(line)


class _IssueName(click.ParamType["IssueNumber"]):
    """An issue as its folder is named (1998/03, 2020/05-06, 2019/zk1), or as it is printed."""

    name = "年份/期号"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> "IssueNumber":
        from gazette.number import IssueNumber

        if isinstance(value, IssueNumber):
            return value
        year, _, folder = value.strip("/").partition("/")
        try:
            if folder and year.isdecimal():
                parts = folder.split("-")
                return IssueNumber.from_folder(int(year), "-".join(p.zfill(2) for p in parts))
            return IssueNumber.parse(value)
        except ValueError as error:
            self.fail(f"{error}，应写成 1998/03、2020/05-06（合刊）或 2019/zk1（增刊）", param, ctx)


@main.group()
def new() -> None:
    """新建一期，或一件文件：写好开头，编好下一个没有用过的号。"""


@new.command("issue")
@click.argument("number", type=_IssueName())
@_common
def new_issue(number: "IssueNumber", config: Path, issues: Path | None) -> None:
    """新建一期：2025/03、2025/05-06（合刊）、2025/zk1（增刊）。"""
    from gazette.intake import fresh

    click.echo(str(fresh.new_issue(_issues(config, issues), number)))


@new.command("document")
@click.argument("number", type=_IssueName())
@click.argument("title", metavar="标题")
@_common
def new_document(number: "IssueNumber", title: str, config: Path, issues: Path | None) -> None:
    """在一期里新建一件文件，序号接着往下排，不用已经用过的。"""
    from gazette.intake import fresh

    click.echo(str(fresh.new_document(_issues(config, issues), number, title)))


@dataclass(slots=True)
class _Outcome:
    """Whether one of several files failed."""

    failed: bool = False


@contextlib.contextmanager
def _told() -> Iterator[_Outcome]:
    """Say what went wrong with one file, and go on with the next."""
    outcome = _Outcome()
    try:
        yield outcome
    except GazetteError as error:
        click.secho(f"错误：{error}", fg="red", err=True)
        outcome.failed = True


def _tell_import(made: "Plan", base: str) -> None:
    """Say what was found in one PDF, and what a person should look at."""
    from gazette.intake.bring import SOURCES

    facts = [str(made.issue.number)]
    if made.issue.published_on:
        facts.append(f"{made.issue.published_on}出版")
    facts.append(f"新增目录 {len(made.draft.added)} 条（{SOURCES[made.proposed.source]}）")
    if made.draft.known:
        facts.append(f"已有 {len(made.draft.known)} 条，没有动")
    click.secho(f"{made.file.name} → {base}/{made.issue.source}/", bold=True, err=True)
    click.echo(f"  {'，'.join(facts)}", err=True)
    for note in made.notes:
        click.secho(f"  注意：{note}", fg="yellow", err=True)
    for entry in made.draft.added:
        if entry.unreviewed:
            said = f"{entry.folder} 第 {entry.pages} 页《{entry.title}》：{entry.unreviewed}"
            click.secho(f"  待核：{said}", fg="yellow", err=True)


@main.command("import")
@click.argument(
    "files",
    metavar="文件.pdf...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)
@_common
@click.option("--as", "number", type=_IssueName(), help="这是哪一期（默认看封面，再看文件名）。")
@click.option("--ocr", is_flag=True, help="先识别扫描页和乱码页的文字（要装 gongbaoshi[ocr]）。")
@click.option("--dry-run", is_flag=True, help="只把要写的 index.md 打印出来，什么也不写。")
def import_(  # noqa: PLR0913  one parameter an option
    files: tuple[Path, ...],
    config: Path,
    issues: Path | None,
    number: "IssueNumber | None",
    *,
    ocr: bool,
    dry_run: bool,
) -> None:
    """收入历史公报的 PDF：认出是哪一期，拟出目录，不确定的标“待核”。已有的内容不改。"""
    from gazette.intake.bring import carry_out, plan
    from gazette.workers import processors

    if number and len(files) > 1:
        raise click.UsageError("--as 一次只能用于一个文件。")
    settings = read_settings(config)
    issues = _issues(config, issues)
    cache = _cache(issues, config)
    failed = 0
    for file in files:
        with _told() as outcome:
            made = plan(
                file,
                issues,
                cache=cache,
                number=number,
                sections=settings.sections,
                ocr=ocr or settings.ocr,
                jobs=processors(),
            )
            if dry_run:
                click.echo(made.draft.text, nl=False)
            else:
                carry_out(made)
            _tell_import(made, issues.name)
        failed += outcome.failed
    if not dry_run and failed < len(files):
        click.echo("请对照 PDF 核对 index.md，然后运行 gazette check。", err=True)
    sys.exit(1 if failed else 0)


def _previewed(
    config: Path, issues: Path, cache: Path, site: Path, on: date | None
) -> "Callable[[str], Any]":
    """Pages as they are asked for; the command begins to listen before all that is brought in."""
    made: list[Any] = []
    lock = threading.Lock()

    def answer(address: str) -> Any:
        with lock:
            if not made:
                from gazette.site.preview import Preview
                from gazette.workers import processors

                bar = _Bar()
                made.append(
                    Preview(
                        config.resolve(), issues, cache=cache, site=site, on=on,
                        jobs=processors(), progress=bar,
                    )
                )  # fmt: skip
        return made[0](address)

    return answer


@main.command()
@_common
@click.option("--site", type=click.Path(path_type=Path), help="网站在哪里（默认 site）。")
@click.option("--port", default=8000, type=click.IntRange(1, 65535), help="端口。")
@click.option("--on", type=_Day(), help="按哪一天显示（默认与 build 相同）。")
@click.option("--built", is_flag=True, help="只给看生成好的网站，一个字节也不改。")
def serve(  # noqa: PLR0913  one parameter an option
    config: Path, issues: Path | None, site: Path | None, port: int, on: date | None, *, built: bool
) -> None:
    """在本机预览：打开哪一页，就按现在的内容做哪一页；文件一存盘，网页自己换新。

    检索、PDF 和页面图像用上一次 gazette build 做好的。/api/search?q=… 以 JSON 回答检索。
    """
    from gazette.serve import make_server
    from gazette.sources import find_sources

    site = (site or config.resolve().parent / "site").resolve()
    issues = _issues(config, issues)
    cache = _cache(issues, config)
    if built and not (site / "index.html").is_file():
        raise BuildError("还没有生成网站", path=str(site), hint="请先运行 gazette build。")
    pages = None
    if not built:
        read_settings(config)  # says what is wrong before anybody opens a page
        find_sources(issues, cache)
        pages = _previewed(config, issues, cache, site, on)

    @functools.cache
    def made() -> Callable[[str], tuple[int, bytes]]:
        from gazette.api import SearchApi
        from gazette.index import WORDS

        return SearchApi(site / "search-index", cache / WORDS, _today)

    def api(query: str) -> tuple[int, bytes]:
        return made()(query)

    try:
        server = make_server(site, port=port, api=api, pages=pages)
    except OSError as error:
        hint = "请用 --port 换一个端口。"
        raise BuildError(f"端口 {port} 用不了（{error.strerror}）", hint=hint) from None
    with server:
        click.echo(f"http://127.0.0.1:{port}/ （按 Ctrl-C 结束）", err=True)
        if pages:  # while the browser starts
            threading.Thread(target=pages, args=("",), daemon=True).start()
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()
