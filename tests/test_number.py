"""发文字号 and 期号: every spelling in, one spelling out."""

import csv
import json
import lzma
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from gazette.number import (
    DocumentNumber,
    IssueNumber,
    NumberError,
    NumberFault,
    NumberForm,
    address,
    find_further,
    find_numbers,
    read_query_number,
)

SHARED = Path(__file__).parents[2] / "shared"


def unescape(text: str) -> str:
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)


def spellings() -> Iterator[tuple[str, str, str]]:
    path = Path(__file__).with_name("number_spellings.csv")
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield unescape(row["spelling"]), row["canonical"], row["reason"]


READ = [(s, canonical) for s, canonical, reason in spellings() if not reason]
REFUSED = [(s, reason) for s, _, reason in spellings() if reason]


@pytest.mark.parametrize(("spelling", "canonical"), READ)
def test_a_spelling_is_read_as_its_canonical_number(spelling: str, canonical: str) -> None:
    number = DocumentNumber.parse(spelling)
    assert str(number) == canonical
    assert number.raw == spelling
    assert DocumentNumber.parse(canonical) == number


@pytest.mark.parametrize(("spelling", "reason"), REFUSED)
def test_what_is_no_number_is_refused_for_a_named_reason(spelling: str, reason: str) -> None:
    with pytest.raises(NumberError) as error:
        DocumentNumber.parse(spelling)
    assert error.value.fault is NumberFault[reason]
    assert str(error.value).startswith(NumberFault[reason].value)


def test_every_reason_but_length_has_a_spelling() -> None:
    assert {r for _, r in REFUSED} == {f.name for f in NumberFault} - {"TOO_LONG"}
    with pytest.raises(NumberError, match="太长"):
        DocumentNumber.parse("示" * 500 + "〔2019〕34号")


@pytest.mark.parametrize(
    ("text", "code", "form", "year", "serial"),
    [
        ("示政办发〔2019〕034号", "示政办发", NumberForm.BRACKETED, 2019, "34"),
        ("示府令〔2006〕195号", "示府令", NumberForm.BRACKETED, 2006, "195"),
        ("示例市人民政府令第12号", "示例市人民政府令", NumberForm.ORDER, None, "12"),
        ("示例部令2016年第62号", "示例部令", NumberForm.ORDER, 2016, "62"),
        ("示例局公告2018年第13号", "示例局公告", NumberForm.ANNOUNCEMENT, 2018, "13"),
        ("示例局2017年第81号", "示例局", NumberForm.ANNOUNCEMENT, 2017, "81"),
        ("示人字第0120號", "示人字", NumberForm.REGISTERED, None, "0120"),
        ("（84）示財字第012號", "（84）示財字", NumberForm.REGISTERED, None, "012"),
    ],
)
def test_the_shape_decides_the_form(
    text: str, code: str, form: NumberForm, year: int | None, serial: str
) -> None:
    assert DocumentNumber.parse(text) == DocumentNumber(code, form, year, serial)


def test_spellings_of_one_number_are_equal_and_others_are_not() -> None:
    written = [s for s, canonical in READ if canonical == "示政办发〔2019〕34号"]
    assert len({DocumentNumber.parse(s) for s in written}) == 1
    parsed = {DocumentNumber.parse(s) for s, _ in READ}
    assert len(parsed) == len({canonical for _, canonical in READ})


def test_leading_zeros_belong_to_registered_numbers_only() -> None:
    parse = DocumentNumber.parse
    assert parse("示人字第012号") != parse("示人字第12号")
    assert parse("示政发〔2019〕012号") == parse("示政发〔2019〕12号")


def test_numbers_sort_by_code_year_and_counted_serial() -> None:
    texts = ["示发〔2018〕9号", "示发〔2019〕2号", "示发〔2019〕10号", "示发〔2019〕10-1号"]
    numbers = [DocumentNumber.parse(t) for t in texts]
    shuffled = [numbers[i] for i in (3, 1, 0, 2)]
    assert sorted(shuffled) == numbers


