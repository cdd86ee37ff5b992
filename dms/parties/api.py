"""JSON API of parties."""

from __future__ import annotations

from flask import Blueprint
from pydantic import BaseModel

from dms.http import current_archive, current_identity
from dms.http.operation import Out, operation
from dms.parties import service
from dms.parties.forms import PartyChange, PartyForm, PartyQuery

api = Blueprint("parties_api", __name__, url_prefix="/api/v1/parties")


class PartyOut(Out):
    """A party."""

    id: str
    name: str
    uscc: str | None
    relation: str
    legal_form: str
    region: str
    is_own: bool
    revision: int


class PartyList(BaseModel):
    """One page of parties; pass `cursor` as `after` for the next."""

    parties: list[PartyOut]
    cursor: str | None


class PartyId(BaseModel):
    """The id of what was made."""

    id: str


@api.get("")
@operation("查客户", query_model=PartyQuery, answer=PartyList)
def index(query: PartyQuery) -> PartyList:
    """List parties."""
    page = service.listing(current_archive(), current_identity(), query.q, query.after, query.limit)
    return PartyList(parties=[PartyOut.model_validate(party) for party in page.rows], cursor=page.cursor)


@api.post("")
@operation("建客户", body=PartyForm, answer=PartyId, status=201)
def create(body: PartyForm) -> PartyId:
    """Create a party."""
    return PartyId(id=service.create(current_archive(), current_identity(), body.model_dump()))


@api.get("/<party_id>")
@operation("一个客户", answer=PartyOut)
def show(party_id: str) -> PartyOut:
    """Return a party."""
    return PartyOut.model_validate(service.get(current_archive(), current_identity(), party_id))


@api.patch("/<party_id>")
@operation("改客户", body=PartyChange, answer=PartyOut)
def change(party_id: str, body: PartyChange) -> PartyOut:
    """Change a party."""
    archive, identity = current_archive(), current_identity()
    service.change(archive, identity, party_id, body.model_dump(exclude={"revision"}), body.revision)
    return PartyOut.model_validate(service.get(archive, identity, party_id))
