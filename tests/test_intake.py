"""Printed issues brought in: what the contents page says, where titles stand, what is never touched."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from gazette.errors import IntakeError
from gazette.intake.bring import Plan, carry_out, plan
from gazette.intake.contents import Listed, read_contents
from gazette.intake.cover import front
from gazette.intake.propose import propose
from gazette.intake.sheets import Sheet, printed_offset, sheets
from gazette.intake.titles import find_title, issuers, kind_of, number_in, signature
from gazette.model import PageRange
from gazette.number import IssueNumber
from gazette.pdf.extract import read_pdf
from gazette.pdf.layout import Row, read_layout
from gazette.pdf.model import OutlineEntry, PageText, PdfText
from tests import issue_makers
from tests.issue_makers import Printed


@pytest.fixture(scope="module", params=issue_makers.ISSUES, ids=lambda m: m.__name__)
def printed(request: pytest.FixtureRequest) -> Printed:
    make: Callable[[], Printed] = request.param
    return make()


def rows(*texts: str, left: float = 60, height: float = 12) -> tuple[Row, ...]:
    """Lines one below the other, each as wide as its characters."""
    return tuple(
        Row(t, left, left + height * len(t), 700 - 20 * n, height) for n, t in enumerate(texts)
    )


def sheet(page: int, *texts: str, printed: int | None = None) -> Sheet:
    return Sheet(page=page, printed=printed, rows=rows(*texts))


def test_contents_of_printed_issues_are_found_with_their_pages(
    printed: Printed, tmp_path: Path
) -> None:
    path = tmp_path / "old.pdf"
    path.write_bytes(printed.pdf)
    made = plan(path, tmp_path / "issues", cache=tmp_path / "cache")
    found = {(e.title, e.pages.first, e.pages.last) for e in made.proposed.entries if e.pages}
    right = [t for t in printed.truth if t in found]
    assert len(right) >= 0.95 * len(printed.truth), set(printed.truth) - found
    assert made.proposed.source == "contents"
    number = made.issue.number
    assert (number.year, number.folder, number.cumulative) == (
        printed.year, printed.folder, printed.cumulative,
    )  # fmt: skip
    assert made.issue.published_on == printed.published_on
    assert made.pdf == tmp_path / f"issues/{printed.year}/{printed.folder}" / (
        f"{printed.year}-{printed.folder}.pdf"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1998年第7期（总第163期）", (1998, "07", (163,))),
        ("二〇〇四年第五、六期（合刊）\n总第233、234期", (2004, "05-06", (233, 234))),
        ("一九八五年\n第一期\n总第1期", (1985, "01", (1,))),
        ("2019年增刊第1期", (2019, "zk1", ())),
        ("2019年增刊", (2019, "zk1", ())),
        ("第 3 期（2001年）", (2001, "03", ())),
        ("２００８年第１２期　总第 ３０１ 期", (2008, "12", (301,))),
        ("2020年第5-6期合刊 总第738—739期", (2020, "05-06", (738, 739))),
        ("2020年第5、6期（总第738期）", (2020, "05-06", (738,))),
        ("没有期号的封面", None),
    ],
)
def test_the_cover_says_which_issue_it_is(
    text: str, expected: tuple[int, str, tuple[int, ...]] | None
) -> None:
    number = front([sheet(1, "示例市人民政府公报", *text.split("\n"))]).number
    said = (number.year, number.folder, number.cumulative) if number else None
    assert said == expected


def test_a_cover_that_contradicts_the_heads_is_pointed_out() -> None:
    pages = [sheet(1, "1998年第7期"), *(
        Sheet(page=n, printed=n, rows=(), heads=("示例市人民政府公报 1998年第8期",)) for n in range(2, 9)
    )]  # fmt: skip
    assert any("不一致" in n for n in front(pages).notes)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1998年7月30日出版", date(1998, 7, 30)),
        ("二〇〇四年六月三十日", date(2004, 6, 30)),
        ("1998年7月30日 1998年8月1日", None),  # which of the two?
        ("7月30日", None),
        ("1998年第7期 1989年7月30日出版", None),  # a misread digit is no day
    ],
)
def test_the_day_of_publication(text: str, day: date | None) -> None:
    assert front([sheet(1, *text.split(" "))]).published_on == day


CONTENTS = {
    "dotted leaders": (
        ("目　录", "〔市政府文件〕", "关于甲事项的通知..........3", "关于乙事项的意见……5"),
        [("关于甲事项的通知", 3, "市政府文件"), ("关于乙事项的意见", 5, "市政府文件")],
    ),
    "brackets and a gap": (
        ("目录", "关于甲事项的通知（3）", "关于2003年度乙事项的通报  （12）"),
        [("关于甲事项的通知", 3, ""), ("关于2003年度乙事项的通报", 12, "")],
    ),
    "a title over two lines": (
        ("目录", "示例市人民政府关于印发《示例市甲乙丙丁管理", "办法》的通知………………………………3"),
        [("示例市人民政府关于印发《示例市甲乙丙丁管理办法》的通知", 3, "")],
    ),
    "two entries that OCR joined": (
        ("目录", "关于甲事项的通知……3关于乙事项的意见……5"),
        [("关于甲事项的通知", 3, ""), ("关于乙事项的意见", 5, "")],
    ),
    "a year at the end is no page": (
        ("目录", "大事记（1996年2月）………9", "关于下达一九九六年计划的通知……10"),
        [("大事记（1996年2月）", 9, ""), ("关于下达一九九六年计划的通知", 10, "")],
    ),
    "bullets, full-width digits, imprint": (
        ("目录", "●关于甲事项的通知……３", "主办：示例市人民政府办公室　电话：000-1234567"),
        [("关于甲事项的通知", 3, "")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTENTS)
def test_a_contents_page_is_read(name: str) -> None:
    lines, expected = CONTENTS[name]
    found = read_contents([sheet(2, *lines)])
    assert [(e.title, e.first, e.section) for e in found] == expected


def test_a_number_in_the_contents_is_the_entrys() -> None:
    (entry,) = read_contents([sheet(2, "目录", "关于甲事项的通知（示政发〔1996〕21号）……3")])
    assert (entry.title, entry.number) == ("关于甲事项的通知", "示政发〔1996〕21号")
    assert isinstance(entry, Listed)


def test_the_offset_is_what_most_pages_say() -> None:
    pages = [sheet(n, "字", printed=p) for n, p in ((3, 1), (4, 2), (5, 30), (6, 4), (7, None))]
    assert printed_offset(pages) == 2
    assert printed_offset([sheet(n, "字") for n in range(3)]) is None
    labels = ["i", "ii", "1", "2"]
    assert printed_offset([sheet(n, "字") for n in range(1, 5)], labels) == 2


def test_documents_that_begin_in_the_middle_of_a_page_share_it() -> None:
    pages = [
        sheet(1, "目录", "关于甲事项的通知……1", "关于乙事项的通知……2", "关于丙事项的通知……4"),
        sheet(2, "关于甲事项的通知", "正文正文。", printed=1),
        sheet(3, "甲的正文完。", "1996年2月6日", "关于乙事项的通知", "示政发〔1996〕2号", "正文。", printed=2),
        sheet(4, "乙的正文完。", printed=3),
        sheet(5, "关于丙事项的通知", "正文。", printed=4),
    ]  # fmt: skip
    found = propose(pages)
    assert [(e.title[2], str(e.pages), e.number, e.doubt) for e in found.entries] == [
        ("甲", "2-3", "", ""), ("乙", "3-4", "示政发〔1996〕2号", ""), ("丙", "5", "", ""),
    ]  # fmt: skip
    assert found.entries[0].dated == date(1996, 2, 6)
    assert (found.source, found.offset, found.contents) == ("contents", 1, (1,))


def test_what_was_not_found_on_its_page_is_to_be_reviewed() -> None:
    pages = [
        sheet(1, "目录", "关于甲事项的通知……1", "关于乙事项的通知……2", "关于丙事项的若干意见……3"),
        sheet(2, "关于甲事项的通知", "正文。", printed=1),
        sheet(3, "看不清", printed=2),
        sheet(4, "关于丙事顶的若干意见", "正文。", printed=3),
        sheet(5, "关于乙事项的批复", "正文。", printed=4),
    ]
    doubts = {e.title: e.doubt for e in propose(pages).entries}
    assert doubts["关于甲事项的通知"] == ""
    assert "没有找到标题" in doubts["关于乙事项的通知"]
    assert "不完全相同" in doubts["关于丙事项的若干意见"]


def test_bookmarks_come_first_where_their_titles_stand_on_the_pages() -> None:
    pages = [
        sheet(1, "关于甲事项的通知", "正文。"),
        sheet(2, "正文。", "关于乙事项的通知", "正文。"),
        sheet(3, "正文。"),
    ]
    good = [OutlineEntry(title=f"关于{x}事项的通知", page=n, level=1) for x, n in (("甲", 1), ("乙", 2))]  # fmt: skip
    junk = [OutlineEntry(title=f"未命名{n}", page=n, level=1) for n in (1, 2, 3)]
    assert [str(e.pages) for e in propose(pages, good).entries] == ["1-2", "2-3"]
    assert propose(pages, good).source == "outline"
    assert propose(pages, junk).source != "outline"
    twice = [entry for entry in good for _ in range(2)]
    assert propose(pages, twice).entries == propose(pages, good).entries
    same = [sheet(1, "关于甲事项的通知", "正文。", "关于甲事项的通知", "正文。"), *pages[1:]]
    assert [str(e.pages) for e in propose(same, twice).entries] == ["1", "1-2", "2-3"]


def test_a_cited_number_is_no_number_of_the_document() -> None:
    assert number_in("（示政发〔1996〕21号）") is not None
    assert number_in("根据示政发〔1996〕21号文件的规定，现将有关事项通知如下") is None


def test_titles_on_pages() -> None:
    page = sheet(1, "示例市人民政府", "关于甲事项", "的通知", "关于甲事项的通知已经印发，请执行。")
    place = find_title(page, "示例市人民政府关于甲事项的通知")
    assert place is not None
    assert (place.start, place.end, place.likeness) == (0, 3, 1)
    assert find_title(page, "关于丁戊事项的决定") is None
    assert issuers("示例市财政局、示例市民政局关于印发办法的通知") == (
        "示例市财政局",
        "示例市民政局",
    )
    assert kind_of("关于印发办法的通知（试行）") == "通知"
    assert kind_of("示例市停车管理办法") == ""
    signed = rows("正文。", "示例市财政局", "示例市民政局", "二〇〇三年五月六日", "附件")
    assert signature(signed) == (("示例市财政局", "示例市民政局"), date(2003, 5, 6))


def test_ocr_and_corrections_stand_in_for_a_scans_own_rows() -> None:
    read = PdfText(
        sha256="", size=1,
        pages=(
            PageText(page=1, quality="good", method="ocr", text="目录\n关于甲事项的通知……2"),
            PageText(page=2, quality="good", method="corrected", text="关于甲事项的通知\n正文。"),
            PageText(page=3, quality="scanned", text=""),
        ),
    )  # fmt: skip
    made = sheets(read, [rows("乱码"), rows("乱码"), rows("乱码")])
    assert [[r.text for r in s.rows] for s in made] == [
        ["目录", "关于甲事项的通知……2"], ["关于甲事项的通知", "正文。"], [],
    ]  # fmt: skip


# --- files -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def dotted() -> Printed:
    return issue_makers.dotted()


def bring(folder: Path, data: bytes, name: str = "old.pdf", **options: object) -> Plan:
    path = folder / name
    path.write_bytes(data)
    made = plan(path, folder / "issues", cache=folder / "cache", **options)  # type: ignore[arg-type]
    carry_out(made)
    return made


def test_bringing_the_same_issue_twice_changes_nothing(tmp_path: Path, dotted: Printed) -> None:
    first = bring(tmp_path, dotted.pdf)
    before = first.index.read_bytes()
    second = bring(tmp_path, dotted.pdf)
    assert first.index.read_bytes() == before
    assert (len(second.draft.added), len(second.draft.known)) == (0, 24)
    assert (tmp_path / "issues/2003/06/2003-06.pdf").read_bytes() == dotted.pdf


def test_what_a_person_wrote_stays_and_numbers_are_not_used_again(
    tmp_path: Path, dotted: Printed
) -> None:
    made = bring(tmp_path, dotted.pdf)
    text = made.index.read_text("utf-8")
    # A person corrects a title, removes an entry, notes something, and adds a document as text.
    start, end = text.index("- 序号: '05'"), text.index("- 序号: '06'")
    kept = text[:start].replace("地下管线", "地下管网") + "# 第五条待查\n" + text[end:]
    made.index.write_text(kept, "utf-8")
    (made.folder / "30-补记.md").write_text(
        "---\n标题: 补记\n发文机关: 甲\n成文日期: 2003-01-01\n---\n\n字\n", "utf-8"
    )
    again = bring(tmp_path, dotted.pdf)
    now = again.index.read_text("utf-8")
    assert now.startswith(kept[: kept.rindex("---")])
    assert [d.folder for d in again.draft.added] == ["31"]
    assert "关于进一步推进粮食仓储设施维修改造" in again.draft.added[0].title
    assert "地下管网" in now
    assert "# 第五条待查" in now


def test_another_pdf_of_the_same_issue_is_refused(tmp_path: Path, dotted: Printed) -> None:
    bring(tmp_path, dotted.pdf)
    with pytest.raises(IntakeError, match="已经有另一个 PDF") as raised:
        bring(tmp_path, dotted.pdf + b"\n%", "other.pdf")
    assert raised.value.hint
    assert (tmp_path / "issues/2003/06/2003-06.pdf").read_bytes() == dotted.pdf


def test_the_clerk_can_say_which_issue_it_is(tmp_path: Path, dotted: Printed) -> None:
    number = IssueNumber.from_folder(2003, "zk1")
    made = bring(tmp_path, dotted.pdf, number=number)
    assert made.pdf.name == "2003-zk1.pdf"
    assert any("封面上是2003年第6期" in n for n in made.notes)
    other = bring(tmp_path, dotted.pdf)
    assert any("是同一个文件" in n for n in other.notes)


def test_a_scan_without_a_number_asks_which_issue_it_is(tmp_path: Path) -> None:
    scan = Path(__file__).parents[1] / "issues/1985/01/1985-01.pdf"
    with pytest.raises(IntakeError, match="看不出这是哪一期"):
        bring(tmp_path, scan.read_bytes(), "box.pdf")
    made = bring(tmp_path, scan.read_bytes(), "1985年第1期.pdf")
    assert made.index.read_text("utf-8").startswith("---\n年份: 1985\n期号: '01'\n")
    assert any("扫描" in n for n in made.notes)


@pytest.mark.parametrize(("data", "message"), [(b"", "空的"), (b"PK\x03\x04", "不是 PDF")])
def test_what_is_no_pdf_is_not_brought_in(tmp_path: Path, data: bytes, message: str) -> None:
    with pytest.raises(IntakeError, match=message):
        bring(tmp_path, data, "2003-06.pdf")
    assert not (tmp_path / "issues").exists()


def test_a_list_on_one_line_is_left_to_the_person(tmp_path: Path, dotted: Printed) -> None:
    folder = tmp_path / "issues/2003/06"
    folder.mkdir(parents=True)
    index = "---\n目录: [{序号: 1, 标题: 甲, 页码: 99}]\n---\n"
    (folder / "index.md").write_text(index, "utf-8")
    with pytest.raises(IntakeError, match="不能自动补充"):
        bring(tmp_path, dotted.pdf)
    assert (folder / "index.md").read_text("utf-8") == index


def test_the_layout_of_a_broken_file_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.7 nothing")
    assert read_layout(tmp_path / "x.pdf") == ()
    assert read_pdf(tmp_path / "x.pdf", cache=tmp_path).fault is not None
    assert str(PageRange(first=1, last=2)) == "1-2"
