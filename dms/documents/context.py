"""What the templates of one document are given; described at the heads of desk/review.html and desk/document.html."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from dms.documents.service.show import DocumentView, SealView, ValueView
from dms.http import current_archive
from dms.http.language import choose_language
from dms.http.texts import field_label, type_text
from dms.kernel.doctypes import types_of
from ingest.model import Box


def type_choices() -> list[tuple[str, str]]:
    """Return (code, name) of every document type."""
    return [(code, type_text(code)) for code in types_of(current_archive())]


def common(view: DocumentView) -> dict[str, Any]:
    """Return what both pages of a document need."""
    base = f"/documents/{view.document.id}/pages"
    return {
        "document": view.document,
        "type_name": type_text(view.declared.code) if view.declared else "",
        "pages": [
            {
                "position": page.position, "view": f"{base}/{page.position}/view.jpg?turn={page.turn}",
                "thumb": f"{base}/{page.position}/thumb.jpg?turn={page.turn}", "width": page.width,
                "height": page.height,
            }
            for page in view.pages if not page.hidden
        ],
        "fields": [_field(base, view.document.type_code, value) for value in view.values],
        "seals": [_seal(base, seal) for seal in view.seals],
    }  # fmt: skip


def _field(base: str, type_code: str, value: ValueView) -> dict[str, Any]:
    return {
        "name": value.name, "label": field_label(type_code, value.name, value.label), "kind": value.kind,
        "required": value.required, "raw": value.raw, "value": value.value,
        "shown": value.shown, "position": value.position, "box": _sides(value.box),
        "confidence": value.confidence, "doubtful": value.doubtful, "source": value.source,
        "confirmed": value.confirmed, "crop": _crop(base, value.position, value.read_box), "checks": value.checks,
    }  # fmt: skip


def _seal(base: str, seal: SealView) -> dict[str, Any]:
    return {
        "id": seal.id, "position": seal.position, "box": seal.box.sides, "shape": seal.shape, "text": seal.text,
        "confirmed": seal.confirmed, "crop": _crop(base, seal.position, seal.read_box),
    }  # fmt: skip


def _sides(box: Box | None) -> tuple[float, float, float, float] | None:
    return box.sides if box else None


def _crop(base: str, position: int | None, box: Box | None) -> str:
    if position is None or box is None or box.x1 <= box.x0 or box.y1 <= box.y0:
        return ""
    return f"{base}/{position}/crop.jpg?box={','.join(f'{side:.5f}' for side in box.sides)}"


def retention_text(view: DocumentView) -> str:
    """Return how long the document is kept by default, in the language of the page."""
    if view.retention is None:
        return ""
    name = view.retention.en if choose_language() == "en" else view.retention.zh
    since = {
        "document": _("自文件日期起"), "relation_end": _("自客户关系终止起"), "purpose_end": _("自用途终止起"),
    }[view.retention.counted_from]  # fmt: skip
    return name if view.retention.years is None else f"{name} · {since}"


def dossier_choices(view: DocumentView) -> list[dict[str, str]]:
    """Return the dossiers proposed, each with its reason in the language of the page."""
    return [
        {"id": each.id, "number": each.number, "name": each.name, "reason": str(_(each.reason)) if each.reason else ""}
        for each in view.dossiers
    ]
