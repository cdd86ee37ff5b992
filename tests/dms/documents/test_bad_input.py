"""Every kind of bad input that the issue names for intake: a clear sentence, the batch goes on, nothing is lost."""

from __future__ import annotations

import errno
import io
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, BinaryIO

import pytest
import sqlalchemy as sa

from config.settings import Settings
from dms.audit.models import AuditLeaf
from dms.documents.models import Document
from dms.documents.service import arrivals, lists
from dms.intake import arrivals as received
from dms.intake import service as intake
from dms.intake.batches import Delivery
from dms.intake.models import Arrival
from dms.intake.problems import sentence
from dms.jobs.models import Job
from dms.kernel.archive import Archive
from dms.kernel.errors import ConflictError, DmsError, InvalidError, TooLargeError, UnavailableError
from dms.originals import objects
from dms.originals.models import Intent, StoredObject
from dms.policy import Identity
from ingest.sandbox import (
    DamagedFileError,
    PageTooLargeError,
    PasswordNeededError,
    TooManyPagesError,
    WrongPasswordError,
)
from ingest.sandbox.errors import DamagedPageError
from storage.objects import Chunk, StorageFullError
from tests.dms.documents.desk import Desk, contract, receipt


def count(archive: Archive, table: type) -> int:
    with archive.db.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def arrival(archive: Archive, arrival_id: str) -> Arrival:
    with archive.db.read() as session:
        return session.get_one(Arrival, arrival_id)


def nothing_is_left(archive: Archive) -> bool:
    rows = [count(archive, table) for table in (Arrival, StoredObject, Intent, Job)]
    return rows == [0, 0, 0, 0] and not list(archive.vault.store.names())


def test_an_empty_file_is_turned_away(archive: Archive, desk: Desk) -> None:
    with pytest.raises(InvalidError, match="空文件") as caught:
        desk.bring(b"", "空.pdf")
    assert caught.value.code == "file_empty"
    assert nothing_is_left(archive)


def test_a_file_beyond_the_limit_is_turned_away(archive: Archive, desk: Desk) -> None:
    desk.archive = small = replace(archive, settings=Settings(data=archive.data, max_upload_mib=1))
    with pytest.raises(TooLargeError, match="1 MiB"):
        desk.bring(bytes(1 << 20) + b"x")
    assert nothing_is_left(small)


def test_a_full_disk_in_the_middle_leaves_nothing_half_done(
    archive: Archive, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put(name: str, chunks: Iterable[Chunk]) -> int:
        next(iter(chunks))
        raise StorageFullError("full") from OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(archive.vault.store, "put", put)
        with pytest.raises(UnavailableError, match="磁盘已满") as caught:
            desk.bring(desk.scan("a", receipt()))
    assert caught.value.code == "disk_full"
    assert nothing_is_left(archive)
    assert desk.bring(desk.scan("a", receipt())).state == "stored"


def test_a_store_that_keeps_something_else_is_found_out_before_anything_is_acknowledged(
    archive: Archive, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = archive.vault.store.put
    with monkeypatch.context() as patched:
        patched.setattr(
            archive.vault.store, "put", lambda name, chunks: real(name, (bytes(chunk)[::-1] for chunk in chunks))
        )
        with pytest.raises(UnavailableError, match="读出来不一样") as caught:
            desk.bring(desk.scan("a", receipt()))
    assert caught.value.code == "store_unproven"
    assert nothing_is_left(archive)


def test_a_broken_upload_leaves_nothing(archive: Archive, desk: Desk) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 0:
                raise ConnectionResetError
            return super().read(1000)

    with pytest.raises(ConnectionResetError):
        intake.receive(archive, desk.person, Broken(bytes(5000)), "x.pdf", Delivery("web"))
    assert nothing_is_left(archive)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"party_id": "nobody"}, "party_unknown"),
        ({"batch_id": "none"}, "batch_unknown"),
        ({"copy_kind": "drawing"}, "copy_kind"),
    ],
)
def test_a_file_of_which_something_impossible_is_said_is_refused_before_it_is_kept(
    archive: Archive, desk: Desk, said: dict[str, str], code: str
) -> None:
    with pytest.raises(DmsError) as caught:
        intake.receive(archive, desk.person, io.BytesIO(b"%PDF"), "x.pdf", Delivery("web", **said))
    assert caught.value.code == code
    assert nothing_is_left(archive)


