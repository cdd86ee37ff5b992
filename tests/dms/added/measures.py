"""What is measured of notes."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from prometheus_client.metrics_core import Metric
from sqlalchemy.orm import Session

from dms.kernel.archive import Archive
from dms.kernel.telemetry.measures import count, gauge
from tests.dms.added.models import Note


def notes(session: Session, archive: Archive) -> Iterator[Metric]:
    """Yield how many notes there are."""
    yield gauge("guidang_notes", "Notes on things of the archive", [((), count(session, Note.id, sa.true()))])
