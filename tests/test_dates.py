"""Dates as clerks write them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazette.dates import DateError, DateFault, format_chinese, format_date, parse_date

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    "text",
    [
        "2019-06-21",
        "2019-6-21",
        "2019年6月21日",
        "2019年06月21日",
        "2019年6月21",
        "2019年6月21号",
        "2019.6.21",
        "2019/6/21",
        "2019/06/21",
        "2019—06—21",
        "20190621",
        "２０１９年６月２１日",
        "２０１９－０６－２１",
        "２０１９．６．２１",
        " 2019 年 6 月 21 日 ",
        "2019年\u200b6月\ufeff21日\n",
        "2019　-　06　-　21",
        "二〇一九年六月二十一日",
        "二○一九年六月二十一日",
        "二零一九年六月二十一日",
        "二O一九年六月二十一日",
        "二Ｏ一九年六月廿一日",
        "二o一九年六月二十一日",
        "二0一九年六月二十一日",
        "2019年六月21日",
        "2019-06-21 08:30",
        "2019-06-21T08:30:00",
        "2019年6月21日 8:30",
    ],
)
def test_every_spelling_of_a_day_is_read(text: str) -> None:
    assert parse_date(text) == date(2019, 6, 21)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("二OO六年二月二十日", date(2006, 2, 20)),
        ("二〇〇〇年十月十日", date(2000, 10, 10)),
        ("一九九八年十二月三十一日", date(1998, 12, 31)),
        ("一九九八年一十二月卅一日", date(1998, 12, 31)),
        ("一九九八年元月〇一日", date(1998, 1, 1)),
        ("2020年2月29日", date(2020, 2, 29)),
    ],
)
def test_chinese_numerals_are_read(text: str, day: date) -> None:
    assert parse_date(text) == day


def test_what_yaml_gives_is_taken() -> None:
    assert parse_date(date(2019, 6, 21)) == date(2019, 6, 21)
    day = parse_date(datetime(2019, 6, 21, 23, 59, tzinfo=UTC))
    assert day == date(2019, 6, 21)
    assert type(day) is date


REFUSED = [
    ("", DateFault.EMPTY),
    (" \u200b　", DateFault.EMPTY),
    ("民国三十八年十月一日", DateFault.ROC),
    ("中華民國108年6月21日", DateFault.ROC),
    ("19-06-21", DateFault.SHORT_YEAR),
    ("一九年六月二十一日", DateFault.SHORT_YEAR),
    ("6月21日", DateFault.NO_YEAR),
    ("六月二十一日", DateFault.NO_YEAR),
    ("2019年6月", DateFault.NO_DAY),
    ("2019年", DateFault.NO_DAY),
    ("2019", DateFault.NO_DAY),
    ("2019-06", DateFault.NO_DAY),
    ("二〇一九年六月", DateFault.NO_DAY),
    ("2019年6月日", DateFault.NO_DAY),
    ("0219-06-21", DateFault.YEAR),
    ("20199年6月21日", DateFault.YEAR),
    ("2019年2月30日", DateFault.IMPOSSIBLE),
    ("2019-02-29", DateFault.IMPOSSIBLE),
    ("2019年13月1日", DateFault.IMPOSSIBLE),
    ("2019年0月1日", DateFault.IMPOSSIBLE),
    ("20191301", DateFault.IMPOSSIBLE),
    ("二〇一九年六月三十一日", DateFault.IMPOSSIBLE),
    ("二〇一九年六月二二十日", DateFault.IMPOSSIBLE),
    ("2019-06.21", DateFault.SHAPE),
    ("21/6/2019", DateFault.SHAPE),
    ("昨天", DateFault.SHAPE),
    ("2019年6月21日印发", DateFault.SHAPE),
    ("2019年6月21日至22日", DateFault.SHAPE),
    ("2019-06-21" + " " * 100 + "?", DateFault.SHAPE),
]


@pytest.mark.parametrize(("text", "fault"), REFUSED)
def test_what_is_no_day_is_refused_for_a_named_reason(text: str, fault: DateFault) -> None:
    with pytest.raises(DateError) as error:
        parse_date(text)
    assert error.value.fault is fault
    assert str(error.value).startswith(fault.value)


def test_every_reason_has_an_example() -> None:
    assert {fault for _, fault in REFUSED} == set(DateFault)


def test_days_are_written_as_the_standards_write_them() -> None:
    assert format_date(date(2019, 6, 1)) == "2019年6月1日"
    assert format_chinese(date(2019, 6, 21)) == "二〇一九年六月二十一日"
    assert format_chinese(date(2010, 10, 30)) == "二〇一〇年十月三十日"
    assert format_chinese(date(2006, 12, 11)) == "二〇〇六年十二月十一日"


@given(DAYS)
def test_a_day_survives_its_spellings(day: date) -> None:
    assert parse_date(format_date(day)) == day
    assert parse_date(format_chinese(day)) == day
    assert parse_date(day.isoformat()) == day


@given(st.text() | st.text("0129年月日-./一二十〇O民国 :T"))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        day = parse_date(text)
    except DateError:
        return
    assert parse_date(format_chinese(day)) == day
