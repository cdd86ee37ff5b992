"""What lay in the trash (回收站) for its thirty days is destroyed, with the files that no other document needs."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.documents.events import DocumentChanged
from dms.documents.models import Document, DocumentPage, FieldRow, PageEdit, ReviewRemark, SealRow
from dms.documents.rules import OPEN
from dms.documents.service import arrivals
from dms.documents.service.changing import log_deed
from dms.documents.service.trash import KEPT
from dms.intake.models import Arrival
from dms.kernel.archive import Archive
from dms.kernel.subjects import Subject
from dms.policy import SYSTEM

AT_ONCE = 50  # documents that one round of the housekeeper destroys


def empty_trash(archive: Archive) -> int:
    """Destroy what has lain in the trash for thirty days; return how many documents.

    A document on which something depends stays, such as one of which a paper is registered: the paper would no longer
    say what it is. So does one that is held (冻结).
    """
    gone = 0
    for ids in _overdue_ids(archive):
        with archive.db.read() as session:
            kept = archive.topics.held(session, archive, "document", ids)
        for document_id in ids:
            if document_id not in kept:
                gone += _empty(archive, document_id)
        if gone >= AT_ONCE:
            break
    return gone


def _overdue_ids(archive: Archive) -> Iterator[list[str]]:
    last = ""
    while True:
        with archive.db.read() as session:
            query = sa.select(Document.id).where(_overdue(archive), Document.id > last).order_by(Document.id)
            ids = list(session.scalars(query.limit(AT_ONCE)))
        if not ids:
            return
        yield ids
        last = ids[-1]


def _empty(archive: Archive, document_id: str) -> bool:
    """Destroy one document, unless somebody took it out or registered a paper of it meanwhile."""
    with archive.db.write() as session:
        overdue = sa.select(Document).where(Document.id == document_id, _overdue(archive)).with_for_update()
        document = session.scalar(overdue)
        if document is None or archive.topics.held(session, archive, "document", [document_id]):
            return False
        _destroy(session, archive, document)
        return True


def _overdue(archive: Archive) -> sa.ColumnElement[bool]:
    return sa.and_(Document.trashed_at < archive.clock.now() - KEPT, Document.state.in_(OPEN))


def _destroy(session: Session, archive: Archive, document: Document) -> None:
    """Destroy a document, and the files that no other document needs; the log keeps that they were there."""
    of_it = sa.select(DocumentPage.arrival_id).where(DocumentPage.document_id == document.id)
    brought = session.scalars(
        sa.select(Arrival).where(Arrival.id.in_(of_it)).order_by(Arrival.id).with_for_update()
    ).all()
    log_deed(session, archive, SYSTEM, document, "document.destroy", files=[arrival.name for arrival in brought])
    archive.topics.let_go(session, archive, Subject("document", document.id))
    archive.consequences.after(session, archive, DocumentChanged(document.id))
    for table in (FieldRow, SealRow, PageEdit, ReviewRemark):
        session.execute(sa.delete(table).where(table.document_id == document.id))
    session.delete(document)
    session.flush()
    for arrival in brought:
        if arrivals.is_replaced(session, arrival.id):  # also where no other document has a page of it
            arrivals.destroy(session, archive, SYSTEM, arrival, "回收站满 30 天")
