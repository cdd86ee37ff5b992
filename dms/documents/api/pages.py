"""Page lists: split, merge, reorder, turn, hide, replace, undo."""

from __future__ import annotations

from dms.documents.api import api
from dms.documents.api.answers import EditOut
from dms.documents.forms import DocumentIds, Merge, Order, PageChange, Split
from dms.documents.service import arranging
from dms.http import current_archive, current_identity
from dms.http.operation import operation


@api.post("/documents/<document_id>/split")
@operation("拆分", body=Split, answer=DocumentIds)
def split(document_id: str, body: Split) -> DocumentIds:
    """Split."""
    return DocumentIds(
        ids=arranging.split(current_archive(), current_identity(), document_id, body.before, body.revision)
    )


@api.post("/documents/<document_id>/merge")
@operation("合并", body=Merge, answer=EditOut)
def merge(document_id: str, body: Merge) -> EditOut:
    """Merge."""
    return EditOut(edit=arranging.merge(current_archive(), current_identity(), document_id, body.others, body.revision))


@api.post("/documents/<document_id>/reorder")
@operation("调整页面顺序", body=Order, answer=EditOut)
def reorder(document_id: str, body: Order) -> EditOut:
    """Reorder."""
    return EditOut(
        edit=arranging.reorder(current_archive(), current_identity(), document_id, body.order, body.revision)
    )


@api.patch("/documents/<document_id>/pages/<int:position>")
@operation("旋转、隐藏或替换一页", body=PageChange, answer=EditOut)
def change_page(document_id: str, position: int, body: PageChange) -> EditOut:
    """Change one page."""
    who = (current_archive(), current_identity(), document_id, position)
    if body.arrival_id is not None:
        return EditOut(edit=arranging.replace(*who, body.arrival_id, body.number, body.revision))
    if body.hidden is not None:
        return EditOut(edit=arranging.hide(*who, body.hidden, body.revision))
    return EditOut(edit=arranging.turn(*who, body.turn or 0, body.revision))


@api.post("/page-edits/<edit_id>/undo")
@operation("撤销一次页面整理", status=204)
def undo(edit_id: str) -> None:
    """Undo."""
    arranging.undo(current_archive(), current_identity(), edit_id)
