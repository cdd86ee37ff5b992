from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from dms.documents.models import Document, FieldRow
from dms.documents.service import lists, rereading, review, show, trash
from dms.documents.service.review import Review
from dms.kernel.archive import Archive
from dms.kernel.errors import ConflictError, ForbiddenError, FormError, InvalidError, NotFoundError
from dms.policy import Identity
from ingest.model import Box
from tests.dms.documents.desk import Desk, contract, receipt


@pytest.fixture
def document(archive: Archive, desk: Desk) -> Document:
    desk.bring(desk.scan("contract", *contract()))
    desk.work()
    return lists.inbox(archive, desk.person).documents[0]


def value(archive: Archive, desk: Desk, document_id: str, name: str) -> show.ValueView:
    return next(v for v in show.show(archive, desk.person, document_id).values if v.name == name)


def test_a_correction_keeps_what_was_before(archive: Archive, desk: Desk, document: Document) -> None:
    review.save(archive, desk.person, document.id, Review(values={"total": "13,000.50"}))
    now = value(archive, desk, document.id, "total")
    assert (now.value, now.shown, now.source) == ("1300050", "13,000.50", "person")
    with archive.db.read() as session:
        rows = session.scalars(sa.select(FieldRow).where(FieldRow.name == "total").order_by(FieldRow.id)).all()
    assert [(row.source, row.superseded_at is None) for row in rows] == [("machine", False), ("person", True)]


def test_saving_what_is_there_changes_nothing(archive: Archive, desk: Desk, document: Document) -> None:
    shown = {v.name: v.shown for v in show.show(archive, desk.person, document.id).values}
    review.save(archive, desk.person, document.id, Review(values=shown))
    assert value(archive, desk, document.id, "total").source == "machine"


def test_what_is_no_value_is_refused_and_nothing_saved(archive: Archive, desk: Desk, document: Document) -> None:
    with pytest.raises(FormError) as caught:
        review.save(archive, desk.person, document.id, Review(title="新题名", values={"total": "很多", "signed": "昨"}))
    assert set(caught.value.problems) == {"value.total", "value.signed"}
    assert show.show(archive, desk.person, document.id).document.title == document.title


def test_who_comes_second_learns_who_was_first(
    archive: Archive, desk: Desk, document: Document, identity: Callable[..., Identity]
) -> None:
    review.save(archive, identity("ARC", name="王档案"), document.id, Review(title="甲"), document.revision)
    with pytest.raises(ConflictError, match="王档案"):
        review.save(archive, desk.person, document.id, Review(title="乙"), document.revision)


def test_another_type_is_read_anew_and_keeps_persons_values(archive: Archive, desk: Desk, document: Document) -> None:
    review.save(archive, desk.person, document.id, Review(values={"total": "1.00"}))
    rereading.change_type(archive, desk.person, document.id, "T10")
    after = show.show(archive, desk.person, document.id)
    assert after.document.type_code == "T10"
    assert value(archive, desk, document.id, "total").shown == "1.00"
    assert not any(v.name == "contract_no" and v.source == "machine" for v in after.values)
    with pytest.raises(InvalidError):
        rereading.change_type(archive, desk.person, document.id, "T999")


def test_set_aside_goes_to_the_end_and_comes_back(archive: Archive, desk: Desk, document: Document) -> None:
    review.later(archive, desk.person, document.id)
    waiting = lists.inbox(archive, desk.person)
    assert (waiting.documents, waiting.later) == ([], 1)
    archive.clock.advance(hours=9)  # type: ignore[attr-defined]  # of the fixed clock
    assert lists.inbox(archive, desk.person).count == 1


def test_sent_back_with_a_reason_and_taken_up_again(archive: Archive, desk: Desk, document: Document) -> None:
    with pytest.raises(FormError):
        review.reject(archive, desk.person, document.id, " ")
    review.reject(archive, desk.person, document.id, "缺第 3 页")
    after = show.show(archive, desk.person, document.id)
    assert (after.document.state, after.remarks[0].reason) == ("REJECTED", "缺第 3 页")
    with pytest.raises(ConflictError):
        review.reject(archive, desk.person, document.id, "again")
    review.resume(archive, desk.person, document.id)
    assert lists.inbox(archive, desk.person).count == 1


def test_the_queue_knows_its_neighbours(archive: Archive, desk: Desk, document: Document) -> None:
    desk.bring(desk.scan("receipt", receipt()))
    desk.work()
    place = lists.place_in_queue(archive, desk.person, document.id)
    assert (place.at, place.of, place.previous) == (1, 2, None)
    assert place.next
    assert lists.place_in_queue(archive, desk.person, place.next).previous == document.id
    review.save(archive, desk.person, document.id, Review(), confirm=True)
    assert lists.place_in_queue(archive, desk.person, document.id).at == 0


def test_the_trash_gives_back(archive: Archive, desk: Desk, document: Document) -> None:
    trash.trash(archive, desk.person, document.id, "扫错了")
    assert lists.inbox(archive, desk.person).count == 0
    assert [d.id for d in lists.documents(archive, desk.person, lists.Filters(trashed=True)).rows] == [document.id]
    trash.restore(archive, desk.person, document.id)
    assert lists.inbox(archive, desk.person).count == 1


def test_strangers_see_and_change_nothing(
    archive: Archive, desk: Desk, document: Document, identity: Callable[..., Identity]
) -> None:
    stranger = identity("SAL", account_id="stranger", department_id="other")
    assert lists.inbox(archive, stranger).documents == []
    with pytest.raises(NotFoundError):
        show.show(archive, stranger, document.id)
    with pytest.raises(NotFoundError):
        review.save(archive, stranger, document.id, Review(title="x"))
    with pytest.raises(ForbiddenError):
        show.show(archive, identity("SYS"), document.id)


def test_a_drawn_box_is_read_from_the_original(archive: Archive, desk: Desk, document: Document) -> None:
    text = rereading.read_box(archive, desk.person, document.id, 1, Box(0.55, 0.09, 1, 0.12), desk.reader)
    assert text == "合同编号：GX-2023-0611"
