"""Arrivals (来件): look at one, give a password, have it read again, discard one that is of no use."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from dms.audit.service import record
from dms.documents.intake import may_see, queue_inspection, require_arrival
from dms.documents.models import Arrival, Document, DocumentFile, DocumentPage, PageReading
from dms.documents.reading import queue_reading
from dms.documents.visibility import visible
from dms.jobs import service as jobs
from dms.kernel.archive import Archive
from dms.kernel.errors import ConflictError, InvalidError, NotFoundError
from dms.originals import objects
from dms.policy import Action, Identity

DISCARDABLE = ("refused", "locked", "unreadable", "read", "duplicate")
WAITING = ("refused", "locked", "unreadable")
UNDER_WAY = ("stored", "reading")


@dataclass(frozen=True, slots=True)
class ArrivalView:
    """An arrival with how far it has been read, and what it became."""

    arrival: Arrival
    pages_read: int
    problems: tuple[tuple[int, str], ...]  # (page, sentence) of pages that could not be read
    documents: tuple[Document, ...]
    same_as: Arrival | None
    is_open: bool  # work on it waits or runs


def show(archive: Archive, identity: Identity, arrival_id: str) -> ArrivalView:
    """Return an arrival. Raises `NotFoundError` for what is not there or is not the asker's to know."""
    archive.policy.require(identity, Action.DOCUMENT_VIEW)
    with archive.db.read() as session:
        arrival = _found(session, archive, identity, arrival_id)
        rows = session.execute(
            sa.select(PageReading.number, PageReading.problem)
            .where(PageReading.arrival_id == arrival.id)
            .order_by(PageReading.number)
        )
        pages = list(rows)
        documents = session.scalars(
            sa.select(Document)
            .where(
                Document.id.in_(sa.select(DocumentPage.document_id).where(DocumentPage.arrival_id == arrival.id)),
                visible(archive, identity),
            )
            .order_by(Document.id)
        ).all()
        same = session.get(Arrival, arrival.duplicate_of) if arrival.duplicate_of else None
        return ArrivalView(
            arrival, len(pages), tuple((number, text) for number, text in pages if text), tuple(documents),
            same if same is not None and may_see(archive, identity, same) else None,
            jobs.is_open(session, "arrival", arrival.id),
        )  # fmt: skip


def _found(session: Session, archive: Archive, identity: Identity, arrival_id: str) -> Arrival:
    query = sa.select(Arrival).options(joinedload(Arrival.batch)).where(Arrival.id == arrival_id)
    arrival = session.scalars(query).first()
    if arrival is None or not may_see(archive, identity, arrival):
        raise NotFoundError("没有这份来件，或您无权查看。", code="arrival_unknown")
    return arrival


def _locked(session: Session, archive: Archive, identity: Identity, arrival_id: str, action: Action) -> Arrival:
    _found(session, archive, identity, arrival_id)
    arrival = session.get_one(Arrival, arrival_id, with_for_update=True, populate_existing=True)
    require_arrival(archive, identity, arrival, action)
    return arrival


def _tell(
    session: Session, archive: Archive, identity: Identity, arrival: Arrival, action: str, reason: str = ""
) -> None:
    facts = {"name": arrival.name, "sha256": arrival.sha256, "length": arrival.length}
    record(
        session, archive.clock, identity, action=action, target=("arrival", arrival.id), details=facts, reason=reason
    )


