"""The list of documents with removable filters, deeds done to many, and its export."""

from __future__ import annotations

from datetime import date

from flask import Response, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from dms.documents.context import type_choices
from dms.documents.forms import Many, Narrowed
from dms.documents.models import Document
from dms.documents.service import bulk, lists
from dms.documents.service.bulk import Outcome
from dms.documents.views import bp
from dms.http import current_archive, current_identity, form, local_path, query, toast
from dms.http.attachment import exported
from dms.http.tabular import FORMS, in_yuan
from dms.http.texts import STATES, copy_text, state_text, type_text
from dms.kernel.errors import InvalidError


@bp.app_template_filter("document_type")
def document_type(code: str) -> str:
    """Return a document type's name in the language of the page."""
    return type_text(code) or str(_("类型未定"))


@bp.app_template_filter("document_state")
def document_state(state: str) -> str:
    """Return a document's state in words."""
    return state_text(state)


@bp.app_template_filter("copy_kind")
def copy_kind(kind: str) -> str:
    """Return in words whether something is an original or a copy."""
    return copy_text(kind)


@bp.get("/documents")
def documents() -> str | Response:
    """Show documents, newest first, or export the list."""
    archive, identity, asked = current_archive(), current_identity(), query(Narrowed)
    if asked.format:
        return _exported(asked)
    found = lists.documents(archive, identity, asked.filters(), asked.after)
    return render_template(
        "documents/index.html", found=found, asked=asked, types=type_choices(), chips=_chips(asked),
        states=[(code, str(_(text))) for code, text in STATES.items()],
    )  # fmt: skip


def _chips(asked: Narrowed) -> list[tuple[str, str]]:
    """Return the filters in force as (query argument, words)."""
    words = {
        "type": document_type(asked.type) if asked.type else "", "state": document_state(asked.state),
        "copy_kind": copy_kind(asked.copy_kind) if asked.copy_kind else "", "title": asked.title,
        "party": _("一个客户") if asked.party else "", "dossier": _("一个案卷") if asked.dossier else "",
        "since": _("%(day)s 起", day=asked.since) if asked.since else "",
        "until": _("到 %(day)s", day=asked.until) if asked.until else "",
        "trashed": _("回收站") if asked.trashed else "", "doubtful": _("有存疑") if asked.doubtful else "",
    }  # fmt: skip
    return [(name, str(text)) for name, text in words.items() if text]


def _exported(asked: Narrowed) -> Response:
    if asked.format not in FORMS:  # before it is logged that something was exported
        raise InvalidError("导出格式只有 csv 和 xlsx。", code="export_format")
    header = [
        _("档号"), _("题名"), _("文种"), _("状态"), _("客户"), _("案卷"), _("日期"), _("金额（元）"), _("编号"),
        _("密级"), _("页数"),
    ]  # fmt: skip
    found = lists.export(current_archive(), current_identity(), asked.filters())
    title = _("文件清单")
    return exported(asked.format, title, header, map(_row, found), title, plain="list")


def _row(document: Document) -> list[str | int | float | date | None]:
    return [
        document.number or "", document.title, document_type(document.type_code), document_state(document.state),
        document.party.name if document.party else "", document.dossier.number if document.dossier else "",
        document.document_date, in_yuan(document.amount), document.code, document.level, document.page_count,
    ]  # fmt: skip


@bp.post("/documents/bulk")
def many() -> AnyResponse:
    """Do something to many documents; says how many were done and which were left, with why."""
    said = form(Many)
    archive, identity = current_archive(), current_identity()
    if said.deed == "confirm":
        outcome = bulk.confirm(archive, identity, said.id)
    elif said.deed == "trash":
        outcome = bulk.discard(archive, identity, said.id)
    else:
        outcome = bulk.set_copy_kind(archive, identity, said.id, said.copy_kind)
    toast(_outcome_text(outcome), tone="warn" if outcome.refused else "done")
    return redirect(local_path(request.form.get("next"), "/documents"))


def _outcome_text(outcome: Outcome) -> str:
    text = str(_("已处理 %(n)s 件。", n=outcome.done))
    if not outcome.refused:
        return text
    error = outcome.refused[0][1]
    return text + str(_("%(n)s 件没有改动：", n=len(outcome.refused))) + str(_(error.message, **error.values))
