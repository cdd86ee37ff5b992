"""One document for a screen: pages, values as a person writes them, seals, text, history, where to file it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from dms.audit.models import AuditLeaf
from dms.documents import files, values
from dms.documents.draft import values_of
from dms.documents.files import HeldFile
from dms.documents.models import Document, DocumentPage, FieldRow, ReviewRemark, SealRow
from dms.documents.page_readings import page_readings
from dms.documents.rules import OPEN
from dms.documents.service.arranging import last_edit
from dms.documents.service.changing import declared_of, log_deed
from dms.documents.typed import shown
from dms.documents.visibility import get_visible, visible
from dms.dossiers.models import Dossier
from dms.intake.models import Arrival, PageReading
from dms.intake.pagecodec import decode_page
from dms.jobs import service as jobs
from dms.kernel.archive import Archive
from dms.policy import Identity
from dms.policy.content import DOCUMENT_PRINT, DOCUMENT_REVIEW, DOCUMENT_VIEW, PAGE_VIEW
from ingest.doctypes import DocumentType
from ingest.model import Box

MOST_HISTORY = 200


@dataclass(frozen=True, slots=True)
class PageView:
    """A page for the viewer; sizes in pixels as turned."""

    position: int
    arrival_id: str
    number: int
    width: int
    height: int
    turn: int
    hidden: bool
    problem: str


@dataclass(frozen=True, slots=True)
class ValueView:
    """A value for a form; `shown` as a person writes it, `box` on the page as turned, `source` "" for an unread one."""

    name: str
    label: str
    kind: str
    required: bool
    raw: str
    value: str | None
    shown: str
    position: int | None
    box: Box | None
    read_box: Box | None  # on the page as read, for crops
    confidence: float
    doubtful: bool
    source: str
    confirmed: bool
    checks: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class SealView:
    """A seal impression for a form."""

    id: str
    position: int
    box: Box
    read_box: Box
    shape: str
    text: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """A dossier to file a document in, and why."""

    id: str
    number: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class RetentionView:
    """How long documents of a type are kept by default: the rule, what the years count from, why."""

    rule: str  # code in the rulebook; "" for years that no rule has
    zh: str
    en: str
    years: int | None  # None: permanently
    counted_from: str  # document, relation_end, purpose_end
    basis: str


@dataclass(frozen=True)
class DocumentView:
    """All that a screen shows of a document."""

    document: Document
    declared: DocumentType | None
    pages: list[PageView]
    values: list[ValueView]
    seals: list[SealView]
    dossiers: list[Proposal]
    arrivals: list[Arrival]
    remarks: list[ReviewRemark]
    file: HeldFile | None  # None while the pages lie only within files that hold other things too
    extracting: bool  # its own file is being made, or waits for a person
    undo: str | None  # id of the last edit of pages that can be undone
    retention: RetentionView | None


def show(archive: Archive, identity: Identity, document_id: str) -> DocumentView:
    """Return a document. Raises `NotFoundError` for what is not there or not the asker's to know."""
    archive.policy.require(identity, DOCUMENT_VIEW)
    with archive.db.read() as session:
        options = (joinedload(Document.party), joinedload(Document.dossier))
        document = get_visible(session, archive, identity, document_id, DOCUMENT_VIEW, *options)
        declared = declared_of(archive, document.type_code)
        pages = _pages(session, document_id)
        turns = {page.position: page.turn for page in pages}
        edit = last_edit(session, document_id)
        remarks = (
            sa.select(ReviewRemark).where(ReviewRemark.document_id == document_id).order_by(ReviewRemark.id.desc())
        )
        arrivals = sa.select(Arrival).where(Arrival.id.in_({page.arrival_id for page in pages}))
        return DocumentView(
            document, declared, pages, _values(session, document_id, declared, turns),
            _seals(session, document_id, turns), _proposals(session, document),
            list(session.scalars(arrivals)), list(session.scalars(remarks.limit(20))),
            files.file_of(session, document), jobs.is_live(session, "document", document_id), edit.id if edit else None,
            _retention(archive, declared),
        )  # fmt: skip


def _retention(archive: Archive, declared: DocumentType | None) -> RetentionView | None:
    if declared is None:
        return None
    said = declared.retention
    code, rule = archive.rulebook.kept(said.rule, said.years)
    return RetentionView(code, rule.zh, rule.en, rule.years, said.from_, said.basis)


def _pages(session: Session, document_id: str) -> list[PageView]:
    query = page_readings(DocumentPage, PageReading.width, PageReading.height, PageReading.problem)
    found = []
    for page, width, height, problem in session.execute(query.where(DocumentPage.document_id == document_id)):
        size = (width or 1000, height or 1414)
        size = size if page.turn % 180 == 0 else (size[1], size[0])
        found.append(
            PageView(page.position, page.arrival_id, page.number, *size, page.turn, page.hidden, problem or "")
        )
    return found


