"""阅读版 PDFs: every character of the text is there, whatever it is, and the bytes are the same."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image as Picture

from gazette.archive import Archive
from gazette.dialect import parse, visible_lines
from gazette.errors import Finding
from gazette.model import Annex, Document, Gazette, Issue, PageRange, Withdrawal
from gazette.number import IssueNumber
from gazette.publish import edition

NUMBER = IssueNumber.from_folder(2019, "12")
NAME = "示例市人民政府公报"
RIGHT_EDGE = (210 - 26) / 25.4 * 72
LEFT_EDGE = 28 / 25.4 * 72
HANGING = 4
"""Points by which punctuation and the side bearings of a character may stand out."""


def document(folder: str = "01", body: str = "各区人民政府：", **values: object) -> Document:
    made = Document(
        issue=NUMBER,
        folder=folder,
        source=f"2019/12/{folder}-文件.md",
        title=f"示例市第{folder}号文件",
        authorities=("示例市人民政府",),
        dated=date(2019, 6, 21),
        body=body,
    )
    return replace(made, **values)  # type: ignore[arg-type]


def issue(*documents: Document, **values: object) -> Issue:
    made = Issue(
        number=NUMBER, source="2019/12", published_on=date(2019, 6, 30), documents=documents
    )
    return replace(made, **values)  # type: ignore[arg-type]


def typeset(
    tmp_path: Path, *issues: Issue, jobs: int = 1, cache: str = "cache"
) -> tuple[dict[str, Path], tuple[Finding, ...], list[tuple[int, int]]]:
    steps: list[tuple[int, int]] = []
    made, findings = edition.set_editions(
        Archive(name=NAME, gazette=Gazette(issues=issues)),
        tmp_path / "issues",
        cache=tmp_path / cache,
        jobs=jobs,
        progress=lambda done, all_: steps.append((done, all_)),
    )
    return made, findings, steps


def pages(pdf: Path) -> list[str]:
    """The text of each page without blanks; pdfium writes a hyphen at a line's end as U+0002."""
    with pypdfium2.PdfDocument(pdf) as opened:
        texts = [page.get_textpage().get_text_range() for page in opened]
    return ["".join(re.sub(r"[\x02\ufffe]", "-", t).split()) for t in texts]


FURNITURE = re.compile(rf"{NAME}2019年第12期阅读版|{re.escape(edition.NOTICE)}|—\d+—")


def text(pdf: Path) -> str:
    """The text of the whole PDF without what stands on every page."""
    return FURNITURE.sub("", "".join(pages(pdf)))


def shown(body: str) -> str:
    return "".join("".join(visible_lines(parse(body))).split())


def overflowing(pdf: Path) -> list[str]:
    """Characters that stand outside the type area's sides."""
    found = []
    with pypdfium2.PdfDocument(pdf) as opened:
        for page in opened:
            of_page = page.get_textpage()
            for at in range(of_page.count_chars()):
                left, _, right, _ = of_page.get_charbox(at)
                character = of_page.get_text_range(at, 1)
                if character.strip() and not (
                    left >= LEFT_EDGE - HANGING and right <= RIGHT_EDGE + HANGING
                ):
                    found.append(character)
    return found


