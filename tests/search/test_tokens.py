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


def test_han_runs_become_bigrams_and_codes_trigrams() -> None:
    tokens = list(column_tokens([canonical("购销合同 HT-2023")]))
    assert tokens == [
        "购",
        "购销",
        "销合",
        "合同",
        "同",
        "h",
        "ht",
        "ht2",
        "t20",
        "202",
        "023",
        BREAK,
        *sorted("购销合同"),
    ]


def test_a_phrase_does_not_reach_from_one_page_into_the_next() -> None:
    assert not matches("合同编号", ["购销合同", "编号十二"])
    assert matches("合同编号", ["购销合同编号十二"])
