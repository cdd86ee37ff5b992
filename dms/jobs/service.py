"""Use cases of the queue for programs: enqueue, claim, renew, finish, fail; each in the caller's or one transaction."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from dms.jobs.errors import LeaseLostError
from dms.jobs.models import Job
from dms.jobs.rules import (
    JOB_QUEUES,
    KEPT,
    LEASE,
    LIVE,
    LONGEST_PATIENCE,
    LONGEST_PAUSE,
    MOST_ATTEMPTS,
    OPEN,
    Priority,
    State,
    pause,
)
from dms.kernel.carrier import Queue
from dms.kernel.database import id_before, new_id

if TYPE_CHECKING:  # the archive holds the carrier of this topic
    from dms.kernel.archive import Archive

_TABLE = cast("sa.Table", Job.__table__)
_ADD = {  # made once, and without the ORM: every file taken in goes through here
    "sqlite": sqlite.insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.id),
    "postgresql": postgresql.insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.id),
}
INTERRUPTED = "处理这项任务的进程中断了 %(count)s 次，已停放。原件是安全的；可以重试，再失败请把任务编号告诉管理员。"


@dataclass(frozen=True)
class Claim:
    """A job in hand: what to do, and the fence that proves that it is still ours."""

    id: str
    kind: str
    payload: Mapping[str, Any]
    token: int
    attempts: int
    subject_id: str | None
    done: int

    @property
    def is_last_attempt(self) -> bool:
        """Tell whether a failure now parks the job."""
        return self.attempts >= MOST_ATTEMPTS


def worker_name() -> str:
    """Return this process's name in the job table: host:pid."""
    return f"{_host()}:{os.getpid()}"


@cache
def _host() -> str:
    """Return this machine's name; containers that share one have process ids, and so a name, of their own."""
    try:
        namespace = Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")
    except OSError:  # not Linux
        namespace = ""
    return f"{socket.gethostname()[:50]}/{namespace}"


def enqueue(
    session: Session, archive: Archive, kind: str, payload: Mapping[str, Any], *, dedupe_key: str,
    subject: tuple[str, str] | None = None, total: int | None = None, priority: int = Priority.USUAL,
    after: timedelta | None = None,
) -> str | None:  # fmt: skip
    """Add a job in the caller's transaction, announced once that is committed; return its id. It starts `after` now.

    Returns None when a live job (ready, running or parked) has the same `dedupe_key` already.
    """
    now = archive.clock.now()
    job_id = new_id()
    values = {
        "id": job_id, "kind": kind, "payload": dict(payload), "dedupe_key": dedupe_key, "state": State.READY,
        "subject_kind": subject[0] if subject else "", "subject_id": subject[1] if subject else None,
        "priority": priority, "not_before": now + (after or timedelta()), "created_at": now, "total": total,
        "attempts": 0, "token": 0, "worker": "", "stage": "", "done": 0, "problem_code": "", "problem": "",
    }  # fmt: skip
    added = session.execute(_ADD[session.get_bind().dialect.name], values).scalar()
    if added is None:
        return None
    announce_later(session, archive, archive.topics.queue_of(kind), job_id)
    return job_id


def announce_later(session: Session, archive: Archive, queue: Queue, job_id: str = "") -> None:
    """Say that there is work in a queue once the caller's transaction is committed; the same news is told once."""
    told: set[tuple[Queue, str]] = session.info.setdefault("announced", set())
    if (queue, job_id) in told:
        return
    told.add((queue, job_id))
    event.listen(session, "after_commit", lambda _: archive.carrier.announce(job_id, queue), once=True)


def claim(archive: Archive, kinds: tuple[str, ...] | None = None) -> Claim | None:
    """Take the next ready job under a new fence and a lease; None when there is none. The attempt is counted here."""
    now = archive.clock.now()
    wanted = [Job.state == State.READY, Job.not_before <= now]
    if kinds is not None:
        wanted.append(Job.kind.in_(kinds))
    query = sa.select(Job).where(*wanted).order_by(Job.priority, Job.id).limit(1)
    with archive.db.read() as session:  # an idle worker must not take the write lock
        if session.scalar(query.with_only_columns(Job.id)) is None:
            return None
    with archive.db.write() as session:
        job = session.scalar(query.with_for_update(skip_locked=True))
        if job is None:
            return None
        job.state, job.worker, job.lease_until = State.RUNNING, worker_name(), now + LEASE
        job.token, job.attempts, job.started_at = job.token + 1, job.attempts + 1, job.started_at or now
        return Claim(job.id, job.kind, job.payload, job.token, job.attempts, job.subject_id, job.done)