def addresses(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    return [(f.code, f.path) for f in findings]


HOSTILE = r"""各区人民政府，市政府各委、办、局：
#let x = 1; #panic("x") #include "/etc/passwd" #sys.inputs
$x^2$ \u{41} \ @ref <label> ] [ #] *强* _调_ `raw` ```typ #1``` // 注 /* 注 */ ~ -- --- ...
= 不是标题
+ 不是列表
1.不是列表
" ' “ ” ‘ ’ {"a": 1} \" \\ \n
&lt;script&gt;<b>甲</b>
第一条　为了规范管理，制定本办法。
一、总体要求
（一）工作目标
第一章　总则
㈠①⑳℃㎡鎔Ωя１２"""


def test_every_character_of_the_body_is_shown_in_order(tmp_path: Path) -> None:
    made, findings, _ = typeset(tmp_path, issue(document(body=HOSTILE)))
    assert findings == ()
    assert shown(HOSTILE) in text(made["2019/12/01/01-ydb.pdf"])
    assert shown(HOSTILE) in text(made["2019/12/2019-12-ydb.pdf"])


def test_particulars_are_text_too(tmp_path: Path) -> None:
    hostile = '#panic() $a$ ] " \\'
    one = document(
        title=f"题{hostile}",
        number_text=f"示政办发〔2019〕5号{hostile}",
        authorities=(f"甲{hostile}", "乙"),
        index_number=f"索{hostile}",
        annexes=(Annex(title=f"表{hostile}", file="a.xlsx"), Annex(title="名单", file="")),
    )
    made, _, _ = typeset(tmp_path, issue(one))
    found = text(made["2019/12/01/01-ydb.pdf"])
    packed = "".join(hostile.split())
    for part in (f"题{packed}", f"示政办发〔2019〕5号{packed}", f"甲{packed}、乙", f"索{packed}"):
        assert part in found
    assert f"附件：1.表{packed}2.名单" in found
    assert "成文日期2019年6月21日" in found


def test_characters_that_no_encoding_or_font_has_do_no_harm(tmp_path: Path) -> None:
    of = issue(document(title="题\ud800", body="甲\x00\x07\x0b\x85乙"))
    made, findings, _ = typeset(tmp_path, of)
    assert len(made) == 2
    assert addresses(findings) == [("missing_glyph", "issues/2019/12/01-文件.md")]


def test_every_page_is_marked_and_numbered_and_a4(tmp_path: Path) -> None:
    made, _, _ = typeset(tmp_path, issue(document(body="长文。\n" * 60)))
    pdf = made["2019/12/01/01-ydb.pdf"]
    assert len(pages(pdf)) > 2
    for number, page in enumerate(pages(pdf), 1):
        assert page.startswith(f"{NAME}2019年第12期阅读版")
        assert f"—{number}—" in page
        assert "印刷版" in page
    with pypdfium2.PdfDocument(pdf) as opened:
        assert opened.get_metadata_dict()["Title"] == "示例市第01号文件"
        assert [round(x) for x in opened[0].get_size()] == [595, 842]


@pytest.mark.parametrize(
    "body",
    [
        "| "
        + " | ".join("项目名称" for _ in range(30))
        + " |\n|"
        + " --- |" * 30
        + "\n"
        + "| 1,234,567.89 " * 30
        + "|",
        "| 甲 | 乙 |\n| --- | ---: |\n| " + "x" * 400 + " | " + "一" * 900 + " |",
        "| 甲 |\n| --- |\n| 一 | 多出 | 的格 |",
        "|" + " 甲 |" * 300 + "\n|" + " --- |" * 300,
        "网址 http://example.com/" + "x" * 500,
        "。" * 300 + "—" * 300 + "（" * 100,
        "┌" + "─" * 60 + "┐\n│甲 1" + "　" * 58 + "│\n└" + "─" * 60 + "┘",
        "─" * 300,
        "# " + "x" * 300,
    ],
    ids=[
        "thirty columns",
        "long words and long cells",
        "a row longer than the head",
        "three hundred columns",
        "an address without an end",
        "punctuation that may not start a line",
        "a drawn table",
        "a line without an end",
        "a heading without a blank",
    ],
)
def test_nothing_runs_off_the_page(tmp_path: Path, body: str) -> None:
    made, findings, _ = typeset(tmp_path, issue(document(body=body), pdf="2019-12.pdf"))
    assert findings == ()
    (pdf,) = made.values()
    assert overflowing(pdf) == []
    # The head of a table stands on every page, and a table's cells may run side by side.
    assert set(shown(body)) <= set(text(pdf))
    assert len(text(pdf)) >= len(shown(body))


def test_a_table_keeps_every_cell(tmp_path: Path) -> None:
    body = "| 区 | 金额 |\n| --- | ---: |\n" + "".join(f"| 区{n} | {n}.50 |\n" for n in range(80))
    made, _, _ = typeset(tmp_path, issue(document(body=body)))
    found = text(made["2019/12/01/01-ydb.pdf"])
    assert all(f"区{n}{n}.50" in found for n in range(80))
    assert found.count("区金额") > 1, "the head stands on every page"


def test_a_signature_is_set_to_the_right(tmp_path: Path) -> None:
    made, _, _ = typeset(tmp_path, issue(document(body="正文。\n　　　　　　示例局")))
    with pypdfium2.PdfDocument(made["2019/12/01/01-ydb.pdf"]) as opened:
        of_page = opened[0].get_textpage()
        at = of_page.get_text_range().index("示例局")
        assert of_page.get_charbox(at)[0] > 400


def test_an_issue_has_a_cover_contents_and_its_documents_each_on_a_new_page(tmp_path: Path) -> None:
    number = replace(NUMBER, cumulative=(431,))
    documents = [document(f"{n:02d}", f"正文{n}。\n" * 30) for n in (1, 2, 3)]
    made, _, _ = typeset(tmp_path, issue(*documents, number=number))
    first, *rest = pages(made["2019/12/2019-12-ydb.pdf"])
    assert f"{NAME}2019年第12期总第431期2019年6月30日出版阅读版目录" in first
    for one in documents:
        (at,) = [n for n, page in enumerate(rest, 2) if one.title in FURNITURE.sub("", page)[:12]]
        assert re.search(rf"{one.title}\.+{at}(?!\d)", first)
    with pypdfium2.PdfDocument(made["2019/12/2019-12-ydb.pdf"]) as opened:
        titles = [mark.get_title() for mark in opened.get_toc() if mark.level == 0]
    assert titles == [d.title for d in documents]


GONE = Withdrawal(dated=date(2020, 1, 1), reason="误登")


@pytest.mark.parametrize(
    ("of", "addresses"),
    [
        (issue(document()), ["2019/12/01/01-ydb.pdf", "2019/12/2019-12-ydb.pdf"]),
        (issue(document(), pdf="2019-12.pdf"), ["2019/12/01/01-ydb.pdf"]),
        (issue(document(withdrawn=GONE)), []),
        (issue(document(body="", pages=PageRange(first=1, last=2)), pdf="2019-12.pdf"), []),
        (issue(document(body=" \n")), []),
        (
            issue(document(withdrawn=GONE), document("02")),
            ["2019/12/02/02-ydb.pdf", "2019/12/2019-12-ydb.pdf"],
        ),
    ],
    ids=["text", "printed", "withdrawn", "pages", "blank", "one withdrawn"],
)
def test_only_what_has_a_text_and_no_printed_pdf_is_set(
    tmp_path: Path, of: Issue, addresses: list[str]
) -> None:
    made, _, _ = typeset(tmp_path, of)
    assert sorted(made) == addresses


def test_a_withdrawn_text_is_in_no_pdf(tmp_path: Path) -> None:
    made, _, _ = typeset(tmp_path, issue(document(body="机密。", withdrawn=GONE), document("02")))
    assert not any("机密" in text(p) or "第01号" in text(p) for p in made.values())


def contents(made: dict[str, Path]) -> dict[str, bytes]:
    return {address: path.read_bytes() for address, path in made.items()}


def test_the_bytes_are_the_same_however_they_are_made(tmp_path: Path) -> None:
    of = issue(
        *(document(f"{n:02d}", f"{HOSTILE}\n{n}", dated=date(1929, 12, n)) for n in (1, 2, 3))
    )
    one, _, _ = typeset(tmp_path, of, jobs=1, cache="one")
    two, _, _ = typeset(tmp_path, of, jobs=2, cache="two")
    assert contents(one) == contents(two)
    assert len(one) == 4


def test_only_what_changed_is_set_again(tmp_path: Path) -> None:
    documents = [document("01"), document("02"), document("03")]
    before, _, steps = typeset(tmp_path, issue(*documents))
    assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]
    again, _, steps = typeset(tmp_path, issue(*documents))
    assert (again, steps) == (before, [])
    documents[1] = replace(documents[1], title="改了")
    after, _, steps = typeset(tmp_path, issue(*documents))
    assert len(steps) == 2
    changed = {a for a in after if after[a] != before[a]}
    assert changed == {"2019/12/02/02-ydb.pdf", "2019/12/2019-12-ydb.pdf"}


