"""Documents to be read: lists, one document, its proof, its file."""

from __future__ import annotations

from flask import Response

from dms.documents.api import api
from dms.documents.api.answers import DocumentDetails, DocumentOut, DocumentsOut, Ladder, RungOut
from dms.documents.forms import ListQuery
from dms.documents.service import lists, pictures, proving, show
from dms.http import current_archive, current_identity
from dms.http.attachment import streamed
from dms.http.operation import operation


@api.get("/documents")
@operation("文件清单", query_model=ListQuery, answer=DocumentsOut)
def documents(query: ListQuery) -> DocumentsOut:
    """List documents."""
    found = lists.documents(current_archive(), current_identity(), query.filters(), query.after, query.limit)
    return DocumentsOut(documents=[DocumentOut.model_validate(each) for each in found.rows], cursor=found.cursor)


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
