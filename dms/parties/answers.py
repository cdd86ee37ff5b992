"""What parties answer about things of the archive."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.kernel.archive import Archive
from dms.kernel.subjects import Label, Subject
from dms.kernel.topic import Answers, holds_nothing, lets_go
from dms.parties.actions import PARTY_VIEW
from dms.parties.models import Party
from dms.policy import Identity


def _visible(session: Session, archive: Archive, identity: Identity, kind: str, ids: Collection[str]) -> set[str]:
    if kind != "party" or not archive.policy.may(identity, PARTY_VIEW):
        return set()
    return set(session.scalars(sa.select(Party.id).where(Party.id.in_(ids))))


def _label(session: Session, archive: Archive, kind: str, ids: Collection[str]) -> Mapping[str, Label]:
    if kind != "party":
        return {}
    rows = session.execute(sa.select(Party.id, Party.name).where(Party.id.in_(ids)))
    return {row.id: Label(row.name, f"/parties/{row.id}") for row in rows}


def _resolve(session: Session, archive: Archive, number: str) -> Sequence[Subject]:
    """Return the party of a credit code (统一社会信用代码)."""
    found = session.scalars(sa.select(Party.id).where(Party.uscc == number.upper()))
    return [Subject("party", each) for each in found]


ANSWERS = Answers(holds_nothing, lets_go, _visible, _label, _resolve)
