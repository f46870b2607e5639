"""How long a build takes on a real archive, and how it grows; beside plain MkDocs and Hugo.

    python -m tools.bench_build ARCHIVE/issues --work FOLDER --write docs/build.md
        [--sizes 1000,3000,6000,13315] [--only clean,unchanged,document,repeal,template,issue]
        [--peers mkdocs,hugo] [--jobs N]
    python -m tools.bench_build ARCHIVE/issues --work FOLDER --kill 30 --sizes 1000 [--seed 1]

`ARCHIVE/issues` is what `tools/import_corpus.py` makes; it is copied by hard links of its PDFs and
plain copies of its texts, newest issues first, until there are enough documents, and an issue of 20
documents is put behind the newest. Every build is the real command in a process of its own; seconds
are wall, CPU stands beside them, memory is the largest of any process. PDF editions are set in the
case `issue` alone, of that one issue (阅读版起始年份), by a build before that is not measured.

`--kill N` makes N random edits, each with a build killed (SIGKILL) at a random moment and one that
is not, and compares the site with a clean build, byte for byte.
"""

import argparse
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tools.tables import write_table

ROOT = Path(__file__).resolve().parents[1]
_SERVE = "`gazette serve`：从敲命令到第一页（目标 2 秒）；从存盘到网页（目标 1 秒，浏览器每秒问一次，另加）"
_ISSUE = 20
"""Documents of an issue that is changed."""
CASES = ("clean", "unchanged", "document", "repeal", "template", "issue")
NAMES = {
    "clean": "从头，不排印阅读版",
    "unchanged": "没有变化",
    "document": "改一件文件（封存的年份）",
    "issue": "改一期（20 件），连同 21 份阅读版",
    "repeal": "加一条废止",
    "template": "改一个模板",
    "mkdocs": "MkDocs＋Material，只有网页，1 进程",
    "hugo": "Hugo，只有网页",
}


@dataclass(frozen=True)
class Measured:
    """One run: wall and CPU seconds, memory in MB, what was made, seconds by stage."""

    wall: float
    cpu: float
    memory: float
    made: str = ""
    stages: dict[str, float] = field(default_factory=dict)


def run(command: list[str], **more: object) -> tuple[Measured, str]:
    """Run to the end; its measures (children included) and what it printed."""
    start = time.perf_counter()
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # as it runs where people use it
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603  our own commands
            command,
            stdout=subprocess.PIPE,
            stderr=said,
            env=environment,
            **more,  # type: ignore[call-overload]
        ) as child,
    ):
        out = child.stdout.read()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        errors = said.read()
    if child.returncode:
        sys.exit(f"{command}\n{errors.decode()[-2000:]}")
    wall = time.perf_counter() - start
    return Measured(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024), out.decode()


def take(source: Path, target: Path, size: int) -> int:
    """Copy issues, newest first, until there are `size` documents; how many there are."""
    count = 0
    for folder in sorted(source.glob("*/*"), reverse=True):
        if count >= size:
            break
        inner = target / folder.relative_to(source)
        inner.mkdir(parents=True)
        for path in sorted(folder.rglob("*")):
            to = inner / path.relative_to(folder)
            if path.is_dir():
                to.mkdir()
            elif path.suffix == ".md":
                shutil.copyfile(path, to)
                count += path.name != "index.md"
            else:
                os.link(path, to)
    return count


