from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from dms.audit.models import AuditLeaf
from dms.documents.expiry import empty_trash
from dms.documents.models import Document
from dms.documents.service import lists
from dms.documents.service.trash import restore, trash
from dms.holdings import papers
from dms.holdings.papers import PaperDetails
from dms.intake.models import Arrival
from dms.kernel.archive import Archive
from dms.kernel.errors import NotFoundError
from dms.originals import objects
from dms.originals.models import StoredObject
from dms.retrieval.models import IndexOutbox
from tests.dms.documents.desk import Desk, contract, receipt
from tests.dms.documents.stacks import Stacks


@pytest.fixture
def stack(archive: Archive, desk: Desk) -> tuple[str, str]:
    """Two documents of one file."""
    desk.bring(desk.scan("stack", *contract(), receipt(3)), "一叠.pdf")
    desk.work()
    with archive.db.read() as session:
        first, second = session.scalars(sa.select(Document.id).order_by(Document.id))
    return first, second


def later(archive: Archive, days: int) -> None:
    archive.clock.at += timedelta(days=days)  # type: ignore[attr-defined]


def test_the_trash_is_kept_thirty_days(archive: Archive, desk: Desk, stack: tuple[str, str]) -> None:
    trash(archive, desk.person, stack[0])
    later(archive, 29)
    assert empty_trash(archive) == 0
    restore(archive, desk.person, stack[0])
    later(archive, 29)
    assert empty_trash(archive) == 0


def test_a_file_goes_with_the_last_document_that_has_a_page_of_it(
    archive: Archive, desk: Desk, stack: tuple[str, str]
) -> None:  # fmt: skip
    for count, document_id in enumerate(stack, start=1):
        trash(archive, desk.person, document_id, "传错了")
        later(archive, 31)
        assert (empty_trash(archive), empty_trash(archive)) == (1, 0)
        with archive.db.read() as session:
            assert session.get(Document, document_id) is None
            assert session.scalars(sa.select(Arrival.state)).one() == ("read" if count == 1 else "discarded")
            assert (
                session.scalars(sa.select(IndexOutbox.document_id).order_by(IndexOutbox.id.desc())).first()
                == document_id
            )
            actions = list(session.scalars(sa.select(AuditLeaf.action).where(AuditLeaf.target_id == document_id)))
            assert "document.destroy" in actions
    with archive.db.read() as session:
        assert session.scalar(sa.select(sa.func.count(StoredObject.id))) == 0
    objects.sweep(archive)
    assert list(archive.vault.store.names()) == []
    assert lists.inbox(archive, desk.person).documents == []


def test_the_same_file_can_be_brought_again(archive: Archive, desk: Desk, stack: tuple[str, str]) -> None:
    for document_id in stack:
        trash(archive, desk.person, document_id)
    later(archive, 31)
    assert empty_trash(archive) == 2
    assert desk.bring(desk.scan("stack", *contract(), receipt(3)), "一叠.pdf").state == "stored"
    with pytest.raises(NotFoundError):
        restore(archive, desk.person, stack[0])


def test_a_document_with_a_registered_paper_stays(archive: Archive, desk: Desk, stack: tuple[str, str]) -> None:
    papers.register(archive, desk.person, [stack[0]], PaperDetails("original"))
    trash(archive, desk.person, stack[0])
    later(archive, 400)
    assert empty_trash(archive) == 0


def test_a_page_in_the_trash_goes_though_its_filed_neighbour_came_in_the_same_file(
    archive: Archive, desk: Desk
) -> None:  # fmt: skip
    stacks = Stacks(archive, desk.person)
    stack = stacks.arrival("one", "two")
    filed, open_one = stacks.document((stack, 1)), stacks.document((stack, 2), state="NEEDS_REVIEW")
    stacks.work()
    before = stacks.downloaded(filed)[1]
    trash(archive, desk.person, open_one)
    later(archive, 31)
    assert empty_trash(archive) == 1
    objects.sweep(archive)
    with archive.db.read() as session:
        assert session.scalars(sa.select(Arrival.state)).one() == "discarded"
    assert len(list(archive.vault.store.names())) == 1  # the filed document's own file is all that is left
    assert stacks.downloaded(filed)[1] == before
