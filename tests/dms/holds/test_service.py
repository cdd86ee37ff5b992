from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from dms.audit.models import AuditLeaf
from dms.documents.expiry import empty_trash
from dms.documents.models import Document
from dms.documents.service import arranging
from dms.documents.service.trash import trash
from dms.holds import service
from dms.holds.models import Hold
from dms.kernel.errors import ConflictError, ForbiddenError, FormError, InvalidError, NotFoundError
from dms.kernel.subjects import Subject
from tests.dms.documents.desk import Desk, contract, receipt


@pytest.fixture
def archivist(identity):
    return identity("ARC")


@pytest.fixture
def stack(archive, archivist):
    """Two documents of one file: a contract and a receipt."""
    desk = Desk(archive, archivist)
    desk.bring(desk.scan("stack", *contract(), receipt(3)), "一叠.pdf")
    desk.work()
    with archive.db.read() as session:
        return [Subject("document", each) for each in session.scalars(sa.select(Document.id).order_by(Document.id))]


def is_there(archive, subject):
    with archive.db.read() as session:
        return session.get(Document, subject.id) is not None


def month_later(archive):
    archive.clock.at += timedelta(days=31)


def test_a_held_document_stays_until_the_hold_is_released(archive, archivist, stack):
    held = stack[0]
    hold = service.set_hold(archive, archivist, held, "货款诉讼", "（2026）闽01民初123号")
    with pytest.raises(ConflictError, match="货款诉讼") as refused:
        trash(archive, archivist, held.id)
    assert refused.value.code == "subject_held"
    service.release(archive, archivist, hold, "已经调解")
    trash(archive, archivist, held.id)
    month_later(archive)
    assert empty_trash(archive) == 1
    assert not is_there(archive, held)
    with archive.db.read() as session:
        assert session.scalars(sa.select(Hold)).all() == []  # what was held is gone; the log keeps both deeds
        query = sa.select(AuditLeaf.action).where(AuditLeaf.target_id == held.id, AuditLeaf.action.like("hold.%"))
        assert list(session.scalars(query.order_by(AuditLeaf.id))) == ["hold.set", "hold.release"]


def test_a_document_that_is_held_in_the_trash_is_not_destroyed(archive, archivist, stack):
    trash(archive, archivist, stack[0].id)
    trash(archive, archivist, stack[1].id)
    service.set_hold(archive, archivist, stack[0], "审计")
    month_later(archive)
    assert empty_trash(archive) == 1
    assert [is_there(archive, each) for each in stack] == [True, False]


def test_a_document_held_at_the_moment_of_its_destruction_is_not_destroyed(archive, archivist, stack):
    service.set_hold(archive, archivist, stack[0], "审计")
    with pytest.raises(ConflictError), archive.db.write() as session:
        archive.topics.let_go(session, archive, stack[0])
    with archive.db.write() as session:
        archive.topics.let_go(session, archive, stack[1])


def test_a_thing_is_free_when_all_its_holds_are_released(archive, archivist, stack):
    first = service.set_hold(archive, archivist, stack[0], "诉讼")
    second = service.set_hold(archive, archivist, stack[0], "审计")
    service.release(archive, archivist, first, "结案")
    with pytest.raises(ConflictError, match="审计"):
        trash(archive, archivist, stack[0].id)
    service.release(archive, archivist, second, "结束")
    trash(archive, archivist, stack[0].id)
    assert [hold.release_reason for hold in service.of_subject(archive, archivist, stack[0])] == ["结案", "结束"]


@pytest.mark.parametrize(
    "edit",
    [
        lambda archive, who, held, other: arranging.merge(archive, who, other, [held]),
        lambda archive, who, held, other: arranging.split(archive, who, held, [2]),
    ],
)
def test_pages_of_a_held_document_do_not_leave_it_for_one_that_may_go(archive, archivist, stack, edit):
    service.set_hold(archive, archivist, stack[0], "诉讼")
    with pytest.raises(ConflictError) as refused:
        edit(archive, archivist, stack[0].id, stack[1].id)
    assert refused.value.code == "subject_held"


def test_a_held_document_may_be_put_in_order_and_take_pages_in(archive, archivist, stack):
    service.set_hold(archive, archivist, stack[0], "诉讼")
    arranging.reorder(archive, archivist, stack[0].id, [2, 1])
    arranging.turn(archive, archivist, stack[0].id, 1, 90)
    arranging.merge(archive, archivist, stack[0].id, [stack[1].id])


def test_a_hold_names_its_reason_and_is_released_once_with_one(archive, archivist, stack):
    with pytest.raises(FormError):
        service.set_hold(archive, archivist, stack[0], "  ")
    hold = service.set_hold(archive, archivist, stack[0], "诉讼")
    with pytest.raises(FormError):
        service.release(archive, archivist, hold, "")
    service.release(archive, archivist, hold, "结案")
    with pytest.raises(ConflictError):
        service.release(archive, archivist, hold, "结案")


@pytest.mark.parametrize("role", ["SAL", "FIN", "AUD", "SYS", "SEC", "LOG"])
def test_who_may_not_hold(archive, archivist, identity, stack, role):
    hold = service.set_hold(archive, archivist, stack[0], "诉讼")
    person = identity(role, account_id="arc")
    with pytest.raises(ForbiddenError):
        service.set_hold(archive, person, stack[0], "诉讼")
    with pytest.raises(ForbiddenError):
        service.release(archive, person, hold, "结案")


def test_nobody_holds_releases_or_lists_what_they_may_not_see(archive, archivist, identity, stack):
    hold = service.set_hold(archive, archivist, stack[0], "诉讼")
    manager = identity("MGR")  # the documents are not filed, and not of the manager's bringing
    for deed in (
        lambda: service.set_hold(archive, manager, stack[0], "诉讼"),
        lambda: service.release(archive, manager, hold, "结案"),
        lambda: service.of_subject(archive, manager, stack[0]),
        lambda: service.release(archive, archivist, "unknown", "结案"),
        lambda: service.set_hold(archive, archivist, Subject("document", "unknown"), "诉讼"),
        lambda: service.set_hold(archive, archivist, Subject("nothing", "unknown"), "诉讼"),
    ):
        with pytest.raises(NotFoundError):
            deed()
    with archive.db.read() as session:
        held = Subject("hold", hold)
        assert archive.topics.visible(session, archive, archivist, [held]) == [held]
        assert archive.topics.visible(session, archive, manager, [held]) == []
        assert archive.topics.labels(session, archive, [held])[held].text == "诉讼"


def test_a_hold_is_not_set_where_it_would_protect_nothing(archive, archivist):
    with archive.db.read() as session:
        place = session.scalar(sa.text("SELECT id FROM place LIMIT 1"))
        sees = archive.topics.visible(session, archive, archivist, [Subject("place", place)])
    with pytest.raises(InvalidError if sees else NotFoundError):
        service.set_hold(archive, archivist, Subject("place", place), "诉讼")