def test_a_batch_takes_only_files_of_which_the_same_is_said(archive: Archive, desk: Desk) -> None:
    def bring(content: bytes, **said: str) -> str:
        return intake.receive(archive, desk.person, io.BytesIO(content), "x.pdf", Delivery("web", **said)).batch_id

    originals = bring(b"%PDF 1", copy_kind="original", paper_place="柜 1")
    assert bring(b"%PDF 2", batch_id=originals) == originals
    assert bring(b"%PDF 3", batch_id=originals, copy_kind="original") == originals
    assert bring(b"%PDF 4", copy_kind="copy") != originals
    for other in ({"copy_kind": "copy"}, {"paper_place": "柜 2"}, {"note": "补交"}):
        with pytest.raises(ConflictError) as caught:
            bring(b"%PDF 5", batch_id=originals, **other)
        assert caught.value.code == "batch_differs"


def test_a_writer_that_never_came_back_is_swept(archive: Archive, desk: Desk) -> None:
    (reservation,) = objects.reserve(archive, "original")
    envelope = archive.vault.write(reservation, [b"half of a story"])
    assert objects.sweep(archive) == 0
    archive.clock.advance(hours=2)  # type: ignore[attr-defined]  # of the fixed clock
    assert objects.sweep(archive) == 1
    assert nothing_is_left(archive)

    def keep_too_late() -> None:
        with archive.db.write() as session:
            objects.keep(session, archive, envelope)

    with pytest.raises(ConflictError):
        keep_too_late()


def test_the_wrong_type_waits_until_a_person_discards_it(archive: Archive, desk: Desk) -> None:
    arrival_id = desk.bring(b"MZ\x90\x00 this is a program", "setup.pdf").arrival_id
    assert desk.work() == 0
    waiting = lists.inbox(archive, desk.person).waiting
    assert [(each.state, each.problem_code) for each in waiting] == [("refused", "kind_unknown")]
    arrivals.discard(archive, desk.person, arrival_id, "不是文件")
    objects.sweep(archive)
    assert arrival(archive, arrival_id).state == "discarded"
    assert (count(archive, StoredObject), list(archive.vault.store.names())) == (0, [])
    with archive.db.read() as session:
        leaf = session.scalars(sa.select(AuditLeaf).where(AuditLeaf.action == "arrival.discard")).one()
    assert "不是文件" in leaf.body


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b"PK\x03\x04\x14\x00\x06\x00OFD.xml", "票.ofd", "ofd"),
        (b"<?xml version='1.0'?><EInvoice/>", "票.xml", "xml"),
        (b"From: a@example.com\nSubject: x\n\nhello", "信.eml", "eml"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "照片.heic", "heic"),
    ],
)
def test_kinds_that_cannot_be_read_are_kept_byte_for_byte(
    archive: Archive, desk: Desk, head: bytes, name: str, kind: str
) -> None:
    made = desk.bring(head, name)
    kept = arrival(archive, made.arrival_id)
    assert (made.state, kept.kind) == ("unreadable", kind)
    assert "原样保存" in kept.problem
    with objects.open_object(archive, kept.object_ref) as stream:
        assert stream.read() == head


class Failing:
    """Answers every file with one error, as the confined reader would."""

    def __init__(self, desk: Desk, error: Exception) -> None:
        self.types, self._error, self._reader = desk.reader.types, error, desk.reader

    def inspect(self, source: BinaryIO, kind: Any, password: str | None = None) -> Any:
        if isinstance(self._error, PasswordNeededError) and password == "kraft-7731":
            return self._reader.inspect(source, kind, password)
        if isinstance(self._error, PasswordNeededError) and password:
            raise WrongPasswordError
        raise self._error

    def read_page(self, *arguments: Any) -> Any:
        return self._reader.read_page(*arguments)


