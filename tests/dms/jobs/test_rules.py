from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dms.jobs.rules import LONGEST_PAUSE, State, may, pause


@given(st.integers(0, 500))
def test_pauses_grow_to_ten_minutes(attempts: int) -> None:
    assert 0 < pause(attempts).total_seconds() <= pause(attempts + 1).total_seconds() <= LONGEST_PAUSE


def test_a_finished_job_never_runs_again() -> None:
    assert not any(may(State.DONE, state) or may(State.CANCELLED, state) for state in State)
