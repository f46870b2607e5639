"""The part that a line plays, by how it begins and how long it is."""

import pytest

from gazette.dialect import Paragraph, parse
from gazette.form import form


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("第一章　总则", "chapter"),
        ("第十二节 附则", "chapter"),
        ("第三条　本办法所称停车，是指……", "article"),
        ("第三条之一 补充的一条", "article"),
        ("第三条规定的停车场，应当备案。", "text"),
        ("一、总体要求", "level-1"),
        ("一、总体要求。以……为指导", "text"),
        ("（二）主要目标", "level-2"),
        ("（二）主要目标。到2030年", "text"),
        ("一、" + "很长的一句话" * 7, "text"),
        ("（一）" + "很长的一句话" * 7, "text"),
        ("　　　　示例市人民政府", "signature"),
        ("　　　　第一章　总则", "signature"),
        ("　　　　　　2025年2月14日", "signature"),
        ("　　　2．重大行政决策公众参与情况说明（样式）", "text"),
        ("　　　　　　2025.2.14", "signature"),
        ("正文。", "text"),
    ],
)
def test_a_line_plays_the_part_that_its_beginning_tells(line: str, part: str) -> None:
    (paragraph,) = parse(line)
    assert isinstance(paragraph, Paragraph)
    assert form(paragraph) == part
