"""The pages of the desk: a document, its review, a customer, and the way from a printed number to its thing."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from dms.codes.rules import WrongCheckError
from dms.desk.document import document_page
from dms.desk.finding import Found, find
from dms.desk.forms import Look, Typed
from dms.desk.party import party_page
from dms.desk.review import review_page
from dms.documents.service import proving
from dms.http import current_archive, current_identity, query, toast
from dms.policy.content import DOCUMENT_VIEW

bp = Blueprint("desk", __name__, template_folder="templates")
NOTHING = "没有带这个编号的东西，或您无权查看。"


@bp.get("/documents/<document_id>")
def document(document_id: str) -> str:
    """Show a document."""
    shown = document_page(current_archive(), current_identity(), document_id, query(Look))
    return render_template("desk/document.html", **shown)


@bp.post("/documents/<document_id>/verify")
def verify(document_id: str) -> str:
    """Climb the ladder of proofs now, and show how far it holds."""
    archive, identity = current_archive(), current_identity()
    rungs = proving.prove(archive, identity, document_id)
    shown = document_page(archive, identity, document_id, Look(tab="proof", page=1), rungs)
    return render_template("desk/document.html", **shown)


@bp.get("/review/<document_id>")
def review(document_id: str) -> str:
    """Show a document for review."""
    return render_template("desk/review.html", **review_page(current_archive(), current_identity(), document_id))


@bp.get("/parties/<party_id>")
def party(party_id: str) -> str:
    """Show one party."""
    return render_template("desk/party.html", **party_page(current_archive(), current_identity(), party_id))


@bp.get("/find")
def find_number() -> str | AnyResponse | tuple[str, int]:
    """Ask for a printed number; lead to the one thing that bears it, list several, else search for it as words."""
    number = query(Typed).number.strip()
    if not number:
        return _asked("")
    try:
        found = find(current_archive(), current_identity(), number)
    except WrongCheckError as error:
        return _asked(number, unclear=str(_(error.message, **error.values))), 422
    if len(found) == 1 and found[0].path:
        return redirect(found[0].path)
    return _asked(number, found) if found else _unknown(number)


def _asked(number: str, found: list[Found] | None = None, unclear: str = "") -> str:
    kinds = current_archive().topics.kinds
    things = [(_(kinds[each.kind].text), each) for each in found or ()]
    return render_template("desk/find.html", number=number, things=things, unclear=unclear)


def _unknown(number: str) -> str | AnyResponse:
    """Search for the number as words, where the asker may search; a thing not to be seen is answered the same."""
    if not current_archive().policy.may(current_identity(), DOCUMENT_VIEW):
        return _asked(number, unclear=str(_(NOTHING)))
    toast(_("没有带这个编号的东西，或您无权查看；下面按词检索。"), tone="warn")
    return redirect(url_for("retrieval.search", q=number))
