"""What paper originals answer about things of the archive."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.holdings.actions import HOLDING_MOVE
from dms.holdings.models import Holding, HoldingDocument
from dms.holdings.whereabouts import known_papers
from dms.kernel.archive import Archive
from dms.kernel.subjects import Label, Subject
from dms.kernel.topic import Answers, lets_go
from dms.policy import Identity


def _held(session: Session, archive: Archive, kind: str, ids: Collection[str]) -> Mapping[str, Sequence[Subject]]:
    """Return the papers that show documents, or that stand in places now."""
    if kind == "document":
        showing = HoldingDocument.document_id.in_(ids)
        query = sa.select(HoldingDocument.document_id, HoldingDocument.holding_id).where(showing)
        return _grouped(session, query.order_by(HoldingDocument.holding_id))
    if kind == "place":
        standing = sa.select(Holding.present_place_id, Holding.id).where(Holding.present_place_id.in_(ids))
        return _grouped(session, standing.order_by(Holding.code))
    return {}


def _grouped(session: Session, query: sa.Select[Any, str]) -> Mapping[str, Sequence[Subject]]:
    found: dict[str, list[Subject]] = {}
    for each, holding_id in session.execute(query):
        found.setdefault(each, []).append(Subject("holding", holding_id))
    return found


def _visible(session: Session, archive: Archive, identity: Identity, kind: str, ids: Collection[str]) -> set[str]:
    """Return papers to who may see a document on them; who moves papers knows of all."""
    if kind != "holding":
        return set()
    if archive.policy.may(identity, HOLDING_MOVE):
        return set(session.scalars(sa.select(Holding.id).where(Holding.id.in_(ids))))
    return known_papers(session, archive, identity, ids)


def _label(session: Session, archive: Archive, kind: str, ids: Collection[str]) -> Mapping[str, Label]:
    """Return the codes: titles tell what documents are about, which not everybody who moves papers may know."""
    if kind != "holding":
        return {}
    rows = session.execute(sa.select(Holding.id, Holding.code).where(Holding.id.in_(ids)))
    return {row.id: Label(row.code, f"/holdings/{row.id}") for row in rows}


def _resolve(session: Session, archive: Archive, number: str) -> Sequence[Subject]:
    """Return the paper of the code on its label."""
    found = session.scalars(sa.select(Holding.id).where(Holding.code == number.upper()))
    return [Subject("holding", each) for each in found]


ANSWERS = Answers(_held, lets_go, _visible, _label, _resolve)
