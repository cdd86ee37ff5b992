from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.expression import AllOf, AnyOf, Between, Has, Not, Words
from search.index import QueryError
from search.query import FIELD_NAMES, filter_expression, parse, text_query
from search.values import amounts, dates


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("", AllOf()),
        ("  ", AllOf()),
        ("购销合同", Words("购销合同")),
        ("张三 合同", AllOf((Words("张三"), Words("合同")))),
        ('"有限 公司"', Words("有限公司")),
        ("“有限公司”", Words("有限公司")),
        ("合同 -作废", AllOf((Words("合同"), Not(Words("作废"))))),
        ('-"作废 合同"', Not(Words("作废合同"))),
        ("甲 乙 OR 丙 或 丁", AllOf((Words("甲"), AnyOf((Words("乙"), Words("丙"), Words("丁")))))),
        ("客户:上海归档", Words("上海归档", "parties")),
        ("客户： 上海归档", Words("上海归档", "parties")),
        ("Party:Acme", Words("acme", "parties")),
        ('客户:"Acme Ltd"', Words("acme ltd", "parties")),
        ("编号:HT-2023-001", Words("ht2023001", "codes")),
        ("人:张三", Words("张三", "persons")),
        ("类型:合同", Words("合同", "types")),
        ("密级:内部", Has("level", ("1",))),
        ("level:3", Has("level", ("3",))),
        ("年度:2023", Has("year", ("2023",))),
        ("金额:1000..5000", Between("amount", 100000, 500000)),
        ("金额:1.2万..", Between("amount", 1200000, None)),
        ("金额:>=12,800.50元", Between("amount", 1280050, None)),
        ("金额:<100", Between("amount", None, 9999)),
        ("日期:2023Q2", Between("date", 20230401, 20230630)),
        ("日期:2023年第二季度", Between("date", 20230401, 20230630)),
        ("日期:2023年", Between("date", 20230101, 20231231)),
        ("日期:2024-02", Between("date", 20240201, 20240229)),
        ("日期:2023年4月5日", Between("date", 20230405, 20230405)),
        ("日期:2023-04..2023-06", Between("date", 20230401, 20230630)),
        ("date:2023.4.1至2023.6.2", Between("date", 20230401, 20230602)),
        ("日期:..2022", Between("date", None, 20221231)),
        ("日期:>2022-12", Between("date", 20221232, None)),
        ("收到:2023Q1", Between("received", 20230101, 20230331)),
        ("甲方：张三", Words("甲方张三")),
        ("http://a.cn", Words("http acn")),
        ("合同 。", Words("合同")),
        ("12,800", AnyOf((Words("12800"), Between("amount", 1280000, 1280000)))),
        ("12800.00", AnyOf((Words("12800"), Between("amount", 1280000, 1280000)))),
        ("¥12800", AnyOf((Words("12800"), Between("amount", 1280000, 1280000)))),
        ("￥１２，８００．５０元", AnyOf((Words("128005"), Between("amount", 1280050, 1280050)))),
    ],
)
def test_meaning(text: str, meaning: object) -> None:
    assert parse(text) == meaning


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('"有限公司', "quote_open"),
        ("客户:", "part_empty"),
        ('客户:"。"', "part_empty"),
        ("OR 合同", "or_alone"),
        ("合同 OR", "or_alone"),
        ("合同 OR OR 协议", "or_alone"),
        ("金额:很多", "amount_invalid"),
        ("金额:5000..1000", "range_reversed"),
        ("日期:2023-13", "date_invalid"),
        ("日期:2023-02-30", "date_invalid"),
        ("日期:2023-06..2023-04", "range_reversed"),
        ("日期:..", "range_invalid"),
        ("密级:绝密", "level_invalid"),
        ("。。", "query_empty"),
        ("合" * 1001, "query_too_long"),
        ("合 " * 60, "query_too_long"),
    ],
)
def test_what_cannot_be_understood_says_how_to_write_it(text: str, code: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert caught.value.code == code
    if code != "query_too_long":
        assert caught.value.example


@given(st.text(max_size=60))
def test_any_text_is_understood_or_refused_in_words(text: str) -> None:
    with suppress(QueryError):
        parse(text)


@given(st.sampled_from(FIELD_NAMES), st.text(max_size=20))
def test_any_field_value_is_understood_or_refused(field: str, value: str) -> None:
    with suppress(QueryError):
        parse(f"{field}:{value}")


@given(st.dates(min_value=date(1950, 1, 1)), st.integers(0, 5000))
def test_a_range_of_days_keeps_its_ends(first: date, days: int) -> None:
    last = first + timedelta(days=days) if first < date(9980, 1, 1) else first
    found = dates("date", f"{first.isoformat()}..{last.isoformat()}")
    assert (found.low, found.high) == (int(f"{first:%Y%m%d}".zfill(8)), int(f"{last:%Y%m%d}".zfill(8)))


@given(st.integers(0, 10**12))
def test_an_amount_is_read_however_it_is_written(fen: int) -> None:
    yuan, rest = divmod(fen, 100)
    for text in (f"{yuan:,}.{rest:02}", f"{yuan}.{rest:02}元", f"¥{yuan}.{rest:02}"):
        assert amounts(text) == Between("amount", fen, fen)


def test_highlights_show_what_is_wanted_and_not_what_is_excluded() -> None:
    assert text_query("合同 -作废 客户:归档 12,800 金额:1..2") == ("12800", "合同", "归档")


def test_filters_are_or_within_a_name_and_between_names() -> None:
    filters = {"type": ("T01", "T02"), "date": ("2023", "2024Q1"), "amount": ("100..", "5")}
    assert filter_expression(filters) == (
        AnyOf((Between("amount", 100, None), Between("amount", 5, 5))),
        AnyOf((Between("date", 20230101, 20231231), Between("date", 20240101, 20240331))),
        Has("type", ("T01", "T02")),
    )
