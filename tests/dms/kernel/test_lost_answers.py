"""PostgreSQL obeys and its answer is lost with the connection: nothing is lost, nothing is done twice."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from dms.intake import service as intake
from dms.intake.batches import Delivery
from dms.intake.models import Arrival
from dms.jobs import service
from dms.jobs.models import Job
from dms.jobs.rules import State
from dms.jobs.work import Work
from dms.kernel.database import Database
from dms.kernel.errors import UnavailableError
from dms.kernel.outages import explained
from dms.policy import SYSTEM
from dms.running.worker import Worker
from tests.services.absent import absent
from tests.services.faults import CutAnswer, Proxy
from tests.services.postgres import ABSENT, Postgres, programs

pytestmark = pytest.mark.service
LOST = CutAnswer(when=b"COMMIT\0", times=1)  # the nought: every BEGIN says READ COMMITTED


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    if programs() is None:
        absent(ABSENT)
    with Postgres(listen=True) as made:
        yield made


@pytest.fixture
def proxy(server: Postgres) -> Iterator[Proxy]:
    with Proxy(("127.0.0.1", server.port)) as made:
        yield made


@pytest.fixture
def db(server: Postgres, proxy: Proxy) -> Iterator[Database]:
    """An empty catalog behind the proxy."""
    from dms.bootstrap import TOPICS

    database = Database(f"{server.url(port=proxy.port)}?sslmode=disable")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    TOPICS.metadata.create_all(database.engine)
    yield database
    database.close()


class Upload(io.BytesIO):
    """A file; at its end the answer to the next commit is lost: that of the arrival."""

    def __init__(self, proxy: Proxy | None) -> None:
        super().__init__(b"%PDF-1.7\n once")
        self._proxy = proxy

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        if not data and self._proxy is not None:
            self._proxy.set(LOST)
            self._proxy = None
        return data


def test_a_file_taken_in_without_a_word_is_known_when_it_is_brought_again(archive: Any, proxy: Proxy) -> None:
    with pytest.raises(sa.exc.DBAPIError) as caught:
        intake.receive(archive, SYSTEM, Upload(proxy), "scan.pdf", Delivery("cli"))
    assert isinstance(explained(caught.value), UnavailableError)
    assert proxy.strikes == 1
    again = intake.receive(archive, SYSTEM, Upload(None), "scan.pdf", Delivery("cli"))
    assert again.state == "duplicate"
    with archive.db.read() as session:
        states = session.scalars(sa.select(Arrival.state)).all()
    assert sorted(states) == ["duplicate", "stored"]


@pytest.mark.parametrize("moment", ["claim", "finish"])
def test_a_job_whose_end_or_beginning_was_answered_to_nobody_is_done_once(
    archive: Any, proxy: Proxy, moment: str
) -> None:
    def effect(work: Work) -> None:
        if moment == "finish" and work.held.attempts == 1:
            proxy.set(LOST)
        with archive.db.write() as session:
            session.add(Job(kind="effect", payload={}, dedupe_key=work.held.id, not_before=archive.clock.now(),
                            created_at=archive.clock.now()))  # fmt: skip
            work.finish(session)

    with archive.db.write() as session:
        service.enqueue(session, archive, "read", {}, dedupe_key="read")
    worker = Worker(archive, None, {"read": effect})
    if moment == "claim":
        proxy.set(LOST)
    for _ in range(3):
        worker.work_once()
        archive.clock.advance(minutes=1)
    assert proxy.strikes == 1
    with archive.db.read() as session:
        states = dict(session.execute(sa.select(Job.kind, Job.state)).all())
        assert session.scalar(sa.select(sa.func.count()).where(Job.kind == "effect")) == 1
    assert states["read"] == State.DONE
