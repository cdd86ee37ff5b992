"""The demonstration's customers have dossiers; what an archivist has been through is filed, its originals in places."""

from __future__ import annotations

import sqlalchemy as sa

from dms.documents.models import Document, DocumentPage, FieldRow
from dms.dossiers.models import Dossier
from dms.holdings.models import Holding
from dms.intake.models import Arrival, Batch
from dms.jobs import service as jobs
from dms.jobs.models import Job
from dms.jobs.work import Work
from dms.kernel.database import new_id
from dms.operations.demonstration import filling, settling
from dms.parties.models import Party
from ingest.specimens.story import CUSTOMER, THIRD_CUSTOMER

FILE = "禾砚机电-购销合同.pdf"


def arrive(archive, state, *papers):
    """Bring a file in; each paper is (type, pages)."""
    now = archive.clock.now()
    with archive.db.write() as session:
        batch = Batch(number="S2026-00001", source="demo", created_at=now)
        session.add(batch)
        session.flush()
        arrival = Arrival(
            id=new_id(), batch_id=batch.id, name=FILE, kind="pdf", state=state, sha256="0" * 64, length=1,
            page_count=sum(len(pages) for _, pages in papers), source="demo", received_at=now,
        )  # fmt: skip
        session.add(arrival)
        session.flush()
        for code, numbers in papers:
            pages = [
                DocumentPage(position=at, arrival_id=arrival.id, number=each) for at, each in enumerate(numbers, 1)
            ]
            session.add(Document(title=code, type_code=code, pages=pages, created_at=now))


def told(archive, code, pages):
    dossier = filling._customer(archive, CUSTOMER, "trading")
    values = {"contract_no": "HT-2024-001"}
    return {
        "file": FILE, "pages": pages, "type": code, "dossier": dossier, "holder": CUSTOMER.name, "values": values
    }  # fmt: skip


def begin(archive, *papers):
    filling._build_shelves(archive)
    with archive.db.write() as session:
        jobs.enqueue(session, archive, settling.SETTLE, {"papers": list(papers)}, dedupe_key=settling.SETTLE)


def due(archive):
    claim = jobs.claim(archive, (settling.SETTLE,))
    return Work(archive, claim, None) if claim else None


def rows(archive, table):
    with archive.db.read() as session:
        return list(session.scalars(sa.select(table).order_by(table.id)))


def test_nothing_is_settled_before_everything_has_been_read(archive):
    arrive(archive, "reading", ("T04", [1, 2]))
    begin(archive, told(archive, "T04", [1, 2]))
    settling.settle(due(archive))
    assert due(archive) is None  # not at once
    with archive.db.write() as session:  # the pause is over
        session.execute(sa.update(Job).values(not_before=archive.clock.now()))
        session.scalars(sa.select(Arrival)).one().state = "read"
    settling.settle(due(archive))
    assert [each.state for each in rows(archive, Document)] == ["FILED"]
    assert max(job.attempts for job in rows(archive, Job)) == 1


def test_papers_are_confirmed_filed_and_put_away_and_what_nobody_looked_at_waits(archive):
    arrive(archive, "read", ("T01", [1]), ("T04", [2, 3]), ("T09", [4]))
    begin(archive, told(archive, "T01", [1]), told(archive, "T04", [2, 3]))
    settling.settle(due(archive))
    licence, contract, receipt = sorted(rows(archive, Document), key=lambda each: each.type_code)
    assert (licence.state, contract.state, receipt.state) == ("FILED", "FILED", "NEEDS_REVIEW")
    assert (licence.copy_kind, contract.copy_kind) == ("copy", "original")
    assert contract.number.endswith("-03-0001")
    customers, copies, originals = sorted(rows(archive, Holding), key=lambda each: each.code)
    assert (customers.copy_kind, customers.holder) == ("original", CUSTOMER.name)
    assert (copies.copy_kind, originals.copy_kind) == ("copy", "original")
    assert None not in (copies.present_place_id, originals.present_place_id)
    assert {job.kind for job in rows(archive, Job)} == {settling.SETTLE, "extract"}  # each its own file
    assert "HT-2024-001" in [row.value for row in rows(archive, FieldRow)]


def test_a_file_that_the_machine_divided_otherwise_waits_for_a_person(archive):
    arrive(archive, "read", ("T04", [1]), ("T99", [2]))
    begin(archive, told(archive, "T04", [1, 2]), told(archive, "T04", [2]))
    settling.settle(due(archive))
    assert {each.state for each in rows(archive, Document)} == {"NEEDS_REVIEW"}


def test_interrupted_it_goes_on_where_it_was(archive):
    arrive(archive, "read", ("T04", [1, 2]))
    paper = told(archive, "T04", [1, 2])
    begin(archive, paper)
    (document,) = rows(archive, Document)
    box = settling.boxes_of(archive)[0]
    settling._settle_one(archive, document, paper, box, is_copy=False)
    settling.settle(due(archive))
    assert len(rows(archive, Holding)) == 1
    assert [each.state for each in rows(archive, Document)] == ["FILED"]


def test_a_customer_is_made_once_and_one_who_only_asked_has_no_dossier(archive):
    dossier = filling._customer(archive, CUSTOMER, "trading")
    assert filling._customer(archive, CUSTOMER, "trading") == dossier
    assert filling._customer(archive, THIRD_CUSTOMER, "potential") == ""
    assert [each.id for each in rows(archive, Dossier)] == [dossier]
    assert {each.name for each in rows(archive, Party)} == {CUSTOMER.name, THIRD_CUSTOMER.name}
