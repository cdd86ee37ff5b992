"""The trash (回收站) of documents that are not filed; filed ones never come here."""

from __future__ import annotations

from datetime import timedelta

from dms.documents.events import DocumentTrashing
from dms.documents.rules import require_open
from dms.documents.service.changing import changing, log_deed
from dms.kernel.archive import Archive
from dms.kernel.errors import ConflictError
from dms.policy import Identity
from dms.policy.content import DOCUMENT_DISCARD

KEPT = timedelta(days=30)


def trash(
    archive: Archive, identity: Identity, document_id: str, reason: str = "", revision: int | None = None
) -> None:
    """Put a document that is not filed into the trash; it can be restored for thirty days, its file stays.

    Raises `ConflictError` for one that is filed, in the trash already, or must stay where it is (a gate says why).
    """
    with changing(archive, identity, document_id, revision, DOCUMENT_DISCARD) as (session, document):
        require_open(document.state)
        if document.trashed_at is not None:
            raise ConflictError("这件文件已经在回收站里。", code="document_trashed")
        archive.consequences.before(session, archive, DocumentTrashing(document))
        document.trashed_at = archive.clock.now()
        log_deed(session, archive, identity, document, "document.trash", reason)


def restore(archive: Archive, identity: Identity, document_id: str) -> None:
    """Take a document out of the trash."""
    with changing(archive, identity, document_id, None, DOCUMENT_DISCARD) as (session, document):
        if document.trashed_at is None or not document.pages:
            raise ConflictError("这件文件不在回收站里，或它的页面已并入别的文件。", code="document_not_trashed")
        document.trashed_at = None
        log_deed(session, archive, identity, document, "document.restore")
