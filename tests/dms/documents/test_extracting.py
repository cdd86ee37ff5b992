"""A filed document gets a file of its own: exactly its pages, proved, provenance kept, once whatever happens."""

from __future__ import annotations

import hashlib
import io

import pypdfium2
import pytest
import sqlalchemy as sa

from dms.audit.models import AuditLeaf
from dms.documents import extracting
from dms.documents.models import Document
from dms.documents.service import arrivals, show
from dms.intake.models import Arrival
from dms.jobs.models import Job
from dms.kernel.errors import ConflictError
from dms.originals import objects
from dms.originals.models import Intent, StoredObject
from ingest.sandbox import PageSource, confirm_copy
from tests.dms.documents.stacks import Stacks
from tests.ingest.sandbox.samples import pdf_of, saved, text


@pytest.fixture
def stacks(archive, identity):
    return Stacks(archive, identity("ARC"))


def words(data):
    return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(data)]


def count(archive, table):
    with archive.db.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table))


def job(archive):
    with archive.db.read() as session:
        return session.scalars(sa.select(Job)).one()


def test_a_part_of_a_stack_gets_its_own_file_with_where_it_came_from(stacks):
    stack = stacks.arrival("one", "two", "three")
    document = stacks.document((stack, 3), (stack, 2, 90))
    with pytest.raises(ConflictError, match="正在"):
        stacks.downloaded(document)
    stacks.work()
    original, data = stacks.downloaded(document)
    assert words(data) == ["three", "two"]
    assert original.name == "Q001-KH-E3301HXMY001-03-0001_收据.pdf"
    row = stacks.file(document)
    with stacks.archive.db.read() as session:
        brought = session.get_one(Arrival, stack)
        leaf = session.scalars(sa.select(AuditLeaf).where(AuditLeaf.action == "document.extract")).one()
    assert row.pages == [
        {"arrival": stack, "sha256": brought.sha256, "page": 3, "turn": 0},
        {"arrival": stack, "sha256": brought.sha256, "page": 2, "turn": 90},
    ]
    assert "pikepdf" in row.tool
    assert hashlib.sha256(data).hexdigest() == row.original.plain_sha256
    assert row.original.plain_sha256 in leaf.body
    assert brought.sha256 in leaf.body
    assert count(stacks.archive, Intent) == 0


def test_a_document_that_is_a_whole_arrival_keeps_it_byte_for_byte_signed_or_turned(stacks):
    stack = stacks.arrival("one", "two", signed=True)
    document = stacks.document((stack, 1, 180), (stack, 2))
    assert stacks.work() == 0
    _, data = stacks.downloaded(document)
    with stacks.archive.db.read() as session:
        assert hashlib.sha256(data).hexdigest() == session.get_one(Arrival, stack).sha256
    assert stacks.file(document) is None


@pytest.mark.parametrize("pages", [[2, 1], [1]], ids=["reordered", "part"])
def test_of_a_signed_arrival_it_is_said_that_the_signature_stays_behind(stacks, pages):
    stack = stacks.arrival("one", "two", signed=True)
    document = stacks.document(*[(stack, number) for number in pages])
    stacks.work()
    assert stacks.file(document).signed
    assert show.show(stacks.archive, stacks.person, document).file.signed


def test_pages_of_several_arrivals_become_one_file_without_the_hidden_ones(stacks):
    stack, other = stacks.arrival("one", "two"), stacks.arrival("three")
    document = stacks.document((stack, 1), (other, 1), (stack, 2, 0, True))
    stacks.work()
    assert words(stacks.downloaded(document)[1]) == ["one", "three"]


def test_done_twice_it_is_done_once(stacks):
    stack = stacks.arrival("one", "two")
    document = stacks.document((stack, 1))
    stacks.work()
    before = stacks.file(document).id, count(stacks.archive, StoredObject)
    with stacks.archive.db.write() as session:
        extracting.queue(session, stacks.archive, session.get_one(Document, document))
    assert stacks.work() == 0
    with stacks.archive.db.write() as session:
        session.execute(sa.update(Job).values(state="ready", token=Job.token + 1))
    assert stacks.work() == 1
    assert (stacks.file(document).id, count(stacks.archive, StoredObject)) == before