def picture(tmp_path: Path, name: str, colour: str = "red") -> str:
    """A picture in the issue's folder; its name, relative to it."""
    file = tmp_path / "issues/2019/12" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    Picture.new("RGB", (4000, 300), colour).save(file)
    return name


def images(pdf: Path) -> int:
    with pypdfium2.PdfDocument(pdf) as opened:
        kinds = [o.type for page in opened for o in page.get_objects()]
    return kinds.count(pypdfium2.raw.FPDF_PAGEOBJ_IMAGE)


@pytest.mark.parametrize("kind", ["png", "jpg", "gif", "webp"])
@pytest.mark.parametrize(
    "body", ["![示意图]({})", "见 ![示意图]({}) 所示", "|![示意图]({})|\n|---|"]
)
def test_a_picture_is_drawn(tmp_path: Path, kind: str, body: str) -> None:
    name = picture(tmp_path, f"01/图.{kind}")
    of = issue(document(body=body.format(name)), files=(name,), pdf="2019-12.pdf")
    made, findings, _ = typeset(tmp_path, of)
    assert findings == ()
    assert images(made["2019/12/01/01-ydb.pdf"]) == 1
    assert overflowing(made["2019/12/01/01-ydb.pdf"]) == []


def test_a_picture_that_changed_is_set_again(tmp_path: Path) -> None:
    name = picture(tmp_path, "01/图.png")
    of = issue(document(body=f"![图]({name})"), files=(name,))
    before, _, _ = typeset(tmp_path, of)
    picture(tmp_path, name, "blue")
    after, _, _ = typeset(tmp_path, of)
    assert not set(before.values()) & set(after.values())


