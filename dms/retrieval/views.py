"""Pages of search (检索): one line, removable filters, results with the words cut out of the page, exports."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import date
from urllib.parse import quote

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from dms.errors import InvalidError
from dms.http import current_archive, current_identity
from dms.policy import Action
from dms.retrieval import bundle, ranges, service
from dms.retrieval.service import FILTERS, Found, Question
from dms.tabular import csv_chunks, write_xlsx

bp = Blueprint("retrieval", __name__, template_folder="templates")


@bp.get("/")
def home() -> AnyResponse:
    """Lead to the first screen: the inbox for those who work in it, the search for everybody else."""
    may_review = current_archive().policy.may(current_identity(), Action.DOCUMENT_REVIEW)
    return redirect(url_for("documents.inbox") if may_review else url_for(".search"))


@bp.get("/search")
def search() -> str:
    """Show the results of a question, or the first step when nothing is asked."""
    archive, identity = current_archive(), current_identity()
    question = asked()
    answer = service.search(archive, identity, question) if question.text.strip() or question.filters else None
    helps = service.helps(archive, identity, question) if answer is not None and not answer.total else None
    return render_template(
        "retrieval/search.html",
        question=question,
        answer=answer,
        helps=helps,
        presets=ranges.presets(archive.clock.today()),
    )


def asked() -> Question:
    """Return the question of the query string; ranges typed in 元 and days become filters."""
    filters = {
        name: tuple(v for v in request.args.getlist(name) if v) for name in FILTERS if request.args.getlist(name)
    }
    for name, found in (("date", ranges.days(request.args)), ("amount", ranges.amounts(request.args))):
        if found:
            filters[name] = (found,)
    return Question(
        request.args.get("q", "").strip(),
        {name: values for name, values in filters.items() if values},
        request.args.get("sort", "newest"),
        request.args.get("after") or None,
    )


@bp.get("/search/export")
def export() -> Response:
    """Write the result list as CSV, XLSX or a ZIP of named files."""
    form, day = request.args.get("format", "csv"), current_archive().clock.today()
    name = _("检索结果") + f"-{day:%Y%m%d}"
    found = service.everything(current_archive(), current_identity(), asked())
    if form == "csv":
        return _download(csv_chunks(_header(), _rows(found)), f"{name}.csv", "text/csv; charset=utf-8")
    if form == "xlsx":
        target = io.BytesIO()
        write_xlsx(target, name, _header(), _rows(found))
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return _download([target.getvalue()], f"{name}.xlsx", kind)
    if form == "zip":
        chunks = bundle.zip_chunks(current_archive(), current_identity(), found, _header(), _row)
        return _download(chunks, f"{name}.zip", "application/zip")
    raise InvalidError("导出格式只有 csv、xlsx 和 zip。", code="export_format")


def _download(chunks: Iterable[bytes], name: str, kind: str) -> Response:
    disposition = f"attachment; filename=export; filename*=UTF-8''{quote(name)}"
    return Response(chunks, content_type=kind, headers={"Content-Disposition": disposition})


def _header() -> list[str]:
    return [
        _("档号"), _("题名"), _("类型"), _("客户"), _("日期"), _("金额（元）"), _("编号"), _("密级"), _("是否确认"),
        _("原件位置"),
    ]  # fmt: skip


def _rows(found: Iterable[Found]) -> Iterator[list[str | int | float | date | None]]:
    for each in found:
        yield _row(each)


def _row(found: Found) -> list[str | int | float | date | None]:
    document = found.document
    where = next((paper for paper in found.papers if paper.is_original), None)
    return [
        document.number or "", document.title, document.type_code, document.party.name if document.party else "",
        document.document_date, document.amount / 100 if document.amount is not None else None, document.code,
        document.level, _("已确认") if document.confirmed_at else _("未确认"),
        (where.person or where.path) if where and where.state != "unconfirmed" else _("原件未确认"),
    ]  # fmt: skip
