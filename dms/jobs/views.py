"""Pages of the queue (任务): progress, what is parked and why, try again."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from dms.http import current_archive, current_identity, form, toast
from dms.jobs import overview
from dms.jobs.forms import Kind
from dms.jobs.overview import ProgressOf
from dms.jobs.rules import State

bp = Blueprint("jobs", __name__, template_folder="templates")


@bp.app_template_filter("job_kind")
def job_kind(kind: str) -> str:
    """Return what a job does, in words."""
    known = current_archive().topics.jobs.get(kind)
    return str(_(known.text)) if known else kind


@bp.get("/jobs")
def index() -> str:
    """Show the queue."""
    found = overview.overview(current_archive(), current_identity(), request.args.get("after"))
    return render_template("jobs/index.html", queue=found)


@bp.get("/jobs/progress.json")
def progress() -> Response:
    """Answer how far jobs are, for the live bars."""
    found = overview.progress(current_archive(), current_identity(), request.args.getlist("id"))
    return jsonify(
        jobs=[
            {
                "id": each.id, "done": each.done, "total": each.total, "state": each.state, "text": text_of(each),
                "finished": each.finished,
            }
            for each in found
        ]
    )  # fmt: skip


def text_of(found: ProgressOf) -> str:
    """Return a progress in words."""
    if found.state == State.PARKED:
        return str(_("已停放：%(problem)s", problem=_(found.problem)))
    if found.state == State.DONE:
        return str(_("已完成"))
    if found.state == State.CANCELLED:
        return str(_("已取消"))
    named = current_archive().topics.stages.get(found.stage)
    stage = _(named) if named else job_kind(found.stage)
    return f"{stage} {found.done} / {found.total}" if found.total else str(stage)


@bp.post("/jobs/<job_id>/again")
def again(job_id: str) -> AnyResponse:
    """Try one parked job again."""
    overview.try_again(current_archive(), current_identity(), job_id)
    toast(_("已放回队列，马上重试。"))
    return redirect("/jobs")


@bp.post("/jobs/again")
def all_again() -> AnyResponse:
    """Try all parked jobs of a kind again."""
    count = overview.try_all_again(current_archive(), current_identity(), form(Kind).kind)
    toast(_("%(n)s 项任务已放回队列。", n=count))
    return redirect("/jobs")


@bp.post("/jobs/<job_id>/cancel")
def cancel(job_id: str) -> AnyResponse:
    """Give a job up."""
    overview.cancel(current_archive(), current_identity(), job_id)
    toast(_("任务已取消，已完成的部分保留。"))
    return redirect("/jobs")
