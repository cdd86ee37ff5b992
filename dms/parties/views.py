"""Pages of parties (客户与案卷): the list, creating one and changing it; the page of one is on the desk."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from dms.http import current_archive, current_identity, form, shows_again, toast
from dms.http.attachment import exported
from dms.parties import service
from dms.parties.actions import PARTY_EDIT
from dms.parties.forms import PartyChange, PartyForm
from dms.parties.wording import legal_form_text, relation_text

bp = Blueprint("parties", __name__, template_folder="templates")


bp.add_app_template_global(relation_text, "relation")
bp.add_app_template_global(legal_form_text, "legal_form")


@bp.get("/parties")
def index() -> str:
    """List parties by name, credit code or pinyin initials."""
    text = request.args.get("q", "")
    page = service.listing(current_archive(), current_identity(), text, request.args.get("after"))
    return render_template("parties/index.html", page=page, text=text)


@bp.get("/parties/export")
def export() -> Response:
    """Write the list of parties."""
    header = [_("名称"), _("统一社会信用代码"), _("关系"), _("法律形式"), _("地区代码"), _("备注"), _("建立日期")]
    rows = (
        [party.name, party.uscc, relation_text(party.relation), legal_form_text(party.legal_form), party.region,
         party.note, party.created_at.date()]
        for party in service.export(current_archive(), current_identity(), request.args.get("q", ""))
    )  # fmt: skip
    return exported(request.args.get("format", "csv"), _("客户清单"), header, rows)


@bp.get("/parties/new")
def new() -> str:
    """Show the empty form."""
    current_archive().policy.require(current_identity(), PARTY_EDIT)
    return render_template("parties/edit.html", party=None)


@bp.post("/parties")
@shows_again(new)
def create() -> AnyResponse:
    """Create a party."""
    party_id = service.create(current_archive(), current_identity(), form(PartyForm).model_dump())
    toast(_("客户已建立。"))
    return redirect(f"/parties/{party_id}")


@bp.get("/parties/<party_id>/edit")
def edit(party_id: str) -> str:
    """Show the form of one party."""
    current_archive().policy.require(current_identity(), PARTY_EDIT)
    return render_template("parties/edit.html", party=service.get(current_archive(), current_identity(), party_id))


@bp.post("/parties/<party_id>")
@shows_again(edit)
def change(party_id: str) -> AnyResponse:
    """Change a party."""
    typed = form(PartyChange)
    values = typed.model_dump(exclude={"revision"})
    service.change(current_archive(), current_identity(), party_id, values, typed.revision)
    toast(_("客户已更新。"))
    return redirect(f"/parties/{party_id}")
