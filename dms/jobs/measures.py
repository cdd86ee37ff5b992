"""What is measured of the queue."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from prometheus_client.metrics_core import Metric
from sqlalchemy.orm import Session

from dms.jobs.models import Job
from dms.jobs.rules import LIVE, State
from dms.kernel.archive import Archive
from dms.kernel.telemetry.measures import MOST, age, gauge, grouped


def jobs(session: Session, archive: Archive) -> Iterator[Metric]:
    """Yield how many jobs there are of each kind and state, and how long the oldest waits."""
    now = archive.clock.now()
    live = sa.select(Job.kind, Job.state).where(Job.state.in_(LIVE)).limit(MOST).subquery()
    rows = session.execute(sa.select(live.c.kind, live.c.state, sa.func.count()).group_by(live.c.kind, live.c.state))
    counts = {(kind, str(state)): 0 for kind in archive.topics.jobs for state in LIVE} | {(k, s): n for k, s, n in rows}
    yield gauge("guidang_jobs", "Jobs that are ready, running or parked", counts.items(), "kind", "state")
    ages = [
        ((kind,), age(session, Job.created_at, now, Job.state == State.READY, Job.kind == kind))
        for kind in archive.topics.jobs
    ]
    yield gauge("guidang_job_oldest_seconds", "Age of the oldest ready job", ages, "kind")


def problems(session: Session, archive: Archive) -> Iterator[Metric]:
    """Yield how many jobs failed and wait, by reason."""
    wrong = sa.and_(Job.state.in_((State.READY, State.PARKED)), Job.problem_code != "")
    rows = grouped(session, wrong, Job.kind, Job.state, Job.problem_code)
    yield gauge(
        "guidang_job_problems", "Jobs that failed and wait for another attempt or are parked, by reason", rows,
        "kind", "state", "code",
    )  # fmt: skip
