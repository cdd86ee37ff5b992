"""JSON API of filing."""

from __future__ import annotations

from flask import Blueprint
from pydantic import BaseModel

from dms.filing import service as filing
from dms.filing.forms import Seen
from dms.http import current_archive, current_identity
from dms.http.operation import operation

api = Blueprint("filing_api", __name__, url_prefix="/api/v1")


class Filed(BaseModel):
    """The number (档号) under which a document was filed."""

    number: str


@api.post("/documents/<document_id>/file")
@operation("归档，给档号", body=Seen, answer=Filed)
def file_document(document_id: str, body: Seen) -> Filed:
    """File a confirmed document."""
    return Filed(number=filing.file_document(current_archive(), current_identity(), document_id, body.revision))