@pytest.mark.parametrize(
    ("code", "form", "year", "serial"),
    [
        ("", NumberForm.BRACKETED, 2019, "1"),
        ("..", NumberForm.BRACKETED, 2019, "1"),
        ("示/发", NumberForm.BRACKETED, 2019, "1"),
        ("示发 ", NumberForm.BRACKETED, 2019, "1"),
        ("示" * 61, NumberForm.BRACKETED, 2019, "1"),
        ("示发", NumberForm.BRACKETED, None, "1"),
        ("示发", NumberForm.BRACKETED, 1234, "1"),
        ("示发", NumberForm.BRACKETED, 2019, "01"),
        ("示发", NumberForm.BRACKETED, 2019, "../1"),
        ("示发", NumberForm.BRACKETED, 2019, "1\n"),
        ("示发", NumberForm.ORDER, None, "1"),
        ("示令", NumberForm.ANNOUNCEMENT, None, "1"),
        ("示（2019）", NumberForm.ANNOUNCEMENT, None, "1"),
        ("示2019年", NumberForm.ANNOUNCEMENT, None, "1"),
        ("示字", NumberForm.REGISTERED, 2019, "1"),
        ("示字", NumberForm.REGISTERED, None, "A1"),
    ],
)
def test_parts_that_make_no_number_are_refused(
    code: str, form: NumberForm, year: int | None, serial: str
) -> None:
    with pytest.raises(NumberError):
        DocumentNumber(code, form, year, serial)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("示政办发〔2019〕34号", "wh/示政办发/2019/34/"),
        ("政府令第331号", "wh/政府令/331/"),
        ("示例部令2016年第62号", "wh/示例部令/2016年/62/"),
        ("示例部令〔2016〕62号", "wh/示例部令/2016/62/"),
        ("示教人（二）字第0120B號", "wh/示教人（二）字/0120B/"),
    ],
)
def test_a_number_has_an_address(text: str, expected: str) -> None:
    assert address(DocumentNumber.parse(text)) == expected


ENDS = {
    NumberForm.BRACKETED: ["发", "令", "字", "（二）", "A"],
    NumberForm.ORDER: ["令"],
    NumberForm.ANNOUNCEMENT: ["公告", "局", "A"],
    NumberForm.REGISTERED: ["字", "財字"],
}
STEMS = [
    "示",
    "年",
    "第",
    "令",
    "字",
    "公告",
    "二",
    "〇",
    "8",
    "2019",
    "（二）",
    "（2019）",
    "、",
    "年第3",
]


@st.composite
def numbers(draw: st.DrawFn) -> DocumentNumber:
    """Sound numbers from few parts, so that many nearly collide."""
    form = draw(st.sampled_from(NumberForm))
    years = {
        NumberForm.BRACKETED: st.sampled_from([2018, 2019]),
        NumberForm.REGISTERED: st.none(),
    }.get(form, st.sampled_from([None, 2018, 2019]))
    stem = "".join(draw(st.lists(st.sampled_from(STEMS), max_size=3)))
    serial = st.sampled_from(["1", "3", "13", "2019", "3-1"])
    if form is NumberForm.REGISTERED:
        serial |= st.sampled_from(["03", "3B", "3b", "0"])
    try:
        return DocumentNumber(
            stem + draw(st.sampled_from(ENDS[form])), form, draw(years), draw(serial)
        )
    except NumberError:
        reject()


@given(numbers())
def test_reading_the_canonical_spelling_gives_the_number_back(number: DocumentNumber) -> None:
    assert DocumentNumber.parse(str(number)) == number


@given(st.lists(numbers(), max_size=12))
def test_spelling_and_address_are_a_number_s_own(some: list[DocumentNumber]) -> None:
    assert len(set(some)) == len(set(map(str, some))) == len(set(map(address, some)))


@given(numbers(), numbers())
def test_numbers_are_totally_ordered(a: DocumentNumber, b: DocumentNumber) -> None:
    assert (a < b) + (a == b) + (a > b) == 1


def pieces() -> st.SearchStrategy[str]:
    words = [
        "示政发",
        "令",
        "公告",
        "字第",
        "第",
        "〔",
        "(",
        "）",
        "2019",
        "年",
        "三十",
        "012",
        "号",
    ]
    return st.lists(st.sampled_from([*words, "-", " ", "、", "/", "..", "\u200b"])).map("".join)


