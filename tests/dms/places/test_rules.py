from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.rulebook import load_rulebook
from dms.holdings.rules import is_overdue
from dms.places.rules import MOST_PLACES, PlaceCodeError, expand, may_stand, segments

KINDS = load_rulebook().place_kinds


def test_a_code_is_split_into_readable_levels():
    levels = segments("K01-Q2-L05A-J03-C4-H012", KINDS)
    assert [level.kind for level in levels] == ["room", "zone", "row", "bay", "shelf", "slot"]
    assert [level.name for level in levels] == ["1 号库房", "第 2 区", "第 5 列 A 面", "第 3 节", "第 4 层", "第 12 位"]
    assert levels[-1].code == "K01-Q2-L05A-J03-C4-H012"


def test_a_safe_stands_in_a_room():
    assert [level.kind for level in segments("K01-S02-C1", KINDS)] == ["room", "safe", "shelf"]


@pytest.mark.parametrize("code", ["", "Q2", "K1", "K01-C4-J03", "K01-Q2-Q3", "K01-X9", "../etc", "K01--C4"])
def test_what_names_no_place_is_refused_with_an_example(code):
    with pytest.raises(PlaceCodeError, match="例如"):
        segments(code, KINDS)


def test_a_range_makes_every_code_in_shelf_order():
    assert list(expand("K01-L[01..02][A..B]-C[1..2]")) == [
        "K01-L01A-C1", "K01-L01A-C2", "K01-L01B-C1", "K01-L01B-C2",
        "K01-L02A-C1", "K01-L02A-C2", "K01-L02B-C1", "K01-L02B-C2",
    ]  # fmt: skip


@given(st.integers(1, 99), st.integers(0, 40))
def test_a_range_keeps_its_width_and_count(first, more):
    last = min(99, first + more)
    codes = list(expand(f"K01-C[{first:02}..{last:02}]"))
    assert len(codes) == last - first + 1
    assert all(len(code) == len("K01-C00") for code in codes)


@pytest.mark.parametrize("pattern", ["K01-C[6..1]", "K01-C[A..1]", "K[01..99]-L[01..99]-C[1..9]"])
def test_a_range_that_is_wrong_or_too_large_is_refused(pattern):
    with pytest.raises(PlaceCodeError):
        list(expand(pattern))
    assert MOST_PLACES < 99 * 99 * 9


def test_boxes_stand_on_shelves_and_never_in_boxes():
    assert may_stand("box", "shelf", KINDS)
    assert not may_stand("box", "box", KINDS)
    assert may_stand("shelf", "bay", KINDS)
    assert not may_stand("bay", "shelf", KINDS)
    assert not may_stand("shelf", "virtual", KINDS)
    assert all(may_stand("box", kind, KINDS) for kind in KINDS if kind != "box")


def test_what_stands_in_a_place_of_a_kind_that_went_is_not_forbidden():
    assert may_stand("box", "drawer", KINDS)
    assert may_stand("drawer", "room", KINDS)


def test_a_paper_is_overdue_the_day_after_it_was_due():
    assert not is_overdue(date(2026, 3, 1), date(2026, 3, 1))
    assert is_overdue(date(2026, 3, 1), date(2026, 3, 2))
    assert not is_overdue(None, date(2026, 3, 2))
