"""The dialect: what is notation, what is text, and that no text is ever lost."""

import json
import lzma
import re
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazette.dialect import (
    Heading,
    Image,
    Link,
    Paragraph,
    Table,
    Text,
    inline_text,
    inlines,
    parse,
    targets,
    unparse,
    visible_lines,
)
from gazette.site.body import to_html

LITERAL = [
    "1. 不是列表",
    "- 不是列表",
    "* 星号*不*变",
    "**不加粗** _不倾斜_",
    "　　缩进不是代码",
    "    四个空格不是代码",
    "C:\\路径\\不转义",
    "<b>不是标签</b> &amp; 不是实体",
    "`反引号`",
    "> 不是引文",
    "---",
    "===",
    "#没有空格不是标题",
    " # 前面有空格不是标题",
    "####### 七个井号不是标题",
    "[1](以下简称甲方)",
    "[注]（见附件）",
    "[x](javascript:alert(1))",
    "[x](data:text/html,1)",
    "| 只有一行的竖线 |",
    "脚注[^1]",
    "2020年-2024年~~删~~",
]


@pytest.mark.parametrize("line", LITERAL)
def test_what_is_not_notation_is_shown_as_it_stands(line: str) -> None:
    (block,) = parse(line)
    assert isinstance(block, Paragraph)
    assert inline_text(block.inlines) == line.strip(" \u3000")


def test_every_source_line_is_a_paragraph_of_its_own() -> None:
    assert [
        inline_text(b.inlines) for b in parse("甲\n乙\n\n丙\r\n丁\r戊") if isinstance(b, Paragraph)
    ] == list("甲乙丙丁戊")


def test_headings_links_images_and_tables_are_read() -> None:
    blocks = parse(
        "# 第一章　总则\n见[第三条](#art-3)和[附件](01/表.xlsx)。\n![示意图](01/图.png)\n"
        "| 序号 | 名称 |\n| :-: | ---: |\n| 1 | 甲 |\n| 2 |\n| 3 | 乙 | 多出的 |\n后文"
    )
    assert blocks == (
        Heading(1, (Text("第一章　总则"),), 1),
        Paragraph(
            (
                Text("见"),
                Link("第三条", "#art-3"),
                Text("和"),
                Link("附件", "01/表.xlsx"),
                Text("。"),
            ),
            0,
            2,
        ),
        Paragraph((Image("示意图", "01/图.png"),), 0, 3),
        Table(
            ((Text("序号"),), (Text("名称"),)),
            ("center", "right"),
            (
                ((Text("1"),), (Text("甲"),)),
                ((Text("2"),),),
                ((Text("3"),), (Text("乙"),), (Text("多出的"),)),
            ),
            4,
        ),
        Paragraph((Text("后文"),), 0, 9),
    )
    assert list(visible_lines(blocks)) == [
        "第一章　总则",
        "见第三条和附件。",
        "示意图",
        "序号",
        "名称",
        "1",
        "甲",
        "2",
        "3",
        "乙",
        "多出的",
        "后文",
    ]
    assert [(line, part.target) for line, part in targets(blocks)] == [
        (2, "#art-3"),
        (2, "01/表.xlsx"),
        (3, "01/图.png"),
    ]


@pytest.mark.parametrize(
    ("target", "is_link"),
    [
        ("https://example.invalid/a?b=c(d)", True), ("mailto:a@b.cn", True), ("/2019/12/01/", True),
        ("../11/01-名称.md", True), ("附件1.csv", True), ("02-名称.md#第三条", True),
        ("以下简称甲方", False), ("javascript:alert(1)", False), ("JAVASCRIPT:x.js", False),
        ("//evil.example/x.js", False), ("vbscript:a.vb", False), ("2019", False), ("a b.csv", False),
    ],
)  # fmt: skip
def test_a_target_is_an_address_or_the_whole_is_text(target: str, *, is_link: bool) -> None:
    parts = inlines(f"[文字]({target})")
    assert isinstance(parts[0], Link) == is_link
    assert is_link or parts == (Text(f"[文字]({target})"),)


def test_a_line_that_almost_delimits_a_table_is_read_in_time_that_grows_as_it_does() -> None:
    line = "-" + " " * 300_000 + "x"  # minutes, where each blank is tried twice
    assert list(visible_lines(parse(f"| 甲 |\n{line}"))) == ["| 甲 |", line]


@pytest.mark.parametrize(
    ("blanks", "to_right"),
    [
        ("", False),
        ("　　", False),
        ("　　 ", False),
        ("　　　", True),
        (" " * 6, True),
        ("\t", True),
    ],
)
def test_a_line_that_starts_far_right_is_set_to_the_right(blanks: str, *, to_right: bool) -> None:
    (paragraph,) = parse(f"{blanks}示例市人民政府")
    assert isinstance(paragraph, Paragraph)
    assert paragraph.to_right is to_right


def _without_lines(block: object) -> str:
    return re.sub(r"line=\d+", "", repr(block))


bodies = st.lists(
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
        st.sampled_from(
            [
                *LITERAL,
                "# 标题",
                "| a | b |",
                "| --- | --- |",
                "[a](b.c)",
                "![](x.png)",
                "　　　　　　署名",
            ]
        ),
    )
).map("\n".join)


@given(bodies)
def test_unparse_is_the_inverse_of_parse(body: str) -> None:
    blocks = parse(body)
    assert [*map(_without_lines, parse(unparse(blocks)))] == [*map(_without_lines, blocks)]


@given(bodies)
def test_no_visible_character_is_lost_in_html(body: str) -> None:
    blocks = parse(body)
    shown = unescape(re.sub(r"<[^>]*>", "", to_html(blocks, lambda target: target)))
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", "".join(visible_lines(blocks)))


@pytest.mark.shared
def test_visible_text_is_source_text_on_every_shared_document(shared: Path) -> None:
    count = tables = 0
    with lzma.open(shared / "corpus/documents.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            text = json.loads(line)["text"]
            blocks = parse(text)
            if any(isinstance(b, Table) for b in blocks):
                text = re.sub(r"(?m)^\|[ |:-]*$", "", text).replace("|", "")
                tables += 1
            shown = "".join(visible_lines(blocks))
            assert "".join(shown.split()) == "".join(text.split())
            count += 1
    assert (count, tables < 10) == (13_315, True)