@given(st.text() | pieces())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        number = DocumentNumber.parse(text)
    except NumberError:
        return
    again = DocumentNumber.parse(str(number))
    assert again == number
    assert str(again) == str(number)
    segments = address(number).removeprefix("wh/").removesuffix("/").split("/")
    assert 2 <= len(segments) <= 3
    for segment in segments:
        assert segment
        assert "." not in segment
        assert len(segment.encode()) <= 255
        assert {unicodedata.category(c)[0] for c in segment} <= set("LNP")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("示政办发2019 34", "示政办发〔2019〕34号"),
        ("示政办发 2019 34号", "示政办发〔2019〕34号"),
        ("  示政办发　２０１９　３４  ", "示政办发〔2019〕34号"),
        ("示发[2018]39", "示发〔2018〕39号"),
        ("示发2018]39", "示发〔2018〕39号"),
        ("示发〔2018 39", "示发〔2018〕39号"),
        ("示发2018-39", "示发〔2018〕39号"),
        ("示发2018年39号", "示发〔2018〕39号"),
        ("示发2018年第39号", "示发2018年第39号"),
        ("示例局公告 2018 13", "示例局公告2018年第13号"),
        ("政府令331", "政府令第331号"),
        ("政府令 331 号", "政府令第331号"),
        ("示例市人民政府第331号令", "示例市人民政府令第331号"),
        ("示人字0120", "示人字第0120号"),
    ],
)
def test_a_query_that_is_a_number_is_read_as_one(query: str, expected: str) -> None:
    assert str(read_query_number(query)) == expected


@pytest.mark.parametrize(
    "query",
    [
        "",
        "营商环境",
        "营商环境 2019",
        "2019 34",
        "示发201934",
        "2019年",
        "示政发 34",
        "示发2019",
        "第5号",
    ],
)
def test_other_queries_are_no_numbers(query: str) -> None:
    assert read_query_number(query) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("《通知》（示政发〔2019〕3号）同时废止", ["示政发〔2019〕3号"]),
        (
            "根据示政发〔2019〕3号和示政办发[2018]04号文件精神",
            ["示政发〔2019〕3号", "示政办发[2018]04号"],
        ),
        ("按照《办法》，见 示政发 〔２０１９〕 ３ 号。", ["示政发 〔２０１９〕 ３ 号"]),
        ("2003年12月13日示例部令第127号发布", ["示例部令第127号"]),
        ("由示例市人民政府令第十二号公布的规定", ["示例市人民政府令第十二号"]),
        ("原国家示例局令第7号、原示例局令第8号", ["国家示例局令第7号", "原示例局令第8号"]),
        ("《规定》（示例局公告2018年第13号）", ["示例局公告2018年第13号"]),
        ("中華民國八十年一月二日示政院（80）示財字第 012 號令", ["示政院（80）示財字第 012 號"]),
        ("和政发〔2019〕3号、日政发〔2019〕4号", ["和政发〔2019〕3号", "日政发〔2019〕4号"]),
        (
            "按照示 政 办 发〔2018〕3号，示政 发〔2018〕4号",
            ["示 政 办 发〔2018〕3号", "示政 发〔2018〕4号"],
        ),
        (
            "关于 示 发〔2018〕3号、4号和示政发〔2018〕5号",
            ["示 发〔2018〕3号", "示政发〔2018〕5号"],
        ),
        (
            "见 示政发〔2018〕3号，通知 示政发〔2018〕4号",
            ["示政发〔2018〕3号", "示政发〔2018〕4号"],
        ),
        ("本市第3号桥，2019年第5期，〔2019〕3号，示政发〔84〕3号", []),
        ("", []),
    ],
)
def test_numbers_are_found_in_running_text(text: str, found: list[str]) -> None:
    spans = find_numbers(text)
    assert [text[start:end] for start, end, _ in spans] == found
    assert [number for *_, number in spans] == [DocumentNumber.parse(f) for f in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("示发〔2018〕3号、4号和第６ 号的", [("4号", "示发〔2018〕4号"), ("第６ 号", "示发〔2018〕6号")]),
        ("示发〔2018〕3号、4号楼", []),
        ("示发〔2018〕3号，4号，5号文", [("4号", "示发〔2018〕4号"), ("5号", "示发〔2018〕5号")]),
        ("示发〔2018〕3号，5号前报送", []),
        ("示发〔2018〕3号，12号台风", []),
        ("示发〔2018〕3号和4号令", []),
        ("示发〔2018〕3号、示政发〔2018〕4号", []),
        ("示例府令第3号、4号", []),
    ],
)  # fmt: skip
def test_a_list_goes_on_in_the_code_and_year_of_its_first_number(
    text: str, found: list[tuple[str, str]]
) -> None:
    (_, end, number), *_ = find_numbers(text)
    more = find_further(text, end, number)
    assert [(text[start:stop], str(n)) for start, stop, n in more] == found


