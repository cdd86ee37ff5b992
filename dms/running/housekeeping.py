"""Chores of a running archive, each in its own rhythm: sequence the log, feed the index, sweep, watch the folder."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from dms.accounts import service as accounts
from dms.audit import sequencer
from dms.intake.watch import Watcher
from dms.jobs import service as jobs
from dms.kernel.archive import Archive
from dms.kernel.catalog import outage
from dms.kernel.errors import DmsError
from dms.kernel.telemetry.instruments import LAST_TURN
from dms.lifecycle.expiry import empty_trash
from dms.originals import objects
from dms.retrieval import projection
from dms.running.turn import turn_of
from search.index import SearchError
from storage.objects import StorageError

LOG = logging.getLogger("dms.housekeeping")
TICK = 0.25  # seconds
LONGEST_PAUSE = 20.0


@dataclass
class Chore:
    """Something done every `every` seconds; again at once while it returns that there is more to do."""

    name: str
    every: float
    deed: Callable[[], int]
    due: float = 0.0
    failures: int = 0

    def do(self) -> None:
        """Do it; a fault is logged and the chore comes again after a growing pause, so that it stops no other."""
        try:
            busy = self.deed() > 0
            self.failures = 0
        except Exception as error:  # noqa: BLE001  the edge of a chore: logged, and it comes again
            self.failures += 1
            known = isinstance(error, DmsError | SearchError | StorageError) or outage(error) is not None
            told = LOG.warning if known else LOG.exception  # an outage is one line, a fault of ours its whole trace
            told("%s failed (%s times): %s", self.name, self.failures, error)
            busy = False
        pause = min(self.every * 2.0**self.failures, LONGEST_PAUSE) if self.failures else self.every
        self.due = time.monotonic() + (0.0 if busy else pause)


class Housekeeper:
    """Does the chores of one archive until it is stopped."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._stop = threading.Event()
        self._released = archive.data / "released"
        self._stamp = -1
        self.chores = [
            Chore("sequence the log", 0.5, lambda: sequencer.tick(archive)),
            Chore("feed the index", 0.5, lambda: projection.consume(archive)),
            Chore("take back jobs of dead workers", 0.5, lambda: self._release(archive)),
            Chore("sweep jobs", 5.0, lambda: min(jobs.sweep(archive), 0)),
            Chore("sweep sessions", 3600.0, lambda: min(accounts.sweep(archive), 0)),
            Chore("sweep objects", 60.0, lambda: objects.sweep(archive)),
            Chore("empty the trash", 3600.0, lambda: empty_trash(archive)),
            Chore("tidy the store", 3600.0, lambda: min(archive.vault.store.tidy(), 0)),
        ]
        if archive.settings.watch_folder is not None:
            watcher = Watcher(archive, archive.settings.watch_folder)
            self.chores.append(Chore("watch the folder", 2.0, lambda: min(watcher.scan(), 0)))

    def stop(self) -> None:
        """Ask the housekeeper to leave after the chore at hand."""
        self._stop.set()

    def run(self) -> None:
        """Do chores until stopped, while it is our turn."""
        with closing(turn_of(self._archive)) as turn:
            while not self._stop.is_set():
                LAST_TURN.set_to_current_time()
                if turn.is_ours():
                    self.round()
                self._stop.wait(TICK)

    def round(self) -> None:
        """Do every chore that is due."""
        for chore in self.chores:
            if time.monotonic() >= chore.due and not self._stop.is_set():
                chore.do()

    def _release(self, archive: Archive) -> int:
        """Take back what dead workers held, at the start and whenever the supervisor says that one died."""
        stamp = _stamp(self._released)
        if stamp == self._stamp:
            return 0
        jobs.release_dead(archive)
        self._stamp = stamp
        return 0


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
