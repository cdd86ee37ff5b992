"""A filed document gets a file of its own: exactly its pages, proved, provenance kept, once whatever happens."""

from __future__ import annotations

import hashlib
import io

import pikepdf
import pypdfium2
import pytest
import sqlalchemy as sa

from dms.audit.models import AuditLeaf
from dms.db import new_id
from dms.documents import extracting, files, objects
from dms.documents.batches import Delivery
from dms.documents.intake import receive
from dms.documents.models import Arrival, Document, DocumentPage, Intent, StoredObject
from dms.documents.service import arrivals, pictures, show
from dms.errors import ConflictError
from dms.jobs.models import Job
from ingest.sandbox import PageSource, confirm_copy
from tests.ingest.sandbox.samples import pdf_of, saved, text


class Shelf:
    """Arrivals of real PDFs, documents made of some of their pages, and a worker."""

    def __init__(self, desk):
        self.desk, self.archive = desk, desk.archive

    def arrival(self, *words, **form):
        book = pdf_of(*[text(each) for each in words])
        if form.get("signed"):
            book.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([]), SigFlags=3)
        data = saved(book).getvalue()
        receipt = receive(self.archive, self.desk.person, io.BytesIO(data), "一叠.pdf", Delivery("web"))
        with self.archive.db.write() as session:
            session.get_one(Arrival, receipt.arrival_id).page_count = len(words)
            session.execute(sa.delete(Job))
        return receipt.arrival_id

    def document(self, *pages, state="FILED"):
        """Make a filed document of (arrival, number[, turn[, hidden]]) and queue what filing queues."""
        now = self.archive.clock.now()
        rows = [DocumentPage(position=at, **_page(*page)) for at, page in enumerate(pages, 1)]
        with self.archive.db.write() as session:
            document = Document(
                id=new_id(), title="收据", state=state, number="Q001-KH-E3301HXMY001-03-0001", pages=rows,
                page_count=len(rows), filed_at=now, created_at=now, copy_kind="original",
            )  # fmt: skip
            session.add(document)
            session.flush()
            extracting.queue(session, self.archive, document)
            return document.id

    def file(self, document_id):
        with self.archive.db.read() as session:
            return files.own_file(session, document_id)

    def downloaded(self, document_id):
        original = pictures.download(self.archive, self.desk.person, document_id)
        with original.stream as stream:
            return original, stream.read()


def _page(arrival, number, turn=0, hidden=False):
    return {"arrival_id": arrival, "number": number, "turn": turn, "hidden": hidden}


@pytest.fixture
def shelf(desk):
    return Shelf(desk)


def words(data):
    return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(data)]


def count(archive, table):
    with archive.db.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table))


def job(archive):
    with archive.db.read() as session:
        return session.scalars(sa.select(Job)).one()


def test_a_part_of_a_stack_gets_its_own_file_with_where_it_came_from(shelf):
    stack = shelf.arrival("one", "two", "three")
    document = shelf.document((stack, 3), (stack, 2, 90))
    with pytest.raises(ConflictError, match="正在"):
        shelf.downloaded(document)
    shelf.desk.work()
    original, data = shelf.downloaded(document)
    assert words(data) == ["three", "two"]
    assert original.name == "Q001-KH-E3301HXMY001-03-0001_收据.pdf"
    row = shelf.file(document)
    with shelf.archive.db.read() as session:
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
    assert count(shelf.archive, Intent) == 0


def test_a_document_that_is_a_whole_arrival_keeps_it_byte_for_byte_signed_or_turned(shelf):
    stack = shelf.arrival("one", "two", signed=True)
    document = shelf.document((stack, 1, 180), (stack, 2))
    assert shelf.desk.work() == 0
    _, data = shelf.downloaded(document)
    with shelf.archive.db.read() as session:
        assert hashlib.sha256(data).hexdigest() == session.get_one(Arrival, stack).sha256
    assert shelf.file(document) is None


@pytest.mark.parametrize("pages", [[2, 1], [1]], ids=["reordered", "part"])
def test_of_a_signed_arrival_it_is_said_that_the_signature_stays_behind(shelf, pages):
    stack = shelf.arrival("one", "two", signed=True)
    document = shelf.document(*[(stack, number) for number in pages])
    shelf.desk.work()
    assert shelf.file(document).signed
    assert show.show(shelf.archive, shelf.desk.person, document).file.signed


def test_pages_of_several_arrivals_become_one_file_without_the_hidden_ones(shelf):
    stack, other = shelf.arrival("one", "two"), shelf.arrival("three")
    document = shelf.document((stack, 1), (other, 1), (stack, 2, 0, True))
    shelf.desk.work()
    assert words(shelf.downloaded(document)[1]) == ["one", "three"]


