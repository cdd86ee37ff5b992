"""What holds answer about things of the archive."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.holds.models import Hold
from dms.holds.service import require_free
from dms.kernel.archive import Archive
from dms.kernel.subjects import Label, Subject
from dms.kernel.topic import Answers, numbers_nothing
from dms.policy import Identity


def _held(session: Session, archive: Archive, kind: str, ids: Collection[str]) -> Mapping[str, Sequence[Subject]]:
    found: dict[str, list[Subject]] = {}
    of_these = sa.and_(Hold.subject_kind == kind, Hold.subject_id.in_(ids), Hold.released_at.is_(None))
    for hold in session.scalars(sa.select(Hold).where(of_these).order_by(Hold.id)):
        found.setdefault(hold.subject_id, []).append(Subject("hold", hold.id))
    return found


def _let_go(session: Session, archive: Archive, subject: Subject) -> None:
    """Delete the released holds of a thing that is being destroyed. Raises `ConflictError` where one is not released.

    Whoever destroys has asked before; this is for a hold that was set in the moment between.
    """
    require_free(session, archive, subject)
    of_it = sa.and_(Hold.subject_kind == subject.kind, Hold.subject_id == subject.id)
    session.execute(sa.delete(Hold).where(of_it))


def _visible(session: Session, archive: Archive, identity: Identity, kind: str, ids: Collection[str]) -> set[str]:
    """Return holds to who may see what they hold."""
    if kind != "hold":
        return set()
    holds = session.scalars(sa.select(Hold).where(Hold.id.in_(ids))).all()
    seen = set(archive.topics.visible(session, archive, identity, {hold.subject: None for hold in holds}))
    return {hold.id for hold in holds if hold.subject in seen}


def _label(session: Session, archive: Archive, kind: str, ids: Collection[str]) -> Mapping[str, Label]:
    if kind != "hold":
        return {}
    return {
        row.id: Label(row.reason, "")
        for row in session.execute(sa.select(Hold.id, Hold.reason).where(Hold.id.in_(ids)))
    }


ANSWERS = Answers(_held, _let_go, _visible, _label, numbers_nothing)
