"""JSON API of holds."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint
from pydantic import BaseModel

from dms.holds import service
from dms.holds.forms import HeldQuery, NewHold, Release
from dms.http import current_archive, current_identity
from dms.http.operation import Out, operation
from dms.kernel.subjects import Subject

api = Blueprint("holds_api", __name__, url_prefix="/api/v1/holds")


class HoldOut(Out):
    """A hold: why and by which paper a thing may not go, by whom it was set and released (ids of accounts)."""

    id: str
    reason: str
    basis: str
    set_at: datetime
    set_by: str | None
    released_at: datetime | None
    released_by: str | None
    release_reason: str


class HoldList(BaseModel):
    """The holds of a thing, oldest first."""

    holds: list[HoldOut]


class HoldMade(BaseModel):
    """The hold that was set."""

    id: str


@api.get("")
@operation("一个对象的冻结", query_model=HeldQuery, answer=HoldList)
def index(query: HeldQuery) -> HoldList:
    """List the holds of a thing."""
    found = service.of_subject(current_archive(), current_identity(), Subject(query.kind, query.id))
    return HoldList(holds=[HoldOut.model_validate(hold) for hold in found])


@api.post("")
@operation("冻结一个对象", body=NewHold, answer=HoldMade, status=201)
def create(body: NewHold) -> HoldMade:
    """Set a hold."""
    subject = Subject(body.kind, body.id)
    return HoldMade(id=service.set_hold(current_archive(), current_identity(), subject, body.reason, body.basis))


@api.post("/<hold_id>/release")
@operation("解除冻结", body=Release, status=204)
def release(hold_id: str, body: Release) -> None:
    """Release a hold."""
    service.release(current_archive(), current_identity(), hold_id, body.reason)
