"""Reading a document's stored pages again: as another type, after its pages changed, or within a drawn box."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Protocol

from sqlalchemy.orm import Session

from dms.documents import values
from dms.documents.draft import Draft, context_of
from dms.documents.models import Document, DocumentPage
from dms.documents.page_readings import ArrivalPage, page_readings
from dms.documents.service.changing import declared_of, drafting, log_deed
from dms.documents.visibility import get_visible
from dms.intake.models import PageReading
from dms.intake.pagecodec import decode_page
from dms.intake.problems import sentence
from dms.intake.reading import source_of
from dms.kernel.archive import Archive
from dms.kernel.doctypes import types_of
from dms.kernel.errors import InvalidError, NotFoundError, UnavailableError
from dms.policy import Identity
from dms.policy.content import DOCUMENT_REVIEW
from ingest.checks import Context, run_checks
from ingest.classify import classify
from ingest.doctypes import DocumentType
from ingest.fields.extract import extract
from ingest.model import Box, FieldValue, Page, Seal
from ingest.sandbox import ParseError
from ingest.triage import FileKind


class BoxReading(Protocol):
    """Reads the text within a box of a page's view."""

    def read_box(
        self, source: BinaryIO, kind: FileKind, number: int, box: Box, page: Page | None, password: str | None = None
    ) -> str:
        """Return the text. Raises `ParseError`."""
        ...


@dataclass(frozen=True)
class Reread:
    """What a machine now says of a document: computed outside of any transaction, then applied in one."""

    type_code: str
    confidence: float
    fields: tuple[FieldValue, ...]
    seals: tuple[tuple[int, Seal], ...]
    engine: str
    pages: tuple[ArrivalPage, ...]  # by position, to see whether they are still the same
    context: Context


def prepared(archive: Archive, identity: Identity, document_id: str, type_code: str) -> Reread | None:
    """Return the document read as another type; None when the type stays what it is. Raises `InvalidError`."""
    with archive.db.read() as session:
        document = get_visible(session, archive, identity, document_id, DOCUMENT_REVIEW)
        if document.type_code == type_code:
            return None
        pages, context = pages_of(session, document_id), context_of(session, archive)
    declared = declared_of(archive, type_code)
    if type_code and declared is None:
        raise InvalidError("规则里没有这个文种，请重新选择。", code="type_unknown")
    return _read_as(declared, pages, context, 1.0 if declared else 0.0)


def pages_of(session: Session, document_id: str) -> list[tuple[ArrivalPage, Page]]:
    """Return the visible pages of a document by position, each numbered by its position."""
    query = page_readings(DocumentPage, PageReading.reading).where(DocumentPage.document_id == document_id)
    return [_numbered(page, stored) for page, stored in session.execute(query)]


def _numbered(page: DocumentPage, stored: bytes | None) -> tuple[ArrivalPage, Page]:
    read = decode_page(stored) if stored and not page.hidden else Page(1, 0, 0, 0.0, ())
    return (page.arrival_id, page.number), replace(read, number=page.position)


def _read_as(
    declared: DocumentType | None, numbered: list[tuple[tuple[str, int], Page]], context: Context, confidence: float
) -> Reread:
    pages = [page for _, page in numbered]
    fields = run_checks(declared, extract(declared, pages), context) if declared and pages else ()
    seals = tuple((page.number, seal) for page in pages for seal in page.seals)
    engine = next((page.engine for page in pages if page.engine), "")
    return Reread(
        declared.code if declared else "", confidence, fields, seals, engine, tuple(key for key, _ in numbered), context
    )


def read_anew(draft: Draft, document: Document, stored: Mapping[ArrivalPage, bytes]) -> Reread:
    """Return what a machine says of a document as its pages now are; the type that a person confirmed stays."""
    numbered = [_numbered(page, stored.get((page.arrival_id, page.number))) for page in document.pages]
    declared, confidence = declared_of(draft.archive, document.type_code), document.type_confidence
    if declared is None or (confidence < 1.0 and document.confirmed_at is None):
        types = tuple(types_of(draft.archive).values())
        verdict = classify(types, [page for _, page in numbered]) if numbered else None
        declared, confidence = (verdict.winner, verdict.confidence) if verdict else (None, 0.0)
    return _read_as(declared, numbered, draft.context, confidence)


def apply(draft: Draft, found: Mapping[str, Reread]) -> None:
    """Write what a machine says of documents, by id; what persons wrote or confirmed stays."""
    for each, reread in found.items():
        document = draft.documents[each]
        document.type_code, document.type_confidence = reread.type_code, reread.confidence
        positions = {position: position for position in range(1, len(reread.pages) + 1)}
        values.propose(draft, document, reread.fields, positions, reread.engine)
        _renew_seals(draft, document, reread)
    draft.parties([values.printed(draft, draft.documents[each]) for each in found])
    for each, reread in found.items():
        values.refresh(draft, draft.documents[each], declared_of(draft.archive, reread.type_code))


def _renew_seals(draft: Draft, document: Document, found: Reread) -> None:
    """Keep seals that a person confirmed where they still are, and those that are found again; write others anew."""
    held = draft.seals[document.id]
    confirmed = {(row.position, tuple(row.box)) for row in held if row.confirmed_at is not None}
    found_at = {_identity(at, seal): (at, seal) for at, seal in found.seals}
    fresh = {said: seal for said, seal in found_at.items() if said[:2] not in confirmed}
    for row in list(held):
        said = (row.position, tuple(row.box), row.shape, row.colour, row.text, row.confidence)
        if row.confirmed_at is None and fresh.pop(said, None) is None:
            held.remove(row)
            draft.session.delete(row)
    values.write_seals(draft, document, fresh.values())


def _identity(position: int, seal: Seal) -> tuple[Any, ...]:
    return position, tuple(seal.box.to_list()), str(seal.shape), seal.colour, seal.text, seal.confidence


def change_type(
    archive: Archive, identity: Identity, document_id: str, type_code: str, revision: int | None = None
) -> None:
    """Say that a document is of another type: its fields are read anew, those of persons kept."""
    found = prepared(archive, identity, document_id, type_code)
    if found is None:
        return
    with drafting(archive, identity, document_id, revision) as (draft, document):
        before, draft.context = document.type_code, found.context
        apply(draft, {document.id: found})
        log_deed(
            draft.session, archive, identity, document, "document.type", changes={"type": f"{before} → {type_code}"}
        )


def read_box(
    archive: Archive, identity: Identity, document_id: str, position: int, box: Box, reader: BoxReading
) -> str:
    """Return the text in a box that a person drew on a page's view, read again from the original.

    Raises `UnavailableError` in plain words when the reader cannot read it now.
    """
    archive.policy.require(identity, DOCUMENT_REVIEW)
    with archive.db.read() as session:
        get_visible(session, archive, identity, document_id, DOCUMENT_REVIEW)
        here = (DocumentPage.document_id == document_id, DocumentPage.position == position)
        query = page_readings(DocumentPage.arrival_id, DocumentPage.number, PageReading.reading)
        where = session.execute(query.where(*here)).first()
    if where is None:
        raise NotFoundError("这件文件没有这一页。", code="page_unknown")
    source = source_of(archive, where.arrival_id)
    if source is None:
        raise NotFoundError("这一页的原件已按规定销毁，不能再读。", code="object_missing")
    try:
        with source.open(archive) as stream:
            page = decode_page(where.reading) if where.reading else None
            return reader.read_box(stream, source.kind, where.number, box, page, source.password)
    except ParseError as error:
        raise UnavailableError(sentence(error.code), code=error.code) from error
