"""One document: its page with tabs, its print, its pages arranged, its trash."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flask import redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from dms.audit.actions import AUDIT_READ
from dms.audit.models import AuditLeaf
from dms.audit.wording import deed_sentence
from dms.documents.forms import Arrangement, Look, Reason
from dms.documents.service import arranging, proving, show, trash
from dms.documents.service.proving import Rung
from dms.documents.service.show import DocumentView
from dms.documents.views import bp
from dms.documents.views.context import common, retention_text
from dms.http import current_archive, current_identity, form, query, shows_again, toast
from dms.kernel.errors import InvalidError
from dms.originals.models import StoredObject
from dms.policy.content import DOCUMENT_DISCARD, DOCUMENT_DOWNLOAD, DOCUMENT_FILE, DOCUMENT_PRINT, DOCUMENT_REVIEW


@bp.get("/documents/<document_id>")
def document(document_id: str) -> str:
    """Show a document."""
    return _page(document_id, query(Look))


@bp.post("/documents/<document_id>/verify")
def verify(document_id: str) -> str:
    """Climb the ladder of proofs now, and show how far it holds."""
    rungs = proving.prove(current_archive(), current_identity(), document_id)
    return _page(document_id, Look(tab="proof", page=1), rungs)


def _page(document_id: str, look: Look, rungs: Sequence[Rung] = ()) -> str:
    archive, identity = current_archive(), current_identity()
    view = show.show(archive, identity, document_id)
    return render_template(
        "documents/show.html", **common(view), page=look.page, query=look.q, tab=look.tab,
        text=_text(document_id) if look.tab == "text" else [],
        history=_history(document_id) if look.tab == "history" else [],
        proof=_proof(view), rungs=rungs, arrival=_arrival(view), may_do=_may_do(view),
        tab_counts={"seals": len(view.seals)}, view=view, retention=retention_text(view),
    )  # fmt: skip


def _text(document_id: str) -> list[dict[str, Any]]:
    found = show.text_of(current_archive(), current_identity(), document_id)
    return [{"position": position, "text": text} for position, text in found]


def _history(document_id: str) -> list[dict[str, Any]]:
    leaves = show.history(current_archive(), current_identity(), document_id)
    return [{"at": leaf.at, "who": leaf.actor_name, "text": said(leaf), "tone": "", "href": ""} for leaf in leaves]


def said(leaf: AuditLeaf) -> str:
    """Return a deed of the log as a sentence in the language of the page."""
    body = json.loads(leaf.body)
    return deed_sentence(leaf.action, leaf.target_id, body.get("details", {}), body.get("reason", ""))


def _proof(view: DocumentView) -> dict[str, Any]:
    """Return the digests of the document's own file, and of the files that the pages come from."""
    rows = _own_file(view)
    with current_archive().db.read() as session:
        for arrival in view.arrivals:
            stored = session.get(StoredObject, arrival.object_ref) if arrival.object_ref else None
            rows.append({"label": _("来件"), "value": arrival.shown_name, "title": arrival.name})
            rows.append({"label": "SHA-256", "value": arrival.sha256, "title": ""})
            if stored is not None and stored.verified_at:
                rows.append({"label": _("上次核验"), "value": f"{stored.verified_at:%Y-%m-%d %H:%M} UTC", "title": ""})
    state = "proven" if view.document.confirmed_at else "pending"
    return {"state": state, "rows": rows}


def _own_file(view: DocumentView) -> list[dict[str, str]]:
    if view.file is None or view.file.copy is None:
        text = _("正在从来件抽取") if view.extracting else ""
        return [{"label": _("本件的文件"), "value": text, "title": ""}] if text else []
    own = view.file.copy
    rows = [
        (_("本件的文件"), _("由来件无损抽取 %(count)s 页，已与来件逐页比对", count=len(own.pages)), own.tool),
        ("SHA-256", view.file.sha256, ""),
        (_("抽取时间"), f"{own.made_at:%Y-%m-%d %H:%M} UTC", ""),
    ]
    if own.original.verified_at:
        rows.append((_("上次核验"), f"{own.original.verified_at:%Y-%m-%d %H:%M} UTC", ""))
    if own.signed:
        rows.append((_("数字签名"), _("来件带数字签名；抽出的文件不带，验签请用来件。"), ""))
    return [{"label": label, "value": value, "title": title} for label, value, title in rows]


def _arrival(view: DocumentView) -> dict[str, str] | None:
    return {"id": view.arrivals[0].id, "name": view.arrivals[0].shown_name} if view.arrivals else None


def _may_do(view: DocumentView) -> dict[str, bool]:
    archive, identity = current_archive(), current_identity()
    may = {
        "review": DOCUMENT_REVIEW, "download": DOCUMENT_DOWNLOAD, "print": DOCUMENT_PRINT,
        "discard": DOCUMENT_DISCARD, "file": DOCUMENT_FILE,
    }  # fmt: skip
    found = {name: archive.policy.may(identity, action, view.document) for name, action in may.items()}
    return found | {
        "move": archive.policy.may(identity, archive.policy.named("holding.move")),
        "verify": archive.policy.scope(identity, AUDIT_READ).is_all,
    }


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
