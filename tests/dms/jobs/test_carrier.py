"""What every carrier keeps: news reaches whoever listens to its queue, also when it came before the wait."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dms.jobs.broker import BrokerCarrier
from dms.jobs.local import LocalCarrier
from dms.jobs.notify import NotifyCarrier
from dms.kernel.carrier import Carrier, Queue
from dms.kernel.database import Database
from tests.services import redis
from tests.services.absent import absent

Make = Callable[[], Carrier]
READING, HOUSEKEEPING = (Queue.READING,), (Queue.HOUSEKEEPING,)


@pytest.fixture(scope="module")
def server() -> Iterator[redis.Redis]:
    if redis.program() is None:
        absent(redis.ABSENT)
    with redis.Redis() as made:
        yield made


@pytest.fixture(params=["usual", pytest.param("celery", marks=pytest.mark.service)])
def make(request: pytest.FixtureRequest, db: Database, tmp_path: Path) -> Make:
    """Makes carriers of one archive, as its processes would: files beside SQLite, NOTIFY of PostgreSQL, Celery."""
    if request.param == "celery":
        server: redis.Redis = request.getfixturevalue("server")
        server.wipe()
        return lambda: BrokerCarrier(server.url())
    return lambda: LocalCarrier(tmp_path / "wake") if db.is_sqlite else NotifyCarrier(db)


def test_news_wakes_a_waiting_worker(make: Make) -> None:
    listener, woken = make().listen(READING), threading.Event()
    listener.wait(0)

    def wait() -> None:
        if listener.wait(30):
            woken.set()

    thread = threading.Thread(target=wait)
    thread.start()
    make().announce("job", Queue.READING)
    thread.join()
    listener.close()
    assert woken.is_set()


def test_news_before_the_wait_is_not_missed(make: Make) -> None:
    listener = make().listen(READING)
    for job in ("one", "two"):
        make().announce(job, Queue.READING)
        assert listener.wait(30)
    listener.close()


def test_news_of_another_queue_wakes_nobody(make: Make) -> None:
    reading, keeping = make().listen(READING), make().listen(HOUSEKEEPING)
    make().announce("job", Queue.HOUSEKEEPING)
    assert keeping.wait(30)
    assert not reading.wait(0.2)
    reading.close()
    keeping.close()
