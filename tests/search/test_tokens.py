import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from search.normalise import canonical
from search.scan import occurs
from search.tokens import BREAK, column_tokens, phrase_tokens

TEXTS = st.text(alphabet="合同号第a1b2 -\n,", max_size=30)
NEEDLES = st.text(alphabet="合同号第a1b2 -,", min_size=1, max_size=9)


def matches(needle: str, values: list[str]) -> bool:
    stream, phrase = list(column_tokens(values)), list(phrase_tokens(needle))
    return any(stream[at : at + len(phrase)] == phrase for at in range(len(stream) - len(phrase) + 1))


@settings(max_examples=1500)
@given(NEEDLES, st.lists(TEXTS, max_size=3))
@example("号a", ["合号a"])
@example("a号a", ["号a"])
def test_a_phrase_of_tokens_stands_exactly_where_the_plain_text_does(needle: str, values: list[str]) -> None:
    wanted, texts = canonical(needle), [canonical(value) for value in values]
    if wanted:
        assert matches(wanted, texts) == any(occurs(wanted, text) for text in texts)


@given(st.data())
def test_every_part_of_a_text_that_begins_at_a_run_is_found(data: st.DataObject) -> None:
    text = canonical(data.draw(TEXTS))
    start = data.draw(st.integers(0, len(text)))
    needle = text[start : data.draw(st.integers(start, len(text)))].strip(" ")
    if needle and occurs(needle, text):
        assert matches(needle, [text])


def test_han_runs_become_bigrams_and_codes_trigrams_with_a_token_where_runs_meet() -> None:
    tokens = list(column_tokens([canonical("购销合同 HT-2023 8号")]))
    assert tokens == [
        *("购销", "销合", "合同"),
        "同h",
        *("ht", "ht2", "t20", "202", "023"),
        "3|8",
        "8",
        "8号",
        BREAK,
        *sorted("购销合同号"),
        *("8|", "h|"),
    ]


@pytest.mark.parametrize(
    ("needle", "tokens"),
    [
        ("归", "归"),
        ("8", "8|"),
        ("归档", "归档"),
        ("ht", "ht"),
        ("2023", "202 023"),
        ("第3号", "第3 3 3号"),
        ("合同2023", "合同 同2 20 202 023"),
        ("3号", "3 3号"),
        ("4 8", "4 4|8"),
    ],
)
def test_a_needle_becomes_a_phrase_whose_single_digits_are_whole_runs(needle: str, tokens: str) -> None:
    assert " ".join(phrase_tokens(needle)) == tokens


def test_a_phrase_does_not_reach_from_one_page_into_the_next() -> None:
    assert not matches("合同编号", ["购销合同", "编号十二"])
    assert matches("合同编号", ["购销合同编号十二"])