@given(st.lists(st.text() | pieces() | numbers().map(str)).map("".join))
def test_found_numbers_are_in_order_and_read_as_their_text(text: str) -> None:
    last = 0
    for start, end, number in find_numbers(text):
        assert last <= start < end <= len(text)
        assert DocumentNumber.parse(text[start:end]) == number
        last = end


# Issues ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("folder", "numbers", "supplement", "label"),
    [
        ("12", (12,), False, "2020年第12期"),
        ("03", (3,), False, "2020年第3期"),
        ("003", (3,), False, "2020年第3期"),
        ("05-06", (5, 6), False, "2020年第5-6期"),
        ("01-03", (1, 2, 3), False, "2020年第1-3期"),
        ("zk1", (1,), True, "2020年增刊第1期"),
        ("zk12", (12,), True, "2020年增刊第12期"),
    ],
)
def test_a_folder_is_an_issue(
    folder: str, numbers: tuple[int, ...], *, supplement: bool, label: str
) -> None:
    issue = IssueNumber.from_folder(2020, folder)
    assert (issue.year, issue.numbers, issue.supplement) == (2020, numbers, supplement)
    assert issue.folder == folder
    assert issue.address == f"2020/{folder}/"
    assert issue.label() == str(issue) == label
    assert IssueNumber.parse(label) == issue


@pytest.mark.parametrize(
    "folder",
    [
        "",
        "5",
        "0005",
        "00",
        "zk",
        "zk0",
        "ZK1",
        "05-",
        "06-05",
        "05-05",
        "05—06",
        "１２",
        "12 ",
        "12\n",
        "..",
    ],
)
def test_other_folders_are_no_issues(folder: str) -> None:
    with pytest.raises(ValueError, match=r"期号|合刊"):
        IssueNumber.from_folder(2020, folder)


@pytest.mark.parametrize(
    ("text", "canonical", "folder"),
    [
        ("2019年第12期", "2019年第12期", "12"),
        ("2020年第5、6期（总第738期）", "2020年第5-6期（总第738期）", "05-06"),
        ("2020年第5—6期(总第738-739期)", "2020年第5-6期（总第738-739期）", "05-06"),
        ("2020 年第 ５～６ 期 总第７３８期", "2020年第5-6期（总第738期）", "05-06"),
        ("2020年第5至7期", "2020年第5-7期", "05-07"),
        ("2019年第3号（总第1650号）", "", ""),
        ("2019年第3号（总第1650期）", "2019年第3期（总第1650期）", "03"),
        ("二〇一九年第十二期", "2019年第12期", "12"),
        ("2019年增刊第1期", "2019年增刊第1期", "zk1"),
        ("2019年增刊2", "2019年增刊第2期", "zk2"),
        ("2019年增刊", "2019年增刊第1期", "zk1"),
        ("2019年第100期（总第3、5期）", "2019年第100期（总第3、5期）", "100"),
        ("", "", ""),
        ("第12期", "", ""),
        ("2019年第0期", "", ""),
        ("2019年第5、7期", "", ""),
        ("2019年第6-5期", "", ""),
        ("2019年第1-999999999期", "", ""),
        ("2019年第1期（总第0期）", "", ""),
        ("2019年第1期（总第9-3期）", "", ""),
        ("2019年第" + "1" * 5000 + "期", "", ""),
        ("2019年第1期" + " " * 500 + "?", "", ""),
    ],
)
def test_a_label_is_read_or_refused(text: str, canonical: str, folder: str) -> None:
    if not canonical:
        with pytest.raises(ValueError, match="期"):
            IssueNumber.parse(text)
        return
    issue = IssueNumber.parse(text)
    assert str(issue) == canonical
    assert issue.folder == folder