def put_issue(issues: Path) -> Path:
    """Put an issue of 20 documents behind the newest year, with texts of the archive."""
    year = max(int(p.name) for p in issues.iterdir()) + 1
    documents = sorted(issues.glob("*/*/[0-9]*.md"))
    folder = issues / str(year) / "01"
    folder.mkdir(parents=True)
    for number in range(_ISSUE):
        text = documents[number * len(documents) // _ISSUE].read_text("utf-8")
        text = re.sub(
            r"(?m)^(发文字号|附件|废止|修改|宣布失效|解读|更正):.*\n(?:[ -].*\n)*", "", text
        )
        text = re.sub(r"(?m)^标题: *(.*)$", f"标题: 第{number + 1}件", text, count=1)
        (folder / f"{number + 1:02}-第{number + 1}件.md").write_text(text, "utf-8")
    (folder / "index.md").write_text(f"---\n出版日期: {year}-01-15\n---\n", "utf-8")
    return folder


class Project:
    """A gazette to be built: a copy of the archive, of the look, and of the configuration."""

    def __init__(self, root: Path, jobs: int) -> None:
        self.root = root
        self.jobs = jobs
        self.editions = False
        shutil.copytree(ROOT / "overrides", root / "overrides")
        shutil.copy(ROOT / "mkdocs.yml", root)

    def copied(self, root: Path) -> "Project":
        """The same content and look in another folder, with nothing that a build leaves."""
        made = Project.__new__(Project)
        made.root, made.jobs, made.editions = root, self.jobs, self.editions
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir()
        for name in ("issues", "overrides"):
            shutil.copytree(self.root / name, root / name, copy_function=os.link)
        shutil.copy(self.root / "mkdocs.yml", root)
        return made

    def command(self, *more: str) -> list[str]:
        """The build, as a clerk calls it."""
        config = str(self.root / "mkdocs.yml")
        command = [sys.executable, "-m", "gazette", "build", "--config", config, "--json", *more]
        command += ["--jobs", str(self.jobs)] if self.jobs else []
        return command if self.editions else [*command, "--no-editions"]

    def build(self, *more: str) -> Measured:
        """Build, and say what was made."""
        measured, out = run(self.command(*more), cwd=ROOT)
        said = json.loads(out)
        files = said["files"]
        made = f"{files['added'] + files['changed']}＋{files['gone']}"
        return Measured(measured.wall, measured.cpu, measured.memory, made, said["seconds"])

    def documents(self) -> list[Path]:
        """Every document, oldest first."""
        return sorted(self.root.glob("issues/*/*/[0-9]*.md"))

    def edit(self, case: str) -> None:
        """Make the change that a case is about."""
        documents = self.documents()
        if case == "document":
            add(documents[len(documents) // 2], "又一段。")
        elif case == "issue":
            newest = max(self.root.glob("issues/*"))
            for path in sorted(newest.glob("*/[0-9]*.md")):
                add(path, "又一段。")
        elif case == "repeal":
            older = documents[:-_ISSUE]
            repeal(older[-1], older[len(older) // 3])
        elif case == "template":
            add(self.root / "overrides" / "document.html", "{# 改了 #}")


def add(path: Path, text: str) -> None:
    """Put a paragraph at the end."""
    path.write_text(f"{path.read_text('utf-8').rstrip()}\n\n{text}\n", "utf-8")


def repeal(path: Path, target: Path) -> None:
    """Let one document repeal another."""
    text = path.read_text("utf-8")
    address = "/" + "/".join([*target.parts[-3:-1], target.name[:2]]) + "/"
    path.write_text(re.sub(r"(?m)^标题:", f"废止: {address}\n标题:", text, count=1), "utf-8")


def mkdocs_alone(work: Path, issues: Path) -> Measured:
    """The texts as Markdown pages with Material: a tiny nav, no search, nothing of ours."""
    docs = work / "mkdocs"
    plain(issues, docs / "docs", "index.md")
    (docs / "docs" / "index.md").write_text("# 公报\n", "utf-8")
    (docs / "mkdocs.yml").write_text(
        "site_name: 公报\nplugins: []\nnav: [index.md]\nnot_in_nav: '*'\n"
        "theme: {name: material, language: zh, font: false}\n",
        "utf-8",
    )
    return run([sys.executable, "-m", "mkdocs", "build", "-q"], cwd=docs)[0]


def hugo_alone(work: Path, issues: Path) -> Measured:
    """The texts as Hugo pages in a template of the same size as Material's page."""
    site = work / "hugo"
    plain(issues, site / "content", "_index.md")
    layouts = site / "layouts" / "_default"
    layouts.mkdir(parents=True)
    shell = "<nav>" + "公报" * 1500 + "</nav>"
    page = f"<!doctype html><title>{{{{ .Title }}}}</title>{shell}{{{{ .Content }}}}"
    (layouts / "single.html").write_text(page, "utf-8")
    (layouts / "list.html").write_text(page, "utf-8")
    (site / "config.toml").write_text(
        'title = "公报"\ndisableKinds = ["taxonomy", "term", "RSS", "sitemap"]\n', "utf-8"
    )
    return run(["hugo", "--quiet"], cwd=site)[0]


def plain(issues: Path, target: Path, index: str) -> None:
    """Write each document as `2019/12/01.md` with its title."""
    for path in issues.glob("*/*/[0-9]*.md"):
        text = path.read_text("utf-8")
        title = re.search(r"(?m)^标题: *(.*)$", text)
        body = text.split("\n---\n", 1)[-1]
        to = target / path.parent.relative_to(issues) / f"{path.name[:2]}.md"
        to.parent.mkdir(parents=True, exist_ok=True)
        head = json.dumps(title[1] if title else path.stem, ensure_ascii=False)
        to.write_text(f"---\ntitle: {head}\n---\n{body}", "utf-8")
    (target / index).parent.mkdir(parents=True, exist_ok=True)


def weigh(folder: Path) -> tuple[int, int]:
    """Files and bytes of a site."""
    sizes = [p.stat().st_size for p in folder.rglob("*") if p.is_file()]
    return len(sizes), sum(sizes)


def served(project: Project) -> tuple[float, float]:
    """Seconds from the call of `gazette serve` to its first page, and from a saved file to its page."""
    path = project.documents()[-1]
    address = "/" + "/".join([*path.parts[-3:-1], path.name[:2]]) + "/"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = str(project.root / "mkdocs.yml")
    command = [sys.executable, "-m", "gazette", "serve", "--config", config, "--port", str(port)]

    def wait(text: str) -> float:
        start = time.perf_counter()
        while True:
            try:
                asked = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
                asked.request("GET", address)
                if text in asked.getresponse().read().decode():
                    return time.perf_counter() - start
            except OSError:  # not there yet
                pass
            finally:
                asked.close()
            time.sleep(0.02)

    with subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as child:
        first = wait("</html>")
        time.sleep(3)  # the page that is opened by itself is made
        add(path, "刚刚存盘的一段。")
        saved = wait("刚刚存盘的一段。")
        child.kill()
    return first, saved


def kill(project: Project, rounds: int, seed: int) -> str:
    """Random edits, with builds killed at random moments; the site must equal a clean build."""
    chance = random.Random(seed)  # noqa: S311  no secret
    project.build()
    done: dict[str, int] = {}
    killed = 0
    for at in range(rounds):
        what = random_edit(project, chance)
        started = time.perf_counter()
        with subprocess.Popen(  # noqa: S603
            project.command(), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as child:  # fmt: skip
            # Most of what a build does for one edit is done in its first seconds.
            try:
                child.wait(chance.choice([0.3, 0.6, 1, 1.5, 2, 3, 5, 8]) * chance.uniform(0.8, 1.2))
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                killed += 1
        seconds = time.perf_counter() - started
        project.build()
        clean = project.copied(project.root / "clean")
        clean.build("--clean")
        same = subprocess.run(  # noqa: S603
            ["diff", "-r", "-q", str(project.root / "site"), str(clean.root / "site")],  # noqa: S607
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        said = same.stdout[:2000] or "相同"
        print(f"{at + 1}/{rounds} {what}，{seconds:.1f} 秒时杀掉或做完：{said}", flush=True)
        if same.stdout:
            sys.exit("与从头生成的不同")
        done[what] = done.get(what, 0) + 1
    kinds = "、".join(f"{what} {n}" for what, n in done.items())
    return f"{rounds} 次随机改动（{kinds}），其中 {killed} 次中途被杀；每次之后都与从头生成的逐字节相同。"


def random_edit(project: Project, chance: random.Random) -> str:
    """One thing that people do to a gazette; what it was."""
    path, other = chance.choice(project.documents()), chance.choice(project.documents())
    what = chance.choice(["改", "改", "加", "删", "改名", "废止", "换 PDF", "模板"])
    if what == "改":
        add(path, f"第 {chance.random()} 段。")
    elif what == "加":
        (path.parent / f"{chance.randrange(60, 99)}-新增.md").write_bytes(other.read_bytes())
    elif what == "删":
        path.unlink()
    elif what == "改名":
        path.rename(path.with_name(f"{chance.randrange(60, 99)}-改名.md"))
    elif what == "废止":
        repeal(path, other)
    elif what == "模板":
        add(project.root / "overrides" / "document.html", f"{{# {chance.random()} #}}")
    elif pdfs := sorted(project.root.glob("issues/*/*/*.pdf")):
        one, two = chance.choice(pdfs), chance.choice(pdfs)
        content = two.read_bytes()
        one.unlink()
        one.write_bytes(content)
    return what


def row(size: int, case: str, found: Measured) -> str:
    """A line of the table."""
    stages = "，".join(f"{n} {s:.1f}" for n, s in found.stages.items() if s >= _SHORT)
    return (
        f"| {size:,} | {NAMES[case]} | {found.wall:.1f} | {found.cpu:.1f} | {found.memory:,.0f} "
        f"| {found.made} | {stages} |"
    )


_SHORT = 0.1
"""Seconds below which a stage is not named."""
_HEAD = [
    "| 文件数 | 做什么 | 秒 | CPU 秒 | 最大一个进程，MB | 做出＋删去的文件 | 各步，秒 |",
    "|--:|---|--:|--:|--:|--:|---|",
]
Found = dict[int, dict[str, Measured]]


def growth(found: Found) -> list[str]:
    """How each case grows with the archive, and what was wanted at the largest size."""
    sizes = sorted(found)
    largest = found[sizes[-1]]
    lines = [
        "",
        f"| 怎样增长，秒 | {' | '.join(f'{s:,} 件' for s in sizes)} | 最大是 3,000 件的几倍 |",
    ]
    lines.append("|---|" + "--:|" * (len(sizes) + 1))
    middle = next((s for s in sizes if 2500 <= s <= 3500), None)  # noqa: PLR2004  about 3,000
    for case, name in NAMES.items():
        if case in largest:
            cells = [f"{found[s][case].wall:.1f}" if case in found[s] else "" for s in sizes]
            times = largest[case].wall / found[middle][case].wall if middle else 0
            lines.append(f"| {name} | {' | '.join(cells)} | {f'{times:.1f}' if middle else ''} |")
    lines += ["", f"{sizes[-1]:,} 件时，对照目标：", ""]
    said = [
        ("clean", "mkdocs", "从头是 MkDocs 只做网页的 {:.1f} 倍（目标 3 倍以内）"),
        ("issue", "hugo", "改一期是 Hugo 从头只做网页的 {:.1f} 倍（目标不到 1 倍）"),
    ]
    lines += [
        f"- {words.format(largest[one].wall / largest[other].wall)}。"
        for one, other, words in said
        if one in largest and other in largest
    ]
    for case, goal in (("document", 3.0), ("unchanged", 1.5)):
        if case in largest:
            met = "达到" if largest[case].wall <= goal else "**没有达到**"
            lines.append(f"- {NAMES[case]} {largest[case].wall:.1f} 秒，目标 {goal:g} 秒，{met}。")
    own = [m.memory for case, m in largest.items() if case in CASES]
    if own:
        met = "达到" if max(own) <= 1500 else "**没有达到**"  # noqa: PLR2004  the goal
        lines.append(f"- 最大一个进程 {max(own):,.0f} MB，目标 1,500 MB 以内，{met}。")
    return lines


def measure(options: argparse.Namespace) -> list[str]:
    """Build every size in every case, and the peers; the lines of the report."""
    load = os.getloadavg()[0]
    lines = [f"{os.cpu_count()} 个处理器，开始时负荷 {load:.1f}。", "", *_HEAD]
    print("\n".join(lines), flush=True)
    found: Found = {}

    def say(line: str) -> None:
        lines.append(line)
        print(line, flush=True)

    for size in map(int, options.sizes.split(",")):
        project, count = prepared(options, size)
        found[count] = {}
        for case in filter(None, options.only.split(",")):
            if case == "issue":
                project.editions = True
                project.build()
            if case not in ("clean", "unchanged"):
                project.edit(case)
            time.sleep(2.5)  # what is younger than two seconds is read twice
            found[count][case] = project.build(*(["--clean"] if case == "clean" else []))
            say(row(count, case, found[count][case]))
        first, saved = served(project)
        say(f"| {count:,} | {_SERVE} | {first:.1f}；{saved:.1f} | | | | |")
        files, size_bytes = weigh(project.root / "site")
        say(f"| {count:,} | 整个网站 | | | | {files:,} 个，{size_bytes / 1e6:,.0f} MB | |")
        for peer in filter(None, options.peers.split(",")):
            if not shutil.which("hugo") and peer == "hugo":
                print("没有 hugo：apt-get install hugo", file=sys.stderr)
                continue
            alone = {"mkdocs": mkdocs_alone, "hugo": hugo_alone}[peer]
            found[count][peer] = alone(project.root, project.root / "issues")
            say(row(count, peer, found[count][peer]))
        shutil.rmtree(project.root, ignore_errors=True)
    more = growth(found)
    print("\n".join(more))
    return [*lines, *more]


def prepared(options: argparse.Namespace, size: int) -> tuple[Project, int]:
    """A project of about `size` documents; how many it has."""
    root = options.work / str(size)
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    project = Project(root, options.jobs)
    count = take(options.issues.resolve(), root / "issues", size)
    newest = put_issue(root / "issues")
    config = root / "mkdocs.yml"
    since = f"阅读版起始年份: {newest.parent.name}"
    config.write_text(re.sub("阅读版起始年份: 0", since, config.read_text("utf-8")), "utf-8")
    return project, count + _ISSUE


def main() -> None:
    """Measure, print, and write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("issues", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="an empty or new folder")
    parser.add_argument("--sizes", default="1000,3000,6000,13315")
    parser.add_argument("--only", default=",".join(CASES))
    parser.add_argument("--peers", default="mkdocs,hugo")
    parser.add_argument("--kill", type=int, default=0, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=0)
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    options.work = options.work.resolve()
    lines = []
    if options.kill:
        for size in map(int, options.sizes.split(",")):
            project, count = prepared(options, size)
            lines.append(f"{count:,} 件：{kill(project, options.kill, options.seed)}")
            print(lines[-1])
            shutil.rmtree(project.root, ignore_errors=True)
    else:
        lines = measure(options)
    if options.write:
        name = "bench_kill" if options.kill else "bench_build"
        write_table("\n".join(lines), name, options.write)


if __name__ == "__main__":
    main()