@pytest.mark.parametrize(
    ("error", "code"), [(DamagedFileError(), "file_damaged"), (TooManyPagesError(), "too_many_pages")]
)
def test_what_cannot_be_opened_says_why_and_the_batch_goes_on(
    archive: Archive, desk: Desk, error: Exception, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    good = desk.scan("good", receipt())
    bad = desk.bring(b"%PDF-1.7 truncated").arrival_id
    desk.worker._tools = Failing(desk, error)
    desk.work()
    desk.worker._tools = desk.reader
    desk.bring(good)
    desk.work()
    refused = arrival(archive, bad)
    assert (refused.state, refused.problem_code) == ("refused", code)
    assert "原" in refused.problem
    assert f"arrival {bad}: {refused.problem} [{code}]" in caplog.messages
    assert lists.inbox(archive, desk.person).count == 1


def test_a_locked_pdf_is_read_once_its_password_is_given(archive: Archive, desk: Desk) -> None:
    arrival_id = desk.bring(desk.scan("locked", receipt())).arrival_id
    desk.worker._tools = Failing(desk, PasswordNeededError())
    desk.work()
    assert arrival(archive, arrival_id).state == "locked"
    received.give_password(archive, desk.person, arrival_id, "falsch-9902")
    desk.work()
    assert arrival(archive, arrival_id).problem_code == "pdf_wrong_password"
    received.give_password(archive, desk.person, arrival_id, "kraft-7731")
    desk.work()
    assert arrival(archive, arrival_id).state == "read"
    with archive.db.read() as session:
        bodies = "".join(session.scalars(sa.select(AuditLeaf.body)))
    assert "falsch-9902" not in bodies
    assert "kraft-7731" not in bodies


def test_a_duplicate_leads_to_what_is_there_and_is_recorded(archive: Archive, desk: Desk) -> None:
    data = desk.scan("one", receipt())
    first = desk.bring(data, "甲.pdf")
    desk.work()
    second = desk.bring(data, "乙.pdf")
    assert (second.state, second.existing_id) == ("duplicate", first.arrival_id)
    assert second.document_id == lists.inbox(archive, desk.person).documents[0].id
    kept = arrival(archive, second.arrival_id)
    assert (kept.name, kept.state, kept.object_ref) == ("乙.pdf", "duplicate", None)
    assert desk.work() == 0
    assert count(archive, Document) == 1
    assert count(archive, Intent) == 0


def test_a_duplicate_of_what_one_may_not_see_tells_nothing_more(
    archive: Archive, desk: Desk, identity: Callable[..., Identity]
) -> None:
    data = desk.scan("one", receipt())
    desk.bring(data)
    stranger = identity("SAL", account_id="stranger", department_id="other")
    answer = desk.bring(data, person=stranger)
    assert (answer.state, answer.document_id, answer.existing_id) == ("duplicate", "", "")
    assert answer.path == f"/arrivals/{answer.arrival_id}"
    assert arrivals.show(archive, stranger, answer.arrival_id).same_as is None


def test_two_uploads_of_one_file_at_once_make_one_document(archive: Archive, desk: Desk) -> None:
    data = desk.scan("one", receipt())
    start, states, errors = threading.Barrier(4), [], []

    def upload() -> None:
        start.wait()
        try:
            states.append(desk.bring(data).state)
        except DmsError as error:
            errors.append(error)

    threads = [threading.Thread(target=upload) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(states), errors) == (["duplicate", "duplicate", "duplicate", "stored"], [])
    desk.work()
    assert (count(archive, Document), count(archive, Arrival), count(archive, Intent)) == (1, 4, 0)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a\x00b.pdf", "CON", "\u202efdp.exe", "x" * 5000 + ".pdf", "\udcff.pdf", ""]
)
def test_hostile_names_are_cleaned_and_kept(archive: Archive, desk: Desk, name: str) -> None:
    kept = arrival(archive, desk.bring(desk.scan(name[:20], receipt()), name).arrival_id)
    shown = kept.shown_name
    assert shown
    assert not set(shown) & set('/\\\x00\u202e<>:"|?*')
    assert len(shown.encode()) <= 200
    assert kept.name[:3] == name.replace("\x00", "\\x00").replace("\udcff", "\\xff")[:3]


def test_a_page_that_cannot_be_read_does_not_stop_the_others(archive: Archive, desk: Desk) -> None:
    first, second = contract()
    arrival_id = desk.bring(desk.scan("gap", first, second)).arrival_id
    original = desk.reader.read_page

    def read_page(source: BinaryIO, kind: Any, number: int, password: str | None = None) -> Any:
        if number == 2:
            raise DamagedFileError
        return original(source, kind, number, password)

    desk.reader.read_page = read_page  # type: ignore[method-assign]  # one page of this file is damaged
    desk.work()
    view = arrivals.show(archive, desk.person, arrival_id)
    assert [number for number, _ in view.problems] == [2]
    assert view.documents[0].page_count == 2
    desk.reader.read_page = original  # type: ignore[method-assign]
    received.read_again(archive, desk.person, arrival_id)
    desk.work()
    assert arrivals.show(archive, desk.person, arrival_id).problems == ()
    assert count(archive, Document) == 1


@pytest.mark.parametrize(
    ("errors", "code"),
    [
        ((PageTooLargeError(), PageTooLargeError()), "page_too_large"),
        ((PageTooLargeError(), DamagedPageError()), "nothing_readable"),
    ],
)
def test_a_file_without_a_readable_page_says_what_all_its_pages_have(
    archive: Archive, desk: Desk, errors: tuple[Exception, ...], code: str
) -> None:
    arrival_id = desk.bring(desk.scan("huge", *contract())).arrival_id

    def read_page(source: BinaryIO, kind: Any, number: int, password: str | None = None) -> Any:
        raise errors[number - 1]

    desk.reader.read_page = read_page  # type: ignore[method-assign]
    desk.work()
    refused = arrival(archive, arrival_id)
    assert (refused.state, refused.problem_code, refused.problem) == ("refused", code, sentence(code))
