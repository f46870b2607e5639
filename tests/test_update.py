"""One change rebuilds what depends on it; whatever happened before, the site is what a clean build makes."""

import filecmp
import gzip
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import brotli
import pytest

from gazette.errors import BuildError
from gazette.index import WORDS, issues_to_index
from gazette.reading import read_archive
from gazette.search import whoosh_index
from gazette.settings import read_settings
from gazette.site import trees as trees_module
from gazette.site.trees import Trees
from gazette.site.update import Update, update
from tests.conftest import ROOT
from tests.git_makers import Repository


def contents(folder: Path) -> dict[str, bytes | None]:
    """Every file with its bytes, every folder with None."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() if p.is_file() else None
        for p in sorted(folder.rglob("*"))
    }


# Two trees.


def write_all(files: dict[str, str]) -> Callable[..., None]:
    def make(paths: list[str], target: Path) -> None:
        for path in paths:
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            assert not (target / path).exists()
            (target / path).write_text(files[path])

    return make


def publish(folder: Path, files: dict[str, str]) -> list[str]:
    """Publish these files into `folder/site`; which had to be made."""
    made: list[str] = []

    def make(paths: list[str], target: Path) -> None:
        made.extend(paths)
        write_all(files)(paths, target)

    Trees(folder / "site", folder / "record").publish(files, make)
    for tree in ("site", ".site.spare"):
        found = {
            p: (b or b"").decode() for p, b in contents(folder / tree).items() if b is not None
        }
        assert found == files
        assert all(p.is_file() or any(p.iterdir()) for p in (folder / tree).rglob("*")), "empty"
    return sorted(made)


def test_only_what_differs_is_made(tmp_path: Path) -> None:
    assert publish(tmp_path, {"a": "1", "d/b": "1"}) == ["a", "d/b"]
    assert publish(tmp_path, {"a": "1", "d/b": "1"}) == []
    assert publish(tmp_path, {"a": "2", "d/b": "1", "d/e/c": "1"}) == ["a", "d/e/c"]
    assert publish(tmp_path, {"a": "2"}) == []
    assert publish(tmp_path, {"a/index.html": "3"}) == ["a/index.html"], "a folder for a file"
    assert publish(tmp_path, {"a": "4"}) == ["a"], "and back"
    assert publish(tmp_path, {}) == []


def test_the_served_tree_is_the_same_until_it_is_exchanged(tmp_path: Path) -> None:
    publish(tmp_path, {"a": "1", "b": "1"})

    def make(paths: list[str], target: Path) -> None:
        assert sorted(paths) == ["a", "c"]
        (target / "a").write_text("2")
        raise BuildError("不行")

    with pytest.raises(BuildError):
        Trees(tmp_path / "site", tmp_path / "record").publish({"a": "2", "c": "2"}, make)
    assert contents(tmp_path / "site") == {"a": b"1", "b": b"1"}
    with pytest.raises(BuildError, match="没有写出来"):
        Trees(tmp_path / "site", tmp_path / "record").publish({"a": "2"}, lambda *_: None)
    assert contents(tmp_path / "site") == {"a": b"1", "b": b"1"}
    assert publish(tmp_path, {"a": "2", "c": "2"}) == ["a", "c"]


@pytest.mark.parametrize("exchange", [True, False], ids=["exchange", "two renames"])
def test_killed_at_any_step_the_next_is_right(  # noqa: C901  a way to die, tried step by step
    *, exchange: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every call that changes a tree or a record is the last one once."""

    class Killed(BaseException):
        pass

    if not exchange:
        monkeypatch.setattr(trees_module, "_exchange", lambda _one, _other: False)
    monkeypatch.setattr(trees_module, "_MANY", 3)
    one = {"a": "1", "b/x": "1", "b/y": "1", "c/z": "1"}
    two = {"a": "2", "b/x": "1", "d/e/z": "1", "c/z": "2"}
    one |= {f"s/old/{n}": n for n in "pqrt"} | {"s/old/u": "gone", "s/old/v/w": "gone"}
    two |= {f"s/new/{n}": n for n in "pqr"} | {"s/new/t": "t again"}
    steps = 0
    for at in range(1000):
        folder = tmp_path / str(at)
        folder.mkdir()
        publish(folder, one)
        left = [at]

        def counted(call: Callable[..., object], left: list[int] = left) -> Callable[..., object]:
            def run(*args: object, **more: object) -> object:
                if left[0] == 0:
                    raise Killed
                left[0] -= 1
                return call(*args, **more)

            return run

        with monkeypatch.context() as patch:
            for owner, name in [
                (os, "unlink"), (os, "rmdir"), (os, "link"), (os, "makedirs"),
                (trees_module, "write"), (Path, "rename"), (Path, "write_text"), (Path, "mkdir"),
            ]:  # fmt: skip
                patch.setattr(owner, name, counted(getattr(owner, name)))
            try:
                Trees(folder / "site", folder / "record").publish(two, write_all(two))
            except Killed:
                killed = True
            else:
                killed = False
        if (folder / "site").exists():
            found = {p: b.decode() for p, b in contents(folder / "site").items() if b is not None}
            assert found in (one, two), "never a mixture"
        else:
            assert not exchange
        third = {**two, "b/x": "3"}
        wanted = {0: one, 1: two, 2: third}[at % 3]
        publish(folder, wanted)
        assert publish(folder, wanted) == []
        steps = at
        if not killed:
            break
    assert steps > 15


