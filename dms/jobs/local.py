"""The carrier of one machine: a file for each queue, whose time is the news."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from dms.jobs.rules import JOB_QUEUES
from dms.kernel.carrier import Queue

LOOK = 0.1  # seconds between two looks at the files; a look costs some microseconds


class LocalCarrier:
    """Wakes the worker processes of this machine through the modification times of files in the data folder.

    It needs no socket, so no path may be too long and nobody has to listen; several workers can wake at once.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def announce(self, job_id: str, queue: Queue = Queue.READING) -> None:
        """Touch the file of the queue."""
        now, path = time.time_ns(), self._of(queue)
        try:
            os.utime(path, ns=(now, now))
        except FileNotFoundError:
            _create(path)
        except OSError:  # a full or read-only disk: the workers' own look finds the job
            return

    def listen(self, queues: Sequence[Queue] = JOB_QUEUES) -> LocalListener:
        """Watch the files of these queues."""
        return LocalListener([self._of(queue) for queue in queues])

    def _of(self, queue: Queue) -> Path:
        return self._path.with_name(f"{self._path.name}-{queue}")


class LocalListener:
    """Looks at the times of files."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        self._seen: list[int] = []

    def wait(self, seconds: float) -> bool:
        """Wait until a file was touched since the last call, at most `seconds`; tell whether one was."""
        until = time.monotonic() + seconds
        while True:
            stamps = [_stamp(path) for path in self._paths]
            if stamps != self._seen and any(stamps):
                self._seen = stamps
                return True
            if time.monotonic() >= until:
                return False
            time.sleep(LOOK)

    def close(self) -> None:
        """Nothing is held."""


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _create(path: Path) -> None:
    try:
        path.touch(mode=0o600)
    except OSError:
        return
