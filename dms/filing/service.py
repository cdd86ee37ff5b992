"""Filing (归档): a confirmed document gets its number within its dossier, and the roles that may see it do."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.documents.models import Document
from dms.documents.rules import State, require_edge
from dms.documents.service.changing import changing, declared_of, log_deed
from dms.dossiers.models import Dossier
from dms.filing.events import DocumentFiled, DocumentFiling
from dms.kernel.archive import Archive
from dms.kernel.errors import ConflictError
from dms.numbering.rules import document_number, parse_dossier_number
from dms.numbering.service import next_serial
from dms.parties.models import Party
from dms.policy import Identity
from dms.policy.content import DOCUMENT_FILE

DEFAULT_FONDS = "Q001"
OTHERS = "06"  # group of a document whose type the rulebook no longer has


def file_document(archive: Archive, identity: Identity, document_id: str, revision: int | None = None) -> str:
    """File a confirmed document in its dossier and return its number (档号), which never changes and is never reused.

    Raises `ConflictError` for a document that is not confirmed, in the trash, or without a dossier, and `InvalidError`
    for a copy of which nobody has said where the original is.
    """
    with changing(archive, identity, document_id, revision, DOCUMENT_FILE) as (session, document):
        dossier = _dossier(session, document)
        archive.consequences.before(session, archive, DocumentFiling(document))
        document.number = _next_number(session, archive, document, dossier)
        document.state, document.filed_at = State.FILED, archive.clock.now()
        document.owner_id = dossier.owner_id or document.owner_id
        document.department_id = dossier.department_id or document.department_id
        log_deed(session, archive, identity, document, "document.file", number=document.number)
        archive.consequences.after(session, archive, DocumentFiled(document))
        return document.number


def _dossier(session: Session, document: Document) -> Dossier:
    require_edge(document.state, State.FILED)
    if document.trashed_at is not None:
        raise ConflictError("这件文件在回收站里，不能归档。请先取回。", code="document_trashed")
    if document.dossier_id is None:
        raise ConflictError("还不知道归入哪个案卷。请在核对页选定案卷，再归档。", code="dossier_missing")
    return session.get_one(Dossier, document.dossier_id)


def _next_number(session: Session, archive: Archive, document: Document, dossier: Dossier) -> str:
    own = session.scalars(
        sa.select(Party.fonds).where(Party.is_own, Party.fonds.is_not(None)).order_by(Party.id)
    ).first()
    declared = declared_of(archive, document.type_code)
    volume, group = parse_dossier_number(dossier.number).compact, declared.group if declared else OTHERS
    serial = next_serial(session, f"item:{volume}-{group}")
    return document_number(own or DEFAULT_FONDS, volume, group, serial)