def _values(
    session: Session, document_id: str, declared: DocumentType | None, turns: dict[int, int]
) -> list[ValueView]:
    """Return the values in the order of the declaration, doubtful ones first, required ones that nobody read too."""
    rows = values_of(session, [document_id])[document_id]
    fields = {field.name: field for field in declared.expanded_fields()} if declared else {}
    order = {name: at for at, name in enumerate(fields)}
    required = {name for name, field in fields.items() if field.required}
    views = [_value(row, row.name in required, turns) for row in rows.values()]
    views += [
        ValueView(
            name, field.label, field.kind, field.required, "", None, "", None, None, None, 0.0,
            field.required, "", False, [],
        )
        for name, field in fields.items() if name not in rows
    ]  # fmt: skip
    return sorted(views, key=lambda view: (not view.doubtful, order.get(view.name, len(order)), view.name))


def _value(row: FieldRow, required: bool, turns: dict[int, int]) -> ValueView:
    box = Box(*row.box) if row.box else None
    turned = box.turned(turns.get(row.position or 0, 0)) if box else None
    confirmed = values.is_persons(row)
    return ValueView(
        row.name, row.label, row.kind, required, row.raw, row.value, shown(row.kind, row.value, row.raw), row.position,
        turned, box, row.confidence, row.doubtful and not confirmed, row.source, confirmed, row.checks or [],
    )  # fmt: skip


def _seals(session: Session, document_id: str, turns: dict[int, int]) -> list[SealView]:
    query = sa.select(SealRow).where(SealRow.document_id == document_id).order_by(SealRow.position, SealRow.id)
    found = []
    for row in session.scalars(query):
        box = Box(*row.box)
        turned = box.turned(turns.get(row.position, 0))
        found.append(SealView(row.id, row.position, turned, box, row.shape, row.text, row.confirmed_at is not None))
    return found


def _proposals(session: Session, document: Document) -> list[Proposal]:
    """Return the dossiers of the document's counterparty, the chosen one first."""
    wanted = [Dossier.id == document.dossier_id] if document.dossier_id else []
    if document.party_id:
        wanted.append(Dossier.party_id == document.party_id)
    if not wanted:
        return []
    query = sa.select(Dossier).options(joinedload(Dossier.party)).where(sa.or_(*wanted)).order_by(Dossier.id.desc())
    found = sorted(session.scalars(query.limit(10)), key=lambda dossier: dossier.id != document.dossier_id)
    return [
        Proposal(each.id, each.number, each.party.name, "" if each.id == document.dossier_id else "同一客户")
        for each in found
    ]


def printed(archive: Archive, identity: Identity, document_id: str) -> DocumentView:
    """Return a document to be printed; that it was printed is logged first."""
    archive.policy.require(identity, DOCUMENT_PRINT)
    view = show(archive, identity, document_id)
    archive.policy.require(identity, DOCUMENT_PRINT, view.document)
    archive.policy.require(identity, PAGE_VIEW, view.document)
    with archive.db.write() as session:
        log_deed(session, archive, identity, view.document, "document.print")
    return view


def neighbours(archive: Archive, identity: Identity, document_id: str) -> list[Document]:
    """Return other documents of the same batch that are not filed: candidates to be merged."""
    archive.policy.require(identity, DOCUMENT_REVIEW)
    batches = (
        sa.select(Arrival.batch_id)
        .join(DocumentPage, DocumentPage.arrival_id == Arrival.id)
        .where(DocumentPage.document_id == document_id)
    )
    there = (
        sa.select(DocumentPage.document_id)
        .join(Arrival, Arrival.id == DocumentPage.arrival_id)
        .where(Arrival.batch_id.in_(batches))
    )
    query = sa.select(Document).where(
        Document.id.in_(there), Document.id != document_id, Document.state.in_(OPEN), Document.trashed_at.is_(None),
        visible(archive, identity, DOCUMENT_REVIEW),
    )  # fmt: skip
    with archive.db.read() as session:
        return list(session.scalars(query.order_by(Document.id).limit(50)))


def text_of(archive: Archive, identity: Identity, document_id: str) -> list[tuple[int, str]]:
    """Return the text of each visible page as (position, text)."""
    archive.policy.require(identity, DOCUMENT_VIEW)
    with archive.db.read() as session:
        get_visible(session, archive, identity, document_id)
        query = page_readings(DocumentPage.position, PageReading.reading, read=True, visible=True)
        rows = session.execute(query.where(DocumentPage.document_id == document_id))
        return [(position, decode_page(stored).text if stored else "") for position, stored in rows]


def history(archive: Archive, identity: Identity, document_id: str) -> list[AuditLeaf]:
    """Return the deeds done to a document, newest first."""
    archive.policy.require(identity, DOCUMENT_VIEW)
    with archive.db.read() as session:
        get_visible(session, archive, identity, document_id)
        query = sa.select(AuditLeaf).where(AuditLeaf.target_kind == "document", AuditLeaf.target_id == document_id)
        return list(session.scalars(query.order_by(AuditLeaf.id.desc()).limit(MOST_HISTORY)))
