"""Proposals: what a text states and its front matter does not, and how it is written in."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from gazette.cli import main
from gazette.content import read_gazette
from gazette.fix import carry_out, changes
from gazette.matter import MatterError, added, split
from gazette.model import Document, Gazette, Issue
from gazette.number import IssueNumber
from gazette.proposals import Proposal, proposals

OTHERS = {
    "2010/01/01.md": ("示例市停车办法", "发文字号: 示政发〔2010〕1号\n", "旧。"),
    "2010/01/02.md": ("示例市绿化办法", "", "旧。"),
    "2010/01/03.md": ("示例市绿化办法", "", "又一件同名的。"),
    "2010/01/04.md": ("示例市公共停车条例", "", "依据。"),
}
"""What the archive of these tests has besides the document that speaks."""


def archive(folder: Path, title: str, more: str, body: str) -> list[Proposal]:
    """The proposals of one document among others, and its file at `2024/01/01.md`."""
    files = {**OTHERS, "2024/01/01.md": (title, more, body)}
    for name, (name_of, fields, text) in files.items():
        path = folder / "issues" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        day = f"{name[:4]}-01-05"
        head = f"标题: {name_of}\n发文机关: 市政府\n成文日期: {day}\n{fields}"
        path.write_text(f"---\n{head}---\n\n{text}\n", "utf-8")
    gazette, _ = read_gazette(folder / "issues")
    return [p for p in proposals(gazette) if p.source == "2024/01/01.md"]


END = "示例市停车新办法"
TABLE = (
    "\n\n## 附件1\n\n| 文件名称 |\n|---|\n| 甲 |\n"
    "\n## 附件2\n\n| 文号 |\n|---|\n| 示政发〔2001〕2号 |\n"
)
CASES: list[tuple[str, str, str, dict[str, object]]] = [
    (END, "", "第九条　本办法自2024年8月1日起施行，有效期5年。", {"施行日期": date(2024, 8, 1), "有效期至": date(2029, 7, 31)}),
    (END, "", "本办法自二○二四年三月一日起试行，试行期两年。", {"施行日期": date(2024, 3, 1), "有效期至": date(2026, 2, 28)}),
    (END, "", "本办法自2024年2月1日起施行，有效期至2026年12月31日。", {"施行日期": date(2024, 2, 1), "有效期至": date(2026, 12, 31)}),
    (END, "施行日期: 2024-08-01\n", "本办法自2024年8月1日起施行，有效期为五年。", {"有效期至": date(2029, 7, 31)}),
    (END, "", "现予公布，自2024年3月1日起施行。", {"施行日期": date(2024, 3, 1)}),
    # What the clerk wrote stands, also where the text says something else.
    (END, "施行日期: 2024-09-01\n", "本办法自2024年8月1日起施行，有效期5年。", {}),
    (END, "有效期至: 2030-01-01\n施行日期: 2024-08-01\n", "本办法自2024年8月1日起施行，有效期5年。", {}),
    # Two days, another document's day, a day of the past, a day that is none.
    (END, "", "本通知自2024年8月1日起施行。\n本办法自2024年9月1日起施行。", {}),
    (END, "", "《停车条例》自2024年8月1日起施行。", {}),
    (END, "", "本办法自1999年8月1日起施行。", {}),
    (END, "", "本办法自2024年2月30日起施行。", {}),
    (END, "", "本办法自2024年8月1日起施行前已经核发的证件有效。", {}),
    (END, "", "第九条修改为：“本办法自2024年8月1日起施行。”", {}),
    ("关于修改停车办法的决定", "", "本决定自2024年3月1日起施行。\n本办法自2010年8月1日起施行。", {"施行日期": date(2024, 3, 1)}),
    (END, "", "本办法自公布之日起施行，有效期5年。", {}),
    # Who is repealed.
    (END, "", "本办法自公布之日起施行，《示例市停车办法》（示政发〔2010〕1号）同时废止。", {"废止": ("示政发〔2010〕1号",)}),
    (END, "", "1999年5月1日市人民政府发布的《示例市停车办法》、《外市办法》同时废止。", {"废止": ("《示例市停车办法》", "《外市办法》")}),
    (END, "", "示政发〔2010〕1号文件自本办法施行之日起同时废止。", {"废止": ("示政发〔2010〕1号",)}),
    (END, "", "《示例市停车办法》自2026年1月1日起同时废止。", {}),
    (END, "", "根据《示例市公共停车条例》，《示例市停车办法》同时废止。", {"废止": ("《示例市停车办法》",)}),
    (END, "", "会议《关于修改甲的决定》修正的《示例市停车办法》同时废止。", {"废止": ("《示例市停车办法》",)}),
    (END, "", "《示例市停车办法》第三条同时废止。", {}),
    (END, "", "《示例市停车办法》不得擅自同时废止的除外。", {}),
    ("示例市停车办法（2024）", "废止: 示政发〔2010〕1号\n", "《示例市停车办法》同时废止。", {}),
    (END, "废止: 《外市办法》\n", "《外市办法》同时废止。", {}),
    # Annexes that list what is repealed.
    (END, "", "5件文件予以废止（目录见附件1）。3件宣布失效（附件2）。" + TABLE, {"废止": ("附件1",), "失效": ("附件2",)}),
    (END, "", "附件1所列文件自即日起予以废止。" + TABLE, {"废止": ("附件1",)}),
    (END, "", "8件文件予以废止、宣布失效（见附件1）；予以废止（附件3）。" + TABLE, {}),
    # What it rests on, forwards, explains: of this archive alone.
    (END, "", "第一条　根据《示例市公共停车条例》《中华人民共和国甲法》，制定本办法。", {"依据": ("《示例市公共停车条例》",)}),
    (END, "", "根据《中华人民共和国甲法》，制定本办法。", {}),
    ("关于转发《示例市停车办法》的通知", "", "各单位：", {"转发": ("《示例市停车办法》",)}),
    (END, "", "现将《示例市停车办法》转发给你们，请执行。", {"转发": ("《示例市停车办法》",)}),
    (END, "", "市局《示例市停车办法》（示政发〔2010〕1号）已经市政府同意，现转发给你们。", {"转发": ("示政发〔2010〕1号",)}),
    (END, "", "根据《示例市公共停车条例》，我们制定了《甲方案》。", {"依据": ("《示例市公共停车条例》",)}),
    ("《示例市停车办法》政策解读", "", "一、背景。", {"解读": ("《示例市停车办法》",)}),
    ("关于修改《示例市停车办法》的决定", "", "修改如下。", {"修改": ("《示例市停车办法》",)}),
    ("关于废止《外市办法》的决定", "", "现予废止。", {"废止": ("《外市办法》",)}),
    ("示例市停车办法", "", "《示例市停车办法》同时废止。", {"废止": ("《示例市停车办法》",)}),
]  # fmt: skip


@pytest.mark.parametrize(("title", "more", "body", "expected"), CASES)
def test_what_a_text_states_is_proposed_and_nothing_is_guessed(
    title: str, more: str, body: str, expected: dict[str, object], tmp_path: Path
) -> None:
    found = archive(tmp_path, title, more, body)
    assert {p.key: p.value for p in found if not p.doubt} == expected
    assert not [p for p in found if p.doubt]


def test_what_is_doubtful_is_pointed_out_and_left_to_a_person(tmp_path: Path) -> None:
    body = "一\n\n本办法自公布之日起施行。《示例市绿化办法》同时废止。"
    (found,) = archive(tmp_path, END, "", body)
    assert "可能是 2 件文件（/2010/01/02/、/2010/01/03/）" in found.doubt
    assert found.line == 9
    (found,) = archive(tmp_path, END, "废止: 《外市办法》\n", "《示例市停车办法》同时废止。")
    assert found.value == ("《示例市停车办法》",)
    assert "已经有“废止”" in found.doubt
    assert list(changes(tmp_path / "issues", [found])) == []


SAID = "本办法自2024年8月1日起施行，有效期5年；《示例市停车办法》同时废止，根据《示例市公共停车条例》制定本办法。"


SIGNS = st.sampled_from([
    *"《》“”（）。，；\n自年月日起5", "本办法", "施行", "同时废止", "有效期", "2024年8月1日", "根据", "制定本", "示例市停车办法", "第三条",
])  # fmt: skip


@given(st.lists(SIGNS, max_size=40).map("".join))
def test_any_text_is_read(text: str) -> None:
    number = IssueNumber(year=2024, numbers=(1,))
    made = tuple(
        Document(issue=number, folder=f"0{n}", source=str(n), title=t, body=text)
        for n, t in enumerate(("示例市停车办法", text.replace("\n", "") or "无"), 1)
    )
    for found in proposals(Gazette(issues=(Issue(number=number, source="", documents=made),))):
        assert found.line >= 1
        assert found.key not in dict(made[0].key_lines)


# Written in.

NEWLINES = st.sampled_from(["\n", "\r\n", "\r"])
VALUES = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\u2028\u2029\x85\ufeff"),
    min_size=1, max_size=12,
).map(str.strip).filter(bool)  # fmt: skip
FIELDS = st.dictionaries(
    st.sampled_from(["施行日期", "废止", "依据"]),
    st.one_of(VALUES, st.lists(VALUES, min_size=2, max_size=3), st.dates(date(1900, 1, 1))),
    min_size=1,
)
HEADS = st.lists(
    st.sampled_from(
        ["标题: 甲", "发文机关:\n  - 乙\n  - 丙", "关键词: [一, 二]", "# 说明", "摘要: |\n  一段\n\n  又一段", "附件:\n- {标题: 丁, 文件: 丁.xlsx}", "撤下:\n  日期: 2024-01-01", ""]
    ),
    min_size=1, unique=True,
).map("\n".join)  # fmt: skip


@given(HEADS, VALUES, FIELDS, NEWLINES, st.booleans(), st.sampled_from(["---", "----", "--- "]))
def test_lines_are_added_and_every_other_byte_stays(  # noqa: PLR0913, PLR0917  a file's parts
    head: str,
    body: str,
    fields: dict[str, object],
    newline: str,
    bom: bool,  # noqa: FBT001  as hypothesis calls it
    mark: str,
) -> None:
    text = f"{mark}\n{head}\n{mark}\n\n{body}\n---\n不是开头\n"
    content = (("\ufeff" if bom else "") + text.replace("\n", newline)).encode()
    try:
        made = added(content, fields)
    except MatterError:
        assert not split(text)[0], "only what has no fields at all is refused"
        return
    first = next(n for n, (a, b) in enumerate(zip(made, content, strict=False)) if a != b)
    size = len(made) - len(content)
    assert any(
        made[:n] + made[n + size :] == content for n in range(max(0, first - size), first + 1)
    ), "taken out again, the file is as it was"
    inserted = made.decode().count(newline) - content.decode().count(newline)
    assert inserted >= len(fields)
    with pytest.raises(MatterError):
        added(made, fields)


@pytest.mark.parametrize(
    "content",
    ["正文\n", "---\n标题: 甲\n", "---\n{标题: 甲}\n---\n", "---\n废止: 乙\n---\n", "---\n: [\n---\n", ""],
)  # fmt: skip
def test_what_cannot_be_added_to_is_refused(content: str) -> None:
    with pytest.raises(MatterError):
        added(content.encode(), {"废止": "甲"})
    with pytest.raises(MatterError):
        added(b"---\n\xff: 1\n---\n", {"废止": "甲"})


def test_a_clerk_sees_the_change_then_it_is_written_once(tmp_path: Path) -> None:
    archive(tmp_path, END, "", SAID.replace("，根据", "。\n根据"))
    file = tmp_path / "issues/2024/01/01.md"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    file.chmod(0o640)
    before = file.read_bytes()
    (tmp_path / "mkdocs.yml").write_text("site_name: 甲\n", "utf-8")
    options = ["check", "--config", str(tmp_path / "mkdocs.yml"), "--jobs", "1"]
    told = CliRunner().invoke(main, options)
    assert told.exit_code == 0
    assert (
        "issues/2024/01/01.md:7: 提示：正文写着“本办法自2024年8月1日起施行，有效期5年”，开头没有写“施行日期”"
        in told.output
    )
    assert "4 处提示" in told.output
    asked = CliRunner().invoke(main, [*options, "--fix"], input="n\n")
    assert file.read_bytes() == before
    lines = [
        "施行日期: 2024-08-01",
        "有效期至: 2029-07-31",
        "废止: 《示例市停车办法》",
        "依据: 《示例市公共停车条例》",
    ]
    for line in lines:
        assert f"+{line}" in asked.output
    done = CliRunner().invoke(main, [*options, "--fix", "--yes"])
    assert "改了 1 个文件" in done.output
    now = file.read_bytes()
    assert now == before.replace(
        b"\r\n---\r\n\r\n", "\r\n".join(["", *lines, "---", "", ""]).encode()
    )
    assert file.stat().st_mode & 0o777 == 0o640
    again = CliRunner().invoke(main, [*options, "--fix", "--yes"])
    assert "没有可以补的" in again.output
    assert file.read_bytes() == now


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    found = archive(tmp_path, END, "", SAID)
    (change,) = changes(tmp_path / "issues", found)
    change.path.write_text("别人写的", "utf-8")
    assert not carry_out(change)
    assert change.path.read_text("utf-8") == "别人写的"


@pytest.mark.parametrize("head", ["  标题: 甲\n  成文日期: 2024-01-01", "{标题: 甲}"])
def test_a_front_matter_that_is_well_is_not_said_to_be_wrong(head: str) -> None:
    with pytest.raises(MatterError, match="不能自动补充"):
        added(f"---\n{head}\n---\n\n正文\n".encode(), {"废止": "甲"})


def test_what_is_shown_to_a_person_is_no_json(tmp_path: Path) -> None:
    (tmp_path / "mkdocs.yml").write_text("site_name: 甲\n", "utf-8")
    options = ["check", "--config", str(tmp_path / "mkdocs.yml"), "--fix", "--json"]
    assert CliRunner().invoke(main, options).exit_code == 2
