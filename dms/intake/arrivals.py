"""Arrivals (来件): give a password, have one read again; what every deed done to one begins with."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from dms.audit.service import record
from dms.intake import passwords
from dms.intake.models import Arrival, PageReading
from dms.intake.reading import queue_reading
from dms.intake.service import may_see, queue_inspection, require_arrival
from dms.jobs import service as jobs
from dms.kernel.archive import Archive
from dms.kernel.errors import ConflictError, InvalidError, NotFoundError
from dms.originals import objects
from dms.policy import Action, Identity
from dms.policy.content import DOCUMENT_UPLOAD


def found(session: Session, archive: Archive, identity: Identity, arrival_id: str) -> Arrival:
    """Return an arrival that the asker may know of. Raises `NotFoundError`."""
    query = sa.select(Arrival).options(joinedload(Arrival.batch)).where(Arrival.id == arrival_id)
    arrival = session.scalars(query).first()
    if arrival is None or not may_see(archive, identity, arrival):
        raise NotFoundError("没有这份来件，或您无权查看。", code="arrival_unknown")
    return arrival


def locked(session: Session, archive: Archive, identity: Identity, arrival_id: str, action: Action) -> Arrival:
    """Return an arrival, locked for this transaction. Raises `NotFoundError`, `ForbiddenError`."""
    found(session, archive, identity, arrival_id)
    arrival = session.get_one(Arrival, arrival_id, with_for_update=True, populate_existing=True)
    require_arrival(archive, identity, arrival, action)
    return arrival


def log_deed(
    session: Session, archive: Archive, identity: Identity, arrival: Arrival, action: str, reason: str = ""
) -> None:
    """Record a deed done to an arrival in the deed's own transaction, and settle the task that it does."""
    facts = {"name": arrival.name, "sha256": arrival.sha256, "length": arrival.length}
    record(
        session, archive.clock, identity, action=action, target=("arrival", arrival.id), details=facts, reason=reason
    )
    passwords.heed(session, archive, arrival, identity, action)


def give_password(archive: Archive, identity: Identity, arrival_id: str, password: str) -> None:
    """Give the password of a locked PDF; it is kept encrypted like an original, and reading goes on.

    Whether it is right shows when the file is opened, in its confined process, not here.
    """
    archive.policy.require(identity, DOCUMENT_UPLOAD)
    if not password or len(password) > 200:
        raise InvalidError("请输入打开这份 PDF 的密码。", code="password")
    with archive.db.read() as session:
        found(session, archive, identity, arrival_id)
    (reservation,) = objects.reserve(archive, "password")
    envelope = archive.vault.write(reservation, [password.encode()])
    with archive.db.write() as session:
        arrival = locked(session, archive, identity, arrival_id, DOCUMENT_UPLOAD)
        if arrival.state != "locked":
            raise ConflictError("这份来件现在不需要密码。", code="arrival_state")
        former, arrival.password_ref = arrival.password_ref, objects.keep(session, archive, envelope)
        session.flush()
        objects.shred(session, archive, [former])
        arrival.state, arrival.problem, arrival.problem_code = "stored", "", ""
        queue_inspection(session, archive, arrival.id)
        log_deed(session, archive, identity, arrival, "arrival.password")


def read_again(archive: Archive, identity: Identity, arrival_id: str) -> None:
    """Have a file that could not be read, or pages of it that could not, tried once more."""
    archive.policy.require(identity, DOCUMENT_UPLOAD)
    with archive.db.write() as session:
        arrival = locked(session, archive, identity, arrival_id, DOCUMENT_UPLOAD)
        if arrival.state not in ("refused", "read", "reading") or jobs.is_open(session, "arrival", arrival.id):
            raise ConflictError("这份来件正在处理，或没有可以重读的内容。", code="arrival_state")
        jobs.cancel_for(session, archive, "arrival", arrival.id)  # parked ones, so that their keys are free
        failed = sa.and_(PageReading.arrival_id == arrival.id, PageReading.reading.is_(None))
        session.execute(sa.delete(PageReading).where(failed))
        if arrival.page_count:
            arrival.state = "reading"
            queue_reading(session, archive, arrival.id, arrival.page_count)
        else:
            arrival.state = "stored"
            queue_inspection(session, archive, arrival.id)
        arrival.problem, arrival.problem_code = "", ""
        log_deed(session, archive, identity, arrival, "arrival.read-again")
