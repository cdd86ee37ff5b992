"""What tasks tell the house."""

from __future__ import annotations

from dms.kernel.topic import MenuItem, SubjectKind, Topic
from dms.policy.content import DOCUMENT_VIEW
from dms.tasks.actions import ACTIONS
from dms.tasks.answers import ANSWERS
from dms.tasks.mine import count_mine
from dms.tasks.models import Task

TOPIC = Topic(
    name="tasks",
    answers=ANSWERS,
    tables=(Task,),
    actions=ACTIONS,
    blueprints=("dms.tasks.views:bp", "dms.tasks.api:api"),
    menu=(MenuItem(80, "/tasks", "待办", "tasks", (DOCUMENT_VIEW,), "tasks", "g t", on_phone=True),),
    counters={"tasks": count_mine},
    kinds=(SubjectKind("task", deeds="待办"),),
    deeds={"task.close": "不办而了结待办：%(text)s"},
    wording="dms.tasks.wording:worded",
)
