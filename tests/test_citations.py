"""Citations: found where they stand, resolved where the archive has them, guessed nowhere."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazette.check import check
from gazette.citations import find_citations, visible_text
from gazette.dialect import parse
from gazette.reading import read_archive
from gazette.settings import Settings
from gazette.site.body import to_html
from gazette.site.pages import site_pages
from tools import bench_citations

CASES = [
    ("根据《甲市停车条例》制定", ["《甲市停车条例》"]),
    ("《甲条例》（示政发〔2019〕3号）第三条第二款", ["《甲条例》（示政发〔2019〕3号）第三条第二款"]),
    ("《关于修改〈甲办法〉的决定》和《关于印发《乙规定》的通知》", ["《关于修改〈甲办法〉的决定》", "《关于印发《乙规定》的通知》"]),
    ("依照示政办发〔2019〕34号执行", ["示政办发〔2019〕34号"]),
    ("违反本办法第十二条、第十三条第一款、第二款的", ["本办法第十二条", "第十三条第一款、第二款"]),
    ("适用刑法第二百九十一条之一的规定", ["刑法第二百九十一条之一"]),
    ("比照铁路法第十七条第一款（二）项处理", ["铁路法第十七条第一款（二）项"]),
    ("依訴願法第 56-1 條及第 60 條", ["訴願法第 56-1 條", "第 60 條"]),
    ("依獎章條例第九條及其施行細則第十五條", ["獎章條例第九條", "施行細則第十五條"]),
    ("依電信法（以下稱本法）第十四條第六項", ["電信法（以下稱本法）第十四條第六項"]),
    ("核发《营业执照》《排污许可证》和《申请表》", []),
    ("依照前款规定，按本条第二款办理", []),
    ("第一条 甲。\n第二条 依照第一条的规定", ["第一条"]),
    ("第一条 甲。\n第二条 将第三条修改为：乙", []),
    ("第一条 甲。\n第二条 附件第三条、原第四条", []),
    ("依照规定第三条", []),
    ("《没有结束", []),
    ("依照示政发〔2018〕3号、4号和示 政办发〔2018〕5号", ["示政发〔2018〕3号", "4号", "示 政办发〔2018〕5号"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "spans"), CASES)
def test_citations_are_found_where_they_stand(text: str, spans: list[str]) -> None:
    found = find_citations(text)
    assert [text[c.start : c.end] for c in found] == spans


def test_a_short_name_stands_for_its_title_from_there_on() -> None:
    text = "《条例》。根据《甲市停车条例》（以下简称《条例》）和《中华人民共和国乙法》，依《条例》第三条、乙法第四条"
    state, city = "中华人民共和国乙法", "甲市停车条例"
    assert [c.title for c in find_citations(text)] == ["条例", city, city, state, city, state]


SIGNS = st.sampled_from(
    [*"《》〈〉（）()第一十条款项章号令本的及、，。\n 2〔〕", "以下简称", "本办法", "刑法", "第三条", "示政发〔2019〕3号", "施行細則", "其", "同法"]
)  # fmt: skip


@given(st.lists(SIGNS, max_size=60).map("".join) | st.text())
def test_any_text_is_read_and_shown_whole(body: str) -> None:
    text = visible_text(body)
    found = find_citations(text)
    for before, after in pairwise(found):
        assert before.end <= after.start
    assert all(0 <= c.start < c.end <= len(text) for c in found)
    blocks = parse(body)
    plain = to_html(blocks, lambda target: target)
    marked = to_html(blocks, lambda target: target, [(c.start, c.end, "x") for c in found])
    assert re.sub(r'<a class="ref" href="x">(.*?)</a>', r"\1", marked) == plain


HEAD = "---\n标题: {}\n发文机关: 示例市人民政府\n成文日期: 2024-05-06\n{}---\n\n"
FILES = {
    "2023/01/01.md": HEAD.format("示例市停车条例", "发文字号: 示政发〔2023〕1号\n")
    + "第一条　甲。\n第二条　乙，依照第一条。\n第二款。\n",
    "2023/01/02.md": HEAD.format("示例市绿化办法", "") + "甲。\n",
    "2023/02/02.md": HEAD.format("示例市绿化办法", "") + "乙。\n",
    "2024/01/01.md": HEAD.format("关于停车的通知", "")
    + "| 甲 | 乙 |\n|---|---|\n| 丙 | |\n\n"
    + "根据《示例市停车条例》第二条第二款、<b>《示例市绿化办法》和《外市办法》，示政发〔2023〕1号。\n",
}


def test_what_the_archive_has_is_linked_and_listed_and_nothing_is_guessed(tmp_path: Path) -> None:
    for name, text in FILES.items():
        path = tmp_path / "issues" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    archive, _ = read_archive(Settings(), tmp_path / "issues", cache=tmp_path / "cache")
    pages = {p.address: p for p in site_pages(archive, Settings(), None)}
    notice, rule = pages["2024/01/01/"], pages["2023/01/01/"]
    text = visible_text(notice.body)
    assert [(text[a:b], to) for a, b, to in notice.marks] == [
        ("《示例市停车条例》第二条第二款", "../../../2023/01/01/#art-2-p2"),
        ("示政发〔2023〕1号", "../../../2023/01/01/"),
    ]
    said = notice.meta["references"]
    assert [(c["url"], c["provisions"]) for c in said["cites"]] == [
        ("2023/01/01/", [["第二条第二款", "art-2-p2"]])
    ]
    assert said["outside"] == ["《示例市绿化办法》", "《外市办法》"]
    assert [(text, to) for _, _, to in rule.marks for text in ["第一条"]] == [("第一条", "#art-1")]
    assert rule.meta["references"]["cited_count"] == 1
    assert [c["url"] for c in rule.meta["references"]["cited"]] == ["2024/01/01/"]
    (finding,) = [f for f in check(archive, "issues") if f.code == "ambiguous_citation"]
    assert "《示例市绿化办法》可能是 2 件" in finding.message
    assert (finding.path, finding.line) == ("issues/2024/01/01.md", 11)


def test_many_that_cite_are_listed_by_year(tmp_path: Path) -> None:
    files = {"2022/01/01.md": FILES["2023/01/01.md"]}
    for at in range(1, 14):
        title = HEAD.format(f"第{at}号通知", "")
        files[f"{2023 + at % 2}/{at:02}/01.md"] = f"{title}根据《示例市停车条例》。\n"
    for name, text in files.items():
        path = tmp_path / "issues" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    archive, _ = read_archive(Settings(), tmp_path / "issues", cache=tmp_path / "cache")
    pages = {p.address: p for p in site_pages(archive, Settings(), None)}
    said = pages["2022/01/01/"].meta["references"]
    assert (said["cited_count"], len(said["cited"])) == (13, 10)
    assert {a for a in pages if "/cited/" in a} == {
        "2022/01/01/cited/", "2022/01/01/cited/2023/", "2022/01/01/cited/2024/",
    }  # fmt: skip
    assert len(pages["2022/01/01/cited/2024/"].meta["documents"]) == 7


@pytest.mark.shared
def test_the_hand_checked_passages(shared: Path) -> None:
    files = (bench_citations.SPANS, bench_citations.HELD_OUT)
    wanted = {p["id"] for file in files for p in bench_citations.passages(file)}
    documents = bench_citations.documents_of(bench_citations.read_rows(shared), wanted)
    known = bench_citations.archive_of(documents)
    for file in files:
        count = bench_citations.score(documents, known, file)
        assert count["expected"] >= 200
        assert count["right"] / count["found"] >= 0.98
        assert count["right"] / count["expected"] >= 0.95
        assert count["linked right"] / count["linked"] >= 0.98
        assert count["linked right"] / count["linkable"] >= 0.95
