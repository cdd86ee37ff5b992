"""Writes from four processes at once: every one is a read-modify-write with its audit leaf; none may be lost.

python benchmarks/concurrent_writes.py [--url sqlite:///FILE | postgresql://…] [--writes 10000] [--processes 4]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from dms.audit.models import AuditLeaf  # noqa: E402
from dms.audit.service import record  # noqa: E402
from dms.kernel.clock import SystemClock  # noqa: E402
from dms.kernel.database import Database  # noqa: E402
from dms.numbering.models import NumberCounter  # noqa: E402
from dms.policy import SYSTEM  # noqa: E402

PREFIX = "benchmark"


def write(url: str, count: int) -> None:
    """Do `count` read-modify-writes; print the slowest one in seconds."""
    database, clock, slowest = Database(url), SystemClock(), 0.0
    for _ in range(count):
        begun = time.perf_counter()
        with database.write() as session:
            counter = session.get_one(NumberCounter, PREFIX, with_for_update=True)
            counter.last = counter.last + 1
            record(session, clock, SYSTEM, action="benchmark.write", target=("counter", str(counter.last)))
        slowest = max(slowest, time.perf_counter() - begun)
    database.close()
    print(slowest)


def run(url: str, writes: int, processes: int) -> dict[str, object]:
    """Let several processes write at once; return what is there afterwards."""
    database = Database(url)
    from dms.bootstrap import TOPICS  # here alone: a writer starts as quickly as it can

    TOPICS.metadata.create_all(database.engine)
    with database.write() as session:
        session.merge(NumberCounter(prefix=PREFIX, last=0))
    each = [writes // processes + (n < writes % processes) for n in range(processes)]
    begun = time.perf_counter()
    command = [sys.executable, __file__, "--url", url, "--writer"]
    pipe = subprocess.PIPE
    started = [subprocess.Popen([*command, str(n)], stdout=pipe, stderr=pipe, text=True, cwd=ROOT) for n in each]
    answers = [process.communicate() for process in started]
    seconds = time.perf_counter() - begun
    with database.read() as session:
        last = session.get_one(NumberCounter, PREFIX).last
        targets = sa.select(AuditLeaf.target_id).where(AuditLeaf.action == "benchmark.write")
        serials = sorted(int(serial) for serial in session.scalars(targets))
    database.close()
    errors = [stderr for process, (_, stderr) in zip(started, answers, strict=True) if process.returncode]
    return {
        "database": url.partition(":")[0],
        "writes": writes,
        "processes": processes,
        "counted": last,
        "lost": writes - last,
        "every_serial_once": serials == list(range(1, writes + 1)),
        "errors": errors,
        "writes_per_second": round(writes / seconds, 1),
        "slowest_write_seconds": round(max((float(out) for out, _ in answers if out.strip()), default=0.0), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="")
    parser.add_argument("--writes", type=int, default=10_000)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--writer", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.writer is not None:
        write(options.url, options.writer)
        return
    with tempfile.TemporaryDirectory() as folder:
        found = run(options.url or f"sqlite:///{folder}/catalog.db", options.writes, options.processes)
    for name, value in found.items():
        print(f"{name}: {value}")
    if options.json:
        options.json.write_text(json.dumps(found), encoding="utf-8")
    sys.exit(0 if found["every_serial_once"] and not found["errors"] and not found["lost"] else 1)


if __name__ == "__main__":
    main()
