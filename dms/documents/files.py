"""The file of a document: its own where pages were copied out of arrivals, else the arrival that it wholly is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from dms.documents.models import Document, DocumentFile, DocumentPage
from dms.intake.models import Arrival
from dms.intake.names import clean_name
from dms.originals import objects
from storage.envelope import Envelope


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file that holds all visible pages of a document and nothing else; `copy` if it was copied out of arrivals."""

    name: str
    kind: str
    envelope: Envelope
    copy: DocumentFile | None
    arrival: Arrival | None

    @property
    def own(self) -> bool:
        """Tell whether it was copied out of arrivals."""
        return self.copy is not None

    @property
    def sha256(self) -> str:
        """SHA-256 of the bytes, in hexadecimal."""
        return self.envelope.plain_sha256

    @property
    def length(self) -> int:
        """How many bytes."""
        return self.envelope.plain_length

    @property
    def signed(self) -> bool:
        """Tell whether a file that it was copied from says that it is digitally signed."""
        return self.copy is not None and self.copy.signed


def file_of(session: Session, document: Document) -> HeldFile | None:
    """Return the document's file; None while its pages lie only within files that hold other things too."""
    own = own_file(session, document.id)
    if own is not None:
        name = clean_name(f"{document.number or ''}_{document.title}".strip("_") + f".{own.kind}")
        return HeldFile(name, own.kind, Envelope.from_json(own.original.envelope), own, None)
    arrival = whole_arrival(session, document.pages)
    if arrival is None or arrival.object_ref is None:
        return None
    envelope = objects.envelope_of(session, arrival.object_ref)
    return HeldFile(arrival.shown_name, arrival.kind, envelope, None, arrival)


def own_file(session: Session, document_id: str) -> DocumentFile | None:
    """Return the file that was copied for a document."""
    query = sa.select(DocumentFile).where(DocumentFile.document_id == document_id)
    return session.scalars(query.options(joinedload(DocumentFile.original))).first()


def whole_arrival(session: Session, pages: Sequence[DocumentPage]) -> Arrival | None:
    """Return the arrival of which these are all pages in their order, none hidden; how they are turned is a view."""
    brought = {page.arrival_id for page in pages}
    if len(brought) != 1:
        return None
    arrival = session.get_one(Arrival, brought.pop())
    shown = [page.number for page in pages if not page.hidden]
    return arrival if shown == list(range(1, (arrival.page_count or 0) + 1)) else None


def needs_own(session: Session, document: Document) -> bool:
    """Tell whether a document must be copied to have a file."""
    shown = any(not page.hidden for page in document.pages)
    return shown and whole_arrival(session, document.pages) is None and own_file(session, document.id) is None