def test_a_folder_with_another_name_is_renamed_with_all_that_is_in_it(tmp_path: Path) -> None:
    before = {f"s/old/{n}/x": f"{n}" for n in range(40)} | {"s/b": "b"}
    publish(tmp_path, before)
    trees = [tmp_path / "site", tmp_path / ".site.spare"]
    kept = {(tree / "s/old").stat().st_ino for tree in trees}
    after = {f"t/new/{n}/x": f"{n}" for n in range(39)} | {"t/new/y": "y", "s/b": "b"}
    assert publish(tmp_path, after) == ["t/new/y"]
    assert {(tree / "t/new").stat().st_ino for tree in trees} == kept
    # Where something else stands under the new name, or stays under the old one, there is no move.
    both = {f"t/new/{n}/x": f"{n}" for n in range(39)} | {f"s/old/{n}/x": f"{n}" for n in range(20)}
    publish(tmp_path, both)
    publish(tmp_path, {f"u/{n}/x": f"{n}" for n in range(20)} | {"t/new/0/x": "0"})
    publish(tmp_path, {f"t/new/{n}/x": f"{n}" for n in range(20)})
    publish(tmp_path, {f"t/{n}/x": f"{n}" for n in range(20)})
    publish(tmp_path, {f"t/{n}/x/y": f"{n}" for n in range(20)} | {"t/new": "a file"})


def test_what_others_wrote_into_the_site_does_not_stay(tmp_path: Path) -> None:
    publish(tmp_path, {"a": "1", "d/b": "1"})
    time.sleep(0.02)
    (tmp_path / "site" / "foreign").mkdir()
    (tmp_path / "site" / "a").unlink()
    (tmp_path / "site" / "a").write_text("tampered")
    assert publish(tmp_path, {"a": "1", "d/b": "1"}) == []
    shutil.rmtree(tmp_path / "site")
    assert publish(tmp_path, {"a": "1", "d/b": "1"}) == []
    shutil.rmtree(tmp_path / ".site.spare")
    assert publish(tmp_path, {"a": "1", "d/b": "2"}) == ["d/b"]
    (tmp_path / "record").write_bytes(b"torn")
    assert publish(tmp_path, {"a": "1", "d/b": "2"}) == ["a", "d/b"]


# The whole.


