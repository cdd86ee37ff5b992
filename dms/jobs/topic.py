"""What the queue tells the house."""

from __future__ import annotations

from collections.abc import Iterable

from dms.jobs import service
from dms.jobs.actions import ACTIONS, JOB_VIEW
from dms.jobs.chores import DeadWorkers
from dms.jobs.measures import jobs, problems
from dms.jobs.models import Job
from dms.kernel.archive import Archive
from dms.kernel.topic import SILENT, Chore, MenuItem, SubjectKind, Topic


def _chores(archive: Archive) -> Iterable[Chore]:
    yield Chore("take back jobs of dead workers", 0.5, DeadWorkers(archive).take_back)
    yield Chore("sweep jobs", 5.0, lambda: min(service.sweep(archive), 0))


TOPIC = Topic(
    name="jobs",
    answers=SILENT,
    tables=(Job,),
    actions=ACTIONS,
    blueprints=("dms.jobs.views:bp", "dms.jobs.api:api"),
    chores=_chores,
    menu=(MenuItem(90, "/jobs", "任务", "jobs", (JOB_VIEW,), key="g j"),),
    kinds=(SubjectKind("job", "任务"),),
    deeds={
        "job.retry": "重试任务 %(kind)s",
        "job.retry_all": "重试停放的全部任务 %(kind)s",
        "job.cancel": "取消任务 %(kind)s",
    },
    measures=(jobs, problems),
)
