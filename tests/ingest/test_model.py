"""Boxes on a page: how much they cover, alone and together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.model import Box


@st.composite
def boxes(draw):
    sides = st.lists(st.floats(0, 1), min_size=2, max_size=2).map(sorted)
    (x0, x1), (y0, y1) = draw(sides), draw(sides)
    return Box(x0, y0, x1, y1)


@given(boxes(), boxes())
def test_what_two_boxes_share_is_the_same_both_ways_and_no_more_than_either(one, other):
    assert one.shared(other) == other.shared(one)
    assert 0 <= one.shared(other) <= min(one.area, other.area)


@given(boxes())
def test_a_box_shares_all_of_itself(box):
    assert box.shared(box) == box.area


def test_boxes_beside_one_another_share_nothing():
    assert Box(0.1, 0.1, 0.4, 0.5).shared(Box(0.3, 0.2, 0.6, 0.4)) == pytest.approx(0.1 * 0.2)
    assert Box(0.1, 0.1, 0.2, 0.2).shared(Box(0.3, 0.1, 0.4, 0.2)) == 0


@given(boxes(), st.sampled_from([0, 90, 180, 270, 360]))
def test_turning_there_and_back_changes_nothing(box, degrees):
    assert box.turned(degrees).turned(-degrees).sides == pytest.approx(box.sides)


def test_a_box_turns_with_its_page():
    corner = Box(0.1, 0.2, 0.3, 0.25)
    assert corner.turned(90).sides == pytest.approx((0.75, 0.1, 0.8, 0.3))
    assert corner.turned(180).sides == pytest.approx((0.7, 0.75, 0.9, 0.8))
    assert corner.turned(270).sides == pytest.approx((0.2, 0.7, 0.25, 0.9))
    assert corner.turned(0) is corner


def test_a_box_is_stored_to_a_hundred_thousandth():
    assert Box(0.123456, 0, 1 / 3, 1).to_list() == [0.12346, 0, 0.33333, 1]
