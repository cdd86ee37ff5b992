"""What stands in the places (库位里有什么): look at one with its boxes and papers, count, list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from dms.audit.service import record
from dms.holdings.models import Holding
from dms.holdings.whereabouts import history, whereabouts, without_secrets
from dms.kernel.archive import Archive
from dms.kernel.errors import NotFoundError
from dms.kernel.paging import EXPORT_STEP, Page, every, page_of
from dms.places.actions import PLACE_VIEW
from dms.places.models import Place
from dms.places.service import paths
from dms.policy import Identity
from dms.policy.content import DOCUMENT_EXPORT

PAPERS_SHOWN = 500


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A place with what a screen needs to know of it: boxes and papers directly in it, and all, boxes' papers too."""

    place: Place
    boxes: int
    papers: int
    all_boxes: int
    all_papers: int


def look(archive: Archive, identity: Identity, place_id: str | None) -> dict[str, Any]:
    """Return what the page of a place shows: itself, the way to it, what stands in it, its papers, its history.

    For None: the rooms, the boxes that stand nowhere and the virtual places.
    """
    archive.policy.require(identity, PLACE_VIEW)
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
            "papers": without_secrets(session, archive, identity, whereabouts(session, archive, held).values()),
            "movements": movements,
            "place_names": paths(
                session, [end for move in movements for end in (move.from_place_id, move.to_place_id)]
            ),
        }


def export(archive: Archive, identity: Identity) -> Iterator[tuple[PlaceView, str]]:
    """Return every open place with its counts and its full path, in the order of codes; the export is logged."""
    archive.policy.require(identity, PLACE_VIEW)
    archive.policy.require(identity, DOCUMENT_EXPORT)
    with archive.db.write() as session:
        record(session, archive.clock, identity, action="place.export", target=("place", None))
    return every(lambda cursor: _page(archive, cursor), most=None)


def _page(archive: Archive, cursor: str | None) -> Page[tuple[PlaceView, str]]:
    with archive.db.read() as session:
        found = page_of(session, sa.select(Place).where(Place.closed_at.is_(None)), Place.code, cursor, EXPORT_STEP)
        views, where = _counts(session, found.rows), paths(session, [place.id for place in found.rows])
    return Page([(view, where[view.place.id]) for view in views], found.cursor)


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
