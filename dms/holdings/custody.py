"""Custody (原件在哪里): a copy of an important original may be filed only when it is known who keeps that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.documents.models import Document
from dms.documents.service.changing import declared_of
from dms.holdings.models import Holding, HoldingDocument
from dms.kernel.archive import Archive
from dms.kernel.errors import InvalidError

if TYPE_CHECKING:  # filing stands above: it asks
    from dms.filing.events import DocumentFiling


def require_stated(session: Session, archive: Archive, event: DocumentFiling) -> None:
    """Refuse a copy of an important original (合同、签收单…) that does not say where that is kept (原件存于何处)."""
    document: Document = event.document
    declared = declared_of(archive, document.type_code)
    if declared is None or not declared.custody or document.copy_kind in archive.rulebook.originals:
        return
    somewhere = sa.or_(
        Holding.holder_kind != "archive", Holding.present_place_id.is_not(None), Holding.present_person != ""
    )
    known = (
        sa.select(Holding.id)
        .join(HoldingDocument)
        .where(
            HoldingDocument.document_id == document.id,
            Holding.copy_kind.in_(archive.rulebook.paper_originals),
            somewhere,
        )
    )
    if session.scalar(known.limit(1)) is None:
        raise InvalidError(
            "这件%(kind)s不是原件，还没有写明原件存于何处，没有归档。请在文件页登记原件：在哪个库位，或由谁保管；"
            "如果这份就是原件，请在核对页改为“原件”。",
            code="custody_missing", kind=declared.name,
        )  # fmt: skip
