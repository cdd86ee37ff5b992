"""Boxes that a person draws on a page as it is shown: brought back to the page as read, their text read again."""

from __future__ import annotations

import sqlalchemy as sa

from dms.documents.models import Document, DocumentPage
from dms.documents.service import rereading
from dms.documents.service.rereading import BoxReading
from dms.documents.visibility import visible
from dms.kernel.archive import Archive
from dms.kernel.errors import InvalidError
from dms.policy import Identity
from dms.policy.content import DOCUMENT_VIEW
from ingest.model import Box

Sides = tuple[float, float, float, float]  # of a drawn box, which may reach beyond the page or be none


def turns_of(archive: Archive, identity: Identity, document_id: str) -> dict[int, int]:
    """Return how persons turned the pages, by position; empty for a document that is not the asker's to know."""
    archive.policy.require(identity, DOCUMENT_VIEW)
    query = sa.select(DocumentPage.position, DocumentPage.turn).join(DocumentPage.document)
    with archive.db.read() as session:
        rows = session.execute(query.where(Document.id == document_id, visible(archive, identity)))
        return {row.position: row.turn for row in rows}


def as_read(drawn: Sides, turn: int) -> Box:
    """Return a box drawn on the page as shown on the page as read. Raises `ValueError`."""
    return Box(*(min(max(side, 0.0), 1.0) for side in drawn)).turned(-turn)


def read_drawn(
    archive: Archive, identity: Identity, document_id: str, position: int, drawn: Sides, reader: BoxReading
) -> str:
    """Return the text in a box drawn on a page as shown. Raises `InvalidError` for a box without a size."""
    turns = turns_of(archive, identity, document_id)
    try:
        box = as_read(drawn, turns.get(position, 0))
    except ValueError as error:
        raise InvalidError("框没有大小，请重新框选。", code="box") from error
    return rereading.read_box(archive, identity, document_id, position, box, reader)
