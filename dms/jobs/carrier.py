"""The seam that brings news of jobs to workers: `Carrier` announces it, a `Listener` waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from config.settings import Settings
from dms.db import Database
from dms.jobs.broker import BrokerCarrier
from dms.jobs.local import LocalCarrier
from dms.jobs.notify import NotifyCarrier
from dms.jobs.rules import Queue


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


def carrier_for(settings: Settings, database: Database) -> Carrier:
    """Return the carrier that the settings ask for."""
    if settings.carrier_url:
        return BrokerCarrier(settings.carrier_url)
    return LocalCarrier(settings.data / "wake") if database.is_sqlite else NotifyCarrier(database)
