"""Pages of dossiers (案卷)."""

from __future__ import annotations

from typing import Literal

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response as AnyResponse

from dms.dossiers import service
from dms.dossiers.models import Dossier
from dms.http import current_archive, current_identity, form, toast

bp = Blueprint("dossiers", __name__, template_folder="templates")


class NewDossier(BaseModel):
    """A dossier to open."""

    party: str
    region: str = Field("", pattern=r"^(\d{4}|00[A-Z]{2})?$")
    trigger: Literal["INTENT", "FIRST_DEAL", "ADVANCE"] = "INTENT"
    level: int = Field(1, ge=0, le=3)


@bp.app_template_global("dossier_of")
def dossier_of(party_id: str) -> Dossier | None:
    """Return the dossier of a party for pages of topics below."""
    return service.of_party(current_archive(), current_identity(), party_id)


@bp.get("/dossiers")
def index() -> str:
    """List dossiers."""
    text = request.args.get("q", "")
    page = service.listing(current_archive(), current_identity(), text, request.args.get("after"))
    return render_template("dossiers/index.html", page=page, text=text)


@bp.get("/dossiers/<dossier_id>")
def show(dossier_id: str) -> str:
    """Show a dossier."""
    return render_template("dossiers/show.html", dossier=service.get(current_archive(), current_identity(), dossier_id))


@bp.post("/dossiers")
def create() -> AnyResponse:
    """Open the dossier of a party."""
    wanted = form(NewDossier)
    dossier_id = service.open_dossier(
        current_archive(), current_identity(), wanted.party, region=wanted.region, trigger=wanted.trigger,
        level=wanted.level,
    )  # fmt: skip
    toast(_("案卷已建立。"))
    return redirect(url_for(".show", dossier_id=dossier_id))
