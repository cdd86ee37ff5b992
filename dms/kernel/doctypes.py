"""The document types (文种) of the rulebook, parsed once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from dms.kernel.archive import Archive
from ingest.doctypes import DocumentType, load_types


def types_of(archive: Archive) -> dict[str, DocumentType]:
    """Return the document types by code."""
    return read_types(archive.rulebook.types)


def read_types(texts: Mapping[str, str]) -> dict[str, DocumentType]:
    """Return the document types of some files by code. Raises `DocumentTypeError`."""
    return _parsed(tuple(texts.items()))


@cache
def _parsed(texts: tuple[tuple[str, str], ...]) -> dict[str, DocumentType]:
    return {declared.code: declared for declared in load_types(dict(texts))}
