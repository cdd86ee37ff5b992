"""Job that gives a filed document its own file: its pages copied without loss, the copy proved, then kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from dms.documents import files
from dms.documents.models import Document, DocumentFile
from dms.documents.service.changing import log_deed
from dms.intake.models import Arrival
from dms.intake.problems import sentence
from dms.intake.reading import Source, raise_if_passing, source_of
from dms.jobs import service as jobs
from dms.jobs.errors import ParkError
from dms.jobs.rules import Priority
from dms.jobs.work import Work
from dms.kernel.archive import Archive
from dms.originals import objects
from dms.policy import SYSTEM
from ingest.sandbox import Extraction, PageSource, ParseError, PickedPage, confirm_copy, copying_tool, extraction
from storage.envelope import Envelope, Reservation

ROLE = "document"
COMPARED = 100  # pages that one confined child compares
GONE = "这件文件的来件已经销毁，不能再抽取它自己的文件。"


@dataclass(frozen=True)
class CopyPlan:
    """What to copy: files in the order of their first page, the pages, and where each came from for the catalog."""

    document_id: str
    sources: tuple[Source, ...]
    pages: tuple[PickedPage, ...]
    origins: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Copy:
    """A copy in the Vault that the catalog does not know yet."""

    envelope: Envelope
    source: PageSource
    signed: bool


def queue(session: Session, archive: Archive, document: Document) -> None:
    """Have a document that is not exactly one arrival copied into its own file, in the caller's transaction."""
    if files.needs_own(session, document):
        jobs.enqueue(
            session, archive, "extract", {"document": document.id}, dedupe_key=f"extract:{document.id}",
            subject=("document", document.id), priority=Priority.QUICK,
        )  # fmt: skip


def extract(work: Work) -> None:
    """Copy a document's pages, prove the copy, keep it; done before, there is nothing to do."""
    wanted = _plan(work.archive, work.held.payload["document"])
    if wanted is None:
        return
    (reservation,) = objects.reserve(work.archive, ROLE)
    try:
        with ExitStack() as opened:
            sources = [_opened(work.archive, each, opened) for each in wanted.sources]
            copy = _copied(work, wanted, sources, reservation, opened)
            _confirm(work, wanted, sources, copy)
        _keep(work, wanted, copy)
    except BaseException as error:
        objects.forget(work.archive, reservation.object_id)
        if isinstance(error, ParseError):
            raise_if_passing(work, error)
            raise ParkError(sentence(error.code), error.code) from error
        raise


def _plan(archive: Archive, document_id: str) -> CopyPlan | None:
    """Return what to copy; None for a document that is gone, or has a file already."""
    with archive.db.read() as session:
        document = session.get(Document, document_id)
        if document is None or not files.needs_own(session, document):
            return None
        shown = [page for page in document.pages if not page.hidden]
        brought = list(dict.fromkeys(page.arrival_id for page in shown))
        digests = {each: session.get_one(Arrival, each).sha256 for each in brought}
    sources = [source_of(archive, each) for each in brought]
    held = tuple(each for each in sources if each is not None)
    if len(held) != len(sources):
        raise ParkError(GONE, "file_missing")
    return CopyPlan(
        document_id, held,
        tuple(PickedPage(brought.index(page.arrival_id), page.number, page.turn % 360) for page in shown),
        tuple(
            {"arrival": page.arrival_id, "sha256": digests[page.arrival_id], "page": page.number, "turn": page.turn}
            for page in shown
        ),
    )  # fmt: skip


def _opened(archive: Archive, source: Source, opened: ExitStack) -> PageSource:
    stream = opened.enter_context(source.open(archive))
    return PageSource(stream, source.kind, source.page_count, source.password)


def _copied(
    work: Work, wanted: CopyPlan, sources: Sequence[PageSource], reservation: Reservation, opened: ExitStack
) -> Copy:
    """Write the copy straight into the Vault, which reads it back and compares the bytes."""
    archive = work.archive
    with extraction(sources, wanted.pages, consent=archive.settings.sandbox_consent) as made:
        envelope = archive.vault.write(reservation, _bytes(work, made))
    stream = opened.enter_context(archive.vault.open(envelope))
    return Copy(envelope, PageSource(stream, made.kind, len(wanted.pages)), made.signed)


def _bytes(work: Work, made: Extraction) -> Iterator[bytes]:
    for part in made:
        work.go_on()
        yield part


def _confirm(work: Work, wanted: CopyPlan, sources: Sequence[PageSource], copy: Copy) -> None:
    """Have what lies in the Vault compared with the arrivals, page by page."""
    consent = work.archive.settings.sandbox_consent
    for first in range(0, len(wanted.pages), COMPARED):
        work.rest()
        work.renew()
        part = wanted.pages[first : first + COMPARED]
        confirm_copy(sources, part, copy.source, first + 1, consent=consent)


def _keep(work: Work, wanted: CopyPlan, copy: Copy) -> None:
    """Make the copy the document's file, in one transaction with the log and the end of the job."""
    archive, kind, tool = work.archive, copy.source.kind.value, copying_tool()
    with archive.db.write() as session:
        work.finish(session)
        document = session.get_one(Document, wanted.document_id, with_for_update=True)
        row = DocumentFile(
            document_id=document.id, object_ref=objects.keep(session, archive, copy.envelope), kind=kind,
            pages=list(wanted.origins), signed=copy.signed, tool=tool, made_at=archive.clock.now(),
        )  # fmt: skip
        session.add(row)
        log_deed(
            session, archive, SYSTEM, document, "document.extract", number=document.number, kind=kind,
            object=copy.envelope.object_id, sha256=copy.envelope.plain_sha256, length=copy.envelope.plain_length,
            pages=list(wanted.origins), count=len(wanted.pages), signed=copy.signed, tool=tool,
        )  # fmt: skip
