"""Durable intake of 300 KiB scans without reading, beside the same bytes written and synced without us, in one run.

python benchmarks/intake.py [--files 200] [--folder DIR] [--json FILE]
"""

from __future__ import annotations

import argparse
import io
import json
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from config.settings import Settings  # noqa: E402
from dms.bootstrap import open_archive, start_archive  # noqa: E402
from dms.intake import service as intake  # noqa: E402
from dms.intake.batches import Delivery  # noqa: E402
from dms.kernel.archive import Archive  # noqa: E402
from dms.kernel.database import sqlite_module  # noqa: E402
from dms.originals import objects  # noqa: E402
from dms.policy import SYSTEM  # noqa: E402

SIZE = 300 << 10
WARMING = 20  # files taken in before anything is measured


def plain(folder: Path, log: int, number: int, data: bytes, entries: tuple[int, int]) -> None:
    """Write and sync what intake writes and syncs: a log entry, a file in its folder, read back, another log entry."""
    os.write(log, bytes(entries[0]))
    os.fsync(log)
    name = f"{secrets.token_hex(16)}"
    draft, target = folder / f".{number}", folder / name[:2] / name
    if not target.parent.exists():
        target.parent.mkdir()
        sync(folder)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    os.write(descriptor, data)
    os.fsync(descriptor)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)
    draft.rename(target)
    sync(target.parent)
    target.read_bytes()
    os.write(log, bytes(entries[1]))
    os.fsync(log)


def sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def log_entries(archive: Archive) -> tuple[int, int]:
    """Return how many bytes the two transactions of one intake add to the catalog's log."""
    log = archive.data / "catalog.db-wal"
    with closing(sqlite_module().connect(archive.data / "catalog.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    objects.reserve(archive, "original")
    first = log.stat().st_size
    receive(archive, "calibration", scan())
    return first, log.stat().st_size - 2 * first


def scan() -> bytes:
    return b"%PDF-1.7\n" + os.urandom(SIZE)


def receive(archive: Archive, name: str, data: bytes) -> None:
    intake.receive(archive, SYSTEM, io.BytesIO(data), f"{name}.pdf", Delivery("cli"))


def timed(deed: Callable[[], object]) -> float:
    begun = time.perf_counter()
    deed()
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        settings = Settings(data=folder / "data", keys_url=f"keyfile://{folder / 'keys' / 'k'}")
        start_archive(settings)
        (folder / "plain").mkdir()
        log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        ours, theirs = [], []
        with open_archive(settings) as archive:
            for number in range(WARMING):
                receive(archive, f"warming {number}", scan())
            entries = log_entries(archive)
            for number in range(options.files):  # turn by turn, so that both meet the same disk
                data = scan()
                theirs.append(timed(partial(plain, folder / "plain", log, number, data, entries)))
                ours.append(timed(partial(receive, archive, str(number), data)))
        os.close(log)
    found = {
        "files": options.files,
        "log_entries_bytes": entries,
        "intake_median_ms": round(statistics.median(ours) * 1000, 2),
        "plain_median_ms": round(statistics.median(theirs) * 1000, 2),
        "times": round(statistics.median(ours) / statistics.median(theirs), 2),
        "intake_p95_ms": round(statistics.quantiles(ours, n=20)[-1] * 1000, 2),
        "files_per_second": round(options.files / sum(ours), 1),
    }
    for label, value in found.items():
        print(f"{label}: {value}")
    if options.json:
        options.json.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
