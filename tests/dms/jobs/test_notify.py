from __future__ import annotations

import time

import pytest
import sqlalchemy as sa

from dms.jobs.notify import NotifyCarrier
from dms.kernel.carrier import Queue
from dms.kernel.database import Database


@pytest.fixture
def carrier(db: Database) -> NotifyCarrier:
    if db.is_sqlite:
        pytest.skip("NOTIFY is PostgreSQL's")
    return NotifyCarrier(db)


def test_a_listener_whose_connection_was_lost_listens_again_and_looks_at_once(
    db: Database, carrier: NotifyCarrier
) -> None:
    listener = carrier.listen((Queue.READING,))
    assert listener._connection is not None
    pid = listener._connection.info.backend_pid
    with db.engine.connect() as connection:
        connection.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    until = time.monotonic() + 30
    while not listener.wait(0.2):  # what was missed counts as news
        assert time.monotonic() < until
    carrier.announce("job", Queue.READING)
    assert listener.wait(30)
    listener.close()


def test_news_that_cannot_be_brought_stops_nobody() -> None:
    nowhere = Database("postgresql://a:b@127.0.0.1:1/c")
    NotifyCarrier(nowhere).announce("job")
    nowhere.close()
