"""Durable intake of 300 KiB scans without reading, beside the same bytes written and synced without us, in one run.

python benchmarks/intake.py [--files 200] [--folder DIR] [--json FILE]
"""

from __future__ import annotations

import argparse
import io
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from config.settings import Settings  # noqa: E402
from dms.bootstrap import open_archive, start_archive  # noqa: E402
from dms.documents import intake  # noqa: E402
from dms.documents.batches import Delivery  # noqa: E402
from dms.policy import SYSTEM  # noqa: E402

SIZE = 300 << 10
JOURNAL = 16 << 10  # bytes that a transaction of the catalog adds to its log, about


def plain(folder: Path, log: int, number: int, data: bytes) -> None:
    """Do what intake must at least do: a synced log entry, a synced file in a synced folder, read back, another entry."""
    os.write(log, bytes(JOURNAL))
    os.fsync(log)
    partial, target = folder / f".{number}", folder / f"{number:02x}"[:2] / str(number)
    target.parent.mkdir(exist_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    os.write(descriptor, data)
    os.fsync(descriptor)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)
    partial.rename(target)
    directory = os.open(target.parent, os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)
    target.read_bytes()
    os.write(log, bytes(JOURNAL))
    os.fsync(log)


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
            for number in range(options.files):  # turn by turn, so that both meet the same disk
                data = b"%PDF-1.7\n" + os.urandom(SIZE)
                theirs.append(timed(lambda n=number, d=data: plain(folder / "plain", log, n, d)))
                source = io.BytesIO(data)
                ours.append(
                    timed(lambda n=number, s=source: intake.receive(archive, SYSTEM, s, f"{n}.pdf", Delivery("cli")))
                )
        os.close(log)
    found = {
        "files": options.files,
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