def renew(
    session: Session, archive: Archive, held: Claim, *, stage: str | None = None, done: int | None = None,
    total: int | None = None,
) -> None:  # fmt: skip
    """Renew the lease in the transaction of a step's effect, and say how far the job is.

    A step that brought the job forward begins the count of attempts anew. Raises `LeaseLostError`, which must undo
    the step.
    """
    changes: dict[str, Any] = {"lease_until": archive.clock.now() + LEASE}
    for name, value in (("stage", stage), ("done", done), ("total", total)):
        if value is not None:
            changes[name] = value
    if done is not None and done > held.done:
        changes |= {"attempts": 1, "problem": "", "problem_code": ""}
    _mine(session, held, changes)


def finish(session: Session, archive: Archive, held: Claim) -> None:
    """Mark the job done in the transaction of its effect. Raises `LeaseLostError`, which must undo the effect."""
    _mine(session, held, {
        "state": State.DONE, "finished_at": archive.clock.now(), "lease_until": None, "problem": "", "problem_code": "",
    })  # fmt: skip


def give_back(archive: Archive, held: Claim) -> None:
    """Put a job back that a stopping worker leaves unfinished; the attempt does not count."""
    with archive.db.write() as session:
        _mine(session, held, {
            "state": State.READY, "lease_until": None, "worker": "", "attempts": Job.attempts - 1,
        })  # fmt: skip
    archive.carrier.announce(held.id, archive.topics.queue_of(held.kind))


def take_back_own(archive: Archive) -> None:
    """Put back what the catalog believes this process to be doing though it is doing nothing; no attempt counts.

    So it is after an outage: the answer to a claim, or the report of a failure, was lost with the connection.
    """
    mine = sa.and_(Job.state == State.RUNNING, Job.worker == worker_name())
    with archive.db.read() as session:
        if session.scalar(sa.select(Job.id).where(mine).limit(1)) is None:
            return
    with archive.db.write() as session:
        changes = {"state": State.READY, "lease_until": None, "worker": "", "attempts": Job.attempts - 1}
        _update(session, sa.update(Job).where(mine).values(changes))


def fail(
    archive: Archive, held: Claim, problem: str, code: str, *, for_good: bool = False, patient: bool = False
) -> State:
    """Put the job back with a pause, or park it with its reason when it has been tried often enough.

    `for_good` parks at once; `patient` never does: the fault lies around the job (a full disk), not in it.
    """
    now = archive.clock.now()
    with archive.db.write() as session:
        attempts = session.scalar(sa.select(Job.attempts).where(Job.id == held.id)) or held.attempts
        parked = for_good or (attempts >= MOST_ATTEMPTS and not patient)
        changes: dict[str, Any] = {"problem": problem, "problem_code": code, "lease_until": None, "worker": ""}
        if parked:
            changes |= {"state": State.PARKED, "finished_at": now}
        else:
            longest = LONGEST_PATIENCE if patient else LONGEST_PAUSE
            changes |= {"state": State.READY, "not_before": now + pause(attempts, longest)}
        _mine(session, held, changes)
    return State.PARKED if parked else State.READY


def _mine(session: Session, held: Claim, changes: Mapping[str, Any]) -> None:
    ours = sa.and_(Job.id == held.id, Job.token == held.token, Job.state == State.RUNNING)
    if _update(session, sa.update(Job).where(ours).values(changes)) != 1:
        raise LeaseLostError(held.id)


