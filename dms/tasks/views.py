"""The screen of what a person has to do (待办)."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from dms.http import current_archive, current_identity, form, shows_again, toast
from dms.tasks import mine, service
from dms.tasks.forms import Closing
from dms.tasks.wording import task_text

bp = Blueprint("tasks", __name__, template_folder="templates")
bp.add_app_template_filter(task_text)


@bp.get("/tasks")
def index() -> str:
    """List the open tasks of the asker."""
    page = mine.mine(current_archive(), current_identity(), request.args.get("after"))
    return render_template("tasks/index.html", page=page)


@bp.post("/tasks/<task_id>/close")
@shows_again(lambda task_id: index())
def close(task_id: str) -> AnyResponse:
    """Close a task with a reason."""
    service.close(current_archive(), current_identity(), task_id, form(Closing).reason)
    toast(_("待办已了结，理由记入审计日志。"))
    return redirect("/tasks")
