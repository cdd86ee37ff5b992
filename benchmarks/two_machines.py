"""Two machines read one batch from one PostgreSQL, S3 and Redis; then another, and one of them is killed in the middle.

python -m benchmarks.two_machines [--files N] [--pages N] [--json FILE]; servers and machines are started for it. As root
on Linux each machine has a host name of its own, so that nobody can tell from the other that the killed one is dead: its
jobs come back when their leases end.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from benchmarks.production import Machine, archive_on, scan, servers
from benchmarks.storm import Tally
from benchmarks.verdict import note_effects, rest_after, verdict
from dms.intake import service as intake
from dms.intake.batches import Delivery
from dms.intake.models import PageReading
from dms.jobs.models import Job
from dms.jobs.rules import LEASE, State
from dms.kernel.archive import Archive
from dms.policy import SYSTEM

LOOK = 0.1


def bring(archive: Archive, files: int, pages: int, tally: Tally) -> None:
    """Take a batch in."""
    for number in range(files):
        body = scan(pages)
        receipt = intake.receive(
            archive, SYSTEM, io.BytesIO(body), f"scan-{number}-{len(tally.taken)}.pdf", Delivery("cli")
        )
        assert receipt.state == "stored"
        tally.acknowledge(body)


def pages_read(archive: Archive) -> int:
    """Return how many pages have been read."""
    with archive.db.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(PageReading)) or 0


def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    while not true():
        time.sleep(LOOK)


def shares(archive: Archive) -> dict[str, int]:
    """Return how many parts of files (jobs of reading) each machine has finished."""
    done = sa.select(Job.worker).where(Job.state == State.DONE, Job.kind == "read")
    with archive.db.read() as session:
        return dict(Counter(worker.partition("/")[0] for worker in session.scalars(done)))


def both(archive: Archive, machines: list[Machine], tally: Tally, files: int, pages: int) -> dict[str, object]:
    """Let both read a batch; return the figures."""
    bring(archive, files, pages, tally)
    begun = time.monotonic()
    for machine in machines:
        machine.start()
    seconds = rest_after(archive, begun)
    return {"seconds": seconds, "parts read by": shares(archive), **verdict(archive, tally)}


def one_dies(archive: Archive, victim: Machine, tally: Tally, files: int, pages: int) -> dict[str, object]:
    """Let both read another batch, and kill one when a third is read; return the figures."""
    before, parts = pages_read(archive), shares(archive)
    bring(archive, files, pages, tally)
    until(lambda: pages_read(archive) >= before + files * pages // 3 and holds(archive, victim.name))
    at, killed = pages_read(archive) - before, time.monotonic()
    victim.kill()
    seconds = rest_after(archive, killed)
    read_by = {name: count - parts.get(name, 0) for name, count in shares(archive).items()}
    return {
        "killed": victim.name, "pages read then": at, "seconds from then": seconds,
        "lease s": LEASE.total_seconds(), "parts read by": read_by, **verdict(archive, tally),
    }  # fmt: skip


def holds(archive: Archive, name: str) -> bool:
    """Tell whether a machine is at work on a part that it has begun."""
    held = sa.exists().where(Job.state == State.RUNNING, Job.done > 0, Job.worker.startswith(f"{name}/"))
    with archive.db.read() as session:
        return bool(session.scalar(sa.select(held)))


def main() -> None:
    """Read both batches, print the figures, and leave with 1 where a page was lost or read twice."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=6)
    parser.add_argument("--pages", type=int, default=12)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with servers(folder) as made, archive_on(made, folder) as archive:
            note_effects(archive)
            readers = [
                Machine(folder, f"reader-{n}", ["worker"], {**made.urls(), "ocr_engine": "null"}) for n in (1, 2)
            ]
            machines = [*readers, Machine(folder, "keeper", ["keeper"], made.urls())]
            tally = Tally()
            try:
                figures = {
                    "both": both(archive, machines, tally, options.files, options.pages),
                    "one dies": one_dies(archive, readers[0], tally, options.files, options.pages),
                }
            finally:
                for machine in machines:
                    machine.stop()
    text = json.dumps(figures, indent=1, ensure_ascii=False)
    print(text)
    if options.json:
        options.json.write_text(text, encoding="utf-8")
    sys.exit(1 if any(part["wrong"] for part in figures.values()) or figures["both"]["jobs taken up again"] else 0)


if __name__ == "__main__":
    main()
