"""Capital amounts: vectors of the payment rules, tolerance, and generation that always parses back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import money

VECTORS = [
    (140950, "壹仟肆佰零玖元伍角整"),
    (600714, "陆仟零柒元壹角肆分"),
    (10700053, "壹拾万柒仟元零伍角叁分"),
    (168032, "壹仟陆佰捌拾元零叁角贰分"),
    (1640902, "壹万陆仟肆佰零玖元零贰分"),
    (32504, "叁佰贰拾伍元零肆分"),
    (5, "伍分"),
    (1000, "壹拾元整"),
    (101000000, "壹佰零壹万元整"),
    (10001000101, "壹亿零壹万零壹元零壹分"),
]


@pytest.mark.parametrize(("fen", "text"), VECTORS)
def test_vectors_parse(fen, text):
    assert money.parse_capitals(text) == fen
    assert money.parse_capitals("人民币" + text.replace("元", "圆")) == fen


@pytest.mark.parametrize(("fen", "text"), VECTORS)
def test_vectors_are_generated(fen, text):
    generated = money.to_capitals(fen)
    assert money.parse_capitals(generated) == fen
    assert generated.replace("零", "") == text.replace("零", "")


@pytest.mark.parametrize(
    ("text", "fen"),
    [("壹拾万零柒仟元伍角叁分", 10700053), ("壹仟陆佰捌拾元叁角贰分", 168032), ("一千六百八十元整", 168000),
     ("壹佰元正", 10000), ("（大写）人民币 伍佰圆 整", 50000), ("拾万元整", 10000000), ("负壹佰元整", -10000),
     ("叁佰万元整", 300000000), ("壹拾贰", 1200), ("伍角", 50)],
)  # fmt: skip
def test_variants_are_tolerated(text, fen):
    assert money.parse_capitals(text) == fen


@pytest.mark.parametrize("text", ["", "壹佰仟元", "购销合同", "壹元伍", "叁佰元整整数"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(money.NotAnAmountError):
        money.parse_capitals(text)


@given(st.integers(-(10**17), 10**17))
def test_generated_capitals_parse_back(fen):
    assert money.parse_capitals(money.to_capitals(fen)) == fen


@given(st.integers(0, 10**13))
def test_generated_capitals_keep_the_style(fen):
    text = money.to_capitals(fen)
    assert "零零" not in text
    assert "零万" not in text
    assert text.endswith("整") != text.endswith("分")


@given(st.integers(-(10**14), 10**14))
def test_figures_parse_back(fen):
    assert money.parse_figures("¥" + money.to_figures(fen)) == fen


@pytest.mark.parametrize(("text", "fen"), [("￥1,409.50元", 140950), ("合计 12 345.6", 1234560), ("RM 60.30", 6030)])
def test_figures_in_text(text, fen):
    assert money.parse_figures(text) == fen
