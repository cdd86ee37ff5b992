"""Review: correct and confirm, another type, a box read anew, set aside, send back, the trash."""

from __future__ import annotations

from dms.documents.api import api
from dms.documents.api.answers import BulkOut, DocumentDetails, Refusal, Text
from dms.documents.forms import Correction, DocumentIds, DrawnBox, Reason, TypeChange, box_reader
from dms.documents.service import bulk, drawing, rereading, review, show, trash
from dms.http import current_archive, current_identity
from dms.http.operation import operation


@api.patch("/documents/<document_id>")
@operation("更正或确认一件文件", body=Correction, answer=DocumentDetails)
def correct(document_id: str, body: Correction) -> DocumentDetails:
    """Correct, accept, confirm."""
    archive, identity = current_archive(), current_identity()
    review.save(archive, identity, document_id, body.review(), body.revision, body.confirm)
    return DocumentDetails.model_validate(show.show(archive, identity, document_id))


@api.post("/documents/<document_id>/type")
@operation("改文种并重新提取", body=TypeChange, status=204)
def change_type(document_id: str, body: TypeChange) -> None:
    """Change the type."""
    rereading.change_type(current_archive(), current_identity(), document_id, body.type, body.revision)


@api.post("/documents/<document_id>/read-box")
@operation("重读框里的字", body=DrawnBox, answer=Text)
def read_box(document_id: str, body: DrawnBox) -> Text:
    """Read a box."""
    archive, identity = current_archive(), current_identity()
    return Text(text=drawing.read_drawn(archive, identity, document_id, body.page, body.box, box_reader()))


@api.post("/documents/<document_id>/later")
@operation("稍后再看", body=Reason, status=204)
def later(document_id: str, body: Reason) -> None:
    """Set aside."""
    review.later(current_archive(), current_identity(), document_id, body.revision, body.reason)


@api.post("/documents/<document_id>/reject")
@operation("退回", body=Reason, status=204)
def reject(document_id: str, body: Reason) -> None:
    """Send back."""
    review.reject(current_archive(), current_identity(), document_id, body.reason, body.revision)


@api.post("/documents/<document_id>/resume")
@operation("重新核对退回的文件", status=204)
def resume(document_id: str) -> None:
    """Take up again."""
    review.resume(current_archive(), current_identity(), document_id)


@api.post("/documents/<document_id>/trash")
@operation("移入回收站", body=Reason, status=204)
def trash_document(document_id: str, body: Reason) -> None:
    """Put into the trash."""
    trash.trash(current_archive(), current_identity(), document_id, body.reason, body.revision)


@api.post("/documents/<document_id>/restore")
@operation("从回收站取回", status=204)
def restore(document_id: str) -> None:
    """Take out of the trash."""
    trash.restore(current_archive(), current_identity(), document_id)


@api.post("/documents/confirm")
@operation("批量确认没有存疑的文件", body=DocumentIds, answer=BulkOut)
def confirm_many(body: DocumentIds) -> BulkOut:
    """Confirm many."""
    outcome = bulk.confirm(current_archive(), current_identity(), body.ids)
    refused = [Refusal(id=each, code=error.code, detail=str(error)) for each, error in outcome.refused]
    return BulkOut(done=outcome.done, refused=refused)
