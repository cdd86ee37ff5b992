"""Real processes, killed with SIGKILL in the middle of their work: no job is lost, none is done twice."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from dms.jobs import service
from dms.jobs.models import Job
from dms.kernel.clock import SystemClock
from dms.kernel.database import Database

ROOT = Path(__file__).parents[3]
JOBS, WORKERS, KILLS = 60, 3, 9


def start(url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.dms.jobs.crashing_worker", url], cwd=ROOT)


def test_killed_workers_lose_and_double_nothing(db: Database) -> None:
    quiet = SimpleNamespace(announce=lambda *_: None)
    archive: Any = SimpleNamespace(db=db, clock=SystemClock(), carrier=quiet)
    with db.write() as session:
        session.execute(sa.text("CREATE TABLE effect (job_id VARCHAR(26))"))
        for number in range(JOBS):
            service.enqueue(session, archive, "read", {}, dedupe_key=str(number))
    url = db.url.render_as_string(hide_password=False)
    host = service.worker_name().rpartition(":")[0]
    chance = random.Random(7)
    workers = [start(url) for _ in range(WORKERS)]
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.2, 0.9))
        victim = workers.pop(chance.randrange(len(workers)))
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        service.release(archive, f"{host}:{victim.pid}")  # what the supervisor has done at once
        hurry(db)
        workers.append(start(url))
    for worker in workers:
        assert worker.wait(timeout=60) == 0
    with db.read() as session:
        effects = session.execute(sa.text("SELECT job_id, count(*) FROM effect GROUP BY job_id")).all()
        states = session.execute(sa.select(Job.state, sa.func.count()).group_by(Job.state)).all()
    assert [tuple(row) for row in states] == [("done", JOBS)]
    assert len(effects) == JOBS
    assert {count for _, count in effects} == {1}


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
