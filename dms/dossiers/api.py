"""JSON API of dossiers."""

from __future__ import annotations

from datetime import date

from flask import Blueprint
from pydantic import BaseModel

from dms.dossiers import service
from dms.dossiers.forms import DossierQuery, NewDossier, NumberQuery
from dms.dossiers.models import Dossier
from dms.http import current_archive, current_identity
from dms.http.operation import operation

api = Blueprint("dossiers_api", __name__, url_prefix="/api/v1/dossiers")


class DossierOut(BaseModel):
    """A dossier (案卷) under the number that it keeps."""

    id: str
    number: str
    party_id: str
    party: str
    status: str
    level: int
    opened_on: date
    trigger: str
    revision: int


class DossierList(BaseModel):
    """One page of dossiers; pass `cursor` as `after` for the next."""

    dossiers: list[DossierOut]
    cursor: str | None


class Proposal(BaseModel):
    """The number that a new dossier would get, and its hand-keyable form with check character."""

    number: str
    barcode: str
    legal_form: str
    region_from: str


@api.get("")
@operation("查案卷", query_model=DossierQuery, answer=DossierList)
def index(query: DossierQuery) -> DossierList:
    """List dossiers."""
    page = service.listing(current_archive(), current_identity(), query.q, query.after, query.limit)
    return DossierList(dossiers=[_out(dossier) for dossier in page.rows], cursor=page.cursor)


@api.post("")
@operation("为客户建立案卷", body=NewDossier, answer=DossierOut, status=201)
def create(body: NewDossier) -> DossierOut:
    """Open the dossier of a party."""
    archive, identity = current_archive(), current_identity()
    made = service.open_dossier(
        archive, identity, body.party, region=body.region, trigger=body.trigger, level=body.level
    )
    return _out(service.get(archive, identity, made))


@api.get("/proposal")
@operation("新案卷会得到的档案编号", query_model=NumberQuery, answer=Proposal)
def propose(query: NumberQuery) -> Proposal:
    """Return the number that a new dossier would get."""
    found = service.propose_number(current_archive(), current_identity(), query.party, query.region)
    return Proposal(
        number=str(found.number), barcode=found.barcode, legal_form=found.legal_form, region_from=found.region_from
    )


@api.get("/<dossier_id>")
@operation("一个案卷", answer=DossierOut)
def show(dossier_id: str) -> DossierOut:
    """Return a dossier."""
    return _out(service.get(current_archive(), current_identity(), dossier_id))


def _out(dossier: Dossier) -> DossierOut:
    return DossierOut(
        id=dossier.id, number=dossier.number, party_id=dossier.party_id, party=dossier.party.name,
        status=dossier.status, level=dossier.level, opened_on=dossier.opened_on, trigger=dossier.trigger,
        revision=dossier.revision,
    )  # fmt: skip
