from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from dms.kernel.database import Database
from dms.running import turn
from dms.running.turn import FileTurn, ServerTurn, Turn

Make = Callable[[], Turn]


@pytest.fixture
def make(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Makes the turns of several housekeepers of one archive."""
    monkeypatch.setattr(turn, "LOOK", 0.05)
    made: list[Turn] = []

    def one() -> Turn:
        made.append(FileTurn(tmp_path / "keeper.lock") if db.is_sqlite else ServerTurn(db, str(tmp_path)))
        return made[-1]

    yield one
    for each in made:
        try:
            each.close()
        except OSError:  # closed by the test
            continue


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_one_keeps_house_and_the_next_takes_over(make: Make) -> None:
    first, second = make(), make()
    assert first.is_ours()
    assert not second.is_ours()
    assert first.is_ours()
    first.close()
    until(second.is_ours)


def test_a_lost_connection_is_a_lost_turn(db: Database, make: Make) -> None:
    if db.is_sqlite:
        pytest.skip("a file's lock has no connection")
    first = make()
    assert isinstance(first, ServerTurn)
    assert first.is_ours()
    with db.engine.connect() as connection:
        held = "locktype = 'advisory' AND (classid::bigint << 32) | objid::bigint = :number"
        end = sa.text(f"SELECT pg_terminate_backend(pid) FROM pg_locks WHERE {held}")
        assert connection.scalar(end, {"number": first.number})
    until(lambda: not first.is_ours())
    until(first.is_ours)
