"""Which papers may stand where (密级): the strictest of the places around one decides, and the documents on a paper."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.documents.models import Document
from dms.holdings.models import Holding, HoldingDocument


def level_of(session: Session, wanted: sa.ColumnElement[bool]) -> int:
    """Return the highest level of some papers, 0 for none: that of their documents now, else what they came with."""
    now = (
        sa.select(sa.func.max(Document.level))
        .join(HoldingDocument, HoldingDocument.document_id == Document.id)
        .where(HoldingDocument.holding_id == Holding.id)
        .scalar_subquery()
    )
    return session.scalar(sa.select(sa.func.max(sa.func.coalesce(now, Holding.level))).where(wanted)) or 0
