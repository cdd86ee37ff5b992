"""Lists: the inbox as the archivist's queue, all documents by filters, arrivals that wait for somebody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from dms.audit.service import record
from dms.documents.models import Document
from dms.documents.rules import State
from dms.documents.service.arrivals import UNDER_WAY, WAITING
from dms.documents.visibility import visible
from dms.intake.models import Arrival, PageReading, WatchProblem
from dms.intake.service import COLUMNS as ARRIVAL_COLUMNS
from dms.jobs.actions import JOB_VIEW
from dms.kernel.archive import Archive
from dms.kernel.paging import EXPORT_STEP, Page, every, page_of
from dms.policy import Identity
from dms.policy.content import DOCUMENT_EXPORT, DOCUMENT_REVIEW, DOCUMENT_VIEW

LIMIT = 50
MOST_COUNTED = 1000  # a longer queue is shown as 1000+


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of documents is narrowed to; empty leaves out."""

    type_code: str = ""
    state: str = ""
    party_id: str = ""
    dossier_id: str = ""
    copy_kind: str = ""
    since: date | None = None
    until: date | None = None
    title: str = ""
    trashed: bool = False
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """An arrival under way: how many of its pages have been read."""

    arrival: Arrival
    done: int


@dataclass(frozen=True, slots=True)
class Inbox:
    """What waits: documents to review (oldest first), arrivals that need somebody, arrivals being read."""

    documents: list[Document]
    cursor: str | None
    count: int
    later: int
    waiting: list[Arrival]
    under_way: list[Progress]
    watch_problems: list[WatchProblem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the queue a document stands, 0 when it is not in it, with its neighbours."""

    at: int
    of: int
    previous: str | None
    next: str | None


def _queue(archive: Archive, identity: Identity) -> sa.ColumnElement[bool]:
    now = archive.clock.now()
    return sa.and_(
        Document.state == State.NEEDS_REVIEW,
        Document.trashed_at.is_(None),
        sa.or_(Document.later_until.is_(None), Document.later_until < now),
        visible(archive, identity, DOCUMENT_REVIEW),
    )


def _counted(condition: sa.ColumnElement[bool], entity: type = Document) -> sa.Select[int]:
    capped = sa.select(sa.literal(1)).select_from(entity).where(condition).limit(MOST_COUNTED).subquery()
    return sa.select(sa.func.count()).select_from(capped)


def inbox(archive: Archive, identity: Identity, cursor: str | None = None, limit: int = LIMIT) -> Inbox:
    """Return what waits for a person."""
    archive.policy.require(identity, DOCUMENT_VIEW)
    queue = _queue(archive, identity)
    mine = archive.policy.scope(identity, DOCUMENT_VIEW).sql(ARRIVAL_COLUMNS)
    with archive.db.read() as session:
        query = sa.select(Document).options(joinedload(Document.party)).where(queue)
        page = page_of(session, query, Document.id, cursor, limit)
        later = sa.and_(
            Document.state == State.NEEDS_REVIEW, Document.trashed_at.is_(None),
            Document.later_until >= archive.clock.now(), visible(archive, identity, DOCUMENT_REVIEW),
        )  # fmt: skip
        newest = sa.select(Arrival).where(mine).order_by(Arrival.id.desc()).limit(limit)
        under_way = session.scalars(newest.where(Arrival.state.in_(UNDER_WAY))).all()
        watched = archive.policy.may(identity, JOB_VIEW)
        return Inbox(
            page.rows, page.cursor,
            session.scalar(_counted(queue)) or 0, session.scalar(_counted(later)) or 0,
            list(session.scalars(newest.where(Arrival.state.in_(WAITING)))),
            [Progress(arrival, _pages_read(session, arrival.id)) for arrival in under_way],
            list(session.scalars(sa.select(WatchProblem).limit(limit))) if watched else [],
        )  # fmt: skip


def _pages_read(session: sa.orm.Session, arrival_id: str) -> int:
    return session.scalar(sa.select(sa.func.count()).where(PageReading.arrival_id == arrival_id)) or 0


def count_inbox(archive: Archive, identity: Identity) -> int:
    """Return how many documents wait, for the frame."""
    if not archive.policy.may(identity, DOCUMENT_REVIEW):
        return 0
    with archive.db.read() as session:
        return session.scalar(_counted(_queue(archive, identity))) or 0


def confirmed_today(archive: Archive, identity: Identity) -> int:
    """Return how many documents a person has confirmed today."""
    midnight = archive.clock.start_of(archive.clock.today())
    mine = sa.and_(Document.confirmed_at >= midnight, Document.confirmed_by == identity.account_id)
    with archive.db.read() as session:
        return session.scalar(_counted(mine)) or 0


def count_reading(archive: Archive, identity: Identity) -> int:
    """Return how many arrivals are being read, for the frame."""
    mine = archive.policy.scope(identity, DOCUMENT_VIEW).sql(ARRIVAL_COLUMNS)
    with archive.db.read() as session:
        return session.scalar(_counted(sa.and_(Arrival.state.in_(UNDER_WAY), mine), Arrival)) or 0


def place_in_queue(archive: Archive, identity: Identity, document_id: str) -> Place:
    """Return where in the queue a document stands, and the neighbours to go to."""
    archive.policy.require(identity, DOCUMENT_VIEW)
    queue = _queue(archive, identity)
    with archive.db.read() as session:
        inside = sa.select(Document.id).where(queue, Document.id == document_id)
        after = sa.select(Document.id).where(queue, Document.id > document_id).order_by(Document.id).limit(1)
        first = sa.select(Document.id).where(queue, Document.id != document_id).order_by(Document.id).limit(1)
        before = sa.select(Document.id).where(queue, Document.id < document_id).order_by(Document.id.desc()).limit(1)
        counts = (_counted(sa.and_(queue, Document.id < document_id)), _counted(queue))
        parts = (each.scalar_subquery() for each in (*counts, inside, before, after, first))
        passed, total, found, previous, following, other = session.execute(sa.select(*parts)).one()
        return Place(passed + 1 if found else 0, total, previous, following or other)


def documents(
    archive: Archive, identity: Identity, filters: Filters, cursor: str | None = None, limit: int = LIMIT
) -> Page[Document]:
    """Return documents that somebody may see, newest first."""
    archive.policy.require(identity, DOCUMENT_VIEW)
    query = sa.select(Document).where(visible(archive, identity), *_conditions(filters))
    query = query.options(joinedload(Document.party), joinedload(Document.dossier))
    with archive.db.read() as session:
        return page_of(session, query, Document.id, cursor, limit, newest_first=True)


def export(archive: Archive, identity: Identity, filters: Filters) -> Iterator[Document]:
    """Return every document of a list, at most `MOST_EXPORTED`; the export is logged with what it was narrowed to."""
    archive.policy.require(identity, DOCUMENT_EXPORT)
    with archive.db.write() as session:
        record(
            session, archive.clock, identity, action="document.export", target=("document", None),
            details={"title": "清单", **{name: str(value) for name, value in asdict(filters).items() if value}},
        )  # fmt: skip
    return every(lambda cursor: documents(archive, identity, filters, cursor, EXPORT_STEP))


def _conditions(filters: Filters) -> Sequence[sa.ColumnElement[bool]]:
    equal = {
        Document.type_code: filters.type_code, Document.state: filters.state, Document.party_id: filters.party_id,
        Document.dossier_id: filters.dossier_id, Document.copy_kind: filters.copy_kind,
    }  # fmt: skip
    conditions = [column == ("" if value == "none" else value) for column, value in equal.items() if value]
    if filters.since:
        conditions.append(Document.document_date >= filters.since)
    if filters.until:
        conditions.append(Document.document_date <= filters.until)
    if filters.title.strip():
        conditions.append(Document.title.contains(filters.title.strip(), autoescape=True))
    if filters.doubtful:
        conditions.append(Document.doubts > 0)
    conditions.append(Document.trashed_at.is_not(None) if filters.trashed else Document.trashed_at.is_(None))
    return conditions
