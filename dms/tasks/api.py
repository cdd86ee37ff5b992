"""JSON API of tasks."""

from __future__ import annotations

from datetime import date, datetime

from flask import Blueprint
from pydantic import BaseModel

from dms.http import current_archive, current_identity
from dms.http.operation import operation
from dms.tasks import mine, service
from dms.tasks.forms import Closing, ListQuery
from dms.tasks.mine import Todo
from dms.tasks.wording import task_text

api = Blueprint("tasks_api", __name__, url_prefix="/api/v1/tasks")


class SubjectOut(BaseModel):
    """What a task is about: how it is called, and the path of its screen ("" for none)."""

    kind: str
    id: str
    label: str
    path: str


class TaskOut(BaseModel):
    """Something to do; `text` says it in the reader's language."""

    id: str
    kind: str
    text: str
    subject: SubjectOut
    due_on: date | None
    is_overdue: bool
    created_at: datetime


class TaskList(BaseModel):
    """One page of open tasks; a short page may lead on too, as long as there is a `cursor`."""

    tasks: list[TaskOut]
    cursor: str | None


@api.get("")
@operation("自己的待办", query_model=ListQuery, answer=TaskList)
def index(query: ListQuery) -> TaskList:
    """List the open tasks of the asker."""
    page = mine.mine(current_archive(), current_identity(), query.after, query.limit)
    return TaskList(tasks=[_out(todo) for todo in page.todos], cursor=page.cursor)


@api.post("/<task_id>/close")
@operation("写明理由，了结一项待办", body=Closing, status=204)
def close(task_id: str, body: Closing) -> None:
    """Close a task."""
    service.close(current_archive(), current_identity(), task_id, body.reason)


def _out(todo: Todo) -> TaskOut:
    task, label = todo.task, todo.label
    subject = SubjectOut(kind=task.subject_kind, id=task.subject_id, label=label.text, path=label.path)
    return TaskOut(
        id=task.id, kind=task.kind, text=task_text(task), subject=subject, due_on=task.due_on,
        is_overdue=todo.is_overdue, created_at=task.created_at,
    )  # fmt: skip
