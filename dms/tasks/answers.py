"""What tasks answer about things of the archive."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.kernel.archive import Archive
from dms.kernel.subjects import Subject
from dms.kernel.topic import Answers, holds_nothing, labels_nothing, numbers_nothing, shows_nothing
from dms.tasks.models import Task


def _let_go(session: Session, archive: Archive, subject: Subject) -> None:
    """Delete the tasks about a thing, done ones too: their facts tell of it."""
    of_it = sa.and_(Task.subject_kind == subject.kind, Task.subject_id == subject.id)
    session.execute(sa.delete(Task).where(of_it))


# A task hinders nothing from going, and is shown with its subject only: it has no sight and no name of its own.
ANSWERS = Answers(holds_nothing, _let_go, shows_nothing, labels_nothing, numbers_nothing)
