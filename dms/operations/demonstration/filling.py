"""The demonstration's first part: customers with their dossiers, shelves, and the papers as they arrive."""

from __future__ import annotations

import io
from pathlib import PurePath
from typing import Any

import sqlalchemy as sa

from dms.documents.typed import shown
from dms.dossiers import service as dossiers
from dms.dossiers.models import Dossier
from dms.holdings import moves
from dms.intake.batches import Delivery
from dms.intake.service import receive
from dms.jobs.service import enqueue
from dms.jobs.work import Work
from dms.kernel.archive import Archive
from dms.operations.demonstration.settling import SETTLE
from dms.parties import service as parties
from dms.parties.models import Party
from dms.places import service as places
from dms.places.models import Place
from dms.policy import SYSTEM
from ingest.specimens.companies import Company
from ingest.specimens.sets import demonstration
from ingest.specimens.specimen import Specimen
from ingest.specimens.story import CUSTOMER, SECOND_CUSTOMER, THIRD_CUSTOMER

SHELVES = "K01-Q1-L[01..02]A-J[01..02]-C[1..4]"
BOXES = 3
RELATIONS = ((CUSTOMER, "trading"), (SECOND_CUSTOMER, "traded"), (THIRD_CUSTOMER, "potential"))
FILED = {  # files whose papers an archivist has been through; the others wait in the inbox
    "禾砚机电-营业执照": CUSTOMER,
    "禾砚机电-开户许可证": CUSTOMER,
    "禾砚机电-购销合同": CUSTOMER,
    "禾砚机电-增值税专用发票": CUSTOMER,
    "扫描仪批量-0001": SECOND_CUSTOMER,  # three papers in one file: each gets a file of its own
}


def fill(work: Work) -> None:
    """Job: know the customers, draw each paper and take it in as an upload would be, build the shelves."""
    archive = work.archive
    papers: list[dict[str, Any]] = []
    opened = {company.code: _customer(archive, company, relation) for company, relation in RELATIONS}
    for specimen in demonstration(0):
        receive(archive, SYSTEM, io.BytesIO(specimen.data), specimen.name, Delivery("demo"))
        papers += _to_file(specimen, opened)
        work.renew()
    _build_shelves(archive)
    with archive.db.write() as session:
        enqueue(session, archive, SETTLE, {"papers": papers}, dedupe_key=SETTLE)


def _customer(archive: Archive, company: Company, relation: str) -> str:
    """Return the dossier of a customer that was dealt with, "" for one who has none yet."""
    with archive.db.read() as session:
        party_id = session.scalar(sa.select(Party.id).where(Party.uscc == company.code))
        dossier_id = session.scalar(sa.select(Dossier.id).where(Dossier.party_id == party_id)) if party_id else None
    if party_id is None:
        form = "sole_trader" if company.sole else "enterprise"
        facts = {"name": company.name, "uscc": company.code, "relation": relation, "legal_form": form}
        party_id = parties.create(archive, SYSTEM, facts)
    if dossier_id is None and relation != "potential":
        dossier_id = dossiers.open_dossier(archive, SYSTEM, party_id, trigger="FIRST_DEAL")
    return dossier_id or ""


def _to_file(specimen: Specimen, opened: dict[str, str]) -> list[dict[str, Any]]:
    """Return what an archivist reads on the papers of a file, where they are to be filed."""
    customer = FILED.get(PurePath(specimen.name).stem)
    if customer is None:
        return []
    return [
        {
            "file": specimen.name, "pages": list(paper.pages), "type": paper.type, "dossier": opened[customer.code],
            "holder": customer.name,
            "values": {each.name: shown(each.kind, each.value, each.raw) for each in paper.fields},
        }
        for paper in specimen.truth.documents
    ]  # fmt: skip


def _build_shelves(archive: Archive) -> None:
    with archive.db.read() as session:
        if session.scalar(sa.select(Place.id).where(Place.kind == "room").limit(1)):
            return
    shelves = places.create_places(archive, SYSTEM, SHELVES, capacity=22)
    boxes = places.create_boxes(archive, SYSTEM, BOXES)
    for box, shelf in zip(boxes, shelves, strict=False):
        moves.put_away(archive, SYSTEM, shelf, box)
