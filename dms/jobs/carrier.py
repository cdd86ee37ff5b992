"""The seam that brings news of jobs to workers: `Carrier`, and the local one, a file whose time is the news."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Protocol

from config.settings import Settings

LOOK = 0.1  # seconds between two looks at the file; a look costs some microseconds


class Carrier(Protocol):
    """Brings news of jobs. Nothing depends on its arrival: workers look at the job table by themselves now and then."""

    def announce(self, job_id: str) -> None:
        """Say that this job is ready; never fails, never waits."""
        ...


class LocalCarrier:
    """Wakes the worker processes of this machine through the modification time of one file in the data folder.

    It needs no socket, so no path may be too long and nobody has to listen; several workers can wake at once.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = 0

    def announce(self, job_id: str) -> None:
        """Touch the file."""
        now = time.time_ns()
        try:
            os.utime(self._path, ns=(now, now))
        except FileNotFoundError:
            self._create()
        except OSError:  # a full or read-only disk: the workers' own look finds the job
            return

    def wait(self, seconds: float) -> bool:
        """Wait until something was announced since the last call, at most `seconds`; tell whether it was."""
        until = time.monotonic() + seconds
        while True:
            stamp = self._stamp()
            if stamp != self._seen:
                self._seen = stamp
                return True
            if time.monotonic() >= until:
                return False
            time.sleep(LOOK)

    def _stamp(self) -> int:
        try:
            return self._path.stat().st_mtime_ns
        except OSError:
            return 0

    def _create(self) -> None:
        try:
            self._path.touch(mode=0o600)
        except OSError:
            return


def carrier_for(settings: Settings) -> LocalCarrier:
    """Return the carrier that the settings ask for."""
    return LocalCarrier(settings.data / "wake")
