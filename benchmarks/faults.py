"""A whole archive on PostgreSQL, S3, Elasticsearch and Redis takes in, reads and indexes while everything breaks.

python -m benchmarks.faults [--minutes N] [--json FILE]; servers and machines are started for it, on two names as root.
One fault follows the other on the lines to the servers; servers, machines and single processes are killed (kill -9),
and the broker is wiped. Afterwards it says what was lost, doubled, read twice, and how long it took to come to rest.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from benchmarks import search_faults, store_faults
from benchmarks.production import Client, Machine, Servers, archive_on, scan, servers, web_port
from benchmarks.storm import Line, Tally, kill, spoil
from benchmarks.verdict import note_effects, rest_after, verdict, waiting
from dms.kernel.archive import Archive
from tests.services.faults import CLIENT, CutAnswer, Fault, Flip, Hang, Refuse, Reset, Slow

BRINGERS, MOST_PAGES, PAUSE = 3, 3, 0.5
MOST_WAITING = 10  # jobs; with more nobody brings anything, so that the end is not the wait for a backlog
ASK_EVERY = 1.0
HEALTHY = 200
PATHS = ("/api/v1/search?q=scan", "/api/v1/documents", "/readyz")
UNREADABLE: tuple[Fault, ...] = (  # of any protocol
    Refuse(), Hang(), Slow(rate=100_000), Reset(), Reset(after=200), Reset(after=5_000), Reset(after=20, toward=CLIENT),
    Reset(after=3_000, toward=CLIENT), CutAnswer(times=1), CutAnswer(),
)  # fmt: skip
FAULTS: dict[str, tuple[Fault, ...]] = {
    "catalog": (*UNREADABLE, CutAnswer(when=b"COMMIT\0"), CutAnswer(when=b"COMMIT\0", times=1)),
    "catalog TLS": (*UNREADABLE, Flip(at=900), Flip(at=300, toward=CLIENT)),
    "store": store_faults.FAULTS,
    "index": search_faults.FAULTS,
    "broker": (*UNREADABLE, Flip(at=60), Flip(at=40, toward=CLIENT)),
}
STRIKES = 2  # on each line, a round
CHILDREN = 3  # killed a round


def bring(archive: Archive, client: Client, tally: Tally, stop: threading.Event) -> None:
    """Bring files one after the other, each until it is acknowledged."""
    while not stop.wait(PAUSE):
        if is_crowded(archive):
            continue
        body = scan(random.randint(1, MOST_PAGES))
        while not taken(client, body, tally) and not stop.wait(0.5):
            continue


def is_crowded(archive: Archive) -> bool:
    """Tell whether many jobs wait, or whether nobody knows."""
    try:
        return waiting(archive)["jobs"] > MOST_WAITING
    except SQLAlchemyError:
        return True


def taken(client: Client, body: bytes, tally: Tally) -> bool:
    """Bring a file once; tell whether it was acknowledged."""
    name = f"scan-{hashlib.sha256(body).hexdigest()[:12]}.pdf"
    status, answer = client.ask("/api/v1/arrivals", body, name)
    if status in (200, 201):
        tally.count(f"taken {answer.get('state')}")
        tally.acknowledge(body)
        return True
    tally.count(f"refused {status} {answer.get('code', '')}".strip())
    return False


def ask(client: Client, tally: Tally, stop: threading.Event) -> None:
    """Search and look, all the time, as people do."""
    while not stop.wait(ASK_EVERY):
        for path in PATHS:
            status, answer = client.ask(path)
            tally.count(f"{path.partition('?')[0]} {status} {answer.get('code', '')}".strip())


def tend(machines: list[Machine], tally: Tally, stop: threading.Event) -> None:
    """Start again whatever ended, as an init system does."""
    while not stop.wait(1):
        for machine in machines:
            if not machine.keeps_running():
                tally.count(f"{machine.name} was started again")
                machine.start()


def deeds_of(made: Servers, machines: list[Machine], tally: Tally) -> list[Callable[[], None]]:
    """Return all that may go wrong, in the numbers of one round."""
    lines = [Line(name, made.proxies[name], faults) for name, faults in FAULTS.items()]
    killed = (("catalog", made.catalog), ("store", made.store), ("index", made.index), ("broker", made.broker))

    def child() -> None:
        if random.choice(machines).kill_child():
            tally.count("process kill -9")

    def machine() -> None:
        tally.count("machine kill -9")
        random.choice(machines).kill()

    def wipe() -> None:
        tally.count("broker wiped")
        made.broker.wipe()

    return [
        *[partial(line.strike, tally) for line in lines] * STRIKES, *[child] * CHILDREN, machine, wipe,
        *[partial(kill, server, tally, name) for name, server in killed],
    ]  # fmt: skip


def machines_on(made: Servers, folder: Path, port: int) -> list[Machine]:
    """Return the machines: one web, two that read (over TLS), two that keep house."""
    plain, safe = made.urls(), made.urls(tls=True)
    return [
        Machine(folder, "web", ["web", "--port", str(port)], plain),
        *(Machine(folder, f"reader-{n}", ["worker"], {**safe, "ocr_engine": "null"}) for n in (1, 2)),
        *(Machine(folder, f"keeper-{n}", ["keeper"], plain) for n in (1, 2)),
    ]


@contextmanager
def working(works: list[Callable[[threading.Event], None]]) -> Iterator[None]:
    """Let these run in threads within the block."""
    stop = threading.Event()
    threads = [threading.Thread(target=work, args=(stop,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def storm(made: Servers, archive: Archive, folder: Path, minutes: float) -> dict[str, object]:
    """Work under faults; return what came of it."""
    tally, port = Tally(), web_port()
    client, machines = Client(archive, port), machines_on(made, folder, port)
    note_effects(archive)
    try:
        for machine in machines:
            machine.start()
        while client.ask("/readyz")[0] != HEALTHY:
            time.sleep(ASK_EVERY)
        with working([lambda stop: tend(machines, tally, stop)]):
            with working(
                [lambda stop: bring(archive, client, tally, stop)] * BRINGERS + [lambda stop: ask(client, tally, stop)]
            ):
                spoil(minutes, deeds_of(made, machines, tally))
                healed = time.monotonic()
            rested = rest_after(archive, healed)
        return {"at rest after s": rested, **verdict(archive, tally), "events": dict(sorted(tally.events.items()))}
    finally:
        for machine in machines:
            machine.stop()


def main() -> None:
    """Run the storm, print the figures, and leave with 1 where anything was lost or done twice."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=6)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--keep", type=Path, help="a folder for settings and logs, kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(exist_ok=True)
        with servers(folder) as made, archive_on(made, folder) as archive:
            figures = storm(made, archive, folder, options.minutes)
    text = json.dumps(figures, indent=1, ensure_ascii=False)
    print(text)
    if options.json:
        options.json.write_text(text, encoding="utf-8")
    sys.exit(1 if figures["wrong"] else 0)


if __name__ == "__main__":
    main()
