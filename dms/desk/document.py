"""What the page of a document shows: the document, its papers, what was done with it, what its proof rests on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from dms.audit.actions import AUDIT_READ
from dms.audit.models import AuditLeaf
from dms.audit.wording import deed_sentence
from dms.desk.forms import Look
from dms.desk.proof import proof_of
from dms.documents.context import common, retention_text
from dms.documents.service import show
from dms.documents.service.proving import Rung
from dms.documents.service.show import DocumentView
from dms.holdings import papers
from dms.holdings.actions import HOLDING_MOVE
from dms.holdings.wording import holder_texts, place_texts
from dms.kernel.archive import Archive
from dms.policy import Identity
from dms.policy.content import DOCUMENT_DISCARD, DOCUMENT_DOWNLOAD, DOCUMENT_FILE, DOCUMENT_PRINT, DOCUMENT_REVIEW

DEEDS = {
    "review": DOCUMENT_REVIEW, "download": DOCUMENT_DOWNLOAD, "print": DOCUMENT_PRINT,
    "discard": DOCUMENT_DISCARD, "file": DOCUMENT_FILE,
}  # fmt: skip


def document_page(
    archive: Archive, identity: Identity, document_id: str, look: Look, rungs: Sequence[Rung] = ()
) -> dict[str, Any]:  # fmt: skip
    """Return what desk/document.html needs; `rungs` are what a proof climbed just now found."""
    view = show.show(archive, identity, document_id)
    tab = _tab(archive, identity, document_id, look.tab)
    return common(view) | where(archive, identity, document_id) | tab | {
        "page": look.page, "query": look.q, "tab": look.tab, "proof": proof_of(archive, view), "rungs": rungs,
        "arrival": _arrival(view), "may_do": _may_do(archive, identity, view), "holders": holder_texts(),
        "retention": retention_text(view),
    }  # fmt: skip


def where(archive: Archive, identity: Identity, document_id: str) -> dict[str, Any]:
    """Return the papers of a document and their places in words."""
    found = papers.of_document(archive, identity, document_id)
    return {"papers": found, "places": place_texts(found)}


def _tab(archive: Archive, identity: Identity, document_id: str, tab: str) -> dict[str, Any]:
    """Return what only one tab shows, read for that one alone."""
    text = show.text_of(archive, identity, document_id) if tab == "text" else ()
    leaves = show.history(archive, identity, document_id) if tab == "history" else ()
    return {
        "text": [{"position": position, "text": words} for position, words in text],
        "history": [
            {"at": leaf.at, "who": leaf.actor_name, "text": said(leaf), "tone": "", "href": ""} for leaf in leaves
        ],
    }


def said(leaf: AuditLeaf) -> str:
    """Return a deed of the log as a sentence in the language of the page."""
    body = json.loads(leaf.body)
    return deed_sentence(leaf.action, leaf.target_id, body.get("details", {}), body.get("reason", ""))


def _arrival(view: DocumentView) -> dict[str, str] | None:
    return {"id": view.arrivals[0].id, "name": view.arrivals[0].shown_name} if view.arrivals else None


def _may_do(archive: Archive, identity: Identity, view: DocumentView) -> dict[str, bool]:
    found = {name: archive.policy.may(identity, action, view.document) for name, action in DEEDS.items()}
    return found | {
        "move": archive.policy.may(identity, HOLDING_MOVE),
        "verify": archive.policy.scope(identity, AUDIT_READ).is_all,
    }