def sweep(archive: Archive) -> int:
    """Take back jobs whose lease ran out, announce what is ready, forget what finished long ago; return how many."""
    now = archive.clock.now()
    with archive.db.read() as session:
        expired = session.scalar(_expired(now).with_only_columns(sa.func.count()).order_by(None)) or 0
        old = session.scalar(sa.select(Job.id).where(*_old(now)).limit(1))
    if expired:
        with archive.db.write() as session:
            expired = _take_back(session, archive, _expired(now))
    if old is not None:
        with archive.db.write() as session:
            session.execute(sa.delete(Job).where(*_old(now)))
    _announce_ready(archive, now)
    return expired


def _announce_ready(archive: Archive, now: datetime) -> None:
    """Say again what waits: news of it may have been lost."""
    with archive.db.read() as session:
        ready = sa.select(Job.id, Job.kind).where(Job.state == State.READY, Job.not_before <= now)
        first = session.execute(ready.order_by(Job.priority, Job.id).limit(1)).first()
    if first is not None:
        for queue in JOB_QUEUES:
            archive.carrier.announce(first.id if archive.topics.queue_of(first.kind) is queue else "", queue)


def release(archive: Archive, worker: str) -> int:
    """Take back at once what a worker held that is known to be dead; return how many jobs."""
    held = sa.select(Job).where(Job.state == State.RUNNING, Job.worker == worker)
    with archive.db.read() as session:
        if session.scalar(held.with_only_columns(Job.id).limit(1)) is None:
            return 0
    with archive.db.write() as session:
        count = _take_back(session, archive, held)
        for queue in JOB_QUEUES:
            announce_later(session, archive, queue)
    return count


def release_dead(archive: Archive) -> int:
    """Take back what workers of this machine held that no longer run; return how many jobs."""
    host = f"{worker_name().rpartition(':')[0]}:"
    with archive.db.read() as session:
        workers = session.scalars(sa.select(Job.worker).where(Job.state == State.RUNNING).distinct()).all()
    dead = [name for name in workers if name.startswith(host) and not _runs(int(name.rpartition(":")[2]))]
    return sum(release(archive, name) for name in dead)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _expired(now: datetime) -> sa.Select[Job]:
    return sa.select(Job).where(Job.state == State.RUNNING, Job.lease_until < now)


def _old(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (Job.state.in_((State.DONE, State.CANCELLED)), Job.id < id_before(now - KEPT))


def _take_back(session: Session, archive: Archive, query: sa.Select[Job]) -> int:
    now = archive.clock.now()
    jobs = session.scalars(query.with_for_update(skip_locked=True)).all()
    for job in jobs:
        job.lease_until, job.worker = None, ""
        if job.attempts >= MOST_ATTEMPTS:
            job.state, job.finished_at = State.PARKED, now
            job.problem, job.problem_code = INTERRUPTED % {"count": job.attempts}, "interrupted"
        else:
            job.state = State.READY
            job.not_before = now if job.attempts <= 1 else now + pause(job.attempts - 1)
    return len(jobs)


def is_open(session: Session, subject_kind: str, subject_id: str) -> bool:
    """Tell whether work on a thing waits or runs."""
    query = sa.select(Job.id).where(Job.subject_kind == subject_kind, Job.subject_id == subject_id, Job.state.in_(OPEN))
    return session.scalar(query.limit(1)) is not None


def is_live(session: Session, subject_kind: str, subject_id: str) -> bool:
    """Tell whether work on a thing waits, runs, or is parked for a person."""
    query = sa.select(Job.id).where(Job.subject_kind == subject_kind, Job.subject_id == subject_id, Job.state.in_(LIVE))
    return session.scalar(query.limit(1)) is not None


def cancel_for(session: Session, archive: Archive, subject_kind: str, subject_id: str) -> int:
    """Cancel all live jobs of a thing in the caller's transaction; a running one ends at its next step."""
    live = sa.and_(Job.subject_kind == subject_kind, Job.subject_id == subject_id, Job.state.in_(LIVE))
    cancelled = {"state": State.CANCELLED, "finished_at": archive.clock.now(), "lease_until": None}
    return _update(session, sa.update(Job).where(live).values(cancelled))


def _update(session: Session, change: sa.Update) -> int:
    result = session.execute(change.execution_options(synchronize_session=False))
    return cast("sa.CursorResult[Any]", result).rowcount
