"""An archive for the queue, with a carrier that counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dms.kernel.archive import Archive
from dms.kernel.carrier import Queue


class CountingCarrier:
    def __init__(self) -> None:
        self.announced: list[str] = []

    def announce(self, job_id: str, queue: Queue) -> None:
        self.announced.append(job_id)


@pytest.fixture
def archive(archive: Archive) -> Archive:
    return replace(archive, carrier=CountingCarrier())  # type: ignore[arg-type]  # nobody listens to it
