"""What the queue tells other topics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dms.kernel.consequences import Event
from dms.policy import Identity


@dataclass(frozen=True)
class QueueTended(Event):
    """A person did something to the queue; the log, which stands above it, writes it down."""

    identity: Identity
    deed: str
    job_id: str | None  # None: to many jobs
    details: Mapping[str, Any]
