"""What documents ask and tell other topics."""

from __future__ import annotations

from dataclasses import dataclass

from dms.documents.models import Document
from dms.kernel.consequences import Event


@dataclass(frozen=True)
class DocumentTrashing(Event):
    """A document is about to go into the trash (回收站), or pages of it to another document, which may go there."""

    document: Document


@dataclass(frozen=True)
class DocumentChanged(Event):
    """A document was made, changed or destroyed in this transaction: what others keep of it is outdated."""

    document_id: str
