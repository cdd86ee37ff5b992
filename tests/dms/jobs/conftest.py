"""A small archive for the queue: a real catalog, a clock that stands still, a carrier that counts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from dms.kernel.carrier import Queue
from dms.kernel.clock import FixedClock
from dms.kernel.database import Database
from dms.policy import Policy


class CountingCarrier:
    def __init__(self) -> None:
        self.announced: list[str] = []

    def announce(self, job_id: str, queue: Queue) -> None:
        self.announced.append(job_id)


@pytest.fixture
def archive(db: Database, clock: FixedClock, policy: Policy) -> Any:
    return SimpleNamespace(db=db, clock=clock, carrier=CountingCarrier(), policy=policy)