class Project:
    """A copy of the sample gazette, with its own configuration and look."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(ROOT / "overrides", root / "overrides")
        for issue in ("1996/03", "2024/01", "2024/11", "2025/02"):
            shutil.copytree(ROOT / "issues" / issue, root / "issues" / issue)
        shutil.copy(ROOT / "mkdocs.yml", root)

    def build(self, site: str = "site", cache: str = "cache", **options: object) -> Update:
        return update(
            self.root / "mkdocs.yml",
            self.root / "issues",
            self.root / site,
            cache=self.root / cache,
            **options,  # type: ignore[arg-type]
        )

    def same_as_clean(self) -> bool:
        """Whether the site is, byte for byte, what a build without any cache makes."""
        for name in ("clean", ".clean.spare", "no-cache"):
            shutil.rmtree(self.root / name, ignore_errors=True)
        for name in ("editions", "pdf"):  # by the hash of what they are made of, and slow to make
            shutil.copytree(self.root / "cache" / name, self.root / "no-cache" / name)
        self.build("clean", "no-cache")
        return contents(self.root / "site") == contents(self.root / "clean")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = Project(tmp_path_factory.mktemp("built"))
    project.build()
    return project.root


@pytest.fixture
def project(built: Path, tmp_path: Path) -> Project:
    """A project whose site stands. Copied, so that each test has its own."""
    made = Project.__new__(Project)
    made.root = tmp_path / "project"
    # Times and links as they are; only inodes are new, so that the sources are looked at again.
    subprocess.run(["cp", "-a", str(built), str(made.root)], check=True)  # noqa: S603, S607
    made.build()
    return made


def test_a_second_build_makes_nothing(project: Project) -> None:
    done = project.build()
    assert (done.change.added, done.change.changed, done.change.gone) == ((), (), ())
    assert done.pages > 60
    assert "编制索引" not in done.seconds, "not even looked at"
    for path in sorted((project.root / "issues").rglob("*.md")):
        path.touch()
    assert not project.build().change.changed


def made_by(project: Project, name: str, change: Callable[[str], str]) -> list[str]:
    file = project.root / name
    file.write_text(change(file.read_text("utf-8")), "utf-8")
    done = project.build()
    assert set(done.reasons) == {*done.change.added, *done.change.changed, *done.change.gone}
    assert project.same_as_clean()
    return [*done.change.added, *done.change.changed]


def test_one_edited_document_makes_its_page_and_what_lists_it(project: Project) -> None:
    (name,) = (project.root / "issues" / "2024" / "11").glob("02-*.md")
    path = name.relative_to(project.root).as_posix()
    made = made_by(project, path, lambda text: text.rstrip() + "\n\n又一段。\n")
    pages = sorted(p for p in made if p.endswith(".html"))
    sizes = ["2024/11/index.html", "index.html"]  # the issue's PDF may have another size now
    assert [p for p in pages if p not in sizes] == ["2024/11/02/index.html", "search/index.html"]
    made = made_by(project, path, lambda text: text.replace("标题: ", "标题: 新", 1))
    assert {"2024/11/index.html", "2024/11/01/index.html", "2024/11/02/index.html"} <= set(made)
    assert "2024/01/01/index.html" not in made


def test_a_template_or_a_setting_makes_every_page(project: Project) -> None:
    made = made_by(project, "overrides/document.html", lambda t: t.replace("文件信息", "文件资料"))
    assert [p for p in made if not p.endswith(".html")] == ["shell.js"]
    assert len(made) > 60
    made = made_by(project, "mkdocs.yml", lambda t: t.replace("电话", "电话", 1) + "# 附注\n")
    assert len(made) > 60
    made = made_by(project, "overrides/assets/gazette.css", lambda t: t + ".new { color: red }\n")
    assert "assets/gazette.css" in made


def test_what_is_deleted_leaves_nothing_and_what_is_renamed_moves(project: Project) -> None:
    issues = project.root / "issues"
    shutil.rmtree(issues / "2024" / "01")
    (issues / "1996" / "03").rename(issues / "1996" / "04")
    (issues / "1996" / "04" / "1996-03.pdf").rename(issues / "1996" / "04" / "1996-04.pdf")
    done = project.build()
    assert not (project.root / "site" / "2024" / "01").exists()
    assert not (project.root / "site" / "1996" / "03").exists()
    assert (project.root / "site" / "1996" / "04" / "p2" / "index.html").exists()
    assert set(done.change.gone) & {"2024/01/index.html", "1996/03/p1/index.html"}
    assert project.same_as_clean()


def test_a_link_to_a_document_that_goes_is_taken_out_of_the_page_that_has_it(
    project: Project,
) -> None:
    (target,) = (project.root / "issues" / "2024" / "01").glob("01-*.md")
    made_by(
        project,
        next((project.root / "issues" / "2025" / "02").glob("01-*.md"))
        .relative_to(project.root)
        .as_posix(),
        lambda text: text + f"\n见[那一件](../../2024/01/{target.name})。\n",
    )
    page = project.root / "site" / "2025" / "02" / "01" / "index.html"
    assert "2024/01/01/" in page.read_text("utf-8")
    target.unlink()
    done = project.build()
    assert "2025/02/01/index.html" in done.change.changed
    assert "链接" in done.reasons["2025/02/01/index.html"]
    assert "2024/01/01/" not in page.read_text("utf-8")
    assert project.same_as_clean()


def test_a_pdf_that_is_swapped_changes_the_file_and_its_pages(project: Project) -> None:
    folder = project.root / "issues" / "1996" / "03"
    (pdf,) = folder.glob("*.pdf")
    other = next((ROOT / "issues" / "1998" / "07").glob("*.pdf"))
    pdf.unlink()
    shutil.copy(other, pdf)
    project.build()
    assert filecmp.cmp(project.root / "site" / "1996" / "03" / pdf.name, other, shallow=False)
    assert project.same_as_clean()


def test_errors_publish_nothing_when_strict_and_the_old_site_stays(project: Project) -> None:
    before = contents(project.root / "site")
    (name,) = (project.root / "issues" / "2024" / "11").glob("02-*.md")
    name.write_bytes(b"\xff\xfe\x00 broken")
    done = project.build(strict=True)
    assert not done.published
    assert contents(project.root / "site") == before
    assert project.build().published
    assert project.build().published, "and again, from what was kept"
    assert not project.build(strict=True).published
    assert project.same_as_clean()


def test_a_template_that_cannot_be_set_leaves_the_old_site(project: Project) -> None:
    before = contents(project.root / "site")
    template = project.root / "overrides" / "document.html"
    good = template.read_text("utf-8")
    template.write_text(good + "{% if %}", "utf-8")
    with pytest.raises(BuildError, match=r"document\.html"):
        project.build()
    assert contents(project.root / "site") == before
    template.write_text(good, "utf-8")
    for lacking in ("year.html", "partials/cover.html", "assets/gazette.js"):
        file = project.root / "overrides" / lacking
        file.rename(file.with_name("away"))
        with pytest.raises(BuildError, match=f"没有 {lacking}\\n") as told:
            project.build()
        assert "版本" in told.value.hint
        file.with_name("away").rename(file)
    assert contents(project.root / "site") == before
    project.build()
    assert contents(project.root / "site") == before


def test_the_number_of_jobs_mkdocs_itself_and_properdocs_give_the_same_bytes(
    project: Project,
) -> None:
    two = project.build("two", "cache-two", jobs=2)
    assert two.published
    site = contents(project.root / "site")
    assert contents(project.root / "two") == site
    for cache in (
        "cache",
        "cache-two",
    ):  # what the command searches by is ready too, whoever wrote it
        archive, _ = read_archive(
            read_settings(project.root / "mkdocs.yml"),
            project.root / "issues",
            cache=project.root / cache,
        )
        assert whoosh_index.update(project.root / cache / WORDS, issues_to_index(archive)) == 0
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", "plain"]
    subprocess.run(command, cwd=project.root, env=environment, check=True)  # noqa: S603
    plain = contents(project.root / "plain")
    assert [n for n in {**plain, **site} if plain.get(n) != site.get(n)] == []
    # The hedge: ProperDocs keeps MkDocs 1.x alive, and needs nothing changed.
    command[2] = "properdocs"
    subprocess.run([*command[:-1], "proper"], cwd=project.root, env=environment, check=True)  # noqa: S603
    assert contents(project.root / "proper") == site


def test_text_files_are_compressed_ahead_where_that_is_wanted(project: Project) -> None:
    config = project.root / "mkdocs.yml"
    plain = contents(project.root / "site")
    config.write_text(config.read_text("utf-8").replace("预压缩: []", "预压缩: [gz, br]"), "utf-8")
    project.build()
    site = contents(project.root / "site")
    texts = {
        p
        for p in plain
        if p.endswith((".html", ".css", ".js", ".json", ".csv", ".svg", ".webmanifest"))
    }
    assert {p for p in site if p.endswith(".gz")} == {f"{p}.gz" for p in texts}
    for path in texts:
        content, small = site[path], site[f"{path}.gz"]
        assert small
        assert gzip.decompress(small) == content
        assert brotli.decompress(site[f"{path}.br"]) == content
        assert small[4:8] == bytes(4), "no time is in it"
    assert project.same_as_clean()
    (name,) = (project.root / "issues" / "2024" / "11").glob("02-*.md")
    name.write_text(name.read_text("utf-8") + "\n又一段。\n", "utf-8")
    done = project.build()
    assert "2024/11/02/index.html.gz" in done.change.changed
    assert "2024/01/01/index.html.gz" not in done.change.changed
    config.write_text(config.read_text("utf-8").replace("[gz, br]", "[]"), "utf-8")
    project.build()
    assert not [p for p in contents(project.root / "site") if p.endswith((".gz", ".br"))]


def test_mkdocs_may_write_into_the_same_site(project: Project) -> None:
    site = contents(project.root / "site")
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "-d", "site"]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    subprocess.run(command, cwd=project.root, env=environment, check=True)  # noqa: S603
    project.build()
    assert contents(project.root / "site") == site
    assert contents(project.root / ".site.spare") == site


def test_an_edit_that_is_committed_makes_its_history_and_nothing_else(project: Project) -> None:
    repository = Repository(project.root)
    (project.root / ".gitignore").write_text("/*\n!/issues\n")
    repository.commit("2025-04-01")
    (name,) = (project.root / "issues" / "2024" / "11").glob("02-*.md")
    made = set(project.build().change.changed)
    pages = {"2024/11/02/index.html", "2024/01/01/index.html"}
    assert pages <= made, "what was unknown is known now"
    text = name.read_text("utf-8").rstrip() + "\n\n又一段。\n"
    name.write_text(text, "utf-8")
    project.build()
    repository.commit("2025-04-02")
    done = project.build()
    assert set(done.change.added) == {"2024/11/02/history/index.html"}
    assert set(done.change.changed) == {"2024/11/02/index.html"}
    assert done.reasons["2024/11/02/index.html"] == "发布后的改动变了"
    assert project.same_as_clean()
    repository.commit("2025-04-03")
    assert not project.build().change.changed, "a commit that changes nothing"


# Killed for real.


def edits(root: Path, chance: random.Random) -> Iterator[Callable[[], object]]:
    """What people do to a gazette."""
    issues = root / "issues"

    def document() -> Path:
        return chance.choice(sorted(issues.rglob("[0-9][0-9]-*.md")))

    def edit() -> None:
        path = document()
        path.write_text(path.read_text("utf-8") + f"\n第{chance.random()}段。\n", "utf-8")

    def add() -> None:
        path = document()
        new = path.with_name(f"{chance.randrange(50, 99)}-新增.md")
        new.write_text(path.read_text("utf-8"), "utf-8")

    def rename() -> None:
        path = document()
        path.rename(path.with_name(f"{chance.randrange(50, 99)}-改名.md"))

    def repeal() -> None:
        path, target = document(), document().read_text("utf-8")
        number = next((x for x in target.splitlines() if x.startswith("发文字号:")), "")
        if number:
            text = path.read_text("utf-8")
            line = f"废止: {number.partition(':')[2].strip()}\n成文日期:"
            if "\n废止:" not in text:
                path.write_text(text.replace("成文日期:", line, 1), "utf-8")

    def template() -> None:
        path = root / "overrides" / "document.html"
        path.write_text(path.read_text("utf-8") + f"{{# {chance.random()} #}}\n", "utf-8")

    while True:
        yield chance.choice(
            [edit, edit, add, rename, repeal, template, lambda: document().unlink()]
        )


def test_killed_at_random_moments_the_site_is_whole_and_the_next_build_is_right(
    project: Project,
) -> None:
    """A few rounds here; `tools/bench_build.py --kill 30` does many on the real archive."""
    chance = random.Random(7)  # noqa: S311  no secret
    command = [
        sys.executable, "-m", "gazette", "build", "--config", str(project.root / "mkdocs.yml"),
        "--jobs", "2",
    ]  # fmt: skip
    known = [contents(project.root / "site")]
    (project.root / "cache").rename(project.root / ".gazette")
    for change, wait in zip(edits(project.root, chance), (0.3, 0.8, 1.2, 1.6), strict=False):
        change()
        run = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
        time.sleep(wait)
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        whole = contents(project.root / "site")
        shutil.rmtree(project.root / ".gazette" / "editions.none", ignore_errors=True)
        if whole != known[-1]:  # it was quick enough: then it is a whole new one
            known.append(whole)
    (project.root / ".gazette").rename(project.root / "cache")
    project.build()
    if known[-1] == contents(project.root / "site"):
        known.pop()
    assert project.same_as_clean()


def test_a_process_that_the_system_ended_is_told_in_plain_words(project: Project) -> None:
    """Where memory is short, the system kills whom it likes."""
    before = contents(project.root / "site")
    (project.root / "overrides" / "assets" / "gazette.css").write_text("body { color: red }\n")
    (project.root / "cache").rename(project.root / ".gazette")
    command = [
        sys.executable, "-m", "gazette", "build", "--config", str(project.root / "mkdocs.yml"),
        "--jobs", "2",
    ]  # fmt: skip
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as run:  # noqa: S603
        children = Path(f"/proc/{run.pid}/task/{run.pid}/children")
        while run.poll() is None:
            beside = [p for p in children.read_text().split() if _sets_pages(p)]
            if beside:
                os.kill(int(beside[0]), signal.SIGKILL)
                break
        assert run.stderr
        told = run.stderr.read()
    assert run.returncode == 1
    assert "内存" in told
    assert "Traceback" not in told
    assert contents(project.root / "site") == before


def _sets_pages(process: str) -> bool:
    try:
        return b"spawn_main" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False  # it has just ended
