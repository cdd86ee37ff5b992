"""Change documents for minutes while Elasticsearch is killed, rebuilt and the line to it breaks: what is lost or stale?

python -m benchmarks.search_faults [--minutes N] [--json FILE]; the server is started for it.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from benchmarks.storm import Line, Tally, kill, spoil
from config.settings import Settings
from dms.bootstrap import open_archive, start_archive
from dms.documents.events import DocumentChanged
from dms.documents.models import Document
from dms.kernel.archive import Archive
from dms.retrieval import projection
from dms.retrieval.models import IndexOutbox
from dms.retrieval.outbox import note
from search.index import Access, Request, SearchError
from tests.services import elasticsearch
from tests.services.elasticsearch import Server
from tests.services.faults import CLIENT, CutAnswer, Fault, Flip, Hang, Proxy, Refuse, Reset, Slow

EVERYTHING = Access(({},))
FAULTS: tuple[Fault, ...] = (
    Refuse(), Hang(), Slow(rate=200_000), Reset(), Reset(after=100), Reset(after=5_000), Reset(after=20, toward=CLIENT),
    CutAnswer(), CutAnswer(times=1), Flip(at=900), Flip(at=300, toward=CLIENT),
)  # fmt: skip
KILL_EVERY = 10  # faults
REBUILD_EVERY = 20.0  # seconds
CONSUMERS = 2


@dataclass
class Run:
    """An archive under faults, and what happened to it."""

    archive: Archive
    tally: Tally = field(default_factory=Tally)
    stop: threading.Event = field(default_factory=threading.Event)


def change(run: Run) -> None:
    """Add, change and trash documents, as fast as a few busy people."""
    known: list[str] = []
    number = 0
    while not run.stop.wait(0.02):
        number += 1
        now = run.archive.clock.now()
        with run.archive.db.write() as session:
            if not known or random.random() < 0.5:
                document = Document(
                    created_at=now, page_count=0, owner_id="arc", type_code="T04", filed_at=now, title=title(number)
                )
                session.add(document)
                session.flush()
                known.append(document.id)
            else:
                document = session.get_one(Document, random.choice(known))
                document.title, document.revision = title(number), document.revision + 1
                document.trashed_at = None if document.trashed_at or random.random() < 0.7 else now
            note(session, run.archive, DocumentChanged(document.id))
        run.tally.count("changes")


def title(number: int) -> str:
    """Return a title that no other document ever has."""
    return f"购销合同第{number}号稿"


def feed(run: Run) -> None:
    """Bring the index up to date, over and over, as the housekeeper does."""
    while not run.stop.is_set():
        try:
            pause = 0.0 if projection.consume(run.archive) else 0.1
        except SearchError as error:
            run.tally.count(f"not indexed {error.code}")
            pause = 1.0
        run.stop.wait(pause)


def rebuild(run: Run) -> None:
    """Rebuild every so often, whatever is broken at the moment."""
    while not run.stop.wait(REBUILD_EVERY):
        try:
            projection.rebuild(run.archive)
            run.tally.count("rebuilt")
        except SearchError as error:
            run.tally.count(f"not rebuilt {error.code}")


def idle_after(run: Run) -> float:
    """Return the seconds until nothing waits to be indexed any more."""
    begun = time.monotonic()
    while waiting(run.archive):
        time.sleep(0.1)
    return round(time.monotonic() - begun, 1)


def waiting(archive: Archive) -> int:
    """Return how many changes wait to be indexed."""
    with archive.db.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(IndexOutbox)) or 0


def judged(archive: Archive) -> dict[str, int]:
    """Compare the index with the catalog, by revisions and by what is found."""
    missing, strange = projection.compare(archive)
    with archive.db.read() as session:
        rows = session.execute(sa.select(Document.id, Document.title, Document.trashed_at)).all()
    unequal = 0
    for row in random.sample(rows, min(len(rows), 500)):
        found = [hit.id for hit in archive.index.search(Request(f'标题:"{row.title}"', EVERYTHING)).hits]
        unequal += found != ([] if row.trashed_at else [row.id])
    return {"documents": len(rows), "lost or stale": len(missing), "left over": len(strange), "found wrongly": unequal}


@contextmanager
def archive_at(url: str) -> Iterator[Archive]:
    """Yield an archive of its own whose index lies at `url`."""
    with tempfile.TemporaryDirectory() as folder:
        keys = f"keyfile://{folder}/keys/keys"
        settings = Settings(data=Path(folder) / "data", keys_url=keys, workers=1, index_url=url)
        start_archive(settings)
        with open_archive(settings) as archive:
            yield archive


def storm(server: Server, minutes: float) -> dict[str, object]:
    """Change documents under faults; return what came of it."""
    with Proxy(("127.0.0.1", server.port)) as proxy, archive_at(server.url(port=proxy.port)) as archive:
        run, line = Run(archive), Line("", proxy, FAULTS)
        changing = threading.Event()
        changer = Run(archive, run.tally, changing)
        threads = [threading.Thread(target=work, args=(run,)) for work in (rebuild, *[feed] * CONSUMERS)]
        threads.append(threading.Thread(target=change, args=(changer,)))
        for thread in threads:
            thread.start()
        spoil(minutes, [lambda: line.strike(run.tally)] * KILL_EVERY + [lambda: kill(server, run.tally)], most_rest=2)
        changing.set()
        idle = idle_after(run)
        run.stop.set()
        for thread in threads:
            thread.join()
        return {"idle after s": idle, **judged(archive), "events": dict(run.tally.events)}


def main() -> None:
    """Run the storm and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    with elasticsearch.server() as server:
        figures = storm(server, options.minutes)
    print(json.dumps(figures, indent=2, ensure_ascii=False))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