def give_password(archive: Archive, identity: Identity, arrival_id: str, password: str) -> None:
    """Give the password of a locked PDF; it is kept encrypted like an original, and reading goes on.

    Whether it is right shows when the file is opened, in its confined process, not here.
    """
    archive.policy.require(identity, Action.DOCUMENT_UPLOAD)
    if not password or len(password) > 200:
        raise InvalidError("请输入打开这份 PDF 的密码。", code="password")
    with archive.db.read() as session:
        _found(session, archive, identity, arrival_id)
    (reservation,) = objects.reserve(archive, "password")
    envelope = archive.vault.write(reservation, [password.encode()])
    with archive.db.write() as session:
        arrival = _locked(session, archive, identity, arrival_id, Action.DOCUMENT_UPLOAD)
        if arrival.state != "locked":
            raise ConflictError("这份来件现在不需要密码。", code="arrival_state")
        former, arrival.password_ref = arrival.password_ref, objects.keep(session, archive, envelope)
        session.flush()
        objects.shred(session, archive, [former])
        arrival.state, arrival.problem, arrival.problem_code = "stored", "", ""
        queue_inspection(session, archive, arrival.id)
        _tell(session, archive, identity, arrival, "arrival.password")


def read_again(archive: Archive, identity: Identity, arrival_id: str) -> None:
    """Have a file that could not be read, or pages of it that could not, tried once more."""
    archive.policy.require(identity, Action.DOCUMENT_UPLOAD)
    with archive.db.write() as session:
        arrival = _locked(session, archive, identity, arrival_id, Action.DOCUMENT_UPLOAD)
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
        _tell(session, archive, identity, arrival, "arrival.read-again")


def discard(archive: Archive, identity: Identity, arrival_id: str, reason: str) -> None:
    """Discard an arrival that is part of no document: its file is destroyed, that it came stays on record."""
    archive.policy.require(identity, Action.DOCUMENT_DISCARD)
    with archive.db.write() as session:
        arrival = _locked(session, archive, identity, arrival_id, Action.DOCUMENT_DISCARD)
        if is_used(session, arrival.id) or arrival.state not in DISCARDABLE:
            raise ConflictError("这份来件还在读取，或已经成为文件的一部分，不能丢弃。", code="arrival_state")
        destroy(session, archive, identity, arrival, reason)


def is_used(session: Session, arrival_id: str) -> bool:
    """Tell whether a document has a page of this arrival."""
    return session.scalar(sa.select(DocumentPage.id).where(DocumentPage.arrival_id == arrival_id).limit(1)) is not None


def destroy(session: Session, archive: Archive, identity: Identity, arrival: Arrival, reason: str) -> None:
    """Destroy an arrival's file within the caller's transaction, which has asked whether it may."""
    jobs.cancel_for(session, archive, "arrival", arrival.id)
    _shred(session, archive, arrival)
    arrival.state, arrival.discarded_at = "discarded", archive.clock.now()
    _tell(session, archive, identity, arrival, "arrival.discard", reason)


def is_replaced(session: Session, arrival_id: str) -> bool:
    """Tell whether every document that has pages of this arrival has a file of its own that holds all of them.

    Not where a page is hidden in its document, or the arrival is digitally signed: then its file shows more.
    """
    uncovered = sa.or_(DocumentFile.id.is_(None), DocumentFile.signed, DocumentPage.hidden)
    query = (
        sa.select(DocumentPage.id)
        .join(DocumentFile, DocumentFile.document_id == DocumentPage.document_id, isouter=True)
        .where(DocumentPage.arrival_id == arrival_id, uncovered)
    )
    return session.scalar(query.limit(1)) is None


def _shred(session: Session, archive: Archive, arrival: Arrival) -> None:
    """Forget the keys of a file and of its pages' pictures; the sweeper takes the objects from the store.

    Pages that are part of a document, which has its own file, keep theirs.
    """
    used = sa.select(DocumentPage.number).where(DocumentPage.arrival_id == arrival.id)
    unused = sa.select(PageReading).where(PageReading.arrival_id == arrival.id, PageReading.number.notin_(used))
    pages = session.scalars(unused).all()
    references = [arrival.object_ref, arrival.password_ref, *(r for p in pages for r in (p.view_ref, p.thumb_ref))]
    arrival.object_ref = arrival.password_ref = None
    for page in pages:
        session.delete(page)
    session.flush()
    objects.shred(session, archive, references)
