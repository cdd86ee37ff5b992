"""The demonstration (演示档案): invented companies' papers through the real pipeline, on shelves of their own."""

from __future__ import annotations

import io
from datetime import timedelta

import sqlalchemy as sa

from config.settings import OwnCompany
from dms.archive import Archive
from dms.db import ArchiveFact
from dms.documents.batches import Delivery
from dms.documents.intake import receive
from dms.documents.models import Arrival, Document
from dms.holdings import moves, papers, places
from dms.holdings.models import HoldingDocument, Place
from dms.jobs.service import enqueue
from dms.jobs.work import Work
from dms.policy import SYSTEM
from ingest.specimens.sets import demonstration
from ingest.specimens.story import OWN_COMPANY

SHELVES = "K01-Q1-L[01..02]A-J[01..02]-C[1..4]"
BOXES = 3
DONE = "demonstration"
SHELVED = 5  # papers put away, so that the others show what an unconfirmed original looks like
PATIENCE = timedelta(seconds=3)
BORROWER = "陆景行"

OUR_COMPANY = OwnCompany(name=OWN_COMPANY.name, uscc=OWN_COMPANY.code, fonds="Q001")


def begin(archive: Archive) -> None:
    """Put the demonstration's work on the queue, once."""
    with archive.db.write() as session:
        if session.get(ArchiveFact, DONE) is None:
            session.add(ArchiveFact(name=DONE, value="begun"))
            enqueue(session, archive, "demonstration", {}, dedupe_key="demonstration", priority=1)


def fill(work: Work) -> None:
    """Job: draw each paper and take it in as an upload would be, then build the shelves."""
    archive = work.archive
    for specimen in demonstration(0):
        receive(archive, SYSTEM, io.BytesIO(specimen.data), specimen.name, Delivery("demo"))
        work.renew()
    _build_shelves(archive)
    with archive.db.write() as session:
        enqueue(session, archive, "demonstration-shelve", {}, dedupe_key="demonstration-shelve")


def _build_shelves(archive: Archive) -> None:
    with archive.db.read() as session:
        if session.scalar(sa.select(Place.id).where(Place.kind == "room").limit(1)):
            return
    shelves = places.create_places(archive, SYSTEM, SHELVES, capacity=22)
    boxes = places.create_boxes(archive, SYSTEM, BOXES)
    for box, shelf in zip(boxes, shelves, strict=False):
        moves.put_away(archive, SYSTEM, shelf, box)


def shelve(work: Work) -> None:
    """Job: when everything has been read, put some originals into boxes and hand one to a person."""
    archive = work.archive
    with archive.db.read() as session:
        unread = session.scalar(sa.select(sa.func.count()).where(Arrival.state.in_(("stored", "inspected", "reading"))))
    if unread:
        _look_again(work)
        return
    with archive.db.read() as session:
        shelved = sa.select(HoldingDocument.document_id)
        documents = session.scalars(sa.select(Document).where(Document.id.notin_(shelved)).order_by(Document.id)).all()
        boxes = session.scalars(sa.select(Place).where(Place.kind == "box").order_by(Place.code)).all()
    for number, document in enumerate(documents[:SHELVED]):
        facts = papers.PaperFacts("original")
        holding = moves.register_at(archive, SYSTEM, [document.id], facts, boxes[number % len(boxes)].code)
        if number == SHELVED - 1:
            due = archive.clock.today() + timedelta(days=14)
            moves.hand_out(archive, SYSTEM, holding, person=BORROWER, purpose="核对合同条款", due_on=due)


def _look_again(work: Work) -> None:
    """End this job and begin another like it a little later: nothing failed, so nothing backs off."""
    with work.archive.db.write() as session:
        work.finish(session)
        enqueue(session, work.archive, "demonstration-shelve", {}, dedupe_key="demonstration-shelve", after=PATIENCE)
