"""JSON API of batches."""

from __future__ import annotations

from flask import Blueprint, Response

from dms.http import current_archive, current_identity
from dms.http.attachment import shown_pdf
from dms.http.operation import operation
from dms.intake import receipts

api = Blueprint("intake_api", __name__, url_prefix="/api/v1")


@api.get("/batches/<batch_id>/receipt")
@operation("收件批的回执（PDF/A）", raw="application/pdf")
def receipt(batch_id: str) -> Response:
    """Hand out the receipt of a batch."""
    return shown_pdf(receipts.receipt(current_archive(), current_identity(), batch_id), "receipt.pdf")
