"""Arrivals (来件) with what became of them: look at one, discard one that is of no use."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.documents.models import Document, DocumentFile, DocumentPage
from dms.documents.visibility import visible
from dms.intake.arrivals import found, locked, log_deed
from dms.intake.models import Arrival, PageReading
from dms.intake.service import may_see
from dms.jobs import service as jobs
from dms.kernel.archive import Archive
from dms.kernel.errors import ConflictError
from dms.originals import objects
from dms.policy import Identity
from dms.policy.content import DOCUMENT_DISCARD, DOCUMENT_VIEW

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
    archive.policy.require(identity, DOCUMENT_VIEW)
    with archive.db.read() as session:
        arrival = found(session, archive, identity, arrival_id)
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


def discard(archive: Archive, identity: Identity, arrival_id: str, reason: str) -> None:
    """Discard an arrival that is part of no document: its file is destroyed, that it came stays on record."""
    archive.policy.require(identity, DOCUMENT_DISCARD)
    with archive.db.write() as session:
        arrival = locked(session, archive, identity, arrival_id, DOCUMENT_DISCARD)
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
    log_deed(session, archive, identity, arrival, "arrival.discard", reason)


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
