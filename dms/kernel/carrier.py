"""The seam that brings news of jobs to workers: `Carrier` announces it, a `Listener` waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol


class Queue(StrEnum):
    """What a worker can be kept for: reading papers, feeding the search index, everything else."""

    READING = "reading"
    INDEXING = "indexing"
    HOUSEKEEPING = "housekeeping"


class Listener(Protocol):
    """Waits for news of some queues."""

    def wait(self, seconds: float) -> bool:
        """Wait until something was announced since the last call, at most `seconds`; tell whether it was."""
        ...

    def close(self) -> None:
        """Stop listening."""
        ...


class Carrier(Protocol):
    """Brings news of jobs. Nothing depends on its arrival: workers look at the job table by themselves now and then."""

    def announce(self, job_id: str, queue: Queue = Queue.READING) -> None:
        """Say that this job is ready, "" for any; never fails, never waits."""
        ...

    def listen(self, queues: Sequence[Queue]) -> Listener:
        """Begin to listen to some queues."""
        ...
