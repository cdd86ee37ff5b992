"""Rules of jobs: states, leases, back-off; no database."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from dms.kernel.carrier import Queue

LEASE = timedelta(minutes=3)  # renewed at every page; a page has its own, shorter deadline
MOST_ATTEMPTS = 4
FIRST_PAUSE = 5.0  # seconds
LONGEST_PAUSE = 600.0
LONGEST_PATIENCE = 20.0  # where the fault lies around the job: it is looked for again soon after that is mended
KEPT = timedelta(days=7)  # finished jobs stay this long, for the report


class State(StrEnum):
    """State of a job."""

    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    PARKED = "parked"
    CANCELLED = "cancelled"


JOB_QUEUES = (Queue.READING, Queue.HOUSEKEEPING)  # those that the job table feeds; the index has its outbox


class Priority:
    """Which jobs go first: what a person waits for, then what is quick, then the long work."""

    URGENT = 1
    QUICK = 3
    USUAL = 5
    LATER = 8


LIVE = (State.READY, State.RUNNING, State.PARKED)
OPEN = (State.READY, State.RUNNING)
EDGES = {
    (State.READY, State.RUNNING),  # claim
    (State.RUNNING, State.DONE),  # finish
    (State.RUNNING, State.READY),  # failed, or the lease ran out: once more
    (State.RUNNING, State.PARKED),  # failed for good
    (State.PARKED, State.READY),  # a person says: try again
    (State.READY, State.CANCELLED),
    (State.RUNNING, State.CANCELLED),
    (State.PARKED, State.CANCELLED),
}


def may(before: State, after: State) -> bool:
    """Tell whether a job may go from one state to the other."""
    return (before, after) in EDGES


def pause(attempts: int, longest: float = LONGEST_PAUSE) -> timedelta:
    """Return how long to wait before the next attempt: 5 s, 20 s, 80 s … at most 10 minutes."""
    return timedelta(seconds=min(FIRST_PAUSE * 4.0 ** max(attempts - 1, 0), longest))
