"""Pages of batches (收件批): the receipt to print."""

from __future__ import annotations

from flask import Blueprint, Response

from dms.http import current_archive, current_identity
from dms.http.attachment import shown_pdf
from dms.intake import receipts

bp = Blueprint("intake", __name__, template_folder="templates")


@bp.get("/batches/<batch_id>/receipt.pdf")
def receipt(batch_id: str) -> Response:
    """Show the receipt of a batch."""
    return shown_pdf(receipts.receipt(current_archive(), current_identity(), batch_id), "receipt.pdf")
