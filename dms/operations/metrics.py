"""What the catalog knows of the work under way, as measurements: true for all machines, counted when somebody asks.

Every question is answered from an index and looks at no more than `MOST` rows, however large the archive is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import InstrumentedAttribute, Session

from dms.accounts.models import WebSession
from dms.audit.models import AuditLeaf
from dms.documents.models import IndexOutbox
from dms.intake.models import Arrival, PageReading
from dms.jobs.models import Job
from dms.jobs.overview import KINDS
from dms.jobs.rules import LIVE, State
from dms.kernel.archive import Archive
from dms.kernel.database import id_before

LOG = logging.getLogger("dms.metrics")
MOST = 100_000  # what is more is counted as this
LATELY = timedelta(minutes=5)
WAITING = ("stored", "inspected", "reading", "locked", "refused", "unreadable")  # states that something ends


class CatalogCollector(Collector):
    """Reads the catalog at each scrape; when that does not answer, only `guidang_catalog_up 0` is told."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def describe(self) -> Iterator[Metric]:
        """Yield nothing: registering must not read the catalog."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Yield what the catalog says now."""
        now = self._archive.clock.now()
        try:
            with self._archive.db.read() as session:
                found = [metric for question in QUESTIONS for metric in question(session, now)]
        except SQLAlchemyError:
            LOG.warning("the catalog does not answer", exc_info=True)
            found = []
        yield _gauge("guidang_catalog_up", "1 while the catalog answers", [((), float(bool(found)))])
        yield from found


def _jobs(session: Session, now: datetime) -> Iterator[Metric]:
    live = sa.select(Job.kind, Job.state).where(Job.state.in_(LIVE)).limit(MOST).subquery()
    rows = session.execute(sa.select(live.c.kind, live.c.state, sa.func.count()).group_by(live.c.kind, live.c.state))
    counts = {(kind, str(state)): 0 for kind in KINDS for state in LIVE} | {(k, s): n for k, s, n in rows}
    yield _gauge("guidang_jobs", "Jobs that are ready, running or parked", counts.items(), "kind", "state")
    ages = [((kind,), _age(session, Job.created_at, now, Job.state == State.READY, Job.kind == kind)) for kind in KINDS]
    yield _gauge("guidang_job_oldest_seconds", "Age of the oldest ready job", ages, "kind")


def _job_problems(session: Session, _now: datetime) -> Iterator[Metric]:
    wrong = sa.and_(Job.state.in_((State.READY, State.PARKED)), Job.problem_code != "")
    rows = _grouped(session, wrong, Job.kind, Job.state, Job.problem_code)
    yield _gauge(
        "guidang_job_problems", "Jobs that failed and wait for another attempt or are parked, by reason", rows,
        "kind", "state", "code",
    )  # fmt: skip


def _pages(session: Session, now: datetime) -> Iterator[Metric]:
    lately = PageReading.id > id_before(now - LATELY)
    rows = _grouped(session, lately, PageReading.problem_code)
    counts = {("",): 0.0} | dict(rows)
    yield _gauge(
        "guidang_pages_read_5m", "Pages read in the last five minutes; code is empty where all went well",
        counts.items(), "code",
    )  # fmt: skip


def _arrivals(session: Session, now: datetime) -> Iterator[Metric]:
    counts = {(state,): 0.0 for state in WAITING} | dict(_grouped(session, Arrival.state.in_(WAITING), Arrival.state))
    yield _gauge("guidang_arrivals", "Files received that are not read yet or cannot be", counts.items(), "state")
    lately = dict(_grouped(session, Arrival.id > id_before(now - LATELY), Arrival.source)) or {("web",): 0.0}
    yield _gauge("guidang_arrivals_received_5m", "Files received in the last five minutes", lately.items(), "source")


def _index(session: Session, now: datetime) -> Iterator[Metric]:
    yield _gauge("guidang_index_waiting", "Documents whose change the index does not know yet",
                 [((), _count(session, IndexOutbox.id, sa.true()))])  # fmt: skip
    yield _gauge("guidang_index_lag_seconds", "Age of the oldest change that the index does not know",
                 [((), _age(session, IndexOutbox.created_at, now, sa.true()))])  # fmt: skip


def _audit(session: Session, now: datetime) -> Iterator[Metric]:
    waiting = AuditLeaf.position.is_(None)
    yield _gauge("guidang_audit_waiting", "Leaves of the log without a position",
                 [((), _count(session, AuditLeaf.id, waiting))])  # fmt: skip
    yield _gauge("guidang_audit_lag_seconds", "Age of the oldest leaf without a position",
                 [((), _age(session, AuditLeaf.at, now, waiting))])  # fmt: skip


def _sessions(session: Session, now: datetime) -> Iterator[Metric]:
    alive = sa.and_(WebSession.ended_at.is_(None), WebSession.expires_at > now)
    yield _gauge("guidang_sessions", "Browsers that are signed in", [((), _count(session, WebSession.id, alive))])


Question = Callable[[Session, datetime], Iterator[Metric]]
QUESTIONS: Sequence[Question] = (_jobs, _job_problems, _pages, _arrivals, _index, _audit, _sessions)


def _grouped(
    session: Session, condition: sa.ColumnElement[bool], *columns: InstrumentedAttribute[Any]
) -> list[tuple[tuple[str, ...], float]]:
    few = sa.select(*columns).where(condition).limit(MOST).subquery()
    rows = session.execute(sa.select(*few.c, sa.func.count()).group_by(*few.c))
    return [(tuple(map(str, row[:-1])), float(row[-1])) for row in rows]


def _count(session: Session, column: InstrumentedAttribute[Any], condition: sa.ColumnElement[bool]) -> float:
    few = sa.select(column).where(condition).limit(MOST).subquery()
    return float(session.scalar(sa.select(sa.func.count()).select_from(few)) or 0)


def _age(
    session: Session, column: InstrumentedAttribute[datetime], now: datetime, *conditions: sa.ColumnElement[bool]
) -> float:
    """Return the seconds since the oldest row that fits, 0 where there is none; ids sort by time."""
    oldest = session.scalar(sa.select(column).where(*conditions).order_by(column.class_.id).limit(1))
    return max((now - oldest).total_seconds(), 0.0) if oldest else 0.0


def _gauge(name: str, text: str, values: Any, *labels: str) -> Metric:
    gauge = GaugeMetricFamily(name, text, labels=labels)
    for label_values, value in values:
        gauge.add_metric(label_values, value)
    return gauge
