import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.normalise import canonical, normalise

MIXED = st.text(alphabet=st.one_of(st.characters(), st.sampled_from("合同臺灣ＡＢ１２，,.-/ \n　①㈱é")), max_size=40)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＨＴ－２０２３－００１", "ht2023001"),
        ("臺灣 積體 電路", "台湾积体电路"),
        ("上海\n归档　有限 公司", "上海归档有限公司"),
        ("某某（上海）有限公司", "某某上海有限公司"),
        ("¥12,800.00 元", "1280000元"),
        ("6222 0210 0123 4567 890", "6222021001234567890"),
        ("数量 10 20", "数量10 20"),
        ("1,2,3", "1 2 3"),
        ("Café Society", "cafe society"),
        ("e\u0301te", "ete"),
        ("合\u200b同", "合同"),
        ("。！？", ""),
        ("", ""),
    ],
)
def test_spellings_that_must_be_found_by_one_another(text: str, expected: str) -> None:
    assert canonical(text) == expected


@given(MIXED)
def test_the_canonical_text_is_the_same_with_and_without_offsets(text: str) -> None:
    assert normalise(text).text == canonical(text)


@given(MIXED)
def test_each_canonical_character_comes_from_an_original_one(text: str) -> None:
    result = normalise(text)
    origins = [result.origin(at) for at in range(len(result.text))]
    assert origins == sorted(origins)
    for char, origin in zip(result.text, origins, strict=True):
        if char != " ":
            assert char in canonical(text[origin])


@given(MIXED, MIXED)
def test_chinese_between_two_texts_lets_each_keep_its_form(left: str, right: str) -> None:
    assert canonical(f"{left}合{right}") == canonical(left) + "合" + canonical(right)


@given(MIXED)
def test_width_and_case_do_not_matter(text: str) -> None:
    wide = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)
    assert canonical(wide.upper() if wide.isascii() else wide) == canonical(text)
