from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.documents.turning import turned_box, unturned_box

sides = st.floats(0, 1)


@given(sides, sides, sides, sides, st.sampled_from([0, 90, 180, 270]))
def test_turning_there_and_back_changes_nothing(a: float, b: float, c: float, d: float, turn: int) -> None:
    box = (min(a, c), min(b, d), max(a, c), max(b, d))
    turned = turned_box(box, turn)
    assert turned[0] <= turned[2]
    assert turned[1] <= turned[3]
    assert unturned_box(turned, turn) == pytest.approx(box)
