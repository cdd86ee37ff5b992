"""Real processes, killed with SIGKILL in the middle of their work: no job is lost, none is done twice."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from dms.jobs import service
from dms.jobs.models import Job
from dms.jobs.rules import State
from dms.kernel.archive import Archive
from dms.kernel.clock import SystemClock
from dms.kernel.database import Database

ROOT = Path(__file__).parents[3]
JOBS, WORKERS, KILLS = 60, 3, 6
HOST = service.worker_name().rpartition(":")[0]


def start(url: str, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.dms.jobs.crashing_worker", url, str(folder)], cwd=ROOT)


def test_killed_workers_lose_and_double_nothing(archive: Archive, db: Database, tmp_path: Path) -> None:
    archive = replace(archive, clock=SystemClock())
    with db.write() as session:
        session.execute(sa.text("CREATE TABLE effect (job_id VARCHAR(26))"))
        for number in range(JOBS):
            service.enqueue(session, archive, "read", {}, dedupe_key=str(number))
    url = db.url.render_as_string(hide_password=False)
    chance, interrupted = random.Random(7), 0
    workers = [start(url, tmp_path) for _ in range(WORKERS)]
    for _ in range(KILLS):
        victim = at_work(db, workers)
        workers.remove(victim)
        time.sleep(chance.uniform(0, 0.04))
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        interrupted += service.release(archive, f"{HOST}:{victim.pid}")  # what the supervisor has done at once
        hurry(db)
        workers.append(start(url, tmp_path))
    for worker in workers:
        assert worker.wait(timeout=60) == 0
    print("INTERRUPTED", interrupted)
    assert interrupted > 0
    with db.read() as session:
        effects = session.execute(sa.text("SELECT job_id, count(*) FROM effect GROUP BY job_id")).all()
        states = session.execute(sa.select(Job.state, sa.func.count()).group_by(Job.state)).all()
    assert [tuple(row) for row in states] == [("done", JOBS)]
    assert len(effects) == JOBS
    assert {count for _, count in effects} == {1}


def at_work(db: Database, workers: list[subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    """Return a worker that holds a job, once one does; one job is not to be interrupted until it is given up."""
    until = time.monotonic() + 60
    while True:
        with db.read() as session:
            holding = set(session.scalars(sa.select(Job.worker).where(Job.state == State.RUNNING, Job.attempts == 1)))
        for worker in workers:
            if f"{HOST}:{worker.pid}" in holding:
                return worker
        assert time.monotonic() < until
        time.sleep(0.01)


def hurry(db: Database) -> None:
    """Leave out the pause before another attempt."""
    with db.write() as session:
        session.execute(sa.update(Job).values(not_before=Job.created_at))


def test_writes_of_four_processes_at_once(db: Database, tmp_path: Path) -> None:
    url = db.url.render_as_string(hide_password=False)
    command = [sys.executable, "benchmarks/concurrent_writes.py", "--url", url, "--writes", "400"]
    done = subprocess.run([*command, "--json", str(tmp_path / "out")], cwd=ROOT, check=False, capture_output=True)
    found = json.loads((tmp_path / "out").read_text(encoding="utf-8"))
    assert (found["lost"], found["errors"], found["every_serial_once"]) == (0, [], True)
    assert done.returncode == 0
