"""The demonstration's shelves fill when everything has been read, without backing off."""

from __future__ import annotations

import sqlalchemy as sa

from dms.documents.models import Arrival, Batch, Document
from dms.holdings.models import Holding
from dms.jobs import service as jobs
from dms.jobs.models import Job
from dms.jobs.work import Work
from dms.operations import demonstration


def arrive(archive, state):
    now = archive.clock.now()
    with archive.db.write() as session:
        batch = Batch(number="S2026-00001", source="demo", created_at=now)
        session.add(batch)
        session.flush()
        session.add(
            Arrival(batch_id=batch.id, name="a.pdf", kind="pdf", state=state, sha256="0" * 64, length=1,
                    source="demo", received_at=now)
        )  # fmt: skip
        session.add_all(Document(title=f"文件{number}", created_at=now) for number in range(6))


def due(archive):
    claim = jobs.claim(archive, ("demonstration-shelve",))
    return Work(archive, claim, None) if claim else None


def test_papers_are_shelved_once_everything_has_been_read(archive):
    arrive(archive, "reading")
    demonstration._build_shelves(archive)
    with archive.db.write() as session:
        jobs.enqueue(session, archive, "demonstration-shelve", {}, dedupe_key="demonstration-shelve")
    demonstration.shelve(due(archive))
    assert due(archive) is None  # not at once
    with archive.db.write() as session:  # the pause is over
        session.execute(sa.update(Job).values(not_before=archive.clock.now()))
        session.scalars(sa.select(Arrival)).one().state = "read"
    demonstration.shelve(due(archive))
    with archive.db.read() as session:
        held = session.scalars(sa.select(Holding)).all()
        assert session.scalar(sa.select(sa.func.max(Job.attempts))) == 1
    assert len(held) == demonstration.SHELVED
    assert [paper.present_person for paper in held if paper.present_person] == [demonstration.BORROWER]
