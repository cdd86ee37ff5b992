"""JSON API of the queue."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint
from pydantic import BaseModel

from dms.http import current_archive, current_identity
from dms.http.operation import Out, operation
from dms.jobs import overview
from dms.jobs.forms import After, Ids, Kind

api = Blueprint("jobs_api", __name__, url_prefix="/api/v1/jobs")


class JobOut(Out):
    """A job; `problem` says in Chinese why it is parked or waits for another attempt."""

    id: str
    kind: str
    state: str
    subject_kind: str
    subject_id: str | None
    attempts: int
    stage: str
    done: int
    total: int | None
    problem_code: str
    problem: str
    created_at: datetime
    started_at: datetime | None


class KindOut(Out):
    """How many jobs of a kind there are."""

    kind: str
    ready: int
    running: int
    parked: int


class QueueOut(Out):
    """The state of the queue; `cursor` leads to older parked jobs."""

    kinds: list[KindOut]
    running: list[JobOut]
    failing: list[JobOut]
    parked: list[JobOut]
    cursor: str | None
    finished_today: int


class ProgressOut(Out):
    """How far the work on one thing is."""

    id: str
    state: str
    done: int
    total: int | None
    stage: str
    problem: str
    finished: bool


class Progresses(BaseModel):
    """How far the work on several things is; those without any work are left out."""

    jobs: list[ProgressOut]


class Count(BaseModel):
    """How many."""

    count: int


@api.get("")
@operation("任务队列的状态", query_model=After, answer=QueueOut)
def queue(query: After) -> QueueOut:
    """Return the state of the queue."""
    return QueueOut.model_validate(overview.overview(current_archive(), current_identity(), query.after))


@api.get("/progress")
@operation("任务或来件的进度", query_model=Ids, answer=Progresses)
def progress(query: Ids) -> Progresses:
    """Return how far jobs are."""
    found = overview.progress(current_archive(), current_identity(), query.id)
    return Progresses(jobs=[ProgressOut.model_validate(each) for each in found])


@api.post("/<job_id>/again")
@operation("重试一项停放的任务", status=204)
def again(job_id: str) -> None:
    """Try a parked job again."""
    overview.try_again(current_archive(), current_identity(), job_id)


@api.post("/again")
@operation("重试一类停放的全部任务", body=Kind, answer=Count)
def all_again(body: Kind) -> Count:
    """Try all parked jobs of a kind again."""
    return Count(count=overview.try_all_again(current_archive(), current_identity(), body.kind))


@api.post("/<job_id>/cancel")
@operation("取消一项任务", status=204)
def cancel(job_id: str) -> None:
    """Give a job up."""
    overview.cancel(current_archive(), current_identity(), job_id)
