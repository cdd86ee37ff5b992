"""JSON API of places and papers."""

from __future__ import annotations

from datetime import date, datetime

from flask import Blueprint
from pydantic import BaseModel

from dms.holdings import moves, papers, undoing
from dms.holdings.forms import Code, Day, HandOut, NewBoxes, NewPaper, NewPlaces, Scan, Where
from dms.http import current_archive, current_identity
from dms.http.operation import Out, operation
from dms.kernel.errors import NotFoundError
from dms.places import service as places

api = Blueprint("holdings_api", __name__, url_prefix="/api/v1")


class PlaceOut(Out):
    """A place with its full readable path."""

    id: str
    code: str
    kind: str
    name: str
    path: str


class Ids(BaseModel):
    """Ids of what was made, in the order asked for."""

    ids: list[str]


class MovedOut(Out):
    """Answer to a movement."""

    movement_id: str
    kind: str
    title: str
    code: str
    before: str
    after: str
    warnings: list[str]


class WhereOut(Out):
    """Where one paper is; `state` is in, out, displaced, lost or unconfirmed."""

    holding_id: str
    code: str
    title: str
    copy_kind: str
    state: str
    path: str
    home_path: str
    person: str
    due_on: date | None
    overdue: bool
    last_seen_at: datetime | None
    holder_kind: str
    holder: str


class Papers(BaseModel):
    """The papers that show a document, originals first."""

    papers: list[WhereOut]


class PastOut(Out):
    """Where a paper was on a day: a path, or a person."""

    path: str
    person: str
    since: datetime | None


@api.get("/places")
@operation("按编码查库位", query_model=Code, answer=PlaceOut)
def place(query: Code) -> PlaceOut:
    """Return a place by its code."""
    found = places.named(current_archive(), current_identity(), query.code)
    if found is None:
        raise NotFoundError("没有库位 %(place)s。", code="place_unknown", place=query.code)
    at = found.place
    return PlaceOut(id=at.id, code=at.code, kind=at.kind, name=at.name, path=found.path)


@api.post("/places")
@operation("按范围成批建立库位", body=NewPlaces, answer=Ids, status=201)
def create_places(body: NewPlaces) -> Ids:
    """Make places of a pattern."""
    made = places.create_places(current_archive(), current_identity(), body.pattern, body.capacity, body.max_level)
    return Ids(ids=made)


@api.post("/boxes")
@operation("编新盒号", body=NewBoxes, answer=Ids, status=201)
def create_boxes(body: NewBoxes) -> Ids:
    """Number boxes."""
    return Ids(ids=places.create_boxes(current_archive(), current_identity(), body.count, body.name, body.max_level))


@api.post("/put-away")
@operation("上架：把原件或盒放进库位", body=Scan, answer=MovedOut)
def put_away(body: Scan) -> MovedOut:
    """Put a paper or box into a place."""
    return MovedOut.model_validate(moves.put_away(current_archive(), current_identity(), body.place, body.item))


@api.post("/holdings")
@operation("登记一份原件", body=NewPaper, answer=Ids, status=201)
def register(body: NewPaper) -> Ids:
    """Register a paper and, where a place is named, put it there."""
    archive, identity = current_archive(), current_identity()
    return Ids(ids=[moves.register_at(archive, identity, [body.document], body.facts(), body.place)])


@api.get("/holdings/<holding_id>")
@operation("一份原件现在在哪里", answer=WhereOut)
def where_is(holding_id: str) -> WhereOut:
    """Return where a paper is."""
    return WhereOut.model_validate(papers.look(current_archive(), current_identity(), holding_id)["where"])


@api.get("/holdings/<holding_id>/on-day")
@operation("一份原件某日在哪里", query_model=Day, answer=PastOut)
def where_was(holding_id: str, query: Day) -> PastOut:
    """Return where a paper was on a day."""
    return PastOut.model_validate(papers.where_was(current_archive(), current_identity(), holding_id, query.day))


@api.get("/documents/<document_id>/papers")
@operation("一件文件的原件在哪里", answer=Papers)
def papers_of(document_id: str) -> Papers:
    """Return where the papers of a document are."""
    found = papers.of_document(current_archive(), current_identity(), document_id)
    return Papers(papers=[WhereOut.model_validate(paper) for paper in found])


@api.post("/holdings/<holding_id>/hand-out")
@operation("把原件交给一个人", body=HandOut, answer=MovedOut)
def hand_out(holding_id: str, body: HandOut) -> MovedOut:
    """Hand a paper to a person."""
    moved = moves.hand_out(
        current_archive(), current_identity(), holding_id, person=body.person, purpose=body.purpose, due_on=body.due_on
    )
    return MovedOut.model_validate(moved)


@api.post("/holdings/<holding_id>/return")
@operation("收回原件", body=Where, answer=MovedOut)
def give_back(holding_id: str, body: Where) -> MovedOut:
    """Take a paper back."""
    return MovedOut.model_validate(moves.give_back(current_archive(), current_identity(), holding_id, body.place))


@api.post("/movements/<movement_id>/undo")
@operation("撤销最后一次移动", answer=MovedOut)
def undo(movement_id: str) -> MovedOut:
    """Take the last movement back."""
    return MovedOut.model_validate(undoing.undo(current_archive(), current_identity(), movement_id))
