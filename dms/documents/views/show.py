"""One document: its print, its pages arranged, its trash; its page with tabs is on the desk."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from dms.documents.context import common
from dms.documents.forms import Arrangement, Reason
from dms.documents.service import arranging, show, trash
from dms.documents.views import bp
from dms.http import current_archive, current_identity, form, shows_again, toast
from dms.kernel.errors import InvalidError
from dms.policy.content import DOCUMENT_REVIEW


@bp.get("/documents/<document_id>/print")
def print_document(document_id: str) -> str:
    """Show all pages for the printer; that it was printed is logged."""
    archive, identity = current_archive(), current_identity()
    view = show.printed(archive, identity, document_id)
    return render_template("documents/print.html", **common(view))


@bp.get("/documents/<document_id>/arrange")
def arrange_page(document_id: str) -> str:
    """Show the page list for splitting, merging, turning, hiding, reordering."""
    archive, identity = current_archive(), current_identity()
    view = show.show(archive, identity, document_id)
    archive.policy.require(identity, DOCUMENT_REVIEW, view.document)
    neighbours = show.neighbours(archive, identity, document_id)
    choices = [(each.id, each.title or str(_("未命名文件"))) for each in neighbours]
    return render_template(
        "documents/arrange.html", view=view, document=view.document, neighbours=neighbours, choices=choices
    )


@bp.post("/documents/<document_id>/arrange")
@shows_again(arrange_page)
def arrange(document_id: str) -> AnyResponse:
    """Do one edit of the page list; the toast offers to undo it."""
    _arrange(document_id, form(Arrangement))
    with current_archive().db.read() as session:
        edit = arranging.last_edit(session, document_id)
    toast(_("页面已改动。"), undo=f"/documents/{document_id}/undo/{edit.id}" if edit else "")
    return redirect(f"/documents/{document_id}/arrange")


def _arrange(document_id: str, said: Arrangement) -> None:
    who = (current_archive(), current_identity(), document_id)
    match said.deed:
        case "split":
            arranging.split(*who, [said.position], said.revision)
        case "merge":
            arranging.merge(*who, said.others, said.revision)
        case "reorder":
            arranging.reorder(*who, _positions(said.order), said.revision)
        case "turn":
            arranging.turn(*who, said.position, said.degrees, said.revision)
        case "hide" | "show":
            arranging.hide(*who, said.position, said.deed == "hide", said.revision)
        case _:
            arranging.replace(*who, said.position, said.arrival, said.number, said.revision)


def _positions(text: str) -> list[int]:
    try:
        return [int(part) for part in text.replace("，", ",").split(",")]
    except ValueError as error:
        raise InvalidError("请写出每一页现在的序号，用逗号隔开，例如 2,1,3。", code="page_order") from error


@bp.post("/documents/<document_id>/undo/<edit_id>")
def undo(document_id: str, edit_id: str) -> AnyResponse:
    """Take an edit of the page list back."""
    main = arranging.undo(current_archive(), current_identity(), edit_id)
    toast(_("已撤销。"))
    return redirect(f"/documents/{main}/arrange" if main == document_id else f"/documents/{main}")


@bp.post("/documents/<document_id>/trash")
def trash_document(document_id: str) -> AnyResponse:
    """Put a document into the trash."""
    trash.trash(current_archive(), current_identity(), document_id, form(Reason).reason)
    toast(_("已移入回收站，30 天内可以取回。"), undo=f"/documents/{document_id}/restore")
    return redirect((request.args.get("next") == "inbox" and "/inbox") or "/documents")


@bp.post("/documents/<document_id>/restore")
def restore_document(document_id: str) -> AnyResponse:
    """Take a document out of the trash."""
    trash.restore(current_archive(), current_identity(), document_id)
    toast(_("已从回收站取回。"))
    return redirect(f"/documents/{document_id}")
