"""What the log writes down because other topics told of it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from dms.audit.service import record
from dms.jobs.events import QueueTended
from dms.kernel.archive import Archive


def record_tending(session: Session, archive: Archive, event: QueueTended) -> None:
    """Write down what a person did to the queue, which stands below the log."""
    record(
        session, archive.clock, event.identity, action=event.deed, target=("job", event.job_id), details=event.details
    )
