"""Review: correct and confirm, another type, a box read anew, set aside, send back, the trash."""

from __future__ import annotations

from dms.documents.api import api
from dms.documents.api.answers import BulkOut, DocumentDetails, DocumentIds, Refusal, Text
from dms.documents.api.questions import Correction, Reason, TypeChange
from dms.documents.service import bulk, rereading, review, show, trash
from dms.documents.service.review import Review
from dms.documents.views.review import DrawnBox, read_drawn
from dms.http import current_archive, current_identity
from dms.http.operation import operation


@api.patch("/documents/<document_id>")
@operation("更正或确认一件文件", body=Correction, answer=DocumentDetails)
def correct(document_id: str, body: Correction) -> DocumentDetails:
    """Correct, accept, confirm."""
    said = Review(
        type_code=body.type, title=body.title, level=body.level, copy_kind=body.copy_kind, dossier_id=body.dossier_id,
        values=body.values, accepted=frozenset(body.accepted), seals=frozenset(body.seals),
    )  # fmt: skip
    review.save(current_archive(), current_identity(), document_id, said, body.revision, body.confirm)
    return DocumentDetails.model_validate(show.show(current_archive(), current_identity(), document_id))


@api.post("/documents/<document_id>/type")
@operation("改文种并重新提取", body=TypeChange, status=204)
def change_type(document_id: str, body: TypeChange) -> None:
    """Change the type."""
    rereading.change_type(current_archive(), current_identity(), document_id, body.type, body.revision)


@api.post("/documents/<document_id>/read-box")
@operation("重读框里的字", body=DrawnBox, answer=Text)
def read_box(document_id: str, body: DrawnBox) -> Text:
    """Read a box."""
    return Text(text=read_drawn(document_id, body))


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
