"""The inbox, and uploads as raw request bodies."""

from __future__ import annotations

from flask import Response, jsonify, render_template, request
from flask_babel import gettext as _

from dms.documents.forms import UploadDetails, received
from dms.documents.service import lists
from dms.documents.views import bp
from dms.http import current_archive, current_identity, query
from dms.intake.service import Receipt


@bp.get("/inbox")
def inbox() -> str:
    """Show what waits for a person."""
    archive, identity = current_archive(), current_identity()
    waiting = lists.inbox(archive, identity, request.args.get("after"))
    done = lists.confirmed_today(archive, identity)
    return render_template(
        "documents/inbox.html", inbox=waiting, done=done, finished=request.args.get("finished") == "1"
    )


@bp.put("/upload")
def upload() -> tuple[Response, int]:
    """Take one file in; the body is the file itself, its name a percent-encoded header."""
    receipt = received("web", query(UploadDetails))
    return jsonify(answer_of(receipt)), 200 if receipt.state == "duplicate" else 201


def answer_of(receipt: Receipt) -> dict[str, str]:
    """Return what the upload tray shows."""
    return {
        "state": receipt.state, "arrival": receipt.arrival_id, "batch": receipt.batch_id, "url": receipt.path,
        "document": receipt.document_id, "message": str(_(receipt.message)) if receipt.message else "",
    }  # fmt: skip