def test_a_broken_picture_costs_only_itself_and_is_reported_each_time(tmp_path: Path) -> None:
    good, bad = picture(tmp_path, "01/好.png"), picture(tmp_path, "01/坏.png")
    file = tmp_path / "issues/2019/12" / bad
    file.write_bytes(file.read_bytes()[:60])
    of = issue(document(body=f"![好图]({good})\n![坏图]({bad})"), files=(good, bad))
    for _ in range(2):
        made, findings, _ = typeset(tmp_path, of)
        assert "坏图" in text(made["2019/12/01/01-ydb.pdf"])
        assert images(made["2019/12/01/01-ydb.pdf"]) == 1
        assert [(f.code, f.path) for f in findings] == [
            ("broken_image", "issues/2019/12/01/坏.png")
        ]


@pytest.mark.parametrize(
    "target",
    [
        "../../../秘密.png",
        "/etc/秘密.png",
        "../11/01/秘密.png",
        "01/不在.png",
        "02/撤下.png",
        "01/表.pdf",
    ],
)
def test_only_published_pictures_of_the_issue_are_drawn(tmp_path: Path, target: str) -> None:
    for name in ("../../../秘密.png", "../11/01/秘密.png", "02/撤下.png"):
        picture(tmp_path, name)
    of = issue(
        document(body=f"![说明文字]({target})"),
        document("02", withdrawn=GONE),
        files=("01/表.pdf", "02/撤下.png"),
    )
    made, _, _ = typeset(tmp_path, of)
    assert images(made["2019/12/01/01-ydb.pdf"]) == 0
    assert "说明文字" in text(made["2019/12/01/01-ydb.pdf"])


def test_characters_that_the_fonts_lack_are_counted_and_named(tmp_path: Path) -> None:
    for _ in range(2):
        made, findings, _ = typeset(tmp_path, issue(document(body="甲\ue5f9乙\u200d\n")))
        assert [(f.level, f.code, f.path) for f in findings] == [
            ("warning", "missing_glyph", "issues/2019/12/01-文件.md")
        ]
        assert "U+E5F9" in findings[0].message
        assert "U+200D" not in findings[0].message
        assert "U+E5F9" in text(made["2019/12/01/01-ydb.pdf"])


def test_what_cannot_be_set_costs_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edition, "MEMORY", 580 * 2**20)
    greedy = document("02", "甲乙丙丁。\n" * 40_000)
    too_long = document("03", "甲" * (edition.MAX_CHARACTERS + 1))
    made, findings, _ = typeset(tmp_path, issue(document(), greedy, too_long), jobs=2)
    assert sorted(made) == ["2019/12/01/01-ydb.pdf"]
    assert addresses(findings) == [
        ("edition", "issues/2019/12"),
        ("edition", "issues/2019/12/02-文件.md"),
        ("edition", "issues/2019/12/03-文件.md"),
    ]


def test_a_picture_that_would_fill_the_memory_costs_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edition, "MEMORY", 580 * 2**20)
    name = "01/图.png"
    bomb = tmp_path / "issues/2019/12" / name
    bomb.parent.mkdir(parents=True)
    Picture.new("1", (30_000, 30_000)).save(bomb)
    of = issue(document(body=f"正文。\n![说明文字]({name})"), files=(name,), pdf="2019-12.pdf")
    for _ in range(2):
        made, findings, _ = typeset(tmp_path, of)
        assert "正文。说明文字" in text(made["2019/12/01/01-ydb.pdf"])
        assert addresses(findings) == [("broken_image", f"issues/2019/12/{name}")]
