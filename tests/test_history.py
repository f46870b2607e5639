"""History: what git remembers, what of it changed a published text, and what nobody is told."""

import shutil
import stat
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser

import gazette.history as history_module
from gazette.check import check
from gazette.edits import (
    Difference,
    Edit,
    Passage,
    Story,
    alike,
    counted,
    difference,
    pieces,
    read_text,
    shortened,
    story,
    uncorrected,
)
from gazette.history import (
    FAILED,
    NO_COMMITS,
    NO_GIT,
    NO_REPOSITORY,
    NOT_OURS,
    SHALLOW,
    Head,
    History,
    Version,
    read_head,
    read_history,
    read_texts,
)
from gazette.matter import split
from gazette.model import Document, Issue, Withdrawal
from gazette.number import IssueNumber
from gazette.reading import read_archive, with_stories
from gazette.serve import serving
from gazette.settings import Settings
from gazette.site.pages import Page, site_pages
from gazette.site.plugin import Renderer
from tests.conftest import PHONE, ROOT
from tests.git_makers import Repository

HEAD = "---\n标题: {}\n发文机关: 市政府\n成文日期: 2024-01-05\n发文字号: 示政发〔2024〕{}号\n{}---\n\n{}\n"


def text(body: str, *, title: str = "甲办法", number: int = 1, more: str = "") -> str:
    return HEAD.format(title, number, more, body)


ISSUE = "---\n出版日期: 2024-01-31\n---\n"
LONG = "\n".join(f"第{c}条　正文{c * 12}。" for c in "一二三四五六七八九")


def history(repository: Repository) -> History:
    return read_history(repository.issues, read_head(repository.issues))


def days(found: History, path: str) -> list[str]:
    return [str(v.day) for v in found.versions[path]]


# What git remembers.


