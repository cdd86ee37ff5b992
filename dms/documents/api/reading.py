"""Documents to be read: lists, one document, its proof, its file."""

from __future__ import annotations

from flask import Response

from dms.documents.api import api
from dms.documents.api.answers import DocumentDetails, DocumentsOut, Ladder, RungOut
from dms.documents.api.questions import ListQuery
from dms.documents.service import lists, pictures, proving, show
from dms.documents.service.lists import Filters
from dms.documents.views.pictures import streamed
from dms.http import current_archive, current_identity
from dms.http.operation import operation


@api.get("/documents")
@operation("文件清单", query_model=ListQuery, answer=DocumentsOut)
def documents(query: ListQuery) -> DocumentsOut:
    """List documents."""
    filters = Filters(
        query.type, query.state, query.party, query.dossier, query.copy_kind, query.since, query.until,
        trashed=query.trashed,
    )  # fmt: skip
    found = lists.documents(current_archive(), current_identity(), filters, query.after, query.limit)
    return DocumentsOut.model_validate(found)


@api.get("/documents/<document_id>")
@operation("一件文件", answer=DocumentDetails)
def document(document_id: str) -> DocumentDetails:
    """Return a document."""
    return DocumentDetails.model_validate(show.show(current_archive(), current_identity(), document_id))


@api.post("/documents/<document_id>/verify")
@operation("现在验证一件文件", answer=Ladder)
def verify(document_id: str) -> Ladder:
    """Climb the ladder of proofs."""
    found = proving.prove(current_archive(), current_identity(), document_id)
    return Ladder(rungs=[RungOut.model_validate(each) for each in found])


@api.get("/documents/<document_id>/original")
@operation("下载文件的原件", raw="application/octet-stream")
def original(document_id: str) -> Response:
    """Hand out the file."""
    return streamed(pictures.download(current_archive(), current_identity(), document_id))
