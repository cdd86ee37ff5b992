"""The frame of every change of a document: permission, lock, revision, index, who made it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session, joinedload

from dms.audit.service import record
from dms.documents.draft import Draft
from dms.documents.events import DocumentChanged
from dms.documents.models import Document
from dms.kernel.archive import Archive
from dms.kernel.doctypes import types_of
from dms.kernel.errors import ConflictError, ForbiddenError, NotFoundError
from dms.policy import Action, Identity
from dms.policy.content import DOCUMENT_REVIEW, DOCUMENT_VIEW
from ingest.doctypes import DocumentType

UNKNOWN = "没有这件文件，或您无权查看。"


@contextmanager
def drafting(
    archive: Archive, identity: Identity, document_id: str, revision: int | None = None,
    action: Action = DOCUMENT_REVIEW,
) -> Iterator[tuple[Draft, Document]]:  # fmt: skip
    """Open a write transaction on one document; at its end the document has a new revision and the index learns of it.

    Nothing is sent before the end, so that each row is sent once.

    Raises:
        ForbiddenError, NotFoundError: the person may not do this, or not know of it.
        ConflictError: somebody changed it since `revision` was read (None: whatever it is now).
    """
    archive.policy.require(identity, action)
    with archive.db.write() as session:
        document = locked(session, archive, identity, document_id, action)
        if revision is not None and document.revision != revision:
            raise ConflictError(
                "%(name)s 刚刚改过这件文件，您的修改没有保存。请核对现在的内容后再改。",
                code="changed_meanwhile", name=document.changed_by or "别人",
            )  # fmt: skip
        draft = Draft(session, archive, [document])
        with session.no_autoflush:
            yield draft, document
            touch(session, archive, identity, document)
        draft.write()


@contextmanager
def changing(
    archive: Archive, identity: Identity, document_id: str, revision: int | None = None,
    action: Action = DOCUMENT_REVIEW,
) -> Iterator[tuple[Session, Document]]:  # fmt: skip
    """Open a write transaction as `drafting` does, for a change of the document's own row."""
    with drafting(archive, identity, document_id, revision, action) as (draft, document):
        yield draft.session, document


def touch(session: Session, archive: Archive, identity: Identity, document: Document) -> None:
    """Give a document its next revision, and have the index learn of it."""
    document.revision += 1
    document.changed_by, document.changed_at = identity.name, archive.clock.now()
    archive.consequences.after(session, archive, DocumentChanged(document.id))


def log_deed(
    session: Session, archive: Archive, identity: Identity, document: Document, action: str, reason: str = "",
    **details: Any,
) -> None:  # fmt: skip
    """Record a deed done to a document in the deed's own transaction."""
    record(
        session, archive.clock, identity, action=action, target=("document", document.id),
        details={"title": document.title, **details}, reason=reason,
    )  # fmt: skip


def locked(
    session: Session, archive: Archive, identity: Identity, document_id: str, action: Action = DOCUMENT_REVIEW
) -> Document:
    """Return a document with its dossier, itself locked for this transaction.

    Raises `NotFoundError`, `ForbiddenError`.
    """
    alone = {"of": Document}  # a server does not lock what an outer join may lack
    document = session.get(
        Document, document_id, options=[joinedload(Document.dossier)], with_for_update=alone, populate_existing=True
    )
    if document is None or not archive.policy.may(identity, DOCUMENT_VIEW, document):
        raise NotFoundError(UNKNOWN, code="document_unknown")
    if not archive.policy.may(identity, action, document):
        raise ForbiddenError("您的角色不能这样处理这件文件，没有任何改动。", code="forbidden")
    return document


def declared_of(archive: Archive, type_code: str) -> DocumentType | None:
    """Return the document type of a code; None for "" and for one that the rulebook no longer has."""
    return types_of(archive).get(type_code)
