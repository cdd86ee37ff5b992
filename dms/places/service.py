"""Use cases of the place tree (库位): build it in batches, number boxes, find a place and its path."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from dms.audit.service import record
from dms.codes.rules import spellings
from dms.kernel.archive import Archive
from dms.kernel.database import take_turns
from dms.kernel.errors import ConflictError, InvalidError, NotFoundError
from dms.numbering.service import next_serial
from dms.places.actions import PLACE_MANAGE, PLACE_VIEW
from dms.places.models import Place
from dms.places.rules import MOST_PLACES, PlaceCodeError, PlaceSegment, expand, segments
from dms.policy import Identity

VIRTUAL = {
    "SCANNING": "扫描室",
    "TRANSIT": "在途",
    "RETURNED": "待归位",
    "LOST": "遗失",
    "DESTROYED": "已销毁",
}


def ensure_virtual_places(archive: Archive) -> None:
    """Make the places that every archive has and no cabinet shows: 扫描室, 在途, 待归位, 遗失, 已销毁."""
    with archive.db.write() as session:
        take_turns(session, "places")
        known = set(session.scalars(sa.select(Place.code).where(Place.kind == "virtual")))
        for code, name in VIRTUAL.items():
            if code not in known:
                session.add(Place(code=code, kind="virtual", name=name, created_at=archive.clock.now()))


def preview(archive: Archive, identity: Identity, pattern: str) -> list[str]:
    """Return the codes that `pattern` would make, in order, without making them."""
    archive.policy.require(identity, PLACE_MANAGE)
    return list(_checked(archive, pattern))


def create_places(
    archive: Archive, identity: Identity, pattern: str, capacity: int | None = None, max_level: int = 3
) -> list[str]:
    """Make all places of a pattern with ranges, and the levels above them; return the ids of the innermost ones.

    Those that exist already are left as they are.
    """
    archive.policy.require(identity, PLACE_MANAGE)
    codes = _checked(archive, pattern)
    with archive.db.write() as session:
        take_turns(session, "places")
        known = dict(session.execute(sa.select(Place.code, Place.id)).all())
        made = 0
        for code in codes:
            levels = segments(code, archive.rulebook.place_kinds)
            made += _make_levels(session, archive, known, levels, capacity, max_level)
        record(
            session, archive.clock, identity, action="place.create", target=("place", known[codes[0]]),
            details={"pattern": pattern, "made": made, "named": len(codes)},
        )  # fmt: skip
        return [known[code] for code in codes]


def _checked(archive: Archive, pattern: str) -> list[str]:
    try:
        codes = list(dict.fromkeys(expand(pattern.strip().upper())))
        for code in codes:
            segments(code, archive.rulebook.place_kinds)
    except PlaceCodeError as error:
        raise InvalidError(str(error), code="place_code") from error
    return codes


def _make_levels(
    session: Session, archive: Archive, known: dict[str, str], levels: tuple[PlaceSegment, ...],
    capacity: int | None, max_level: int,
) -> int:  # fmt: skip
    made, parent = 0, None
    for level in levels:
        if level.code not in known:
            place = Place(
                code=level.code, kind=level.kind, name=level.name, parent_id=parent, max_level=max_level,
                capacity=capacity if level is levels[-1] else None, created_at=archive.clock.now(),
            )  # fmt: skip
            session.add(place)
            session.flush()
            known[level.code] = place.id
            made += 1
        parent = known[level.code]
    return made


def create_boxes(archive: Archive, identity: Identity, count: int, name: str = "", max_level: int = 3) -> list[str]:
    """Number `count` new boxes (盒) of this year, for example B2026-0132; return their ids. They stand nowhere yet."""
    archive.policy.require(identity, PLACE_MANAGE)
    if not 1 <= count <= MOST_PLACES:
        raise InvalidError("一次可以编 1 到 %(most)s 个盒号。", code="box_count", most=MOST_PLACES)
    year = archive.clock.today().year
    with archive.db.write() as session:
        boxes = [
            Place(code=f"B{year}-{next_serial(session, f'box:{year}'):04}", kind="box", name=name,
                  max_level=max_level, created_at=archive.clock.now())
            for _ in range(count)
        ]  # fmt: skip
        session.add_all(boxes)
        session.flush()
        record(
            session, archive.clock, identity, action="box.create", target=("place", boxes[0].id),
            details={"first": boxes[0].code, "last": boxes[-1].code, "count": count},
        )  # fmt: skip
        return [box.id for box in boxes]


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place with its full readable path."""

    place: Place
    path: str


def named(archive: Archive, identity: Identity, code: str) -> NamedPlace | None:
    """Return the open place of this code, None where there is none."""
    archive.policy.require(identity, PLACE_VIEW)
    with archive.db.read() as session:
        place = find_place(session, code) if code.strip() else None
        return NamedPlace(place, paths(session, [place.id])[place.id]) if place else None


def find_place(session: Session, text: str, *, keep_open: bool = False) -> Place | None:
    """Return the open place or box whose code, as scanned or typed, or id is `text`.

    With `keep_open` nobody closes it meanwhile.
    """
    wanted = text.strip()
    known_as = sa.or_(Place.code.in_(spellings(text)), Place.id == wanted)
    query = sa.select(Place).where(known_as, Place.closed_at.is_(None)).order_by(Place.code != wanted.upper())
    return session.scalars(query.with_for_update(read=True) if keep_open else query).first()


SEPARATOR = " › "


def paths(session: Session, place_ids: Iterable[str | None]) -> dict[str, str]:
    """Return the readable path of each place, outermost first, in one query whatever the depth."""
    wanted = {place_id for place_id in place_ids if place_id}
    if not wanted:
        return {}
    start = sa.select(
        Place.id.label("origin"), Place.id, Place.parent_id, Place.name, Place.code, sa.literal(0).label("depth")
    ).where(Place.id.in_(wanted))
    chain = start.cte("chain", recursive=True)
    above = aliased(Place)
    chain = chain.union_all(
        sa.select(chain.c.origin, above.id, above.parent_id, above.name, above.code, chain.c.depth + 1).where(
            above.id == chain.c.parent_id
        )
    )
    names: dict[str, list[str]] = defaultdict(list)
    for row in session.execute(sa.select(chain).order_by(chain.c.origin, chain.c.depth.desc())):
        names[row.origin].append(row.name or row.code)
    return {origin: SEPARATOR.join(parts) for origin, parts in names.items()}


def highest_level(session: Session, place: Place) -> int:
    """Return the highest level that may stand in a place, wherever that stands itself."""
    highest = place.max_level
    while place.parent_id is not None:
        place = session.get_one(Place, place.parent_id)
        highest = min(highest, place.max_level)
    return highest


def close_place(archive: Archive, identity: Identity, place_id: str) -> None:
    """Close an empty place, so that nothing more is put there; its history stays."""
    archive.policy.require(identity, PLACE_MANAGE)
    with archive.db.write() as session:
        place = session.get(Place, place_id, with_for_update=True)
        if place is None:
            raise NotFoundError("没有这个库位。", code="place_unknown")
        if archive.topics.held(session, archive, "place", [place_id]):
            raise ConflictError("%(place)s 里还有东西，先移走再停用。", code="place_not_empty", place=place.code)
        place.closed_at = archive.clock.now()
        record(
            session, archive.clock, identity, action="place.close", target=("place", place.id),
            details={"code": place.code},
        )  # fmt: skip