def test_issues_sort_through_the_year_with_supplements_last() -> None:
    folders = ["01", "02-03", "04", "010", "99", "100", "zk1", "zk2", "zk10"]
    issues = [IssueNumber.from_folder(2019, f) for f in folders]
    later = IssueNumber.from_folder(2020, "01")
    assert sorted([later, *reversed(issues)]) == [*issues, later]


def test_an_issue_is_its_number_however_its_folder_is_written() -> None:
    a, b = IssueNumber.from_folder(2019, "05"), IssueNumber.from_folder(2019, "005")
    assert a == b == IssueNumber(2019, (5,), cumulative=(730,))
    assert len({a, b}) == 1
    assert a.address != b.address
    assert a != IssueNumber.from_folder(2019, "zk5")


@pytest.mark.parametrize(
    ("year", "numbers", "supplement", "folder"),
    [
        (19, (1,), False, ""),
        (2019, (), False, ""),
        (2019, (0,), False, ""),
        (2019, (2, 1), False, ""),
        (2019, (1, 10**8), False, ""),
        (2019, (1000,), False, ""),
        (2019, (1, 2), True, ""),
        (2019, (1,), False, "02"),
        (2019, (1,), True, "01"),
        (2019, (1,), False, "../01"),
    ],
)
def test_parts_that_make_no_issue_are_refused(
    year: int, numbers: tuple[int, ...], *, supplement: bool, folder: str
) -> None:
    with pytest.raises(ValueError, match=r"年份|期号|文件夹"):
        IssueNumber(year, numbers, supplement=supplement, folder=folder)


@st.composite
def issue_numbers(draw: st.DrawFn) -> IssueNumber:
    first, supplement = draw(st.integers(1, 990)), draw(st.booleans())
    length = 1 if supplement else draw(st.integers(1, 4))
    return IssueNumber(
        draw(st.integers(1949, 2100)),
        tuple(range(first, first + length)),
        cumulative=tuple(draw(st.lists(st.integers(1, 5000), max_size=3))),
        supplement=supplement,
    )


@given(issue_numbers())
def test_an_issue_number_survives_its_label_and_its_folder(number: IssueNumber) -> None:
    again = IssueNumber.parse(str(number))
    assert again == number
    assert again.cumulative == number.cumulative
    assert again.folder == number.folder
    assert IssueNumber.from_folder(number.year, number.folder) == number


@given(st.text() | st.text("0123456789-zk年第期增刊总（）、 ").map(lambda t: "2019年第1" + t))
def test_any_label_is_read_or_refused(text: str) -> None:
    try:
        number = IssueNumber.parse(text)
    except ValueError:
        return
    assert IssueNumber.parse(str(number)) == number


# Real numbers ------------------------------------------------------------------------------------


def tally(texts: list[str]) -> tuple[int, dict[str, list[str]]]:
    """How many are read, and what is refused for which reason; each that is read round-trips."""
    refused: dict[str, list[str]] = {}
    owners: dict[str, DocumentNumber] = {}
    for text in texts:
        try:
            number = DocumentNumber.parse(text)
        except NumberError as error:
            refused.setdefault(error.fault.name, []).append(text)
            continue
        assert DocumentNumber.parse(str(number)) == number
        assert owners.setdefault(address(number), number) == number
    return len(texts) - sum(map(len, refused.values())), refused


@pytest.mark.shared
def test_the_2348_numbers_found_in_the_wild_are_read() -> None:
    lines = (SHARED / "corpus" / "document_numbers.txt").read_text(encoding="utf-8").splitlines()
    read, refused = tally([json.loads(t) if t.startswith('"') else t for t in lines])
    assert read == 2346
    assert Counter({k: len(v) for k, v in refused.items()}) == {"EMPTY": 1, "TORN": 1}


@pytest.mark.shared
def test_the_11636_numbers_of_real_documents_are_read() -> None:
    with lzma.open(SHARED / "corpus" / "documents.jsonl.xz", "rt", encoding="utf-8") as file:
        texts = [n for line in file if (n := json.loads(line)["doc_number"])]
    assert len(texts) == 11636
    read, refused = tally(texts)
    assert read == 11627
    assert {k: len(v) for k, v in refused.items()} == {
        "TORN": 5,  # begins with the 令 of another number
        "STRANGE": 2,  # a private-use character
        "PROSE": 1,
        "SEVERAL": 1,
    }
