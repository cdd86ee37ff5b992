"""Which documents somebody may see or handle: the policy's scope over the columns of the document table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.interfaces import ORMOption

from dms.documents.models import Document
from dms.kernel.errors import NotFoundError
from dms.policy import Action, Columns, Identity
from dms.policy.content import DOCUMENT_VIEW

if TYPE_CHECKING:
    from dms.kernel.archive import Archive

COLUMNS = Columns(
    owner_id=Document.owner_id,
    department_id=Document.department_id,
    type_code=Document.type_code,
    level=Document.level,
    filed=Document.filed_at.is_not(None),
)


def visible(archive: Archive, identity: Identity, action: Action = DOCUMENT_VIEW) -> sa.ColumnElement[bool]:
    """Return the condition on documents to which `identity` may do `action`."""
    return archive.policy.scope(identity, action).sql(COLUMNS)


def get_visible(
    session: Session, archive: Archive, identity: Identity, document_id: str,
    action: Action = DOCUMENT_VIEW, *options: ORMOption,
) -> Document:  # fmt: skip
    """Return a document. Raises `NotFoundError` for what is not there and for what the asker may not know of."""
    query = sa.select(Document).where(Document.id == document_id, visible(archive, identity, action)).options(*options)
    document = session.scalars(query).unique().one_or_none()
    if document is None:
        raise NotFoundError("没有这件文件，或您无权查看。", code="document_unknown")
    return document
