"""What is measured of what comes in."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.metrics_core import Metric
from sqlalchemy.orm import Session

from dms.intake.models import Arrival, PageReading
from dms.kernel.archive import Archive
from dms.kernel.database import id_before
from dms.kernel.telemetry.measures import LATELY, gauge, grouped

WAITING = ("stored", "inspected", "reading", "locked", "refused", "unreadable")  # states that something ends


def pages(session: Session, archive: Archive) -> Iterator[Metric]:
    """Yield how many pages were read lately, by what went wrong."""
    now = archive.clock.now()
    lately = PageReading.id > id_before(now - LATELY)
    rows = grouped(session, lately, PageReading.problem_code)
    counts = {("",): 0.0} | dict(rows)
    yield gauge(
        "guidang_pages_read_5m", "Pages read in the last five minutes; code is empty where all went well",
        counts.items(), "code",
    )  # fmt: skip


def arrivals(session: Session, archive: Archive) -> Iterator[Metric]:
    """Yield how many files wait, by state, and how many came lately, by source."""
    now = archive.clock.now()
    counts = {(state,): 0.0 for state in WAITING} | dict(grouped(session, Arrival.state.in_(WAITING), Arrival.state))
    yield gauge("guidang_arrivals", "Files received that are not read yet or cannot be", counts.items(), "state")
    lately = dict(grouped(session, Arrival.id > id_before(now - LATELY), Arrival.source)) or {("web",): 0.0}
    yield gauge("guidang_arrivals_received_5m", "Files received in the last five minutes", lately.items(), "source")
