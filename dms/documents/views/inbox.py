"""The inbox, and uploads as raw request bodies."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import unquote

from flask import Response, jsonify, render_template, request
from flask_babel import gettext as _
from pydantic import BaseModel, Field

from dms.documents.service import lists
from dms.documents.views import bp
from dms.http import current_archive, current_identity, query, raw_body
from dms.intake import service as intake
from dms.intake.batches import Delivery
from dms.intake.names import NAMELESS, clean_name
from dms.intake.service import Receipt
from dms.kernel.errors import TooLargeError

Short = Annotated[str, Field(max_length=200)]


class UploadDetails(BaseModel):
    """What is said of an upload: the batch it belongs to, whose papers, which kind of copy, where the paper is."""

    batch: Short = ""
    party: Short = ""
    copy_kind: Short = "unknown"
    papers: int | None = Field(None, ge=1, le=100_000)
    place: Short = ""
    note: Short = ""


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


def received(source: str, details: UploadDetails) -> Receipt:
    """Take the request's body in."""
    archive = current_archive()
    name = unquote(request.headers.get("X-File-Name", ""), errors="surrogateescape") or NAMELESS
    limit = archive.settings.max_upload_bytes
    if (request.content_length or 0) > limit:
        raise TooLargeError(intake.TOO_LARGE, name=clean_name(name), limit=str(limit >> 20))
    delivery = Delivery(
        source, details.batch, details.party, details.copy_kind, details.papers, details.place, details.note
    )
    return intake.receive(archive, current_identity(), raw_body(limit + 1), name, delivery)


def answer_of(receipt: Receipt) -> dict[str, str]:
    """Return what the upload tray shows."""
    return {
        "state": receipt.state, "arrival": receipt.arrival_id, "batch": receipt.batch_id, "url": receipt.path,
        "document": receipt.document_id, "message": str(_(receipt.message)) if receipt.message else "",
    }  # fmt: skip
