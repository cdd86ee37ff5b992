from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from search.expression import Between
from search.numbers import number_tokens, range_tokens

AMOUNTS = st.integers(-(10**14), 10**14) | st.integers(-120, 120)
ENDS = AMOUNTS | st.none()
DAYS = st.dates(date(1, 1, 1)).map(lambda day: (day.year * 100 + day.month) * 100 + day.day)


@given(AMOUNTS, ENDS, ENDS)
def test_an_amount_shares_a_token_with_a_range_exactly_when_it_lies_in_it(
    value: int, low: int | None, high: int | None
) -> None:
    inside = (low is None or low <= value) and (high is None or value <= high)
    shared = set(number_tokens("amount", value)) & set(range_tokens(Between("amount", low, high)))
    assert bool(shared) == inside


@given(DAYS, DAYS | st.none(), DAYS | st.none())
def test_a_day_shares_a_token_with_a_range_exactly_when_it_lies_in_it(
    value: int, low: int | None, high: int | None
) -> None:
    inside = (low is None or low <= value) and (high is None or value <= high)
    shared = set(number_tokens("date", value)) & set(range_tokens(Between("date", low, high)))
    assert bool(shared) == inside


def test_a_year_is_one_token_and_any_range_is_few() -> None:
    assert list(range_tokens(Between("date", 20230101, 20231231))) == ["@4:2023"]
    assert len(list(range_tokens(Between("date", 19870203, 20231130)))) < 60
    assert len(list(range_tokens(Between("amount", 123_456_789, None)))) < 140
