"""Work that nobody does is noticed, and work that somebody does is not mistaken for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from dms.audit.models import AuditLeaf
from dms.audit.service import record
from dms.jobs import service
from dms.kernel.archive import Archive
from dms.kernel.clock import FixedClock
from dms.operations import idle
from dms.policy import SYSTEM


@pytest.fixture
def archive(archive: Archive, clock: FixedClock) -> Archive:
    """An archive whose clock can be moved."""
    return replace(archive, clock=clock)


def test_jobs_that_nobody_takes_are_noticed(archive: Any, clock: FixedClock) -> None:
    with archive.db.write() as session:
        for number in range(2):
            service.enqueue(session, archive, "read", {}, dedupe_key=f"read {number}")
    idle.require_workers(archive)  # they have only just come
    clock.advance(minutes=6)
    with pytest.raises(idle.NobodyError):
        idle.require_workers(archive)
    assert service.claim(archive, ("read",)) is not None
    idle.require_workers(archive)  # the other waits for its turn


def test_a_log_that_nobody_sequences_is_noticed(archive: Any, clock: FixedClock) -> None:
    with archive.db.write() as session:
        record(session, clock, SYSTEM, action="party.create", target=("party", "p"))
    idle.require_housekeeping(archive)
    clock.advance(minutes=3)
    with pytest.raises(idle.NobodyError):
        idle.require_housekeeping(archive)
    with archive.db.write() as session:  # as the housekeeping does
        session.execute(sa.update(AuditLeaf).values(position=0))
    idle.require_housekeeping(archive)
