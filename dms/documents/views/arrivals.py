"""One arrival: how far it is, what it became, password, again, discard, the file itself."""

from __future__ import annotations

from flask import Response, redirect, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from dms.documents.forms import Password, Reason
from dms.documents.service import arrivals, pictures
from dms.documents.views import bp
from dms.http import current_archive, current_identity, form, shows_again, toast
from dms.http.attachment import streamed
from dms.intake import arrivals as received


@bp.get("/arrivals/<arrival_id>")
def arrival(arrival_id: str) -> str:
    """Show an arrival."""
    view = arrivals.show(current_archive(), current_identity(), arrival_id)
    return render_template("documents/arrival.html", view=view, arrival=view.arrival)


@bp.post("/arrivals/<arrival_id>/password")
@shows_again(arrival)
def give_password(arrival_id: str) -> AnyResponse:
    """Give a locked PDF's password."""
    received.give_password(current_archive(), current_identity(), arrival_id, form(Password).password)
    toast(_("密码已加密保存，正在读取。"))
    return redirect(f"/arrivals/{arrival_id}")


@bp.post("/arrivals/<arrival_id>/again")
@shows_again(arrival)
def read_again(arrival_id: str) -> AnyResponse:
    """Have an arrival read again."""
    received.read_again(current_archive(), current_identity(), arrival_id)
    toast(_("已放回队列，马上重读。"))
    return redirect(f"/arrivals/{arrival_id}")


@bp.post("/arrivals/<arrival_id>/discard")
@shows_again(arrival)
def discard_arrival(arrival_id: str) -> AnyResponse:
    """Discard an arrival."""
    arrivals.discard(current_archive(), current_identity(), arrival_id, form(Reason).reason)
    toast(_("来件已丢弃，记录保留。"))
    return redirect("/inbox")


@bp.get("/arrivals/<arrival_id>/download")
def download_arrival(arrival_id: str) -> Response:
    """Hand out the file as it was received."""
    return streamed(pictures.download_arrival(current_archive(), current_identity(), arrival_id))
