"""The tasks (待办) that a person sees: listed and counted, those about things they may not see left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.kernel.archive import Archive
from dms.kernel.errors import InvalidError
from dms.kernel.subjects import Label
from dms.policy import Identity
from dms.policy.content import DOCUMENT_VIEW
from dms.tasks.models import Task
from dms.tasks.sight import visible, ways

LIMIT = 50
MOST_LOOKED_AT = 1000  # tasks that one call asks the topics about, however many of them may be seen


@dataclass(frozen=True, slots=True)
class Todo:
    """A task as its person sees it, with how its subject is called and where the subject's screen is."""

    task: Task
    label: Label
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class TodoPage:
    """One page of tasks, those due first in front, those without a day last; `cursor` leads on, None at the end.

    A page may be short, or empty, and yet lead on: where most tasks are about things that the person may not see.
    """

    todos: list[Todo]
    cursor: str | None


def mine(archive: Archive, identity: Identity, cursor: str | None = None, limit: int = LIMIT) -> TodoPage:
    """Return the open tasks of a person. Raises `InvalidError` for a cursor that is none."""
    archive.policy.require(identity, DOCUMENT_VIEW)
    with archive.db.read() as session:
        looked_at = _next(session, identity, cursor, MOST_LOOKED_AT + 1)
        seen = visible(session, archive, identity, looked_at[:MOST_LOOKED_AT])
        return TodoPage(_todos(session, archive, seen[:limit]), _onward(looked_at, seen, limit))


def count_mine(archive: Archive, identity: Identity) -> int:
    """Return how many tasks wait for a person, for the frame; those behind the first thousand are not counted."""
    if not archive.policy.may(identity, DOCUMENT_VIEW):
        return 0
    with archive.db.read() as session:
        return len(visible(session, archive, identity, _next(session, identity, None, MOST_LOOKED_AT)))


def _next(session: Session, identity: Identity, cursor: str | None, limit: int) -> list[Task]:
    """Return the open tasks behind a cursor in their order, whether the person may see their subjects or not."""
    order = sa.select(Task).where(Task.done_at.is_(None), _behind(cursor))
    order = order.order_by(Task.due_on.asc().nulls_last(), Task.id).limit(limit)
    found = {task.id: task for way in ways(identity) for task in session.scalars(order.where(way))}
    return sorted(found.values(), key=lambda task: (task.due_on or date.max, task.id))[:limit]


def _behind(cursor: str | None) -> sa.ColumnElement[bool]:
    if not cursor:
        return sa.true()
    day, _, last = cursor.partition("~")
    if not day:
        return sa.and_(Task.due_on.is_(None), Task.id > last)
    try:
        due = date.fromisoformat(day)
    except ValueError as error:
        raise InvalidError("翻页的位置不对，请从第一页重新开始。", code="cursor") from error
    return sa.or_(Task.due_on > due, sa.and_(Task.due_on == due, Task.id > last), Task.due_on.is_(None))


def _onward(looked_at: list[Task], seen: list[Task], limit: int) -> str | None:
    if len(seen) > limit:
        return _cursor(seen[limit - 1])
    return _cursor(looked_at[MOST_LOOKED_AT - 1]) if len(looked_at) > MOST_LOOKED_AT else None


def _cursor(task: Task) -> str:
    return f"{task.due_on or ''}~{task.id}"


def _todos(session: Session, archive: Archive, tasks: list[Task]) -> list[Todo]:
    labels = archive.topics.labels(session, archive, {task.subject: None for task in tasks})
    return [Todo(task, labels.get(task.subject, Label("", "")), _is_overdue(archive, task)) for task in tasks]


def _is_overdue(archive: Archive, task: Task) -> bool:
    return task.due_on is not None and task.due_on < archive.clock.today()
