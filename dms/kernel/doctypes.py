"""The document types (文种) of the rulebook, parsed once."""

from __future__ import annotations

from functools import cache

from dms.kernel.archive import Archive
from ingest.doctypes import DocumentType, load_types


def types_of(archive: Archive) -> dict[str, DocumentType]:
    """Return the document types by code."""
    return _parsed(tuple(archive.rulebook.types.items()))


@cache
def _parsed(texts: tuple[tuple[str, str], ...]) -> dict[str, DocumentType]:
    return {declared.code: declared for declared in load_types(dict(texts))}
