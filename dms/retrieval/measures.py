"""What is measured of the index."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from prometheus_client.metrics_core import Metric
from sqlalchemy.orm import Session

from dms.kernel.archive import Archive
from dms.kernel.telemetry.measures import age, count, gauge
from dms.retrieval.models import IndexOutbox


def index(session: Session, archive: Archive) -> Iterator[Metric]:
    """Yield how many changes the index does not know, and since when."""
    now = archive.clock.now()
    yield gauge("guidang_index_waiting", "Documents whose change the index does not know yet",
                 [((), count(session, IndexOutbox.id, sa.true()))])  # fmt: skip
    yield gauge("guidang_index_lag_seconds", "Age of the oldest change that the index does not know",
                 [((), age(session, IndexOutbox.created_at, now, sa.true()))])  # fmt: skip
