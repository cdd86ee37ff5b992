"""Carries archives of growing size from a folder and SQLite to other engines and back: rates, and peak memory.

python benchmarks/migrate.py [--objects 500 2000] [--size 300] [--leaves 10] [--json FILE]

With GUIDANG_TEST_POSTGRES_URL and GUIDANG_TEST_S3_URL (`python -m tests.services benchmarks.migrate` sets them) the other
side is PostgreSQL and S3 (a database and a prefix of its own), without them a second folder and SQLite.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import secrets
import sys
import tempfile
import time
from contextlib import ExitStack
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import sqlalchemy as sa  # noqa: E402

from config.settings import Settings  # noqa: E402
from dms.audit.sequencer import sequence  # noqa: E402
from dms.audit.service import record  # noqa: E402
from dms.bootstrap import composed, open_archive, start_archive  # noqa: E402
from dms.operations.move import move  # noqa: E402
from dms.originals.models import StoredObject  # noqa: E402
from dms.policy import SYSTEM  # noqa: E402
from dms.retrieval import projection  # noqa: E402

POSTGRES = os.environ.get("GUIDANG_TEST_POSTGRES_URL", "")
S3 = os.environ.get("GUIDANG_TEST_S3_URL", "")
STEP = 500


def fill(settings: Settings, objects: int, size: int, leaves: int) -> None:
    """Make an archive with so many objects of `size` bytes, and `leaves` rows of the log for each."""
    start_archive(settings)
    with open_archive(settings) as archive:
        for first in range(0, objects, STEP):
            with archive.db.write() as session:
                for _ in range(min(STEP, objects - first)):
                    made = archive.vault.write(archive.vault.reserve("original"), [secrets.token_bytes(size)])
                    session.add(
                        StoredObject(
                            object_id=made.object_id, role="original", envelope=made.to_json(), key_id=made.key_id,
                            plain_sha256=made.plain_sha256, plain_length=made.plain_length,
                            created_at=archive.clock.now(),
                        )
                    )  # fmt: skip
                    for _ in range(leaves):
                        record(session, archive.clock, SYSTEM, action="index.rebuild", target=("index", ""))
        sequence(archive.db)


def carry(source: Settings, target: Settings, answer: Connection) -> None:
    """Move in this process; send the seconds at which each stage ended, the rows, and the peak memory in MiB."""
    begun, ends = time.perf_counter(), dict[str, float]()

    def show(stage: str, _done: int, _total: int) -> None:
        ends[stage] = time.perf_counter() - begun

    def build() -> int:
        with composed(target) as there:
            return projection.build(there)

    with composed(source) as archive:
        report = move(archive, SYSTEM, target, build, show)
    seconds = time.perf_counter() - begun
    answer.send(
        {"seconds": seconds, "ends": ends, "rows": report.rows, "objects": report.objects, "peak_mib": peak_mib()}
    )


def peak_mib() -> float:
    """Return the peak memory of this process alone: the system's `ru_maxrss` also counts that of its parent."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def measured(source: Settings, target: Settings, bytes_carried: int) -> dict[str, Any]:
    """Carry in a process of its own, so that its peak memory is its own."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=carry, args=(source, target, theirs))
    process.start()
    theirs.close()
    found: dict[str, Any] = ours.recv()
    process.join()
    objects, rows = found["ends"]["objects"], found["ends"]["rows"] - found["ends"]["objects"]
    return found | {
        "objects_per_second": found["objects"] / objects,
        "mb_per_second": bytes_carried / objects / 1e6,
        "rows_per_second": found["rows"] / rows,
        "rows_compared_per_second": found["rows"] / (found["ends"]["target"] - found["ends"]["open"]),
    }


def place(folder: Path, stack: ExitStack, servers: bool) -> Settings:
    """Return the settings of an empty place."""
    places: dict[str, Any] = {"data": folder / secrets.token_hex(4), "keys_url": f"keyfile://{folder / 'keys'}"}
    if servers:
        places["catalog_url"] = _database(stack)
        places["store_url"] = S3.replace("?", f"/{secrets.token_hex(6)}?", 1)
    return Settings(**places)


def _database(stack: ExitStack) -> str:
    name = f"b_{secrets.token_hex(6)}"
    server = sa.create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")

    def drop() -> None:
        with server.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")

    stack.callback(drop)
    return sa.engine.make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, nargs="+", default=[500, 2000], help="sizes of the archives")
    parser.add_argument("--size", type=int, default=300, help="KiB of an object")
    parser.add_argument("--leaves", type=int, default=10, help="rows of the log for each object")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    servers = bool(POSTGRES and S3)
    print("between SQLite + folder and", "PostgreSQL + S3" if servers else "SQLite + folder (no servers were named)")
    results = []
    for count in options.objects:
        with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
            first, other, last = (place(Path(scratch), stack, servers and middle) for middle in (False, True, False))
            fill(first, count, options.size << 10, options.leaves)
            for way, source, target in (("there", first, other), ("back", other, last)):
                found = {"way": way} | measured(source, target, count * (options.size << 10))
                results.append(found)
                print(
                    f"{way:5}  {found['objects']} objects, {found['rows']} rows in {found['seconds']:.1f} s: "
                    f"{found['objects_per_second']:.0f} objects/s ({found['mb_per_second']:.0f} MB/s, written and "
                    f"read back), {found['rows_per_second']:.0f} rows/s, compared "
                    f"{found['rows_compared_per_second']:.0f} rows/s; peak {found['peak_mib']:.0f} MiB"
                )
    if options.json:
        options.json.write_text(json.dumps({"servers": servers, "results": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
