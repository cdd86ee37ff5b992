"""Whether somebody does the work that lies about; told from the catalog, so that it is true of all machines."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from dms.audit.models import AuditLeaf
from dms.jobs.models import Job
from dms.jobs.rules import State
from dms.kernel.archive import Archive

JOBS_WAIT = timedelta(minutes=5)  # longer, while no worker holds a job, and there is none
LOG_WAITS = timedelta(minutes=2)


class NobodyError(Exception):
    """Work lies about and nobody does it."""


def require_workers(archive: Archive) -> None:
    """Raise `NobodyError` where jobs wait and no lease is alive; an idle worker leaves no trace, and is not missed."""
    now = archive.clock.now()
    waits = sa.exists().where(Job.state == State.READY, Job.not_before < now - JOBS_WAIT)
    held = sa.exists().where(Job.state == State.RUNNING, Job.lease_until > now)
    with archive.db.read() as session:
        if session.scalar(sa.select(sa.and_(waits, ~held))):
            raise NobodyError(f"jobs have been waiting for {JOBS_WAIT} and no worker holds any")


def require_housekeeping(archive: Archive) -> None:
    """Raise `NobodyError` where the audit log is not sequenced, which takes a second."""
    late = archive.clock.now() - LOG_WAITS
    with archive.db.read() as session:
        if session.scalar(sa.select(sa.exists().where(AuditLeaf.position.is_(None), AuditLeaf.at < late))):
            raise NobodyError(f"the audit log has not been sequenced for {LOG_WAITS}")
