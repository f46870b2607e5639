"""Parts of a text: their levels, their anchors, and that nothing is left out."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, expect

from gazette.dialect import parse
from gazette.numerals import numeral
from gazette.site.body import to_html
from gazette.structure import article_key, articles_in, fragment, outline, parts
from tests.test_site import reading

LAW = """各区人民政府：
第一编　总编
第一章　总则
第一条　为了规范，制定本办法。
第二条　下列人员：
（一）甲；
（二）乙。
本条第二款。
第二条之一　插入的一条。
第二章　附则
第一节　其他
第 15 條
中央主管機關：
一、甲。
第一百零三条　施行。
"""

NOTICE = """各区人民政府：
一、总体要求
（一）指导思想
坚持……
（二）主要目标。到2025年，……
二、保障措施
附件
第一条　第一件附件的第一条。
"""


def anchors(body: str) -> list[tuple[str, str, int]]:
    return [(p.anchor, p.name, p.level) for p in parts(parse(body)) if p.kind != "preface"]


def test_articles_and_headings_have_their_anchors() -> None:
    assert anchors(LAW) == [
        ("part-1", "第一编", 2),
        ("part-1-ch-1", "第一编第一章", 3),
        ("art-1", "第一条", 0),
        ("art-2", "第二条", 0),
        ("art-2-1", "第二条之一", 0),
        ("part-1-ch-2", "第一编第二章", 3),
        ("part-1-ch-2-sec-1", "第一编第二章第一节", 4),
        ("art-15", "第十五條", 0),
        ("art-103", "第一百零三条", 0),
    ]


def test_a_notice_has_headings_where_it_has_no_articles() -> None:
    assert anchors(NOTICE) == [("h-1", "一", 2), ("h-1-1", "一（一）", 3), ("h-2", "二", 2)]


def test_points_of_a_law_are_no_headings() -> None:
    assert all(
        p.kind != "heading" for p in parts(parse("第一条 甲：\n（一）乙\n一、丙\n第二条 丁"))
    )


def test_articles_that_start_again_have_a_number_before_them() -> None:
    body = "第一条　甲\n第二条　乙\n附件\n第一条　丙\n第二条　丁\n第一条　戊"
    assert [a for a, _, _ in anchors(body)] == [
        "art-1", "art-2", "2-art-1", "2-art-2", "3-art-1",
    ]  # fmt: skip
    longer = body.replace("附件", "第三条　新\n附件")
    assert set(anchors(body)) < set(anchors(longer)), "加一条，别的网址不变"


def test_the_contents_that_a_text_has_are_not_its_chapters() -> None:
    body = (
        "目　录\n第一章 甲\n第二章 乙\n第一章 甲\n第一条 一。\n第二条 二。\n第二章 乙\n第三条 三。"
    )
    assert [e.text for e in outline(body)] == ["第一章 甲", "第二章 乙"]
    assert outline(body)[1].articles == (("第三条", "art-3"),)


def test_the_table_of_articles() -> None:
    assert articles_in(LAW) == {"1": (0,), "2": (2, 0), "2-1": (0,), "15": (1,), "103": (0,)}


@pytest.mark.parametrize(
    ("provision", "where"),
    [
        ("第一条", "art-1"),
        ("第二条第二款", "art-2-p2"),
        ("第二条第一款第二项", "art-2-p1-i2"),
        ("第二条第（二）项", "art-2-p1-i2"),
        ("第二条第九款", "art-2"),
        ("第二条第九项", "art-2"),
        ("第2条之一", "art-2-1"),
        ("第二条第一款、第二款", "art-2"),
        ("第十五條第一項第一款", "art-15-p1-i1"),
        ("第十五條第一款", "art-15-p1-i1"),
        ("第 15 條", "art-15"),
        ("第九条", ""),
        ("第一章", ""),
        ("", ""),
    ],
)
def test_a_provision_leads_as_near_as_the_text_allows(provision: str, where: str) -> None:
    assert fragment(provision, articles_in(LAW)) == where
    if where:
        assert f'id="{where}"' in to_html(parse(LAW), lambda target: target)


@pytest.mark.parametrize(
    ("text", "number"),
    [("十", 10), ("十二", 12), ("二十", 20), ("一百零三", 103), ("一千二百六十", 1260), ("一〇三", 103), ("１２", 12), ("12", 12), ("〇", 0)],
)  # fmt: skip
def test_numerals(text: str, number: int) -> None:
    assert numeral(text) == number


def test_keys_of_articles() -> None:
    assert [article_key(p) for p in ("第56-1條", "第三条之二第一款", "第七章", "第７条")] == ["56-1", "3-2", "", "7"]  # fmt: skip


SIGNS = st.sampled_from(
    [*"第一二三十百零0２条條款项章节编之（）()、：。 　\n#|-甲", "第一条　", "\n第二章 ", "\n（一）", "\n一、", "目录\n"]
)  # fmt: skip


@given(st.lists(SIGNS, max_size=60).map("".join) | st.text())
def test_any_text_has_parts_that_leave_nothing_out(body: str) -> None:
    blocks = parse(body)
    found = parts(blocks)
    assert [b for p in found for b in blocks[p.first : p.last]] == list(blocks)
    html = to_html(blocks, lambda target: target)
    ids = re.findall(r' id="([^"]*)"', html)
    assert len(ids) == len(set(ids))
    assert {e.anchor for e in outline(body)} <= set(ids)
    for key in articles_in(body):
        assert f"art-{key}" in ids


@pytest.mark.browser
def test_both_anchors_lead_to_the_article_and_it_can_be_copied(
    chromium: Browser, site: Path
) -> None:
    with reading(chromium, site) as (page, address, problems):
        for there in ("第十二条", "art-12"):
            page.goto(f"{address}2024/01/01/#{there}")
            page.wait_for_function(  # scrolling may be smooth
                "() => { const { top } = document.getElementById('art-12').getBoundingClientRect();"
                " return top >= 0 && top < 200; }"
            )
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.locator("#art-12 .art").click()
        page.locator(".notice button", has_text="复制网址").click()
        expect(page.locator(".notice", has_text="已复制")).to_be_visible()
        copied = str(page.evaluate("navigator.clipboard.readText()"))
        assert copied.endswith("/2024/01/01/#art-12")
        assert problems == []


@pytest.mark.browser
def test_the_outline_opens_without_script(chromium: Browser, site: Path) -> None:
    with reading(chromium, site, java_script_enabled=False) as (page, address, _):
        page.goto(f"{address}2024/01/01/")
        page.locator(".outline summary").click()
        page.locator(".outline a", has_text="第四十六条").click()
        assert page.url.endswith("#art-46")
