"""The task (待办) of giving a locked PDF its password: asked of its bringer, settled by what makes it needless."""

from __future__ import annotations

from sqlalchemy.orm import Session

from dms.intake.models import Arrival
from dms.kernel.archive import Archive
from dms.kernel.subjects import Subject
from dms.policy import SYSTEM, Identity
from dms.tasks.service import need, settle

PASSWORD_TASK = "arrival.password"  # noqa: S105  the name of a kind of tasks


def ask(session: Session, archive: Archive, arrival: Arrival) -> None:
    """Have the bringer give a password; of what the machine took from its watched folder, the archivists."""
    need(
        session, archive, PASSWORD_TASK, Subject("arrival", arrival.id), SYSTEM, owner_id=arrival.brought_by,
        facts={"batch": arrival.batch.number},
    )  # fmt: skip


def heed(session: Session, archive: Archive, arrival: Arrival, identity: Identity, deed: str) -> None:
    """Settle the task if this deed, done in the same transaction, leaves nothing to be asked for."""
    settle(session, archive, PASSWORD_TASK, Subject("arrival", arrival.id), identity, deed)
