"""What holds tell the house."""

from __future__ import annotations

from dms.holds.actions import ACTIONS
from dms.holds.answers import ANSWERS
from dms.holds.models import Hold
from dms.kernel.topic import SubjectKind, Topic

TOPIC = Topic(
    name="holds",
    answers=ANSWERS,
    tables=(Hold,),
    actions=ACTIONS,
    blueprints=("dms.holds.api:api",),
    kinds=(SubjectKind("hold", "冻结", deeds="冻结"),),
    deeds={
        "hold.set": "冻结，理由：%(reason)s（依据：%(basis)s）",
        "hold.release": "解除冻结，理由：%(reason)s",
    },
)
