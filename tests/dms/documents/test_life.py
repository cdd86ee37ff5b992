from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from dms.documents.models import Document, FieldRow, SealRow
from dms.documents.service import lists, review, show
from dms.documents.service.review import Review
from dms.intake.models import Arrival, PageReading
from dms.jobs import service as jobs
from dms.jobs.models import Job
from dms.jobs.rules import LEASE
from dms.kernel.archive import Archive
from dms.originals.models import Intent
from dms.retrieval.models import IndexOutbox
from ingest.model import DocumentReading
from ingest.reader import read_paper
from tests.dms.documents.desk import Desk, contract, receipt


def test_from_upload_to_documents(archive: Archive, desk: Desk) -> None:
    data = desk.scan("stack", *contract(), receipt(3))
    receipt_ = desk.bring(data, "一叠.pdf", copy_kind="copy")
    assert receipt_.state == "stored"
    assert desk.work() == 3  # inspect, read, understand
    with archive.db.read() as session:
        arrival = session.get_one(Arrival, receipt_.arrival_id)
        assert (arrival.state, arrival.page_count, arrival.length) == ("read", 3, len(data))
        first, second = session.scalars(sa.select(Document).order_by(Document.id))
        assert (first.type_code, first.page_count, first.code, first.amount) == ("T04", 2, "GX-2023-0611", 1200000)
        assert str(first.document_date) == "2023-06-12"
        assert (second.type_code, second.page_count, second.copy_kind) == ("T09", 1, "copy")
        assert [(page.number, page.position) for page in first.pages] == [(1, 1), (2, 2)]
        assert session.scalar(sa.select(sa.func.count(PageReading.id))) == 3
        seal = session.scalars(sa.select(SealRow)).one()
        assert (seal.document_id, seal.position) == (first.id, 2)
        assert session.scalar(sa.select(sa.func.count(FieldRow.id)).where(FieldRow.source == "machine")) > 5
        assert session.scalar(sa.select(sa.func.count()).select_from(Intent)) == 0
        assert session.scalar(sa.select(sa.func.count(IndexOutbox.id))) >= 2
    names = list(archive.vault.store.names())
    assert len(names) == 7  # the original, three views, three thumbnails
    assert not any(data[:4096] in (archive.data / "objects" / name).read_bytes() for name in names)


def test_a_stack_that_takes_long_to_understand_is_not_taken_away(
    archive: Archive, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(*paper: Any) -> DocumentReading:
        archive.clock.at += LEASE * 0.6  # type: ignore[attr-defined]  the tests' clock
        assert jobs.sweep(archive) == 0
        return read_paper(*paper)

    monkeypatch.setattr("dms.documents.understanding.read_paper", slowly)
    monkeypatch.setattr("dms.jobs.work.RENEWED_EVERY", -1.0)  # in the real time that passes here
    desk.bring(desk.scan("receipts", *(receipt(number) for number in range(1, 6))))
    desk.work()
    with archive.db.read() as session:
        assert session.scalar(sa.select(Job.attempts).where(Job.kind == "understand")) == 1
        assert session.scalar(sa.select(sa.func.count(Document.id))) == 5


def test_from_documents_to_confirmation(archive: Archive, desk: Desk) -> None:
    desk.bring(desk.scan("one", *contract(day="2023年O6月12日")))
    desk.work()
    waiting = lists.inbox(archive, desk.person)
    (document,) = waiting.documents
    assert waiting.count == 1
    view = show.show(archive, desk.person, document.id)
    signed = next(value for value in view.values if value.name == "signed")
    assert view.values[0].doubtful
    said = Review(values={"signed": "2023-06-12"}, accepted=frozenset({"contract_no"}), level=2)
    review.save(archive, desk.person, document.id, said, document.revision, confirm=True)
    after = show.show(archive, desk.person, document.id)
    assert (after.document.state, after.document.doubts, str(after.document.document_date)) == (
        "VALIDATED",
        0,
        "2023-06-12",
    )
    corrected = next(value for value in after.values if value.name == "signed")
    assert (corrected.source, corrected.position, corrected.confirmed) == ("person", signed.position, True)
    assert lists.inbox(archive, desk.person).documents == []
    deeds = [leaf.action for leaf in show.history(archive, desk.person, document.id)]
    assert deeds == ["document.confirm", "document.create"]