def test_killed_before_the_catalog_knew_it_begins_anew_and_the_sweeper_takes_what_was_left(stacks, monkeypatch):
    stack = stacks.arrival("one", "two")
    document = stacks.document((stack, 1))

    class KilledError(BaseException):
        pass

    def killed(*_):
        raise KilledError

    with monkeypatch.context() as dying:  # nothing after the bytes were stored is done, as under kill -9
        dying.setattr(extracting, "_keep", killed)
        dying.setattr(objects, "forget", lambda *_: None)
        with pytest.raises(KilledError):
            stacks.work()
    names = set(stacks.archive.vault.store.names())
    assert count(stacks.archive, Intent) == 1
    stacks.archive.clock.at += objects.LEASE * 2
    with stacks.archive.db.write() as session:
        session.execute(sa.update(Job).values(state="ready", lease_until=None))
    objects.sweep(stacks.archive)
    assert len(set(stacks.archive.vault.store.names())) == len(names) - 1
    stacks.work()
    assert words(stacks.downloaded(document)[1]) == ["one"]
    assert count(stacks.archive, Intent) == 0


def test_a_copy_that_is_not_the_original_is_thrown_away_and_a_person_told(stacks, monkeypatch):
    stack = stacks.arrival("one", "two")
    document = stacks.document((stack, 1))

    def of_another_page(sources, pages, copy, first, **options):
        wrong = PageSource(io.BytesIO(saved(pdf_of(text("two"))).getvalue()), copy.kind, 1)
        confirm_copy(sources, pages, wrong, first, **options)

    monkeypatch.setattr(extracting, "confirm_copy", of_another_page)
    stacks.work()
    parked = job(stacks.archive)
    assert (parked.state, parked.problem_code) == ("parked", "copy_differs")
    assert stacks.file(document) is None
    assert count(stacks.archive, Intent) == 0
    assert len(list(stacks.archive.vault.store.names())) == 1
    assert show.show(stacks.archive, stacks.person, document).extracting


def test_before_filing_a_document_comes_in_the_file_that_it_came_in(stacks):
    stack = stacks.arrival("one", "two")
    with stacks.archive.db.read() as session:
        sha256 = session.get_one(Arrival, stack).sha256
    document = stacks.document((stack, 1))
    with stacks.archive.db.write() as session:
        session.execute(sa.delete(Job))
        session.get_one(Document, document).filed_at = None
    assert hashlib.sha256(stacks.downloaded(document)[1]).hexdigest() == sha256


def test_an_arrival_goes_when_all_that_is_left_of_it_has_own_files(stacks):
    stack = stacks.arrival("one", "two")
    document = stacks.document((stack, 1))
    with stacks.archive.db.read() as session:
        assert not arrivals.is_replaced(session, stack)
    stacks.work()
    with stacks.archive.db.write() as session:
        assert arrivals.is_replaced(session, stack)
        brought = session.get_one(Arrival, stack)
        arrivals.destroy(session, stacks.archive, stacks.person, brought, "邻页销毁")
    objects.sweep(stacks.archive)
    assert words(stacks.downloaded(document)[1]) == ["one"]
    assert len(list(stacks.archive.vault.store.names())) == 1


@pytest.mark.parametrize("page", [{"hidden": True}, {"signed": True}], ids=["hidden", "signed"])
def test_an_arrival_that_shows_more_than_the_own_files_stays(stacks, page):
    stack = stacks.arrival("one", "two", signed=page.get("signed", False))
    stacks.document((stack, 1), (stack, 2, 0, page.get("hidden", False)), (stack, 1))
    stacks.work()
    with stacks.archive.db.read() as session:
        assert not arrivals.is_replaced(session, stack)
