"""Chores of a running archive, each in its own rhythm: sequence the log, feed the index, sweep, watch the folder."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import closing
from dataclasses import dataclass

from dms.kernel.archive import Archive
from dms.kernel.errors import DmsError
from dms.kernel.outages import explained
from dms.kernel.telemetry.instruments import LAST_TURN
from dms.kernel.topic import Chore
from dms.running.turn import turn_of

LOG = logging.getLogger("dms.housekeeping")
TICK = 0.25  # seconds
LONGEST_PAUSE = 20.0


@dataclass
class Recurring:
    """A chore in its rhythm; again at once while it says that there is more to do."""

    chore: Chore
    due: float = 0.0
    failures: int = 0

    def do(self) -> None:
        """Do it; a fault is logged and the chore comes again after a growing pause, so that it stops no other."""
        try:
            busy = self.chore.deed() > 0
            self.failures = 0
        except Exception as error:  # noqa: BLE001  the edge of a chore: logged, and it comes again
            self.failures += 1
            known = isinstance(error, DmsError) or explained(error) is not None
            told = LOG.warning if known else LOG.exception  # an outage is one line, a fault of ours its whole trace
            told("%s failed (%s times): %s", self.chore.name, self.failures, error)
            busy = False
        pause = min(self.chore.every * 2.0**self.failures, LONGEST_PAUSE) if self.failures else self.chore.every
        self.due = time.monotonic() + (0.0 if busy else pause)


class Housekeeper:
    """Does the chores of one archive until it is stopped."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._stop = threading.Event()
        self.chores = [Recurring(chore) for chore in archive.topics.chores(archive)]

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
