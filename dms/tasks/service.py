"""Use cases of tasks (待办): something needs a person, a deed settles it, or the person says why it need not be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.audit.service import record
from dms.kernel.archive import Archive
from dms.kernel.database import new_id, take_turns
from dms.kernel.errors import ConflictError, FormError, NotFoundError
from dms.kernel.subjects import Subject
from dms.policy import Identity
from dms.tasks.actions import TASK_CLOSE
from dms.tasks.models import Task
from dms.tasks.sight import is_of, visible


def need(
    session: Session, archive: Archive, kind: str, subject: Subject, identity: Identity, *,
    owner_id: str | None = None, department_id: str | None = None, facts: Mapping[str, Any] | None = None,
    due_on: date | None = None,
) -> str:  # fmt: skip
    """Have somebody do something about a thing, in the caller's transaction; return the task's id.

    A task of the same kind and subject that is open already stays as it is. Without owner and department it is the
    archivists'. Raises `ValueError` for a kind that no topic declares.
    """
    if kind not in archive.topics.tasks:
        raise ValueError(f"no topic declares tasks of the kind {kind}")
    take_turns(session, f"task {kind} {subject.kind} {subject.id}")
    open_already = _open(session, kind, subject)
    if open_already is not None:
        return open_already.id
    task = Task(
        id=new_id(), kind=kind, subject_kind=subject.kind, subject_id=subject.id, owner_id=owner_id,
        department_id=department_id, facts=dict(facts or {}), due_on=due_on, created_at=archive.clock.now(),
        created_by=identity.account_id,
    )  # fmt: skip
    session.add(task)
    session.flush()
    return task.id


def settle(session: Session, archive: Archive, kind: str, subject: Subject, identity: Identity, deed: str) -> bool:
    """End the open task of a kind on a subject if the kind names the deed, in the deed's transaction; tell whether.

    The deed's own leaf is what the log keeps of it. Raises `ValueError` for a kind that no topic declares.
    """
    declared = archive.topics.tasks.get(kind)
    if declared is None:
        raise ValueError(f"no topic declares tasks of the kind {kind}")
    task = _open(session, kind, subject, for_update=True) if deed in declared.ended_by else None
    if task is None:
        return False
    task.done_at, task.done_by, task.done_deed = archive.clock.now(), identity.account_id, deed
    return True


def close(archive: Archive, identity: Identity, task_id: str, reason: str) -> None:
    """End one's own task without the deed that it asks for.

    Raises:
        FormError: there is no reason.
        NotFoundError: it is not there, not the person's, or about what the person may not see.
        ConflictError: it is done.
    """
    archive.policy.require(identity, TASK_CLOSE)
    if not reason.strip():
        raise FormError({"reason": ("请写明了结的理由。", {})}, {"reason": reason})
    with archive.db.write() as session:
        task = session.scalars(sa.select(Task).where(Task.id == task_id, is_of(identity)).with_for_update()).first()
        if task is None or not visible(session, archive, identity, [task]):
            raise NotFoundError("没有这项待办，或它不是您的。", code="task_unknown")
        if task.done_at is not None:
            raise ConflictError("这项待办已经了结。", code="task_done")
        task.done_at, task.done_by = archive.clock.now(), identity.account_id
        task.done_deed, task.done_reason = "task.close", reason.strip()
        _log_deed(session, archive, identity, task)


def _log_deed(session: Session, archive: Archive, identity: Identity, task: Task) -> None:
    """Record the deed with the task's subject, where those look for it who ask what was done about that."""
    record(
        session, archive.clock, identity, action="task.close", target=(task.subject_kind, task.subject_id),
        details={"task": task.id, "kind": task.kind, "facts": task.facts}, reason=task.done_reason,
    )  # fmt: skip


def _open(session: Session, kind: str, subject: Subject, *, for_update: bool = False) -> Task | None:
    query = sa.select(Task).where(
        Task.kind == kind, Task.subject_kind == subject.kind, Task.subject_id == subject.id, Task.done_at.is_(None)
    )
    return session.scalars(query.with_for_update() if for_update else query).first()
