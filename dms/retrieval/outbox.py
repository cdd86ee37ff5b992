"""The outbox of the index: every change of a document is noted in the change's own transaction."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.documents.events import DocumentChanged
from dms.documents.models import Document
from dms.jobs.service import announce_later
from dms.kernel.archive import Archive
from dms.kernel.carrier import Queue
from dms.kernel.database import new_id
from dms.parties.events import PartyRenamed
from dms.retrieval.models import IndexOutbox


def note(session: Session, archive: Archive, event: DocumentChanged) -> None:
    """Note that the index must learn of a document, once however often one transaction changes it."""
    told: set[str] = session.info.setdefault("indexed", set())
    if event.document_id in told:
        return
    told.add(event.document_id)
    session.add(IndexOutbox(document_id=event.document_id, created_at=archive.clock.now()))
    announce_later(session, archive, Queue.INDEXING)


def note_renaming(session: Session, archive: Archive, event: PartyRenamed) -> None:
    """Have the index learn the new name of a party for all its documents, in the transaction that renames it."""
    ids = session.scalars(sa.select(Document.id).where(Document.party_id == event.party.id))
    rows = [{"id": new_id(), "document_id": document, "created_at": archive.clock.now()} for document in ids]
    if rows:
        session.execute(sa.insert(IndexOutbox), rows)
