"""Use cases of the place tree (库位): build it in batches, number boxes, look at it, confirm what was seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from dms.audit.service import record
from dms.holdings.models import Holding, Place
from dms.holdings.rules import MOST_PLACES, PlaceCodeError, PlaceSegment, expand, segments
from dms.holdings.whereabouts import history, paths, whereabouts, without_secrets
from dms.kernel.archive import Archive
from dms.kernel.database import take_turns
from dms.kernel.errors import ConflictError, InvalidError, NotFoundError
from dms.numbering.service import next_serial
from dms.policy import Action, Identity

PAPERS_SHOWN = 500
EXPORT_STEP = 500
VIRTUAL = {
    "SCANNING": "扫描室",
    "TRANSIT": "在途",
    "RETURNED": "待归位",
    "LOST": "遗失",
    "DESTROYED": "已销毁",
}


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A place with what a screen needs to know of it: boxes and papers directly in it, and all, boxes' papers too."""

    place: Place
    boxes: int
    papers: int
    all_boxes: int
    all_papers: int


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
    archive.policy.require(identity, Action.PLACE_MANAGE)
    return list(_checked(pattern))


def create_places(
    archive: Archive, identity: Identity, pattern: str, capacity: int | None = None, max_level: int = 3
) -> list[str]:
    """Make all places of a pattern with ranges, and the levels above them; return the ids of the innermost ones.

    Those that exist already are left as they are.
    """
    archive.policy.require(identity, Action.PLACE_MANAGE)
    codes = _checked(pattern)
    with archive.db.write() as session:
        take_turns(session, "places")
        known = dict(session.execute(sa.select(Place.code, Place.id)).all())
        made = 0
        for code in codes:
            made += _make_levels(session, archive, known, segments(code), capacity, max_level)
        record(
            session, archive.clock, identity, action="place.create", target=("place", known[codes[0]]),
            details={"pattern": pattern, "made": made, "named": len(codes)},
        )  # fmt: skip
        return [known[code] for code in codes]


def _checked(pattern: str) -> list[str]:
    try:
        codes = list(dict.fromkeys(expand(pattern.strip().upper())))
        for code in codes:
            segments(code)
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
    archive.policy.require(identity, Action.PLACE_MANAGE)
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


