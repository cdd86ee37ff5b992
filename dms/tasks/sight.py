"""Whose a task is, and which tasks a person may know of: those that are theirs, about things that they may see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.kernel.archive import Archive
from dms.policy import Identity, Role
from dms.tasks.models import Task


def ways(identity: Identity) -> Iterator[sa.ColumnElement[bool]]:
    """Yield the ways in which a task is somebody's; each follows an index of its own."""
    if identity.account_id is not None:
        yield Task.owner_id == identity.account_id
    if identity.department_id is not None:
        yield Task.department_id == identity.department_id
    if Role.ARC in identity.roles:
        yield sa.and_(Task.owner_id.is_(None), Task.department_id.is_(None))


def is_of(identity: Identity) -> sa.ColumnElement[bool]:
    """Return the condition on tasks that are somebody's own, their department's, or the archivists'."""
    return sa.or_(sa.false(), *ways(identity))


def visible(session: Session, archive: Archive, identity: Identity, tasks: Sequence[Task]) -> list[Task]:
    """Return those of some tasks whose subjects the person may see, in their order."""
    subjects = set(archive.topics.visible(session, archive, identity, {task.subject: None for task in tasks}))
    return [task for task in tasks if task.subject in subjects]
