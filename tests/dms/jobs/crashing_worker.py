"""A worker process for the crash test: claims jobs, writes one effect a job, until it is killed or nothing is left."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import sqlalchemy as sa

from dms.jobs import service
from dms.jobs.models import Job
from dms.jobs.rules import OPEN
from dms.kernel.clock import SystemClock
from dms.kernel.database import Database
from tests.dms.whole import whole


def work(url: str, folder: Path) -> None:
    """Do jobs in two steps; the effect is written in the transaction that finishes the job."""
    archive = whole(folder, Database(url), SystemClock())
    while True:
        held = service.claim(archive)
        if held is None:
            with archive.db.read() as session:
                if session.scalar(sa.select(Job.id).where(Job.state.in_(OPEN)).limit(1)) is None:
                    return
            time.sleep(0.02)
            continue
        with archive.db.write() as session:
            service.renew(session, archive, held, stage="half", done=held.done + 1)
        time.sleep(0.03)
        with archive.db.write() as session:
            session.execute(sa.text("INSERT INTO effect (job_id) VALUES (:id)"), {"id": held.id})
            service.finish(session, archive, held)


if __name__ == "__main__":
    work(sys.argv[1], Path(sys.argv[2]))