def close_place(archive: Archive, identity: Identity, place_id: str) -> None:
    """Close an empty place, so that nothing more is put there; its history stays."""
    archive.policy.require(identity, Action.PLACE_MANAGE)
    with archive.db.write() as session:
        place = session.get(Place, place_id, with_for_update=True)
        if place is None:
            raise NotFoundError("没有这个库位。", code="place_unknown")
        view = _counts(session, [place])[0]
        children = session.scalar(
            sa.select(sa.func.count()).where(Place.parent_id == place_id, Place.closed_at.is_(None))
        )
        if view.papers or children:
            raise ConflictError("%(place)s 里还有东西，先移走再停用。", code="place_not_empty", place=place.code)
        place.closed_at = archive.clock.now()
        record(
            session, archive.clock, identity, action="place.close", target=("place", place.id),
            details={"code": place.code},
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place with its full readable path."""

    place: Place
    path: str


def named(archive: Archive, identity: Identity, code: str) -> NamedPlace | None:
    """Return the open place of this code, None where there is none."""
    archive.policy.require(identity, Action.PLACE_VIEW)
    with archive.db.read() as session:
        place = find_place(session, code) if code.strip() else None
        return NamedPlace(place, paths(session, [place.id])[place.id]) if place else None


def look(archive: Archive, identity: Identity, place_id: str | None) -> dict[str, Any]:
    """Return what the page of a place shows: itself, the way to it, what stands in it, its papers, its history.

    For None: the rooms, the boxes that stand nowhere and the virtual places.
    """
    archive.policy.require(identity, Action.PLACE_VIEW)
    with archive.db.read() as session:
        place = session.get(Place, place_id) if place_id else None
        if place_id and place is None:
            raise NotFoundError("没有这个库位。", code="place_unknown")
        inside = sa.select(Place).where(Place.parent_id == place_id, Place.closed_at.is_(None))
        inside = inside.order_by(Place.kind == "virtual", Place.code)
        held = session.scalars(
            sa.select(Holding).where(Holding.present_place_id == place_id).order_by(Holding.code).limit(PAPERS_SHOWN)
        ).all() if place else []  # fmt: skip
        movements = history(session, box_id=place_id) if place and place.kind == "box" else []
        return {
            "place": place,
            "trail": _trail(place),
            "children": _counts(session, list(session.scalars(inside))),
            "papers": without_secrets(
                session, archive, identity, whereabouts(session, held, archive.clock.today()).values()
            ),
            "movements": movements,
            "place_names": paths(
                session, [end for move in movements for end in (move.from_place_id, move.to_place_id)]
            ),
        }


def export(archive: Archive, identity: Identity) -> Iterator[tuple[PlaceView, str]]:
    """Return every open place with its counts and its full path, in the order of codes; the export is logged."""
    archive.policy.require(identity, Action.PLACE_VIEW)
    archive.policy.require(identity, Action.DOCUMENT_EXPORT)
    with archive.db.write() as session:
        record(session, archive.clock, identity, action="place.export", target=("place", None))
    return _every(archive)


def _every(archive: Archive) -> Iterator[tuple[PlaceView, str]]:
    last = ""
    while True:
        with archive.db.read() as session:
            query = sa.select(Place).where(Place.closed_at.is_(None), Place.code > last).order_by(Place.code)
            found = list(session.scalars(query.limit(EXPORT_STEP)))
            views, where = _counts(session, found), paths(session, [place.id for place in found])
        if not found:
            return
        yield from ((view, where[view.place.id]) for view in views)
        last = found[-1].code


def _trail(place: Place | None) -> list[Place]:
    trail: list[Place] = []
    while place is not None:
        trail.insert(0, place)
        place = place.parent
    return trail


def _counts(session: Session, places: list[Place]) -> list[PlaceView]:
    ids = [place.id for place in places]
    below = _below(ids)
    is_box = sa.case((sa.and_(below.c.kind == "box", below.c.depth > 0), 1), else_=0)
    directly = sa.case((below.c.depth == 1, 1), else_=0)
    boxes = _by_origin(session, sa.select(below.c.origin, sa.func.sum(is_box * directly), sa.func.sum(is_box)), below)
    direct = sa.case((below.c.depth == 0, 1), else_=0)
    held = sa.select(below.c.origin, sa.func.sum(direct), sa.func.count()).join(
        Holding, Holding.present_place_id == below.c.id
    )
    papers = _by_origin(session, held, below)
    nothing = (0, 0)
    return [
        PlaceView(place, *boxes.get(place.id, nothing)[:1], *papers.get(place.id, nothing)[:1],
                  boxes.get(place.id, nothing)[1], papers.get(place.id, nothing)[1])
        for place in places
    ]  # fmt: skip


def _below(ids: list[str]) -> sa.CTE:
    """Return each of some places with everything that stands in it, whatever the depth; itself at depth 0."""
    start = sa.select(Place.id.label("origin"), Place.id, Place.kind, sa.literal(0).label("depth"))
    tree = start.where(Place.id.in_(ids)).cte("below", recursive=True)
    inner = aliased(Place)
    return tree.union_all(
        sa.select(tree.c.origin, inner.id, inner.kind, tree.c.depth + 1).where(
            inner.parent_id == tree.c.id, inner.closed_at.is_(None)
        )
    )


def _by_origin(session: Session, query: sa.Select[Any, Any, Any], below: sa.CTE) -> dict[str, tuple[int, int]]:
    rows = session.execute(query.group_by(below.c.origin))
    return {origin: (int(direct), int(every)) for origin, direct, every in rows}


def find_place(session: Session, text: str, *, keep_open: bool = False) -> Place | None:
    """Return the open place or box whose code or id is `text`; with `keep_open` nobody closes it meanwhile."""
    wanted = text.strip()
    query = sa.select(Place).where(sa.or_(Place.code == wanted.upper(), Place.id == wanted), Place.closed_at.is_(None))
    return session.scalars(query.with_for_update(read=True) if keep_open else query).first()
