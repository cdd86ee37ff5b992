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
