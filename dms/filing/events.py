"""What filing asks and tells other topics."""

from __future__ import annotations

from dataclasses import dataclass

from dms.documents.models import Document
from dms.kernel.consequences import Event


@dataclass(frozen=True)
class DocumentFiling(Event):
    """A document is about to be filed (归档)."""

    document: Document


@dataclass(frozen=True)
class DocumentFiled(Event):
    """A document has its number (档号)."""

    document: Document
