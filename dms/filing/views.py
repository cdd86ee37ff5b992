"""Filing, from the page of a document."""

from __future__ import annotations

from flask import Blueprint, redirect
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from dms.filing import service as filing
from dms.http import current_archive, current_identity, shows_again, toast

bp = Blueprint("filing", __name__)


@bp.post("/documents/<document_id>/file")
@shows_again("desk.document")
def file_document(document_id: str) -> AnyResponse:
    """File a confirmed document."""
    number = filing.file_document(current_archive(), current_identity(), document_id)
    toast(_("已归档：%(number)s。", number=number))
    return redirect(f"/documents/{document_id}")
