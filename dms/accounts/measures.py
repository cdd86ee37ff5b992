"""What is measured of people."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from prometheus_client.metrics_core import Metric
from sqlalchemy.orm import Session

from dms.accounts.models import WebSession
from dms.kernel.archive import Archive
from dms.kernel.telemetry.measures import count, gauge


def sessions(session: Session, archive: Archive) -> Iterator[Metric]:
    """Yield how many browsers are signed in."""
    now = archive.clock.now()
    alive = sa.and_(WebSession.ended_at.is_(None), WebSession.expires_at > now)
    yield gauge("guidang_sessions", "Browsers that are signed in", [((), count(session, WebSession.id, alive))])
