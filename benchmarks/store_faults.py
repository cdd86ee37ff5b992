"""Take files in for minutes while the S3 server is killed and the line to it breaks: what is lost, doubled, left?

python -m benchmarks.store_faults [--server seaweedfs|minio] [--minutes N] [--json FILE] [--full MIB]; the server is
started for it. With --full, as root, its disk is a memory disk of that size, filled until it refuses.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import random
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import sqlalchemy as sa

from benchmarks.store import KINDS
from benchmarks.storm import Line, Tally, kill, spoil
from config.settings import Settings
from dms.bootstrap import open_archive, start_archive
from dms.intake import service as intake
from dms.intake.batches import Delivery
from dms.intake.models import Arrival
from dms.kernel.archive import Archive
from dms.kernel.errors import UnavailableError
from dms.originals import objects
from dms.originals.models import Intent, StoredObject
from dms.policy import SYSTEM
from storage.envelope import Envelope
from storage.open import open_store
from storage.s3.multipart import unfinished
from storage.s3.store import PART, S3Store
from tests.services.faults import CLIENT, CutAnswer, Fault, Flip, Hang, Proxy, Refuse, Reset, Slow
from tests.services.ports import HOST
from tests.services.s3 import Server

WRITERS = 4
SMALL, LARGE = 200_000, PART + 3_000_000
SHARE_OF_LARGE = 0.1
FAULTS: tuple[Fault, ...] = (
    Refuse(), Hang(), Slow(rate=300_000), Reset(), Reset(after=1), Reset(after=100_000), Reset(after=PART),
    Reset(after=20, toward=CLIENT), Reset(after=50_000, toward=CLIENT), CutAnswer(when=b"PUT "),
    CutAnswer(when=b"PUT ", times=1), CutAnswer(when=b"<CompleteMultipartUpload"), CutAnswer(when=b"?uploads"),
    CutAnswer(when=b"DELETE "), Flip(at=40_000), Flip(at=40_000, toward=CLIENT),
)  # fmt: skip
KILL_EVERY = 8  # faults


def bring(archive: Archive, body: bytes, tally: Tally) -> bool:
    """Take a file in; tell whether it was acknowledged."""
    try:
        receipt = intake.receive(archive, SYSTEM, io.BytesIO(body), "scan.pdf", Delivery("cli"))
    except UnavailableError as error:
        tally.count(f"refused {error.code}")
        return False
    except Exception as error:  # noqa: BLE001  what a fault does to the product is what is measured here
        tally.count(f"failed {type(error).__name__}")
        return False
    tally.count(f"taken {receipt.state}")
    return True


def write(archive: Archive, tally: Tally, stop: threading.Event) -> None:
    """Bring files one after the other, each until it is acknowledged."""
    while not stop.is_set():
        size = LARGE if random.random() < SHARE_OF_LARGE else SMALL
        body = b"%PDF-1.7\n" + secrets.token_bytes(size)
        while not bring(archive, body, tally):
            stop.wait(0.2)
        tally.acknowledge(body)


def healthy_after(archive: Archive, tally: Tally) -> float:
    """Return the seconds until a file is taken in again."""
    begun, body = time.monotonic(), b"%PDF-1.7\n" + secrets.token_bytes(SMALL)
    while not bring(archive, body, tally):
        time.sleep(0.1)
    tally.acknowledge(body)
    return time.monotonic() - begun


def judged(archive: Archive, tally: Tally) -> dict[str, object]:
    """Compare what was acknowledged with the catalog, and the catalog with the bucket."""
    while objects.sweep(archive):
        pass
    with archive.db.read() as session:
        rows = session.execute(
            sa.select(Arrival.sha256, StoredObject.envelope).join(StoredObject, StoredObject.id == Arrival.object_ref)
        ).all()
        intents = session.scalar(sa.select(sa.func.count()).select_from(Intent))
    counted = Counter(row.sha256 for row in rows)
    envelopes = [Envelope.from_json(row.envelope) for row in rows]
    names, known = list(archive.vault.store.names()), {envelope.name for envelope in envelopes}
    for envelope in envelopes:
        archive.vault.verify(envelope)
    return {
        "acknowledged": len(tally.taken), "lost": len(tally.taken - counted.keys()),
        "doubled": sum(number > 1 for number in counted.values()), "verified": len(envelopes),
        "missing in the bucket": len(known - set(names)), "left in the bucket": len(set(names) - known),
        "named twice": len(names) - len(set(names)), "intents left": intents, "events": dict(tally.events),
    }  # fmt: skip


@contextmanager
def archive_at(url: str) -> Iterator[Archive]:
    """Yield an archive of its own whose originals lie at `url`."""
    with tempfile.TemporaryDirectory() as folder:
        keys = f"keyfile://{folder}/keys/keys"
        settings = Settings(data=Path(folder) / "data", keys_url=keys, workers=1, store_url=url)
        start_archive(settings)
        with open_archive(settings) as archive:
            yield archive


def storm(server: Server, minutes: float) -> dict[str, object]:
    """Bring files under faults; return what came of it."""
    tally, stop = Tally(), threading.Event()
    with Proxy((HOST, server.port)) as proxy, archive_at(server.url(port=proxy.port)) as archive:
        line = Line("", proxy, FAULTS)
        writers = [threading.Thread(target=write, args=(archive, tally, stop)) for _ in range(WRITERS)]
        for writer in writers:
            writer.start()
        spoil(minutes, [lambda: line.strike(tally)] * KILL_EVERY + [lambda: kill(server, tally)])
        healthy = healthy_after(archive, tally)
        stop.set()
        for writer in writers:
            writer.join()
        found = {"healthy after s": round(healthy, 1), **judged(archive, tally)}
        store = open_store(server.url())
        assert isinstance(store, S3Store)
        return {**found, "unfinished uploads, for `tidy`": sum(1 for _ in unfinished(store._bucket))}


def fill(server: Server) -> dict[str, object]:
    """Bring files until the disk is full, make room, bring again; return what came of it."""
    tally = Tally()
    with archive_at(server.url()) as archive:
        while bring(archive, body := b"%PDF-1.7\n" + secrets.token_bytes(3_000_000), tally):
            tally.acknowledge(body)
        return judged(archive, tally)


@contextmanager
def small_disk(server: Server, mebibytes: int) -> Iterator[None]:
    """Put a memory disk under a server that was not started yet."""
    folder = server.folder / "data"
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
        shutil.rmtree(server.folder)


def main() -> int:
    """Print what was found; fail if anything was lost, doubled or left."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", choices=KINDS, default="seaweedfs")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--full", type=int, metavar="MIB", help="fill a disk of this size instead")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    logging.disable()
    server = KINDS[given.server]()
    with ExitStack() as stack:
        if given.full:
            stack.enter_context(small_disk(server, given.full))
        stack.enter_context(server)
        found = fill(server) if given.full else storm(server, given.minutes)
    text = json.dumps({"server": given.server, **found}, indent=1)
    print(text)
    if given.json:
        given.json.write_text(text)
    wrong = ("lost", "doubled", "missing in the bucket", "left in the bucket", "named twice", "intents left")
    return int(any(found[name] for name in wrong))


if __name__ == "__main__":
    sys.exit(main())
