"""The demonstration's second part: papers confirmed as an archivist would, originals in boxes, documents filed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from dms.documents.models import Document, DocumentPage
from dms.documents.rules import State
from dms.documents.service import review
from dms.documents.service.review import Review
from dms.filing.service import file_document
from dms.holdings import moves, papers
from dms.holdings.models import HoldingDocument
from dms.holdings.papers import PaperDetails
from dms.intake.models import Arrival
from dms.jobs.service import enqueue
from dms.jobs.work import Work
from dms.kernel.archive import Archive
from dms.places.models import Place
from dms.policy import SYSTEM

SETTLE = "demonstration-settle"
PATIENCE = timedelta(seconds=3)
LENT, BORROWER = "T04", "陆景行"  # a contract that somebody has

Told = Mapping[str, Any]


def settle(work: Work) -> None:
    """Job: when everything has been read, confirm, put away and file what an archivist has been through."""
    archive = work.archive
    with archive.db.read() as session:
        unread = session.scalar(sa.select(sa.func.count()).where(Arrival.state.in_(("stored", "reading"))))
    if unread:
        _look_again(work)
        return
    boxes = boxes_of(archive)
    for number, told in enumerate(work.held.payload["papers"]):
        document = _found(archive, told)
        if document is not None:
            _settle_one(archive, document, told, boxes[number % len(boxes)], is_copy=number == 0)
        work.renew()


def boxes_of(archive: Archive) -> list[str]:
    """Return the codes of the boxes."""
    with archive.db.read() as session:
        return list(session.scalars(sa.select(Place.code).where(Place.kind == "box").order_by(Place.code)))


def _found(archive: Archive, told: Told) -> Document | None:
    """Return the document of exactly these pages and this type; None where the machine divided the file otherwise."""
    same = sa.select(DocumentPage.document_id).join(Arrival, Arrival.id == DocumentPage.arrival_id)
    first = same.where(Arrival.name == told["file"], DocumentPage.number == told["pages"][0])
    with archive.db.read() as session:
        document = session.scalars(sa.select(Document).where(Document.id.in_(first))).first()
        if document is None or [page.number for page in document.pages] != told["pages"]:
            return None
        return document if document.type_code == told["type"] else None


def _settle_one(archive: Archive, document: Document, told: Told, box: str, *, is_copy: bool) -> None:
    """Do what is still to be done with a document: the job may have been interrupted after any step."""
    if document.state == State.NEEDS_REVIEW:
        copy_kind = "copy" if is_copy else "original"
        said = Review(copy_kind=copy_kind, dossier_id=told["dossier"], values=told["values"])
        review.save(archive, SYSTEM, document.id, said, confirm=True)
    _put_away(archive, document, told, box, is_copy=is_copy)
    if document.state in (State.NEEDS_REVIEW, State.VALIDATED):
        file_document(archive, SYSTEM, document.id)


def _put_away(archive: Archive, document: Document, told: Told, box: str, *, is_copy: bool) -> None:
    with archive.db.read() as session:
        known = sa.select(HoldingDocument.holding_id).where(HoldingDocument.document_id == document.id)
        if session.scalar(known.limit(1)) is not None:
            return
    if is_copy:
        papers.register(
            archive, SYSTEM, [document.id], PaperDetails("original", holder_kind="customer", holder=told["holder"])
        )
    holding = moves.register_at(archive, SYSTEM, [document.id], PaperDetails("copy" if is_copy else "original"), box)
    if told["type"] == LENT and told["pages"][0] == 1:  # the one that came by itself
        due = archive.clock.today() + timedelta(days=14)
        moves.hand_out(archive, SYSTEM, holding, person=BORROWER, purpose="核对合同条款", due_on=due)


def _look_again(work: Work) -> None:
    """End this job and begin another like it a little later: nothing failed, so nothing backs off."""
    with work.archive.db.write() as session:
        work.finish(session)
        enqueue(session, work.archive, SETTLE, dict(work.held.payload), dedupe_key=SETTLE, after=PATIENCE)
