"""What is measured of the log."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.metrics_core import Metric
from sqlalchemy.orm import Session

from dms.audit.models import AuditLeaf
from dms.kernel.archive import Archive
from dms.kernel.telemetry.measures import age, count, gauge


def waiting(session: Session, archive: Archive) -> Iterator[Metric]:
    """Yield how many leaves have no position, and since when."""
    now = archive.clock.now()
    unplaced = AuditLeaf.position.is_(None)
    yield gauge("guidang_audit_waiting", "Leaves of the log without a position",
                 [((), count(session, AuditLeaf.id, unplaced))])  # fmt: skip
    yield gauge("guidang_audit_lag_seconds", "Age of the oldest leaf without a position",
                 [((), age(session, AuditLeaf.at, now, unplaced))])  # fmt: skip
