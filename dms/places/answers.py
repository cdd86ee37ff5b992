"""What places answer about things of the archive."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.kernel.archive import Archive
from dms.kernel.subjects import Label, Subject
from dms.kernel.topic import Answers, lets_go
from dms.places.actions import PLACE_VIEW
from dms.places.models import Place
from dms.places.service import paths
from dms.policy import Identity


def _held(session: Session, archive: Archive, kind: str, ids: Collection[str]) -> Mapping[str, Sequence[Subject]]:
    if kind != "place":
        return {}
    found: dict[str, list[Subject]] = {}
    open_ = sa.select(Place.parent_id, Place.id).where(Place.parent_id.in_(ids), Place.closed_at.is_(None))
    for parent_id, place_id in session.execute(open_.order_by(Place.code)):
        found.setdefault(str(parent_id), []).append(Subject("place", place_id))
    return found


def _visible(session: Session, archive: Archive, identity: Identity, kind: str, ids: Collection[str]) -> set[str]:
    if kind != "place" or not archive.policy.may(identity, PLACE_VIEW):
        return set()
    return set(session.scalars(sa.select(Place.id).where(Place.id.in_(ids))))


def _label(session: Session, archive: Archive, kind: str, ids: Collection[str]) -> Mapping[str, Label]:
    if kind != "place":
        return {}
    return {place_id: Label(path, f"/places/{place_id}") for place_id, path in paths(session, ids).items()}


def _resolve(session: Session, archive: Archive, number: str) -> Sequence[Subject]:
    """Return the place or box of a code (库位码、盒号)."""
    return [Subject("place", each) for each in session.scalars(sa.select(Place.id).where(Place.code == number.upper()))]


ANSWERS = Answers(_held, lets_go, _visible, _label, _resolve)