def test_done_twice_it_is_done_once(shelf):
    stack = shelf.arrival("one", "two")
    document = shelf.document((stack, 1))
    shelf.desk.work()
    before = shelf.file(document).id, count(shelf.archive, StoredObject)
    with shelf.archive.db.write() as session:
        extracting.queue(session, shelf.archive, session.get_one(Document, document))
    assert shelf.desk.work() == 0
    with shelf.archive.db.write() as session:
        session.execute(sa.update(Job).values(state="ready", token=Job.token + 1))
    assert shelf.desk.work() == 1
    assert (shelf.file(document).id, count(shelf.archive, StoredObject)) == before


def test_killed_before_the_catalog_knew_it_begins_anew_and_the_sweeper_takes_what_was_left(shelf, monkeypatch):
    stack = shelf.arrival("one", "two")
    document = shelf.document((stack, 1))

    class KilledError(BaseException):
        pass

    def killed(*_):
        raise KilledError

    with monkeypatch.context() as dying:  # nothing after the bytes were stored is done, as under kill -9
        dying.setattr(extracting, "_keep", killed)
        dying.setattr(objects, "forget", lambda *_: None)
        with pytest.raises(KilledError):
            shelf.desk.work()
    names = set(shelf.archive.vault.store.names())
    assert count(shelf.archive, Intent) == 1
    shelf.archive.clock.at += objects.LEASE * 2
    with shelf.archive.db.write() as session:
        session.execute(sa.update(Job).values(state="ready", lease_until=None))
    objects.sweep(shelf.archive)
    assert len(set(shelf.archive.vault.store.names())) == len(names) - 1
    shelf.desk.work()
    assert words(shelf.downloaded(document)[1]) == ["one"]
    assert count(shelf.archive, Intent) == 0


def test_a_copy_that_is_not_the_original_is_thrown_away_and_a_person_told(shelf, monkeypatch):
    stack = shelf.arrival("one", "two")
    document = shelf.document((stack, 1))

    def of_another_page(sources, pages, copy, first, **options):
        wrong = PageSource(io.BytesIO(saved(pdf_of(text("two"))).getvalue()), copy.kind, 1)
        confirm_copy(sources, pages, wrong, first, **options)

    monkeypatch.setattr(extracting, "confirm_copy", of_another_page)
    shelf.desk.work()
    parked = job(shelf.archive)
    assert (parked.state, parked.problem_code) == ("parked", "copy_differs")
    assert shelf.file(document) is None
    assert count(shelf.archive, Intent) == 0
    assert len(list(shelf.archive.vault.store.names())) == 1
    assert show.show(shelf.archive, shelf.desk.person, document).extracting


def test_before_filing_a_document_comes_in_the_file_that_it_came_in(shelf):
    stack = shelf.arrival("one", "two")
    with shelf.archive.db.read() as session:
        sha256 = session.get_one(Arrival, stack).sha256
    document = shelf.document((stack, 1))
    with shelf.archive.db.write() as session:
        session.execute(sa.delete(Job))
        session.get_one(Document, document).filed_at = None
    assert hashlib.sha256(shelf.downloaded(document)[1]).hexdigest() == sha256


def test_an_arrival_goes_when_all_that_is_left_of_it_has_own_files(shelf):
    stack = shelf.arrival("one", "two")
    document = shelf.document((stack, 1))
    with shelf.archive.db.read() as session:
        assert not arrivals.is_replaced(session, stack)
    shelf.desk.work()
    with shelf.archive.db.write() as session:
        assert arrivals.is_replaced(session, stack)
        brought = session.get_one(Arrival, stack)
        arrivals.destroy(session, shelf.archive, shelf.desk.person, brought, "邻页销毁")
    objects.sweep(shelf.archive)
    assert words(shelf.downloaded(document)[1]) == ["one"]
    assert len(list(shelf.archive.vault.store.names())) == 1


@pytest.mark.parametrize("page", [{"hidden": True}, {"signed": True}], ids=["hidden", "signed"])
def test_an_arrival_that_shows_more_than_the_own_files_stays(shelf, page):
    stack = shelf.arrival("one", "two", signed=page.get("signed", False))
    shelf.document((stack, 1), (stack, 2, 0, page.get("hidden", False)), (stack, 1))
    shelf.desk.work()
    with shelf.archive.db.read() as session:
        assert not arrivals.is_replaced(session, stack)
