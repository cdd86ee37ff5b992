"""What documents answer about things of the archive."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.documents.models import Document, DocumentPage
from dms.documents.visibility import visible
from dms.kernel.archive import Archive
from dms.kernel.subjects import Label, Subject
from dms.kernel.topic import Answers, lets_go
from dms.policy import Identity


def _held(session: Session, archive: Archive, kind: str, ids: Collection[str]) -> Mapping[str, Sequence[Subject]]:
    """Return the documents made of arrivals, in the order of their pages; those of a party or a dossier."""
    columns = {"party": Document.party_id, "dossier": Document.dossier_id}
    if kind == "arrival":
        pages = sa.select(DocumentPage.arrival_id, DocumentPage.document_id).where(DocumentPage.arrival_id.in_(ids))
        return _grouped(session, pages.order_by(DocumentPage.number, DocumentPage.document_id))
    if kind in columns:
        belonging = sa.select(columns[kind], Document.id).where(columns[kind].in_(ids))
        return _grouped(session, belonging.order_by(Document.id))
    return {}


def _grouped(session: Session, query: sa.Select[Any, str]) -> Mapping[str, Sequence[Subject]]:
    found: dict[str, dict[Subject, None]] = {}
    for each, document_id in session.execute(query):
        found.setdefault(each, {})[Subject("document", document_id)] = None
    return {each: list(subjects) for each, subjects in found.items()}


def _visible(session: Session, archive: Archive, identity: Identity, kind: str, ids: Collection[str]) -> set[str]:
    if kind != "document":
        return set()
    return set(session.scalars(sa.select(Document.id).where(Document.id.in_(ids), visible(archive, identity))))


def _label(session: Session, archive: Archive, kind: str, ids: Collection[str]) -> Mapping[str, Label]:
    if kind != "document":
        return {}
    rows = session.execute(sa.select(Document.id, Document.number, Document.title).where(Document.id.in_(ids)))
    return {row.id: Label(f"{row.number or ''} {row.title}".strip(), f"/documents/{row.id}") for row in rows}


def _resolve(session: Session, archive: Archive, number: str) -> Sequence[Subject]:
    """Return the document of a number (档号)."""
    found = session.scalars(sa.select(Document.id).where(Document.number == number.upper()))
    return [Subject("document", each) for each in found]


ANSWERS = Answers(_held, lets_go, _visible, _label, _resolve)
