"""Pages of dossiers (案卷)."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from dms.dossiers import service
from dms.dossiers.forms import NewDossier
from dms.http import current_archive, current_identity, form, shows_again, toast
from dms.http.attachment import exported

bp = Blueprint("dossiers", __name__, template_folder="templates")


@bp.get("/dossiers")
def index() -> str:
    """List dossiers."""
    text = request.args.get("q", "")
    page = service.listing(current_archive(), current_identity(), text, request.args.get("after"))
    return render_template("dossiers/index.html", page=page, text=text)


@bp.get("/dossiers/export")
def export() -> Response:
    """Write the list of dossiers."""
    header = [_("档案编号"), _("客户名称"), _("统一社会信用代码"), _("状态"), _("密级"), _("建档原因"), _("建立日期")]
    rows = (
        [dossier.number, dossier.party.name, dossier.party.uscc, dossier_status(dossier.status), dossier.level,
         dossier_trigger(dossier.trigger), dossier.opened_on]
        for dossier in service.export(current_archive(), current_identity(), request.args.get("q", ""))
    )  # fmt: skip
    return exported(request.args.get("format", "csv"), _("案卷清单"), header, rows)


@bp.app_template_filter("dossier_status")
def dossier_status(status: str) -> str:
    """Return the state of a dossier in words."""
    return str({"PRELIM": _("初步"), "FORMAL": _("正式")}.get(status, status))


@bp.app_template_filter("dossier_trigger")
def dossier_trigger(trigger: str) -> str:
    """Return in words why a dossier was opened."""
    words = {"INTENT": _("初步合作意向"), "FIRST_DEAL": _("首次交易"), "ADVANCE": _("重要潜在客户")}
    return str(words.get(trigger, trigger))


@bp.get("/dossiers/<dossier_id>")
def show(dossier_id: str) -> str:
    """Show a dossier."""
    return render_template("dossiers/show.html", dossier=service.get(current_archive(), current_identity(), dossier_id))


@bp.post("/dossiers")
@shows_again("desk.party", party_id="party")
def create() -> AnyResponse:
    """Open the dossier of a party."""
    wanted = form(NewDossier)
    dossier_id = service.open_dossier(
        current_archive(), current_identity(), wanted.party, region=wanted.region, trigger=wanted.trigger,
        level=wanted.level,
    )  # fmt: skip
    toast(_("案卷已建立。"))
    return redirect(url_for(".show", dossier_id=dossier_id))
