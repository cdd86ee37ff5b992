"""Use cases of the queue for people: what is under way, what is parked and why, try again, cancel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.jobs.actions import JOB_MANAGE, JOB_VIEW
from dms.jobs.events import QueueTended
from dms.jobs.models import Job
from dms.jobs.rules import LIVE, OPEN, State
from dms.kernel.archive import Archive
from dms.kernel.errors import ConflictError, NotFoundError
from dms.kernel.paging import page_of
from dms.policy import Identity

LIMIT = 100
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many jobs of a kind wait, run and are parked, at most `MOST_COUNTED` of each."""

    kind: str
    ready: int
    running: int
    parked: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The state of the queue."""

    kinds: list[KindCount]
    running: list[Job]
    failing: list[Job]  # waiting for another attempt, with what went wrong
    parked: list[Job]
    cursor: str | None  # leads to older parked jobs
    finished_today: int


@dataclass(frozen=True, slots=True)
class ProgressOf:
    """How far one job, or all work on one thing, is. `problem` is why it is parked or waits."""

    id: str
    state: str
    done: int
    total: int | None
    stage: str
    problem: str

    @property
    def finished(self) -> bool:
        """Tell whether nothing more will happen by itself."""
        return self.state not in OPEN


def overview(archive: Archive, identity: Identity, cursor: str | None = None) -> Overview:
    """Return the state of the queue."""
    archive.policy.require(identity, JOB_VIEW)
    now = archive.clock.now()
    midnight = archive.clock.start_of(archive.clock.today())
    with archive.db.read() as session:
        parked = sa.select(Job).where(Job.state == State.PARKED)
        page = page_of(session, parked, Job.id, cursor, LIMIT, newest_first=True)
        running = sa.select(Job).where(Job.state == State.RUNNING).order_by(Job.id).limit(LIMIT)
        failing = sa.select(Job).where(Job.state == State.READY, Job.not_before > now).order_by(Job.id).limit(LIMIT)
        done = sa.select(sa.literal(1)).where(Job.state == State.DONE, Job.finished_at >= midnight).limit(MOST_COUNTED)
        return Overview(
            _kinds(session), list(session.scalars(running)), list(session.scalars(failing)), page.rows, page.cursor,
            session.scalar(sa.select(sa.func.count()).select_from(done.subquery())) or 0,
        )  # fmt: skip


def _kinds(session: Session) -> list[KindCount]:
    live = sa.select(Job.kind, Job.state).where(Job.state.in_(LIVE)).limit(MOST_COUNTED).subquery()
    rows = session.execute(sa.select(live.c.kind, live.c.state, sa.func.count()).group_by(live.c.kind, live.c.state))
    counts: dict[str, dict[str, int]] = {}
    for kind, state, count in rows:
        counts.setdefault(kind, {})[state] = count
    return [
        KindCount(kind, found.get(State.READY, 0), found.get(State.RUNNING, 0), found.get(State.PARKED, 0))
        for kind, found in sorted(counts.items())
    ]


def progress(archive: Archive, identity: Identity, ids: Sequence[str]) -> list[ProgressOf]:
    """Return how far jobs are; an id may also be that of a thing, which stands for all work on it.

    Whoever is signed in may ask: a progress tells nothing of content, and ids cannot be guessed.
    """
    del identity
    with archive.db.read() as session:
        return [found for each in ids[:LIMIT] if (found := _progress(session, each)) is not None]


def _progress(session: Session, wanted: str) -> ProgressOf | None:
    job = session.get(Job, wanted)
    if job is not None:
        return ProgressOf(job.id, job.state, job.done, job.total, job.stage, job.problem)
    jobs = session.scalars(sa.select(Job).where(Job.subject_id == wanted).order_by(Job.id)).all()
    if not jobs:
        return None
    live = [each for each in jobs if each.state in OPEN] or [each for each in jobs if each.state == State.PARKED]
    pages = [each for each in jobs if each.total]
    total = sum(each.total or 0 for each in pages) or None
    done = sum((each.total or 0) if each.state == State.DONE else each.done for each in pages)
    at = live[0] if live else jobs[-1]
    return ProgressOf(wanted, at.state, done, total, at.stage or at.kind, at.problem)


def try_again(archive: Archive, identity: Identity, job_id: str) -> None:
    """Have a parked job tried again, with all its attempts."""
    archive.policy.require(identity, JOB_MANAGE)
    with archive.db.write() as session:
        job = session.get(Job, job_id, with_for_update=True)
        if job is None:
            raise NotFoundError("没有这项任务，可能已经完成很久。", code="job_unknown")
        if job.state != State.PARKED:
            raise ConflictError("这项任务没有停放，不需要重试。", code="job_state")
        _ready(archive, job)
        _tended(
            session,
            archive,
            identity,
            "job.retry",
            job.id,
            {"kind": _text(archive, job.kind), "subject": job.subject_id},
        )
    archive.carrier.announce(job_id, archive.topics.queue_of(job.kind))


def try_all_again(archive: Archive, identity: Identity, kind: str) -> int:
    """Have all parked jobs of a kind tried again; return how many."""
    archive.policy.require(identity, JOB_MANAGE)
    with archive.db.write() as session:
        parked = sa.select(Job).where(Job.state == State.PARKED, Job.kind == kind).with_for_update(skip_locked=True)
        jobs = session.scalars(parked).all()
        for job in jobs:
            _ready(archive, job)
        _tended(session, archive, identity, "job.retry_all", None, {"kind": _text(archive, kind), "count": len(jobs)})
    archive.carrier.announce("", archive.topics.queue_of(kind))
    return len(jobs)


def _ready(archive: Archive, job: Job) -> None:
    job.state, job.attempts, job.not_before = State.READY, 0, archive.clock.now()
    job.finished_at, job.problem, job.problem_code = None, "", ""


def cancel(archive: Archive, identity: Identity, job_id: str) -> None:
    """Give a job up; one that runs ends at its next step. What it did so far stays."""
    archive.policy.require(identity, JOB_MANAGE)
    with archive.db.write() as session:
        job = session.get(Job, job_id, with_for_update=True)
        if job is None:
            raise NotFoundError("没有这项任务，可能已经完成很久。", code="job_unknown")
        if job.state not in LIVE:
            raise ConflictError("这项任务已经结束，不能取消。", code="job_state")
        job.state, job.finished_at, job.lease_until = State.CANCELLED, archive.clock.now(), None
        _tended(
            session,
            archive,
            identity,
            "job.cancel",
            job.id,
            {"kind": _text(archive, job.kind), "subject": job.subject_id},
        )


def _text(archive: Archive, kind: str) -> str:
    known = archive.topics.jobs.get(kind)
    return known.text if known else kind


def _tended(
    session: Session, archive: Archive, identity: Identity, deed: str, job_id: str | None, details: dict[str, Any]
) -> None:
    archive.consequences.after(session, archive, QueueTended(identity, deed, job_id, details))
