"""Kinds of values: normal forms of dates, periods, amounts, codes, persons and phones within text."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.doctypes import Kind
from ingest.fields.dates import find_dates, find_periods
from ingest.fields.kinds import find_values
from ingest.money import MOST_FEN


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024年3月5日", "2024-03-05"),
        ("成立于 2016 年 05 月 30", "2016-05-30"),
        ("二〇二四年三月五日", "2024-03-05"),
        ("二○一○年十二月二十九日", "2010-12-29"),
        ("二〇一二年四月廿五日", "2012-04-25"),
        ("贰零贰肆年零壹月壹拾伍日", "2024-01-15"),
        ("贰零贰肆年零壹拾月零贰拾日", "2024-10-20"),
        ("2024-03-05", "2024-03-05"),
        ("20240305", "2024-03-05"),
        ("19/10/2018 20:49", "2018-10-19"),
        ("12/13/2016", "2016-12-13"),
        ("12 MAR 2018", "2018-03-12"),
        ("Mar 12, 2018", "2018-03-12"),
        ("03-02-16", "2016-02-03"),
    ],
)
def test_dates(text, iso):
    assert [f.value for f in find_dates(text)] == [iso]


@pytest.mark.parametrize("text", ["2024年13月40日", "31/02/2018"])
def test_days_that_do_not_exist_have_no_value(text):
    assert [f.value for f in find_dates(text)] == [None]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("自2014年04月21日至2064年04月20日", "2014-04-21/2064-04-20"),
        ("2016年04月21日至永久", "2016-04-21/.."),
        ("2004年03月19日至******", "2004-03-19/.."),
        ("长期", "../.."),
    ],
)
def test_periods(text, value):
    assert [f.value for f in find_periods(text)] == [value]


@pytest.mark.parametrize(
    ("kind", "text", "raw", "value"),
    [
        ("amount", "人民币4500.0000万元整", "人民币4500.0000万元整", "4500000000"),
        ("amount", "300万元人民币", "300万元人民币", "300000000"),
        ("amount", "壹仟万圆整", "壹仟万圆整", "1000000000"),
        ("amount", "50万美元", "50万美元", None),
        ("figures", "合计 ¥1,409.50", "¥1,409.50", "140950"),
        ("uscc", ":9135 0100-M000100Y43。", "9135 0100-M000100Y43", "91350100M000100Y43"),
        ("person", "李 明", "李 明", "李明"),
        ("person", "买买提·艾山 (签字)", "买买提·艾山", "买买提·艾山"),
        ("phone", "电话0591-87654321转8", "0591-87654321转8", "0591-87654321转8"),
        ("phone", "手机 138 0013 8000", "138 0013 8000", "13800138000"),
        ("account", "账号3500 1610 0000 1234", "3500 1610 0000 1234", "3500161000001234"),
        ("number", "1,200.5 吨", "1,200.5", "1200.5"),
        ("code", "车牌 鲁A12345", "鲁A12345", "鲁A12345"),
        ("code", "编号: HT-2024-008", "HT-2024-008", "HT-2024-008"),
        ("text", " :一般 项目 ", "一般 项目", "一般项目"),
    ],
)
def test_kinds(kind, text, raw, value):
    found = next(iter(find_values(kind, text)))
    assert text[found.start : found.end] == raw
    assert found.value == value


@given(
    st.sampled_from(get_args(Kind)),
    st.text("0123456789.,，¥-/ 亿万千元角分整年月日壹玖仟佰拾零至AZ²٣", max_size=80),
    st.integers(1, 9),
)
def test_no_text_of_a_page_breaks_the_finders(kind, text, times):
    for found in find_values(kind, text * times):
        assert 0 <= found.start <= found.end <= len(text) * times


@pytest.mark.parametrize("text", ["¥" + "9" * 400, "¥" + "9" * 17, "99999999999999999亿", "玖仟" + "亿" * 9 + "元整"])
def test_what_no_paper_can_mean_is_no_amount(text):
    assert all(abs(int(found.value)) <= MOST_FEN for found in find_values("amount", text))
