"""How long a build takes on a real archive, and how it grows; beside plain MkDocs and Hugo.

    python tools/bench_build.py ARCHIVE/issues --work FOLDER [--sizes 1000,3000,6000,13315]
        [--only clean,unchanged,document,issue,repeal,template] [--peers mkdocs,hugo]
        [--editions] [--kill 30] [--jobs N] [--write docs/build.md]

`ARCHIVE/issues` is what `tools/import_corpus.py` makes; it is copied by hard links of its PDFs and
plain copies of its texts, newest issues first, until there are enough documents. Every build is the
real command in a process of its own; seconds are wall, CPU stands beside them, memory is the
largest of any process. `--kill N` makes N random edits, each with a build killed (SIGKILL) at a
random moment and one that is not, and compares the site with a clean build, byte for byte.
"""

import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MARKS = ("<!-- bench_build -->", "<!-- /bench_build -->")
_ISSUE = 20
"""Documents of an issue that is changed."""
CASES = ("clean", "unchanged", "document", "issue", "repeal", "template")
NAMES = {
    "clean": "从头",
    "unchanged": "没有变化",
    "document": "改一件文件",
    "issue": "改一期（20 件）",
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


class Project:
    """A gazette to be built: a copy of the archive, of the look, and of the configuration."""

    def __init__(self, root: Path, jobs: int, *, editions: bool) -> None:
        self.root = root
        self.jobs = jobs
        self.editions = editions
        shutil.copytree(ROOT / "overrides", root / "overrides")
        shutil.copy(ROOT / "mkdocs.yml", root)

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
            by_issue: dict[Path, list[Path]] = {}
            for path in documents:
                by_issue.setdefault(path.parent, []).append(path)
            full = [i for i in by_issue if len(by_issue[i]) >= _ISSUE]
            chosen = full or [max(by_issue, key=lambda i: len(by_issue[i]))]
            for path in by_issue[chosen[-1]][:_ISSUE]:
                add(path, "又一段。")
        elif case == "repeal":
            dated = [p for p in documents if "\n成文日期:" in p.read_text("utf-8")]
            repeal(dated[-1], documents[len(documents) // 3])
        elif case == "template":
            add(self.root / "overrides" / "document.html", "{# 改了 #}")


def add(path: Path, text: str) -> None:
    """Put a paragraph at the end."""
    path.write_text(f"{path.read_text('utf-8').rstrip()}\n\n{text}\n", "utf-8")


def repeal(path: Path, target: Path) -> None:
    """Let one document repeal another."""
    text = path.read_text("utf-8")
    address = "/" + "/".join([*target.parts[-3:-1], target.name[:2]]) + "/"
    path.write_text(
        re.sub(r"(?m)^成文日期:", f"废止: {address}\n成文日期:", text, count=1), "utf-8"
    )


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


def kill(project: Project, rounds: int) -> None:
    """Random edits, with builds killed at random moments; the site must equal a clean build."""
    chance = random.Random(1)  # noqa: S311  no secret
    longest = project.build().wall + 5
    for at in range(rounds):
        what = random_edit(project, chance)
        with subprocess.Popen(  # noqa: S603
            project.command(), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as child:  # fmt: skip
            time.sleep(chance.uniform(0.1, longest))
            os.killpg(child.pid, signal.SIGKILL)
        project.build()
        config = project.root / "clean.yml"
        shutil.rmtree(project.root / "clean", ignore_errors=True)
        clean = project.root / "clean"
        clean.mkdir()
        for name in ("issues", "overrides"):
            shutil.copytree(project.root / name, clean / name, copy_function=os.link)
        shutil.copy(project.root / "mkdocs.yml", clean)
        other = Project.__new__(Project)
        other.root, other.jobs, other.editions = clean, project.jobs, project.editions
        other.build("--clean")
        same = subprocess.run(  # noqa: S603
            ["diff", "-r", "-q", str(project.root / "site"), str(clean / "site")],  # noqa: S607
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        print(
            f"{at + 1}/{rounds} {what}: {'相同' if not same.stdout else same.stdout[:500]}",
            flush=True,
        )
        config.unlink(missing_ok=True)
        if same.stdout:
            sys.exit("与从头生成的不同")


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


def rows(size: int, case: str, found: Measured) -> str:
    """A line of the table."""
    stages = "，".join(f"{n} {s:.1f}" for n, s in found.stages.items() if s >= 0.1)  # noqa: PLR2004
    return f"| {size} | {NAMES[case]} | {found.wall:.1f} | {found.cpu:.1f} | {found.memory:.0f} | {found.made} | {stages} |"


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
    parser.add_argument("--editions", action="store_true", help="set the PDFs too")
    parser.add_argument("--kill", type=int, default=0, metavar="N")
    parser.add_argument("--jobs", type=int, default=0)
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    lines = [
        "| 文件数 | 做什么 | 秒 | CPU 秒 | 内存 MB | 做出＋删去 | 各步（秒） |",
        "|---|---|---|---|---|---|---|",
    ]
    print("\n".join(lines), flush=True)
    for size in map(int, options.sizes.split(",")):
        root = options.work / str(size)
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        project = Project(root, options.jobs, editions=options.editions)
        count = take(options.issues.resolve(), root / "issues", size)
        for case in options.only.split(","):
            if case not in ("clean", "unchanged"):
                project.edit(case)
                time.sleep(2.5)  # what is younger than two seconds is read twice
            lines.append(
                rows(count, case, project.build(*(["--clean"] if case == "clean" else [])))
            )
            print(lines[-1], flush=True)
        files, size_bytes = weigh(root / "site")
        lines.append(f"| {count} | 网站 | | | | {files} 个文件，{size_bytes / 1e6:.0f} MB | |")
        print(lines[-1], flush=True)
        for peer in filter(None, options.peers.split(",")):
            if not shutil.which("hugo") and peer == "hugo":
                print("没有 hugo：apt-get install hugo", file=sys.stderr)
                continue
            measure = {"mkdocs": mkdocs_alone, "hugo": hugo_alone}[peer]
            lines.append(rows(count, peer, measure(root, root / "issues")))
            print(lines[-1], flush=True)
        if options.kill:
            kill(project, options.kill)
        shutil.rmtree(root, ignore_errors=True)
    if options.write:
        text = options.write.read_text("utf-8")
        before, after = text.split(MARKS[0])[0], text.split(MARKS[1])[1]
        options.write.write_text("\n".join([before + MARKS[0], *lines, MARKS[1] + after]), "utf-8")


if __name__ == "__main__":
    main()
