"""Queries for where papers are: full paths, the paper of a document, history, and where it was on a given day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.documents.models import Document
from dms.documents.visibility import visible
from dms.holdings.models import Holding, HoldingDocument, Movement
from dms.holdings.rules import is_overdue
from dms.places.models import Place
from dms.places.service import SEPARATOR, paths

if TYPE_CHECKING:
    from dms.kernel.archive import Archive
    from dms.policy import Identity


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where one paper is, as every screen shows it.

    `state` is in (在位), out (借出), unconfirmed (原件未确认: nobody has seen it, or nobody knows where it is now),
    displaced (not at home), lost.
    """

    holding_id: str
    code: str
    title: str
    copy_kind: str
    is_original: bool  # this is the original itself; a copy's place is never shown as the original's
    state: str
    path: str  # present place, outermost first; empty when a person has it
    place_id: str | None
    home_path: str
    person: str
    due_on: date | None
    overdue: bool
    last_seen_at: datetime | None
    holder_kind: str  # archive finance legal customer bank other
    holder: str


def whereabouts(session: Session, archive: Archive, holdings: Iterable[Holding]) -> dict[str, Whereabouts]:
    """Return where each of these papers is, by holding id."""
    papers = list(holdings)
    where = paths(session, [p for h in papers for p in (h.present_place_id, h.home_place_id)])
    kinds = _place_kinds(session, [h.present_place_id for h in papers])
    today, originals = archive.clock.today(), archive.rulebook.paper_originals
    return {holding.id: _whereabouts(holding, where, kinds, today, originals) for holding in papers}


def _place_kinds(session: Session, place_ids: Iterable[str | None]) -> dict[str, str]:
    wanted = {place_id for place_id in place_ids if place_id}
    rows = session.execute(sa.select(Place.id, Place.kind, Place.code).where(Place.id.in_(wanted)))
    return {row.id: "lost" if row.code == "LOST" else row.kind for row in rows}


def _whereabouts(
    holding: Holding, where: Mapping[str, str], kinds: Mapping[str, str], today: date, originals: Collection[str]
) -> Whereabouts:  # fmt: skip
    return Whereabouts(
        holding_id=holding.id,
        code=holding.code,
        title=holding.title,
        copy_kind=holding.copy_kind,
        is_original=holding.copy_kind in originals,
        state=_state(holding, kinds),
        path=where.get(holding.present_place_id or "", ""),
        place_id=holding.present_place_id,
        home_path=where.get(holding.home_place_id or "", ""),
        person=holding.present_person,
        due_on=holding.due_on,
        overdue=is_overdue(holding.due_on, today),
        last_seen_at=holding.last_seen_at,
        holder_kind=holding.holder_kind,
        holder=holding.holder,
    )


def is_somewhere(holding: Holding) -> bool:
    """Say whether the archive knows a place, a person or another keeper that a paper is with."""
    return bool(holding.present_person or holding.present_place_id or holding.holder_kind != "archive")


def _state(holding: Holding, kinds: Mapping[str, str]) -> str:
    if holding.confirmed_at is None or not is_somewhere(holding):
        return "unconfirmed"
    if holding.present_person:
        return "out"
    if kinds.get(holding.present_place_id or "") == "lost":
        return "lost"
    return "in" if holding.present_place_id == holding.home_place_id else "displaced"


def known_papers(session: Session, archive: Archive, identity: Identity, holding_ids: Iterable[str]) -> set[str]:
    """Return those of some papers of which the asker may see at least one document."""
    mine = sa.and_(HoldingDocument.holding_id.in_(list(holding_ids)), visible(archive, identity))
    query = sa.select(HoldingDocument.holding_id).join(Document, Document.id == HoldingDocument.document_id)
    return set(session.scalars(query.where(mine)))


def without_secrets(
    session: Session, archive: Archive, identity: Identity, papers: Iterable[Whereabouts]
) -> list[Whereabouts]:  # fmt: skip
    """Return papers as a list may show them: a title says what a document is about, and only to who may see that."""
    found = list(papers)
    known = known_papers(session, archive, identity, [paper.holding_id for paper in found])
    return [paper if paper.holding_id in known else replace(paper, title="", holder="") for paper in found]


def papers_of(session: Session, archive: Archive, document_ids: Iterable[str]) -> dict[str, list[Whereabouts]]:
    """Return the papers that show each document, originals first; documents without any paper are missing."""
    rows = session.execute(
        sa.select(HoldingDocument.document_id, Holding)
        .join(Holding, Holding.id == HoldingDocument.holding_id)
        .where(HoldingDocument.document_id.in_(list(document_ids)))
        .order_by(Holding.id)
    ).all()
    known = whereabouts(session, archive, {row.Holding.id: row.Holding for row in rows}.values())
    papers: dict[str, list[Whereabouts]] = defaultdict(list)
    for row in rows:
        papers[row.document_id].append(known[row.Holding.id])
    return {document: sorted(found, key=lambda paper: not paper.is_original) for document, found in papers.items()}


def history(session: Session, *, holding_id: str | None = None, box_id: str | None = None) -> list[Movement]:
    """Return the movements of a paper or of a box, newest first."""
    mine = Movement.holding_id == holding_id if holding_id else Movement.box_id == box_id
    return list(session.scalars(sa.select(Movement).where(mine).order_by(Movement.at.desc(), Movement.id.desc())))


@dataclass(frozen=True, slots=True)
class PastPosition:
    """Where a paper was at a moment: a path of places, or a person; both empty before anything is known."""

    path: str
    person: str
    since: datetime | None


def position_at(session: Session, holding_id: str, moment: datetime) -> PastPosition:
    """Return where a paper was at `moment`, replaying its own movements and those of the box it lay in."""
    last = _last_movement(session, Movement.holding_id == holding_id, moment)
    if last is None:
        return PastPosition("", "", None)
    if last.to_place_id is None:
        return PastPosition("", last.to_person, last.at)
    return PastPosition(_past_path(session, last.to_place_id, moment), "", last.at)


def _last_movement(session: Session, mine: sa.ColumnElement[bool], moment: datetime) -> Movement | None:
    return session.scalars(
        sa.select(Movement).where(mine, Movement.at <= moment).order_by(Movement.at.desc(), Movement.id.desc()).limit(1)
    ).first()


def _past_path(session: Session, place_id: str, moment: datetime) -> str:
    place = session.get_one(Place, place_id)
    if place.kind != "box":
        return paths(session, [place_id])[place_id]
    moved = _last_movement(session, Movement.box_id == place_id, moment)
    own = place.name or place.code
    if moved is None or moved.to_place_id is None:
        return own
    return paths(session, [moved.to_place_id])[moved.to_place_id] + SEPARATOR + own
