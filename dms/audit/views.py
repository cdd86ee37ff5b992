"""Pages of the audit log (审计): the filtered list, one deed with its proof, the export."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from dms.audit import browsing, proofs
from dms.audit.actions import AUDIT_READ
from dms.audit.browsing import Deed
from dms.audit.forms import LogQuery
from dms.audit.sentences import text_of
from dms.audit.wording import deed_sentence, worded
from dms.http import current_archive, current_identity, query
from dms.http.attachment import attachment, exported
from dms.kernel.errors import InvalidError

bp = Blueprint("audit", __name__, template_folder="templates")


def groups() -> dict[str, str]:
    """Return the kinds of deeds to filter by, with their names."""
    return {f"{kind.name}.": str(_(kind.deeds)) for kind in current_archive().topics.kinds.values() if kind.deeds}


@bp.app_template_global("deed_text")
def deed_text(deed: Deed) -> str:
    """Return a deed as a sentence in the language of the page."""
    return deed_sentence(deed.action, deed.target_id, deed.details, deed.reason)


@bp.app_template_global("deed_target")
def deed_target(deed: Deed) -> tuple[str, str]:
    """Return what a deed dealt with: its kind in words, and the path of its page where there is one."""
    kind = current_archive().topics.kinds.get(deed.target_kind)
    if kind is None:
        return deed.target_kind, ""
    text = str(_(kind.text)) if kind.text else deed.target_kind
    return text, kind.path + deed.target_id if kind.path and deed.target_id else ""


@bp.app_template_filter("deed_reason")
def deed_reason(reason: str) -> str:
    """Return why a deed was done; a reason that the program gives, in words."""
    return str(_("起步的例外到此结束")) if reason == "exception_ended" else reason


@bp.app_template_global("deed_details")
def deed_details(deed: Deed) -> dict[str, str]:
    """Return a deed's details as text."""
    return {name: text_of(value) for name, value in worded(deed.action, deed.details).items()}


@bp.get("/audit")
def index() -> str:
    """List deeds."""
    archive, identity = current_archive(), current_identity()
    asked = query(LogQuery)
    found, cursor = browsing.deeds(archive, identity, asked.wanted(), asked.after)
    return render_template(
        "audit/index.html", deeds=found, cursor=cursor, asked=asked, groups=groups(),
        all=archive.policy.scope(identity, AUDIT_READ).is_all,
        checkpoint=next(iter(browsing.checkpoints(archive, identity, 1)), None),
    )  # fmt: skip


@bp.get("/audit/export")
def export() -> Response:
    """Write the filtered list as CSV, or with format=proof the whole log to be checked offline."""
    archive, identity = current_archive(), current_identity()
    name, kind = f"audit-{archive.clock.today():%Y%m%d}", request.args.get("format", "csv")
    if kind == "proof":
        lines = (line.encode() for line in proofs.export(archive, identity))
        return attachment(lines, f"{name}.jsonl", "application/x-ndjson", plain=f"{name}.jsonl")
    if kind != "csv":
        raise InvalidError("导出格式只有 csv 和 proof。", code="export_format")
    found = browsing.everything(archive, identity, query(LogQuery).wanted())
    return exported(kind, name, _header(), _rows(found), name, plain=f"{name}.csv")


def _header() -> list[str]:
    return [
        _("时间"), _("谁"), _("经由"), _("地址"), _("做了什么"), _("操作"), _("对象"), _("编号"), _("理由"), _("序号"),
        _("散列"),
    ]  # fmt: skip


def _rows(found: Iterator[Deed]) -> Iterator[list[str | int | None]]:
    for deed in found:
        yield [
            deed.at.isoformat(), deed.who, deed.via, deed.address, deed_text(deed), deed.action, deed.target_kind,
            deed.target_id, deed.reason, deed.position, deed.leaf_hash,
        ]  # fmt: skip


@bp.get("/audit/<leaf_id>")
def show(leaf_id: str) -> str:
    """Show one deed and the ladder that proves it."""
    archive, identity = current_archive(), current_identity()
    deed = browsing.deed(archive, identity, leaf_id)
    proof = proofs.evidence(archive, identity, leaf_id)
    return render_template("audit/show.html", deed=deed, proof=proof, rungs=proofs.rungs(proof))
