"""Taking back the last movement of a paper or box (撤销) by a movement back, as a slip at the shelf asks for."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.holdings.actions import HOLDING_MOVE
from dms.holdings.models import Holding, Movement
from dms.holdings.moves import Moved, apply, apply_to_box
from dms.holdings.papers import get_holding
from dms.kernel.archive import Archive
from dms.kernel.errors import ConflictError, NotFoundError
from dms.places.models import Place
from dms.policy import Identity


def undo(archive: Archive, identity: Identity, movement_id: str) -> Moved:
    """Reverse the last movement of a paper or box: place, person, due date and home are again what they were.

    Raises `ConflictError` when it moved since, or the place it came from is no longer in use.
    """
    archive.policy.require(identity, HOLDING_MOVE)
    with archive.db.write() as session:
        done = session.get(Movement, movement_id)
        if done is None:
            raise NotFoundError("没有这次移动的记录。", code="movement_unknown")
        subject = _locked_subject(session, done)
        last, *earlier = _newest(session, done)
        if last.id != movement_id or done.reverses_id:
            raise ConflictError("它在这之后又移动过，不能撤销这一次；请直接移到正确的位置。", code="moved_since")
        _require_open(session, done.from_place_id)
        back = _reversal(archive, identity, done, earlier[0] if earlier else None)
        if isinstance(subject, Place):
            subject.home_id = _home_before(session, done)
            return apply_to_box(session, archive, identity, subject, back)
        subject.home_place_id = _home_before(session, done)
        _forget_sight(subject, done)
        return apply(session, archive, identity, subject, back)


def _locked_subject(session: Session, movement: Movement) -> Holding | Place:
    if movement.holding_id:
        return get_holding(session, movement.holding_id, for_update=True)
    return session.get_one(Place, movement.box_id, with_for_update=True)


def _same_subject(done: Movement) -> sa.ColumnElement[bool]:
    return Movement.holding_id == done.holding_id if done.holding_id else Movement.box_id == done.box_id


def _newest(session: Session, done: Movement) -> list[Movement]:
    """Return the last two movements of the same paper or box."""
    query = sa.select(Movement).where(_same_subject(done)).order_by(Movement.at.desc(), Movement.id.desc())
    return list(session.scalars(query.limit(2)))


def _require_open(session: Session, place_id: str | None) -> None:
    place = session.get_one(Place, place_id, with_for_update={"read": True}) if place_id else None
    if place is not None and place.closed_at is not None:
        raise ConflictError(
            "它原来所在的 %(place)s 已停用，不能撤销；请直接移到正确的位置。", code="place_closed", place=place.code
        )


def _reversal(archive: Archive, identity: Identity, done: Movement, before: Movement | None) -> Movement:
    return Movement(
        holding_id=done.holding_id, box_id=done.box_id, kind="undo", at=archive.clock.now(),
        made_by=identity.account_id,
        from_place_id=done.to_place_id, from_person=done.to_person, from_person_id=done.to_person_id,
        to_place_id=done.from_place_id, to_person=done.from_person, to_person_id=done.from_person_id,
        due_on=before.due_on if before else None, reverses_id=done.id,
    )  # fmt: skip


def _home_before(session: Session, done: Movement) -> str | None:
    """Return where the last putting away led that is not taken back."""
    taken_back = sa.select(Movement.reverses_id).where(_same_subject(done), Movement.reverses_id.isnot(None))
    stands = sa.and_(Movement.kind == "put_away", Movement.id != done.id, Movement.id.notin_(taken_back))
    query = sa.select(Movement.to_place_id).where(_same_subject(done), stands)
    return session.scalar(query.order_by(Movement.at.desc(), Movement.id.desc()).limit(1))


def _forget_sight(holding: Holding, done: Movement) -> None:
    """Let a paper be unconfirmed again that was seen by nobody but in the movement that is taken back."""
    if holding.confirmed_at == holding.last_seen_at == done.at:
        holding.confirmed_at = holding.confirmed_by = holding.last_seen_at = None
