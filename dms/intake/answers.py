"""What intake answers about things of the archive."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.intake.models import Arrival, Batch
from dms.intake.service import COLUMNS
from dms.kernel.archive import Archive
from dms.kernel.subjects import Label, Subject
from dms.kernel.topic import Answers, lets_go
from dms.policy import Identity
from dms.policy.content import DOCUMENT_VIEW


def _held(session: Session, archive: Archive, kind: str, ids: Collection[str]) -> Mapping[str, Sequence[Subject]]:
    if kind != "party":
        return {}
    found: dict[str, list[Subject]] = {}
    for row in session.execute(sa.select(Batch.party_id, Batch.id).where(Batch.party_id.in_(ids)).order_by(Batch.id)):
        found.setdefault(row.party_id, []).append(Subject("batch", row.id))
    return found


def _visible(session: Session, archive: Archive, identity: Identity, kind: str, ids: Collection[str]) -> set[str]:
    if kind == "arrival":
        mine = archive.policy.scope(identity, DOCUMENT_VIEW).sql(COLUMNS)
        return set(session.scalars(sa.select(Arrival.id).where(Arrival.id.in_(ids), mine)))
    if kind == "batch":
        own = Batch.brought_by == identity.account_id
        return set(session.scalars(sa.select(Batch.id).where(Batch.id.in_(ids), own)))
    return set()


def _label(session: Session, archive: Archive, kind: str, ids: Collection[str]) -> Mapping[str, Label]:
    if kind == "arrival":
        rows = session.scalars(sa.select(Arrival).where(Arrival.id.in_(ids)))
        return {row.id: Label(row.shown_name, f"/arrivals/{row.id}") for row in rows}
    if kind == "batch":
        numbers = session.execute(sa.select(Batch.id, Batch.number).where(Batch.id.in_(ids)))
        return {row.id: Label(row.number, "") for row in numbers}
    return {}


def _resolve(session: Session, archive: Archive, number: str) -> Sequence[Subject]:
    """Return the batch of a number (收件批号)."""
    return [
        Subject("batch", each) for each in session.scalars(sa.select(Batch.id).where(Batch.number == number.upper()))
    ]


ANSWERS = Answers(_held, lets_go, _visible, _label, _resolve)