def test_a_document_is_followed_by_its_number_and_through_moves(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    made.commit("2024-01-01", {"2024/01/01-甲.md": LONG, "2024/01/02.md": "乙\n" + LONG})
    made.commit("2024-01-02", {"2024/01/01-甲.md": None, "2024/01/01-改名.md": "全然不同的文字\n"})
    made.git("mv", "issues/2024/01", "issues/2024/02")
    made.commit("2024-01-03", {"2024/02/01-改名.md": "又一种\n"})
    # Two that change places in one commit keep what is theirs.
    swapped = {"2024/02/01-改名.md": "乙\n" + LONG, "2024/02/02.md": "又一种\n"}
    made.commit("2024-01-04", dict(swapped))
    found = history(made)
    assert set(found.versions) == {"2024/02/01-改名.md", "2024/02/02.md"}
    assert days(found, "2024/02/02.md") == ["2024-01-01", "2024-01-04"]
    assert days(found, "2024/02/01-改名.md")[-2:] == ["2024-01-03", "2024-01-04"]
    contents = [
        c for v in found.versions["2024/02/01-改名.md"] for c in read_texts(made.issues, [v.blob])
    ]
    assert contents[-1] == ("乙\n" + LONG).encode()


def test_a_number_that_was_deleted_and_used_again_begins_again(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    made.commit("2024-01-01", {"2024/01/01.md": LONG})
    made.commit("2024-01-02", {"2024/01/01.md": None})
    made.commit("2024-01-03", {"2024/01/01.md": LONG + "新"})
    assert days(history(made), "2024/01/01.md") == ["2024-01-03"]


def test_a_published_document_that_is_gone_is_missed(tmp_path: Path) -> None:
    made = Repository(tmp_path / "made")
    bodies = [LONG.replace("正文", word) for word in ("甲", "乙", "丙", "丁", "戊")]
    names = [f"2024/01/{n:02d}-件.md" for n in range(1, 6)]
    texts = [text(b, number=n) for n, b in enumerate(bodies, 1)]
    made.commit("2024-01-10", {"2024/01/index.md": ISSUE, **dict(zip(names, texts, strict=True))})
    made.commit("2024-01-20", {names[4]: None})  # not published yet

    def missed(**more: date) -> list[tuple[str, str]]:
        cache = tmp_path / "cache"
        settings = Settings(**more)
        archive, _ = read_archive(settings, made.issues, cache=cache)
        archive = with_stories(archive, settings, made.issues, cache=cache)
        found = [f for f in check(archive, "issues") if f.code == "gone_document"]
        assert {f.level for f in found} <= {"warning"}
        return [(f.path, f.message) for f in found]

    assert missed() == []
    made.git("mv", f"issues/{names[0]}", "issues/2024/01/11-件.md")
    made.commit("2024-03-01", {names[1]: None, names[2]: "坏的文件"})
    made.commit("2024-03-02", {names[3]: None})
    moved = (
        "issues/2024/01/01-件.md",
        "发布过的网址 /2024/01/01/ 没有了：2024-03-01 文件挪到了 2024/01/11",
    )
    deleted = "发布过的文件删去了：02-件.md（2024-03-01）、04-件.md（2024-03-02）"
    assert missed() == [moved, ("issues/2024/01", deleted)]
    assert missed(online_since=date(2024, 3, 1)) == [
        ("issues/2024/01", "发布过的文件删去了：04-件.md（2024-03-02）")
    ]
    old = text(bodies[0], number=1, more="旧网址: /2024/01/01/\n")
    made.commit("2024-03-03", {"2024/01/11-件.md": old, names[1]: texts[1]})  # the cures
    made.commit(
        "2024-03-04",
        {names[3]: texts[3].replace("---\n\n", "撤下: {日期: 2024-03-04, 理由: 误}\n---\n\n")},
    )
    assert missed() == []


def gone(made: Repository, cache: Path) -> list[str]:
    archive, _ = read_archive(Settings(), made.issues, cache=cache)
    archive = with_stories(archive, Settings(), made.issues, cache=cache)
    return [f.message for f in check(archive, "issues") if f.code == "gone_document"]


@pytest.mark.parametrize("empty", [(), ("2024-04-01",)])
def test_a_city_that_takes_the_sample_away_misses_none_of_it(
    tmp_path: Path, empty: tuple[str, ...]
) -> None:
    made = Repository(tmp_path / "made")
    sample = {f"2024/0{n}/0{m}-件.md": text(LONG + f"{n}{m}") for n in (1, 2) for m in (1, 2)}
    made.commit("2024-03-01", {**sample, "2024/01/index.md": ISSUE, "2024/02/index.md": ISSUE})
    made.git("rm", "-rq", "issues")
    for day in empty:
        made.commit(day)
    own = {"2024/01/01-新.md": text("另写的" * 40, title="乙"), "2024/01/02-又.md": text("又" * 90)}
    made.commit("2024-04-02", {**own, "2024/01/index.md": ISSUE.replace("01-31", "03-31")})
    assert gone(made, tmp_path / "cache") == []
    assert days(history(made), "2024/01/01-新.md") == ["2024-04-02"]
    made.commit("2024-05-01", {"2024/01/02-又.md": None})  # from here on it is told
    assert gone(made, tmp_path / "cache") == ["发布过的文件删去了：02-又.md（2024-05-01）"]


def test_what_moved_twice_is_found_where_it_is_and_no_folder_but_an_issue_s_counts(
    tmp_path: Path,
) -> None:
    made = Repository(tmp_path / "made")
    files = {
        "2024/01/01-件.md": text(LONG),
        "2024/01/02.md": text("二"),
        "2024/待**审/03.md": "草稿",
    }
    made.commit("2024-02-01", {**files, "2024/01/index.md": ISSUE})
    made.git("mv", "issues/2024/01/01-件.md", "issues/2024/01/07-件.md")
    made.commit("2024-03-01", {"2024/待**审/03.md": None})
    made.git("mv", "issues/2024/01/07-件.md", "issues/2024/01/08-件.md")
    made.commit("2024-03-02")
    assert [m.rpartition("了 ")[2] for m in gone(made, tmp_path / "cache")] == ["2024/01/08"] * 2


def test_alike_notices_of_different_numbers_are_not_one(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    made.commit("2024-01-01", {"2024/01/01.md": LONG})
    other = LONG.replace("一", "另").replace("二", "又").replace("三", "再")  # two thirds the same
    made.commit("2024-01-02", {"2024/01/01.md": None, "2024/02/07.md": other})
    assert days(history(made), "2024/02/07.md") == ["2024-01-02"]


def test_what_was_written_on_a_branch_is_one_version(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    made.commit("2024-01-01", {"2024/01/01.md": "一\n", "2024/01/02.md": "一\n"})
    made.git("switch", "-q", "-c", "草稿")
    for at in range(3):
        made.commit(f"2024-01-0{2 + at}", {"2024/01/01.md": f"草稿{at}\n"})
    made.git("switch", "-q", "main")
    made.commit("2024-01-05", {"2024/01/02.md": "二\n"})
    made.git("merge", "-q", "--no-ff", "-m", "并", "草稿", day="2024-01-06")
    found = history(made)
    assert days(found, "2024/01/01.md") == ["2024-01-01", "2024-01-06"]
    assert days(found, "2024/01/02.md") == ["2024-01-01", "2024-01-05"]


def test_days_are_those_of_commits_in_beijing(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    made.commit("2024-01-01", {"2024/01/01.md": "一\n"}, hour="23:30:00+0000")
    assert days(history(made), "2024/01/01.md") == ["2024-01-02"]


def test_what_is_not_committed_is_no_history_and_links_are_no_text(tmp_path: Path) -> None:
    made = Repository(tmp_path)
    made.commit("2024-01-01", {"2024/01/01.md": "一\n"})
    made.write({"2024/01/01.md": "二\n", "2024/01/02.md": "新\n"})
    (made.issues / "2024/01/03.md").symlink_to("/etc/passwd")
    found = history(made)
    assert days(found, "2024/01/01.md") == ["2024-01-01"]
    made.commit("2024-01-02")
    assert set(history(made).versions) == {"2024/01/01.md", "2024/01/02.md"}


def test_where_history_is_not_to_be_had_it_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    assert read_head(plain).unknown == NO_REPOSITORY
    empty = Repository(tmp_path / "empty")
    assert history(empty).unknown == NO_COMMITS
    empty.git("commit", "-q", "--allow-empty", "-m", "空")
    assert history(empty).unknown == NO_COMMITS
    made = Repository(tmp_path / "made")
    for at in (1, 2):
        made.commit(f"2024-01-0{at}", {"2024/01/01.md": f"{at}\n"})
    made.git("clone", "-q", "--depth", "1", f"file://{made.root}", str(tmp_path / "shallow"))
    shallow = tmp_path / "shallow" / "issues"
    assert read_head(shallow).unknown == SHALLOW
    assert read_history(shallow, read_head(shallow)) == History(unknown=SHALLOW)
    with monkeypatch.context() as patch:
        patch.setitem(history_module._ENVIRONMENT, "GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
        patch.setitem(history_module._ENVIRONMENT, "HOME", str(plain))
        assert read_head(made.issues).unknown == NOT_OURS
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(plain))
        assert read_head(made.issues).unknown == NO_GIT
        assert history(made).unknown == NO_GIT
    (made.root / ".git" / "HEAD").write_text("ref: refs/heads/没有\n")
    assert history(made).unknown == NO_COMMITS
    assert read_history(made.issues, Head(commit="0" * 40)).unknown == FAILED
    assert list(read_texts(made.issues, ["0" * 40])) == [None]


def test_no_command_of_the_repository_is_run(tmp_path: Path) -> None:
    made = Repository(tmp_path / "made")
    made.commit("2024-01-01", {"2024/01/01.md": "一\n"})
    made.commit("2024-01-02", {"2024/01/01.md": "二\n"})
    mark, tool = tmp_path / "run", tmp_path / "tool"
    tool.write_text(f"#!/bin/sh\ntouch {mark}\n")
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    signed = made.git("cat-file", "commit", "HEAD").replace("\n\n", "\ngpgsig 假\n\n", 1)
    (tmp_path / "commit").write_text(signed, "utf-8")
    name = made.git("hash-object", "-t", "commit", "-w", str(tmp_path / "commit"))
    made.git("update-ref", "refs/heads/main", name.strip())
    for key in (
        "core.fsmonitor", "core.pager", "pager.log", "diff.external", "gpg.program", "diff.x.textconv",
        "diff.x.command", "core.sshCommand", "core.askPass", "filter.x.smudge", "core.editor",
    ):  # fmt: skip
        made.git("config", key, str(tool))
    for key, value in {
        "log.showSignature": "true", "core.hooksPath": str(tmp_path), "diff.orderFile": "/dev/zero",
        "alias.log": f"!{tool}", "extensions.partialClone": "origin", "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::{tool}", "protocol.ext.allow": "always", "log.follow": "true",
    }.items():  # fmt: skip
        made.git("config", key, value)
    (made.root / ".git" / "info" / "attributes").write_text("*.md diff=x filter=x\n")
    found = history(made)
    assert days(found, "2024/01/01.md") == ["2024-01-01", "2024-01-02"]
    assert list(read_texts(made.issues, ["1" * 40])) == [None], "and nothing is fetched"
    assert not mark.exists()


# What of it counts.


def document(**more: object) -> tuple[Document, Issue]:
    number = IssueNumber(year=2024, numbers=(1,))
    made = Document(issue=number, folder="01", source="2024/01/01.md", title="甲", **more)  # type: ignore[arg-type]
    return made, Issue(
        number=number, source="2024/01", published_on=date(2024, 1, 31), documents=(made,)
    )


def version(day: str) -> Version:
    return Version(date.fromisoformat(day), day)


@pytest.mark.parametrize(
    ("versions", "online", "found"),
    [
        (["2024-01-10", "2024-01-20", "2024-01-31"], None, []),  # the making of it
        (["2024-01-10", "2024-02-01"], None, ["2024-01-10", "2024-02-01"]),
        (["2024-01-10", "2024-01-31", "2024-02-01"], None, ["2024-01-31", "2024-02-01"]),
        (["2025-05-05", "2025-05-05", "2025-05-06"], None, ["2025-05-05", "2025-05-06"]),  # imported
        (["2025-05-05"], None, []),
        (["2024-01-10", "2024-02-01", "2024-06-02"], "2024-06-01", ["2024-02-01", "2024-06-02"]),
        (["2024-02-05", "2024-01-20", "2024-02-06"], None, ["2024-01-20", "2024-02-06"]),  # a clock
    ],
)  # fmt: skip
def test_what_changed_after_the_day_of_publication_counts(
    versions: list[str], online: str | None, found: list[str]
) -> None:
    day = date.fromisoformat(online) if online else None
    later = counted(*document(), [version(v) for v in versions], day)
    assert [v.blob for v in later] == found
    gone = Withdrawal(dated=date(2024, 3, 1), reason="")
    assert counted(*document(withdrawn=gone), [version(v) for v in versions], day) == ()


def told(*contents: str | None, redacted: bool = False) -> Story | None:
    versions = [Version(date(2024, 2, at + 1), str(at)) for at in range(len(contents))]
    raw = [None if c is None else c.encode() for c in contents]
    return story(versions, raw, redacted=redacted)


def test_only_what_the_document_says_counts() -> None:
    one = text("第一条　甲。\n\n# 标题\n\n| 甲 | 乙 |\n| --- | --- |\n| 丙 | 丁 |")
    for same in (
        one.replace("\n", "\r\n"), "\ufeff" + one, one.replace("成文日期: 2024-01-05", "成文日期: 2024-01-06"),
        one.replace("---\n\n第", "有效期至: 2030-01-01\n---\n\n第"), one.replace("# 标题", "## 标题"),
        one.replace("标题: 甲办法", "title: 甲办法"), one.replace("甲。\n", "甲。　\n\n\n"),
        one.replace("第一条　甲", "第一条 甲"), one.replace("标题: 甲办法", "标题: 甲　办法"), one.replace("丙 | 丁", "丙|  丁"),
    ):  # fmt: skip
        assert told(one, same) == Story(), same
    found = told(one, one.replace("丁", "戊").replace("甲办法", "乙办法").replace("〕1号", "〕2号"))
    assert found is not None
    (edit,) = found.edits
    assert edit.day == date(2024, 2, 2)
    assert edit.difference == Difference(
        fields=(
            ("标题", (("old", "甲"), ("new", "乙"), ("same", "办法"))),
            ("发文字号", (("same", "示政发〔2024〕"), ("old", "1"), ("new", "2"), ("same", "号"))),
        ),
        passages=(
            Passage(place="标题", line=14, pieces=(("same", "丙｜"), ("old", "丁"), ("new", "戊"))),
        ),
    )


def test_what_could_not_be_published_is_no_version_and_what_is_missing_is_unknown() -> None:
    assert told(text("一"), "---\n没有结束", text("一")) == Story()
    assert told(text("一"), None, text("二")) is None


def test_what_was_withdrawn_is_told_to_nobody() -> None:
    gone = "撤下: {日期: 2024-02-02, 理由: 有个人信息}\n"
    found = told(text("张三"), text("张三", more=gone), text("某人"), text("某某"))
    assert found is not None
    assert "张三" not in repr(found)
    assert (len(found.edits), found.withdrawn) == (1, True)
    old = "旧文撤下: {日期: 2024-02-02, 理由: 有个人信息}\n"
    found = told(
        text("张三"), text("李四"), text("某人", more=old), text("某某", more=old), redacted=True
    )
    assert found is not None
    assert not {"张", "李"} & set(repr(found))
    assert (len(found.edits), found.withdrawn) == (1, True)
    # Taken out of the front matter again, as a clerk tidies: what was withdrawn stays so.
    tidied = told(text("张三"), text("李四"), text("某人", more=old), text("某某"))
    assert tidied is not None
    assert not {"张", "李"} & set(repr(tidied))
    assert (len(tidied.edits), tidied.withdrawn) == (1, True)
    # Written, but not yet committed: nothing that was committed is told.
    assert told(text("张三"), text("某人"), redacted=True) == Story(withdrawn=True)


@pytest.mark.parametrize(
    ("edits", "corrections", "left"),
    [
        ([5, 9], [], [5, 9]),
        ([5], [5], []),
        ([5], [8], []),  # the correction follows in the next issue
        ([5], [3], []),  # it puts into the text what was corrected
        ([5, 9], [3], [9]),
        ([5, 9], [7], []),
        ([5, 9], [5], [9]),
        ([5, 9, 12], [6], [12]),
    ],
)
def test_a_correction_tells_of_what_came_before_and_of_the_first_change_after(
    edits: list[int], corrections: list[int], left: list[int]
) -> None:
    made = [Edit(day=date(2024, 1, d), difference=Difference()) for d in edits]
    found = uncorrected(made, [date(2024, 1, d) for d in corrections])
    assert [e.day.day for e in found] == left


# What differs.


def join(found: Sequence[tuple[str, str]], *marks: str) -> str:
    return "".join(t for m, t in found if m in marks)


SHORT = st.text(st.sampled_from("甲乙丙丁第一条，。2024ab｜"), max_size=30)


@given(SHORT, SHORT)
def test_pieces_hold_both_texts_whole(old: str, new: str) -> None:
    found = pieces(old, new)
    assert join(found, "same", "old") == old
    assert join(found, "same", "new") == new
    assert all(t for _, t in found)
    assert 0 <= alike(old, new) <= 1
    short = shortened(found)
    assert [p for p in short if p[0] != "same"] == [p for p in found if p[0] != "same"]


@given(st.lists(SHORT, max_size=12), st.lists(SHORT, max_size=12))
def test_every_line_that_went_or_came_is_told_once(old: list[str], new: list[str]) -> None:
    one, other = (read_text({}, "\n".join(lines), 1) for lines in (old, new))
    found = difference(one, other)
    if one.lines == other.lines:
        assert found is None
        return
    assert found is not None
    went = sorted(join(p.pieces, "same", "old") for p in found.passages)
    came = sorted(join(p.pieces, "same", "new") for p in found.passages)
    stays = [t for t in one.lines if "……" not in t]
    for lines, changed in ((one.lines, went), (other.lines, came)):
        left = list(lines)
        for line in filter(None, changed):
            left.remove(line)
        assert set(left) <= set(stays)
    assert len(one.lines) - len([t for t in went if t]) == len(other.lines) - len(
        [t for t in came if t]
    )


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_bytes_are_compared(old: bytes, new: bytes) -> None:
    versions = [Version(date(2024, 1, 1), "a"), Version(date(2024, 1, 2), "b")]
    assert story(versions, [b"---\n" + old, new], redacted=False) is not None


def test_a_number_changes_as_a_whole_and_a_text_written_anew_has_an_end() -> None:
    assert pieces("自2024年起", "自2025年起") == (
        ("same", "自"), ("old", "2024"), ("new", "2025"), ("same", "年起"),
    )  # fmt: skip
    one, other = (split(text("\n".join(f"{c}{n}" for n in range(5000)))) for c in "甲乙")
    found = difference(read_text(*one), read_text(*other))
    assert found is not None
    assert (len(found.passages), found.more) == (100, 9900)


# On the site.


def pages(made: Repository, cache: Path, **settings: object) -> tuple[dict[str, Page], list[str]]:
    rules = Settings(**settings)  # type: ignore[arg-type]
    archive, _ = read_archive(rules, made.issues, cache=cache)
    archive = with_stories(archive, rules, made.issues, cache=cache)
    found = [f"{f.path}:{f.line}" for f in check(archive, "issues") if f.code == "changed_text"]
    return {p.address: p for p in site_pages(archive, rules, None)}, found


def test_a_changed_text_has_a_history_and_one_that_nobody_corrected_is_found(
    tmp_path: Path,
) -> None:
    made = Repository(tmp_path / "made")
    body = "第一条　甲。\n第二条　停车费每小时5元。"
    made.commit("2024-01-10", {
        "2024/01/index.md": ISSUE, "2024/01/01.md": text(body), "2024/01/02.md": text("乙", title="乙", number=2),
    })  # fmt: skip
    before, found = pages(made, tmp_path / "cache")
    assert found == []
    assert before["2024/01/01/"].meta["history"] == {"count": 0, "withdrawn": False}
    made.commit("2024-03-05", {"2024/01/01.md": text(body.replace("5元", "8元"))})
    after, found = pages(made, tmp_path / "cache")
    assert found == ["issues/2024/01/01.md:9"]
    changed = {a for a in before.keys() | after.keys() if before.get(a) != after.get(a)}
    assert changed == {"2024/01/01/", "2024/01/01/history/"}
    assert after["2024/01/01/"].meta["history"]["last"] == "2024年3月5日"
    (edit,) = after["2024/01/01/history/"].meta["edits"]
    assert edit["passages"] == [
        {"place": "", "pieces": [
            ["same", "第二条　停车费每小时"], ["old", "5"], ["new", "8"], ["same", "元。"],
        ]}
    ]  # fmt: skip
    assert not after["2024/01/01/history/"].is_listed
    assert pages(made, tmp_path / "cache", online_since=date(2024, 4, 1))[1] == []
    correction = text("乙", title="更正", number=3, more="更正: 甲办法\n")
    made.write({"2024/01/03.md": correction})
    assert pages(made, tmp_path / "cache")[1] == []
    # What was written but not committed is on the page, and is no history.
    made.write({"2024/01/03.md": None, "2024/01/01.md": text("别的")})
    now, _ = pages(made, tmp_path / "cache")
    assert now["2024/01/01/history/"].meta["edits"] == [edit]


def test_what_went_and_came_is_read_without_colour_and_runs_nothing(
    tmp_path: Path, chromium: Browser
) -> None:
    made = Repository(tmp_path / "made")
    long = "第二条　" + "甲" * 300
    made.commit(
        "2024-01-10",
        {"2024/01/index.md": ISSUE, "2024/01/01.md": text(f"第一条　停车每小时5元。\n{long}")},
    )
    hostile = f"第一条　停车每小时8<script>alert(1)</script>元。\n{long}{'x' * 200}"
    made.commit("2024-03-05", {"2024/01/01.md": text(hostile)})
    shown, _ = pages(made, tmp_path / "cache")
    renderer = Renderer(ROOT / "mkdocs.yml", tmp_path / "docs")
    site = tmp_path / "site"
    for address in ("2024/01/01/", "2024/01/01/history/"):
        file = site / shown[address].file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(renderer.page(shown[address]))
    shutil.copytree(ROOT / "overrides" / "assets", site / "assets")
    with serving(site) as address:
        page = chromium.new_context(**PHONE).new_page()
        page.goto(f"{address}2024/01/01/")
        page.get_by_role("link", name="看改了什么").click()
        first = page.locator(".passage").first
        assert first.locator("del").text_content() == "删去：5。"
        assert first.locator("ins").text_content() == "增加：8<script>alert(1)</script>。"
        assert first.inner_text().startswith("第一条")
        lines = page.evaluate(
            "[...document.querySelectorAll('del')].map((e) => getComputedStyle(e).textDecorationLine)"
        )
        assert set(lines) == {"line-through"}
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["viewport"]["width"]
        page.context.close()


def test_of_a_withdrawn_document_no_page_holds_an_old_text(tmp_path: Path) -> None:
    made = Repository(tmp_path / "made")
    made.commit("2024-01-10", {"2024/01/index.md": ISSUE, "2024/01/01.md": text("张三的住址")})
    made.commit("2024-03-05", {"2024/01/01.md": text("李四的住址")})
    assert "张三" in repr(pages(made, tmp_path / "cache")[0])
    gone = "撤下: {日期: 2024-03-06, 理由: 有个人信息}\n"
    made.write({"2024/01/01.md": text("李四的住址", more=gone)})
    found = repr(pages(made, tmp_path / "cache")[0])
    assert "住址" not in found
    assert "history/" not in found
    redacted = "旧文撤下: {日期: 2024-03-06, 理由: 有个人信息}\n"
    made.commit("2024-03-06", {"2024/01/01.md": text("某人的住所", more=redacted)})
    made.commit("2024-03-07", {"2024/01/01.md": text("某人的地址", more=redacted)})
    shown, _ = pages(made, tmp_path / "cache")
    assert not {"张三", "李四"} & {n for n in ("张三", "李四") if n in repr(shown)}
    assert shown["2024/01/01/history/"].meta["withdrawn"]
    assert len(shown["2024/01/01/history/"].meta["edits"]) == 1


def test_where_nothing_is_known_every_page_says_so(tmp_path: Path) -> None:
    made = Repository(tmp_path / "made")
    made.write({"2024/01/index.md": ISSUE, "2024/01/01.md": text("甲")})
    shown, _ = pages(made, tmp_path / "cache")
    assert shown["2024/01/01/"].meta["history"] == {"unknown": NO_COMMITS}
