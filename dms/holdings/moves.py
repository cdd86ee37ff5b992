"""Use cases that move papers and boxes: put away, hand to a person, take back; history is never lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.audit.service import record
from dms.codes.rules import parse, spellings
from dms.holdings.actions import HOLDING_LEND, HOLDING_MOVE
from dms.holdings.models import Holding, Movement
from dms.holdings.papers import PaperDetails, add, get_holding, register
from dms.holdings.secrecy import level_of
from dms.kernel.archive import Archive
from dms.kernel.errors import ConflictError, InvalidError, NotFoundError
from dms.places.models import Place
from dms.places.rules import may_stand
from dms.places.service import find_place, highest_level, paths
from dms.policy import Identity


@dataclass(frozen=True, slots=True)
class Moved:
    """Answer to one scan: what moved, from where to where, what to be warned of, and the movement to undo."""

    movement_id: str
    kind: str  # holding, box
    title: str
    code: str
    before: str
    after: str
    warnings: tuple[str, ...] = ()


def put_away(archive: Archive, identity: Identity, place_code: str, item_code: str) -> Moved:
    """Put what `item_code` names (a paper's label, a 档号 or a box) into the place; the place becomes its home."""
    archive.policy.require(identity, HOLDING_MOVE)
    with archive.db.write() as session:
        place = _open_place(session, place_code)
        box = find_place(session, item_code)
        if box is not None:
            session.refresh(box, with_for_update=True)
            return _move_box(session, archive, identity, box, place)
        holding = _holding_of(session, item_code)
        return _put_paper(session, archive, identity, holding, place, make_home=True)


def register_at(
    archive: Archive, identity: Identity, document_ids: Sequence[str], facts: PaperDetails, place_code: str
) -> str:  # fmt: skip
    """Register a paper and, where a place is named, put it there, both or neither; return its id."""
    if not place_code.strip():
        return register(archive, identity, document_ids, facts)
    archive.policy.require(identity, HOLDING_MOVE)
    with archive.db.write() as session:
        place = _open_place(session, place_code)
        holding = add(session, archive, identity, document_ids, facts)
        _put_paper(session, archive, identity, holding, place, make_home=True)
        return holding.id


def move_paper(archive: Archive, identity: Identity, holding_id: str, place_code: str, purpose: str = "") -> Moved:
    """Move a paper for a while (to the scanning room, say); its home stays."""
    archive.policy.require(identity, HOLDING_MOVE)
    with archive.db.write() as session:
        holding = get_holding(session, holding_id, for_update=True)
        place = _open_place(session, place_code)
        return _put_paper(session, archive, identity, holding, place, make_home=False, purpose=purpose)


def hand_out(
    archive: Archive, identity: Identity, holding_id: str, *, person: str, purpose: str, due_on: date | None,
    person_id: str | None = None,
) -> Moved:  # fmt: skip
    """Hand a paper to a person with purpose and due date. Raises `ConflictError` while another person has it."""
    archive.policy.require(identity, HOLDING_LEND)
    if not person.strip() or not purpose.strip():
        raise InvalidError("请写明交给谁、作什么用。", code="hand_out_incomplete")
    if due_on is not None and due_on < archive.clock.today():
        raise InvalidError("应还日期已经过去，请改为今天或以后。", code="due_in_past")
    with archive.db.write() as session:
        holding = get_holding(session, holding_id, for_update=True)
        if holding.present_person:
            raise ConflictError(
                "这份原件现在在%(person)s手里，先归还才能再借出。", code="already_out", person=holding.present_person
            )
        movement = _movement(archive, identity, holding, kind="hand_out", purpose=purpose.strip(), due_on=due_on)
        movement.to_person, movement.to_person_id = person.strip(), person_id
        return apply(session, archive, identity, holding, movement)


def give_back(archive: Archive, identity: Identity, holding_id: str, place_code: str = "") -> Moved:
    """Take a paper back, to its home or to the place named; without a home that is in use it waits in 待归位."""
    archive.policy.require(identity, HOLDING_LEND)
    with archive.db.write() as session:
        holding = get_holding(session, holding_id, for_update=True)
        if not holding.present_person:
            raise ConflictError("这份原件没有借出，不需要归还。", code="not_out")
        home = None if place_code else find_place(session, holding.home_place_id or "", keep_open=True)
        place = home or _open_place(session, place_code or "RETURNED")
        movement = _movement(archive, identity, holding, kind="return")
        movement.to_place_id = place.id
        return apply(session, archive, identity, holding, movement)


def _open_place(session: Session, code: str) -> Place:
    place = find_place(session, code, keep_open=True)
    if place is None:
        parse(code)  # a wrong check character is another mistake than a place that is not there
        raise NotFoundError("没有库位 %(place)s。请核对标签，或先在“库位”里建立它。", code="place_unknown", place=code)
    return place


def _holding_of(session: Session, code: str) -> Holding:
    wanted = code.strip()
    found = session.scalars(
        sa.select(Holding)
        .where(sa.or_(Holding.code.in_(spellings(code)), Holding.id == wanted))
        .order_by(Holding.code != wanted.upper())
        .with_for_update()
    ).first()
    if found is None:
        parse(code)  # a wrong check character is another mistake than a paper that is not there
        raise NotFoundError(
            "没有编号为 %(label)s 的原件或盒。东西先放在一边，登记后再上架。", code="label_unknown", label=code
        )
    return found


def _movement(
    archive: Archive, identity: Identity, holding: Holding, *, kind: str, purpose: str = "", due_on: date | None = None
) -> Movement:
    return Movement(
        holding_id=holding.id, kind=kind, purpose=purpose, due_on=due_on, at=archive.clock.now(),
        made_by=identity.account_id, from_place_id=holding.present_place_id, from_person=holding.present_person,
        from_person_id=holding.present_person_id,
    )  # fmt: skip


def _put_paper(
    session: Session, archive: Archive, identity: Identity, holding: Holding, place: Place,
    *, make_home: bool, purpose: str = "",
) -> Moved:  # fmt: skip
    if level_of(session, Holding.id == holding.id) > highest_level(session, place):
        raise ConflictError(
            "这份原件的密级高于 %(place)s 允许的密级，没有上架。请放进更高密级的柜子。",
            code="level_too_high", place=place.name or place.code,
        )  # fmt: skip
    movement = _movement(archive, identity, holding, kind="put_away" if make_home else "move", purpose=purpose)
    movement.to_place_id = place.id
    if make_home:
        holding.home_place_id = place.id
    warnings = _crowding(session, place, sa.select(sa.func.count()).where(Holding.present_place_id == place.id))
    return replace(apply(session, archive, identity, holding, movement), warnings=warnings)


def _crowding(session: Session, place: Place, count: sa.Select[int]) -> tuple[str, ...]:
    if place.capacity is not None and (session.scalar(count) or 0) >= place.capacity:
        return ("full",)
    return ()


def apply(session: Session, archive: Archive, identity: Identity, holding: Holding, movement: Movement) -> Moved:
    """Let a paper be where a movement says, in the caller's transaction, and record that."""
    before = _describe(session, movement.from_place_id, movement.from_person)
    holding.present_place_id = movement.to_place_id
    holding.present_person, holding.present_person_id = movement.to_person or "", movement.to_person_id
    holding.due_on = movement.due_on
    if movement.kind != "undo":
        holding.last_seen_at = movement.at
        if holding.confirmed_at is None:
            holding.confirmed_at, holding.confirmed_by = movement.at, identity.account_id
    holding.revision += 1
    session.add(movement)
    session.flush()
    after = _describe(session, movement.to_place_id, movement.to_person or "")
    _log(session, archive, identity, movement, ("holding", holding.id), holding.code, before, after)
    return Moved(movement.id, "holding", holding.title, holding.code, before, after)


def _move_box(session: Session, archive: Archive, identity: Identity, box: Place, place: Place) -> Moved:
    if box.kind != "box":
        raise InvalidError("%(label)s 是固定的库位，不能上架；请扫盒或原件的码。", code="not_movable", label=box.code)
    if not may_stand("box", place.kind, archive.rulebook.place_kinds):
        raise InvalidError("盒子不能放进 %(place)s，请先扫层或柜的码。", code="box_in_box", place=place.code)
    if level_of(session, Holding.present_place_id == box.id) > highest_level(session, place):
        raise ConflictError(
            "盒内有密级更高的原件，%(place)s 不允许，没有上架。", code="level_too_high", place=place.name or place.code
        )
    movement = Movement(
        box_id=box.id, kind="put_away", at=archive.clock.now(), made_by=identity.account_id,
        from_place_id=box.parent_id, to_place_id=place.id,
    )  # fmt: skip
    box.home_id = place.id
    warnings = _crowding(session, place, sa.select(sa.func.count()).where(Place.parent_id == place.id))
    return replace(apply_to_box(session, archive, identity, box, movement), warnings=warnings)


def apply_to_box(session: Session, archive: Archive, identity: Identity, box: Place, movement: Movement) -> Moved:
    """Let a box stand where a movement says, in the caller's transaction, and record that."""
    before = _describe(session, movement.from_place_id, "")
    box.parent_id = movement.to_place_id
    if movement.kind != "undo":
        box.last_seen_at = movement.at
    session.add(movement)
    session.flush()
    after = _describe(session, movement.to_place_id, "")
    _log(session, archive, identity, movement, ("place", box.id), box.code, before, after)
    return Moved(movement.id, "box", box.name or box.code, box.code, before, after)


def _describe(session: Session, place_id: str | None, person: str) -> str:
    return paths(session, [place_id]).get(place_id, "") if place_id else person


def _log(
    session: Session, archive: Archive, identity: Identity, movement: Movement, target: tuple[str, str],
    code: str, before: str, after: str,
) -> None:  # fmt: skip
    record(
        session, archive.clock, identity, action=f"holding.{movement.kind}", target=target, reason=movement.purpose,
        details={"code": code, "from": before, "to": after, "due_on": movement.due_on and movement.due_on.isoformat()},
    )  # fmt: skip
