"""Pages of search (检索): one line, removable filters, results with the words cut out of the page, exports."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask_babel import gettext as _

from dms.documents.context import common
from dms.documents.service import show
from dms.holdings.wording import place_text, place_texts
from dms.http import current_archive, current_identity, query
from dms.http.attachment import attachment, exported
from dms.http.tabular import in_yuan
from dms.http.texts import copy_text, level_text, money, state_text, type_text
from dms.kernel.errors import InvalidError
from dms.policy.content import DOCUMENT_VIEW
from dms.retrieval import bundle, ranges, service
from dms.retrieval.forms import Look, query_of, words_of
from dms.retrieval.service import Answer, Found, Helps, Search

bp = Blueprint("retrieval", __name__, template_folder="templates")
PAGES_AROUND = 10  # shown in the pane before and after the page of the hit
Row = list[str | int | float | date | None]


@bp.app_template_global("filter_text")
def filter_text(name: str, value: str) -> str:
    """Return a value of a filter as a person reads it."""
    shown = {
        "type": type_text,
        "status": state_text,
        "copy_kind": copy_text,
        "level": _level,
        "amount": _amounts,
    }
    if name == "confirmed":
        return str(_("已确认") if value == "yes" else _("未确认"))
    if name == "date":
        return " – ".join(end or "…" for end in value.split(".."))
    return shown[name](value) if name in shown else value


def _level(value: str) -> str:
    return level_text(int(value)) if value.isdecimal() else value


def _amounts(value: str) -> str:
    ends = value.split("..")
    return " – ".join(money(end) if end.isdecimal() else end or "…" for end in ends)


@bp.get("/search")
def search() -> str | tuple[str, int]:
    """Show the results of a question, or the first step when nothing is asked, or what cannot be understood in it."""
    archive, identity = current_archive(), current_identity()
    archive.policy.require(identity, DOCUMENT_VIEW)
    try:
        question = query_of(request.args)
        answer = service.search(archive, identity, question) if question.text or question.filters else None
        helps = service.helps(archive, identity, question) if answer is not None and not answer.total else None
    except InvalidError as error:
        return _page(Search(words_of(request.args)), None, None, str(_(error.message, **error.values))), 422
    return _page(question, answer, helps)


def _page(question: Search, answer: Answer | None, helps: Helps | None, problem: str = "") -> str:
    presets = ranges.presets(current_archive().clock.today())
    papers = [paper for found in answer.found for paper in found.papers] if answer else []
    return render_template(
        "retrieval/search.html", question=question, answer=answer, helps=helps, presets=presets, unclear=problem,
        places=place_texts(papers),
    )  # fmt: skip


@bp.get("/search/preview/<document_id>")
def preview(document_id: str) -> str:
    """Show the pages of one hit around the one that matches, with the words boxed: the pane beside the results."""
    archive, identity, look = current_archive(), current_identity(), query(Look)
    context = common(show.show(archive, identity, document_id))
    near = [page for page in context["pages"] if abs(page["position"] - look.page) <= PAGES_AROUND]
    found = service.marks_of(archive, identity, document_id, [page["position"] for page in near], look.q)
    boxes = [{"position": at, "box": box.sides, "kind": "hit"} for at, marks in found.items() for box in marks]
    return render_template(
        "retrieval/preview.html", document=context["document"], all=len(context["pages"]), pages=near, boxes=boxes,
        page=look.page, target=url_for("desk.document", document_id=document_id, page=look.page, q=look.q or None),
    )  # fmt: skip


@bp.get("/documents/<document_id>/pages/<int:position>/boxes.json")
def boxes(document_id: str, position: int) -> Response:
    """Say where on a page the words of ?q= stand, in fractions of the page as turned."""
    words = request.args.get("q", "")
    found = service.marks_on(current_archive(), current_identity(), document_id, position, words)
    return jsonify(boxes=[box.sides for box in found])


@bp.get("/search/export")
def export() -> Response:
    """Write the result list as CSV, XLSX or a ZIP of named files."""
    archive, identity, form = current_archive(), current_identity(), request.args.get("format", "csv")
    name = f"{_('检索结果')}-{archive.clock.today():%Y%m%d}"
    found = service.export(archive, identity, query_of(request.args), form)
    if form == "zip":
        chunks = bundle.zip_chunks(archive, identity, found, [*_header(), _("文件名")], _row)
        return attachment(chunks, f"{name}.zip", "application/zip")
    return exported(form, name, _header(), map(_row, found), name)


def _header() -> list[str]:
    return [
        _("档号"), _("题名"), _("类型"), _("客户"), _("日期"), _("金额（元）"), _("编号"), _("密级"), _("是否确认"),
        _("原件位置"),
    ]  # fmt: skip


def _row(found: Found) -> Row:
    document = found.document
    return [
        document.number or "", document.title, type_text(document.type_code),
        document.party.name if document.party else "", document.document_date,
        in_yuan(document.amount), document.code, document.level,
        _("已确认") if document.confirmed_at else _("未确认"), _original(found),
    ]  # fmt: skip


def _original(found: Found) -> str:
    """Return where the original is, in one cell; a copy's place is never given for it."""
    where = next((paper for paper in found.papers if paper.is_original), None)
    if where is None or where.state == "unconfirmed":
        return str(_("原件未确认"))
    return str(_("借出：%(person)s", person=where.person)) if where.person else place_text(where)
