"""Reading a document's stored pages again: as another type, after its pages changed, or within a drawn box."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import BinaryIO, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.documents import values
from dms.documents.models import Document, DocumentPage, SealRow
from dms.documents.service.changing import changing, declared_of, tell
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
    pages: tuple[tuple[str, int], ...]  # (arrival, page number) by position, to see whether they are still the same


def prepared(archive: Archive, identity: Identity, document_id: str, type_code: str | None) -> Reread | None:
    """Return the document read as another type; None when the type stays what it is. Raises `InvalidError`."""
    if type_code is None:
        return None
    with archive.db.read() as session:
        document = get_visible(session, archive, identity, document_id, DOCUMENT_REVIEW)
        if document.type_code == type_code:
            return None
        pages, context = pages_of(session, document_id), values.context_of(session, archive)
    declared = declared_of(archive, type_code)
    if type_code and declared is None:
        raise InvalidError("规则里没有这个文种，请重新选择。", code="type_unknown")
    return _read_as(declared, pages, context, 1.0 if declared else 0.0)


def pages_of(session: Session, document_id: str) -> list[tuple[tuple[str, int], Page]]:
    """Return the visible pages of a document by position, each numbered by its position."""
    query = (
        sa.select(
            DocumentPage.arrival_id,
            DocumentPage.number,
            DocumentPage.position,
            DocumentPage.hidden,
            PageReading.reading,
        )
        .join(PageReading, _same_page(), isouter=True)
        .where(DocumentPage.document_id == document_id)
        .order_by(DocumentPage.position)
    )
    found = []
    for row in session.execute(query):
        page = decode_page(row.reading) if row.reading and not row.hidden else Page(1, 0, 0, 0.0, ())
        found.append(((row.arrival_id, row.number), replace(page, number=row.position)))
    return found


def _same_page() -> sa.ColumnElement[bool]:
    return sa.and_(PageReading.arrival_id == DocumentPage.arrival_id, PageReading.number == DocumentPage.number)


def _read_as(
    declared: DocumentType | None, numbered: list[tuple[tuple[str, int], Page]], context: Context, confidence: float
) -> Reread:
    pages = [page for _, page in numbered]
    fields = run_checks(declared, extract(declared, pages), context) if declared and pages else ()
    seals = tuple((page.number, seal) for page in pages for seal in page.seals)
    engine = next((page.engine for page in pages if page.engine), "")
    return Reread(
        declared.code if declared else "", confidence, fields, seals, engine, tuple(key for key, _ in numbered)
    )


def read_anew(archive: Archive, session: Session, document: Document) -> Reread:
    """Return what a machine says of a document as its pages now are; the type that a person confirmed stays."""
    numbered, context = pages_of(session, document.id), values.context_of(session, archive)
    declared, confidence = declared_of(archive, document.type_code), document.type_confidence
    if declared is None or (confidence < 1.0 and document.confirmed_at is None):
        verdict = classify(tuple(types_of(archive).values()), [page for _, page in numbered]) if numbered else None
        declared, confidence = (verdict.winner, verdict.confidence) if verdict else (None, 0.0)
    return _read_as(declared, numbered, context, confidence)


def apply(session: Session, archive: Archive, document: Document, found: Reread) -> None:
    """Write what a machine says, in the caller's transaction; what persons wrote or confirmed stays."""
    document.type_code, document.type_confidence = found.type_code, found.confidence
    positions = {position: position for position in range(1, len(found.pages) + 1)}
    values.propose(session, archive, document, found.fields, positions, found.engine)
    _renew_seals(session, document, found)
    declared = declared_of(archive, found.type_code)
    values.refresh(session, archive, document, declared)


def _renew_seals(session: Session, document: Document, found: Reread) -> None:
    """Keep seals that a person confirmed where they still are; write the others anew."""
    rows = session.scalars(sa.select(SealRow).where(SealRow.document_id == document.id)).all()
    kept = {(row.position, tuple(row.box)) for row in rows if row.confirmed_at is not None}
    for row in rows:
        if row.confirmed_at is None:
            session.delete(row)
    fresh = [(at, seal) for at, seal in found.seals if (at, tuple(seal.box.to_list())) not in kept]
    values.write_seals(session, document.id, fresh)


def change_type(
    archive: Archive, identity: Identity, document_id: str, type_code: str, revision: int | None = None
) -> None:
    """Say that a document is of another type: its fields are read anew, those of persons kept."""
    found = prepared(archive, identity, document_id, type_code)
    if found is None:
        return
    with changing(archive, identity, document_id, revision) as (session, document):
        before = document.type_code
        apply(session, archive, document, found)
        tell(session, archive, identity, document, "document.type", changes={"type": f"{before} → {type_code}"})


def page_of(session: Session, document_id: str, position: int) -> DocumentPage:
    """Return a page of a document. Raises `NotFoundError`."""
    page = session.scalars(
        sa.select(DocumentPage).where(DocumentPage.document_id == document_id, DocumentPage.position == position)
    ).first()
    if page is None:
        raise NotFoundError("这件文件没有这一页。", code="page_unknown")
    return page


def read_box(
    archive: Archive, identity: Identity, document_id: str, position: int, box: Box, reader: BoxReading
) -> str:
    """Return the text in a box that a person drew on a page's view, read again from the original.

    Raises `UnavailableError` in plain words when the reader cannot read it now.
    """
    archive.policy.require(identity, DOCUMENT_REVIEW)
    with archive.db.read() as session:
        get_visible(session, archive, identity, document_id, DOCUMENT_REVIEW)
        where = page_of(session, document_id, position)
        stored = session.scalar(
            sa.select(PageReading.reading).where(
                PageReading.arrival_id == where.arrival_id, PageReading.number == where.number
            )
        )
    source = source_of(archive, where.arrival_id)
    if source is None:
        raise NotFoundError("这一页的原件已按规定销毁，不能再读。", code="object_missing")
    try:
        with source.open(archive) as stream:
            page = decode_page(stored) if stored else None
            return reader.read_box(stream, source.kind, where.number, box, page, source.password)
    except ParseError as error:
        raise UnavailableError(sentence(error.code), code=error.code) from error
