"""What came of an archive that worked under faults: compared with what was acknowledged, row by row, byte by byte."""

from __future__ import annotations

import random
import time
from collections import Counter
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from benchmarks.storm import Tally
from dms.audit import proofs
from dms.audit.models import AuditLeaf
from dms.documents.models import Document, DocumentPage
from dms.intake.models import Arrival, PageReading
from dms.jobs.models import Job
from dms.jobs.rules import OPEN, State
from dms.kernel.archive import Archive
from dms.originals import objects
from dms.originals.models import Intent, StoredObject
from dms.policy import SYSTEM
from dms.retrieval import projection
from dms.retrieval.models import IndexOutbox
from search.index import Access, Request
from storage.envelope import Envelope

LONGEST_REST = 600.0  # seconds until we give up
LOOK = 0.25
MOST_ASKED = 200  # documents that are searched for one by one
NOTING = (
    "CREATE TABLE page_effect (arrival_id text, number int)",
    """CREATE FUNCTION note_page() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO page_effect VALUES (NEW.arrival_id, NEW.number); RETURN NULL; END $$""",
    """CREATE TRIGGER note_page AFTER INSERT OR UPDATE OF reading ON page_reading
    FOR EACH ROW EXECUTE FUNCTION note_page()""",
)


def note_effects(archive: Archive) -> None:
    """Have PostgreSQL itself note every reading of a page that takes effect, so that a second one cannot hide."""
    with archive.db.write() as session:
        for statement in NOTING:
            session.execute(sa.text(statement))


def waiting(archive: Archive) -> dict[str, int]:
    """Return how much is still to be done, of each kind."""
    with archive.db.read() as session:
        return {
            "jobs": _count(session, Job, Job.state.in_(OPEN)),
            "changes not indexed": _count(session, IndexOutbox),
            "unsequenced": _count(session, AuditLeaf, AuditLeaf.position.is_(None)),
        }


def rest_after(archive: Archive, since: float) -> float:
    """Wait until nothing is to be done any more; return the seconds since a moment of the monotonic clock."""
    while any(waiting(archive).values()) and time.monotonic() - since < LONGEST_REST:
        time.sleep(LOOK)
    return round(time.monotonic() - since, 1)


def _count(session: Session, table: type, *conditions: sa.ColumnElement[bool]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(table).where(*conditions)) or 0


def verdict(archive: Archive, tally: Tally) -> dict[str, object]:
    """Return the figures; under `wrong` those that must be nought and are not."""
    must_be_nought = {
        **_arrivals(archive, tally), **_pages(archive), **waiting(archive), **_index(archive), **_bucket(archive),
        "nothing was acknowledged": int(not tally.taken),
        "answers 500": sum(number for event, number in tally.events.items() if " 500" in event),
    }  # fmt: skip
    with archive.db.read() as session:
        done = session.scalars(sa.select(Job.token).where(Job.state == State.DONE)).all()
        sizes = {"documents": _count(session, Document), "pages": _count(session, PageReading), "jobs done": len(done)}
    log = proofs.verify(archive, SYSTEM, {}, lambda *_: None)
    must_be_nought["log not sound"] = int(not log.is_good)
    return {
        "acknowledged": len(tally.taken), **sizes, "jobs taken up again": sum(token - 1 for token in done),
        **must_be_nought, "wrong": sorted(name for name, value in must_be_nought.items() if value),
    }  # fmt: skip


def _arrivals(archive: Archive, tally: Tally) -> dict[str, int]:
    live = Arrival.state.notin_(("duplicate", "discarded"))
    with archive.db.read() as session:
        counted = Counter(session.scalars(sa.select(Arrival.sha256).where(live)))
        return {
            "lost": len(tally.taken - counted.keys()), "doubled": sum(number > 1 for number in counted.values()),
            "not read": _count(session, Arrival, live, Arrival.state != "read"),
            "parked": _count(session, Job, Job.state == State.PARKED),
        }  # fmt: skip


def _pages(archive: Archive) -> dict[str, int]:
    live = sa.select(sa.func.coalesce(sa.func.sum(Arrival.page_count), 0)).where(Arrival.state == "read")
    with archive.db.read() as session:
        effects = session.execute(
            sa.text("SELECT count(*) FROM page_effect GROUP BY arrival_id, number HAVING count(*) > 1")
        ).all()
        placed = session.execute(sa.select(DocumentPage.arrival_id, DocumentPage.number)).all()
        unread = PageReading.problem_code != ""
        return {
            "pages lost": int(session.scalar(live) or 0) - len(set(placed)),
            "pages in two papers": len(placed) - len(set(placed)),
            "pages read twice": len(effects), "pages with a problem": _count(session, PageReading, unread),
        }  # fmt: skip


def _index(archive: Archive) -> dict[str, int]:
    missing, strange = projection.compare(archive)
    with archive.db.read() as session:
        rows = session.execute(sa.select(Document.id, Document.title).where(projection.is_searchable())).all()
    found = 0
    asked = random.sample(rows, min(len(rows), MOST_ASKED))
    for row in asked:
        hits = archive.index.search(Request(f'标题:"{row.title}"', Access(({},)))).hits
        found += row.id in {hit.id for hit in hits}
    return {
        "missing or stale in the index": len(missing),
        "left over there": len(strange),
        "not found": len(asked) - found,
    }


def _bucket(archive: Archive) -> dict[str, int]:
    """Compare the bucket with the catalog once the leases of what was broken off are over; open every original."""
    with archive.db.write() as session:
        session.execute(sa.update(Intent).values(lease_until=datetime(2000, 1, 1, tzinfo=UTC)))
    while objects.sweep(archive):
        pass
    with archive.db.read() as session:
        envelopes = [Envelope.from_json(text) for text in session.scalars(sa.select(StoredObject.envelope))]
    for envelope in envelopes:
        archive.vault.verify(envelope)
    names = set(archive.vault.store.names())
    known = {envelope.name for envelope in envelopes}
    return {"missing in the bucket": len(known - names), "left in the bucket": len(names - known)}
