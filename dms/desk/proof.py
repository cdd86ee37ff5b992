"""What the proof of a document rests on: the digests of its own file, and of the files that its pages come from."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from dms.documents.service.show import DocumentView
from dms.kernel.archive import Archive
from dms.originals.models import StoredObject


def proof_of(archive: Archive, view: DocumentView) -> dict[str, Any]:
    """Return the state of a document's proof, and its rows of label and value."""
    rows = _own_file(view)
    with archive.db.read() as session:
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
