"""What is shown or handed out of a document: page images, crops, the original; each a right of its own, each logged."""

from __future__ import annotations

import io
import threading
import time
from dataclasses import dataclass
from typing import BinaryIO

import sqlalchemy as sa
from PIL import Image
from sqlalchemy.orm import Session

from dms.audit.service import record
from dms.documents import files
from dms.documents.files import HeldFile
from dms.documents.models import Document, DocumentPage
from dms.documents.page_readings import page_readings
from dms.documents.service.changing import log_deed
from dms.documents.visibility import get_visible
from dms.intake.models import Arrival, PageReading
from dms.intake.service import may_see, require_arrival
from dms.jobs import service as jobs
from dms.kernel.archive import Archive
from dms.kernel.errors import ConflictError, InvalidError, NotFoundError
from dms.originals import objects
from dms.policy import Identity
from dms.policy.content import DOCUMENT_DOWNLOAD, PAGE_VIEW
from ingest.model import Box
from storage.envelope import Envelope

VIEW_LOGGED_EVERY = 3600.0  # seconds: looking through one document is one entry of the log, not one a page
MOST_REMEMBERED = 10_000
PENDING = "这件文件自己的原件正在从来件中抽取，还不能下载；进度在任务页。抽取不了时，可从来件页下载整份来件。"
CROP_MARGIN = 0.004
QUALITY = 88
_looked: dict[tuple[str | None, str], float] = {}
_lock = threading.Lock()


@dataclass(frozen=True)
class Original:
    """A file as it was received, to be streamed."""

    name: str
    kind: str
    length: int
    stream: BinaryIO


def page_image(archive: Archive, identity: Identity, document_id: str, position: int, thumbnail: bool = False) -> bytes:
    """Return a page's view or thumbnail as JPEG, turned as persons turned it."""
    envelope, turn = _picture(archive, identity, document_id, position, thumbnail)
    data = archive.vault.read(envelope)
    return _turned(data, turn) if turn else data


def crop(archive: Archive, identity: Identity, document_id: str, position: int, box: Box) -> bytes:
    """Return the part of a page's view within a box (of the page as read, not as turned) as JPEG."""
    if box.x1 - box.x0 <= 0 or box.y1 - box.y0 <= 0:
        raise InvalidError("框没有大小。", code="box")
    envelope, turn = _picture(archive, identity, document_id, position, False)
    with Image.open(io.BytesIO(archive.vault.read(envelope)), formats=["JPEG"]) as view:
        part = view.crop(_pixels(box, view.width, view.height))
        return _jpeg(part.rotate(-turn, expand=True) if turn else part)


def _pixels(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    return (
        int(max(box.x0 - CROP_MARGIN, 0) * width), int(max(box.y0 - CROP_MARGIN, 0) * height),
        max(int(min(box.x1 + CROP_MARGIN, 1) * width), int(box.x0 * width) + 1),
        max(int(min(box.y1 + CROP_MARGIN, 1) * height), int(box.y0 * height) + 1),
    )  # fmt: skip


def _turned(data: bytes, turn: int) -> bytes:
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as view:
        return _jpeg(view.rotate(-turn, expand=True))


def _jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def _picture(
    archive: Archive, identity: Identity, document_id: str, position: int, thumbnail: bool
) -> tuple[Envelope, int]:
    """Return the envelope of a page's picture and its turn, for who may see pages of this document."""
    archive.policy.require(identity, PAGE_VIEW)
    with archive.db.read() as session:
        document = get_visible(session, archive, identity, document_id)
        archive.policy.require(identity, PAGE_VIEW, document)
        envelope, turn = _stored(session, document_id, position, thumbnail)
    if not thumbnail:
        log_view(archive, identity, document)
    return envelope, turn


def _stored(session: Session, document_id: str, position: int, thumbnail: bool) -> tuple[Envelope, int]:
    reference = PageReading.thumb_ref if thumbnail else PageReading.view_ref
    query = page_readings(reference, DocumentPage.turn, read=True)
    here = (DocumentPage.document_id == document_id, DocumentPage.position == position)
    row = session.execute(query.where(*here)).first()
    if row is None:
        raise NotFoundError("这件文件没有这一页。", code="page_unknown")
    return objects.envelope_of(session, row[0]), row[1]


def log_view(archive: Archive, identity: Identity, document: Document) -> None:
    """Record that somebody looks at a document's pages, once an hour a document and person."""
    key, now = (identity.account_id, document.id), time.monotonic()
    with _lock:
        if now - _looked.get(key, -VIEW_LOGGED_EVERY) < VIEW_LOGGED_EVERY:
            return
        if len(_looked) >= MOST_REMEMBERED:
            _looked.clear()
        _looked[key] = now
    with archive.db.write() as session:
        log_deed(session, archive, identity, document, "page.view")


def download(archive: Archive, identity: Identity, document_id: str) -> Original:
    """Return the document's own file, or what it came in, decrypted as it is read; the download is logged first.

    Raises `ConflictError` while a filed document's own file is being made; before it is filed `InvalidError` when the
    pages come from several files, `ForbiddenError` where the file holds other papers that the person may not have.
    """
    archive.policy.require(identity, DOCUMENT_DOWNLOAD)
    with archive.db.write() as session:
        document = get_visible(session, archive, identity, document_id, DOCUMENT_DOWNLOAD)
        if held := files.file_of(session, document):
            return _file_handed_out(session, archive, identity, document, held)
        if document.filed and jobs.is_live(session, "document", document.id):
            raise ConflictError(PENDING, code="file_pending")
        arrival = _only_arrival(session, document)
        for neighbour in _neighbours(session, arrival.id, document.id):
            archive.policy.require(identity, DOCUMENT_DOWNLOAD, neighbour)
        return _handed_out(session, archive, identity, arrival, ("document", document.id), document.title)


def _file_handed_out(
    session: Session, archive: Archive, identity: Identity, document: Document, held: HeldFile
) -> Original:
    came_in = {"arrival": held.arrival.id} if held.arrival else {}
    log_deed(
        session, archive, identity, document, "document.download", name=held.name,
        sha256=held.envelope.plain_sha256, **came_in,
    )  # fmt: skip
    return Original(held.name, held.kind, held.envelope.plain_length, archive.vault.open(held.envelope))


def _only_arrival(session: Session, document: Document) -> Arrival:
    arrivals = sorted({page.arrival_id for page in document.pages})
    if len(arrivals) != 1:
        raise InvalidError("这件文件的页面来自几个来件，请从来件页面分别下载。", code="several_arrivals")
    return session.get_one(Arrival, arrivals[0])


def _neighbours(session: Session, arrival_id: str, document_id: str) -> list[Document]:
    others = sa.select(DocumentPage.document_id).where(
        DocumentPage.arrival_id == arrival_id, DocumentPage.document_id != document_id
    )
    return list(session.scalars(sa.select(Document).where(Document.id.in_(others))))


def download_arrival(archive: Archive, identity: Identity, arrival_id: str) -> Original:
    """Return a file as it was received, decrypted as it is read; the download is logged first."""
    archive.policy.require(identity, DOCUMENT_DOWNLOAD)
    with archive.db.write() as session:
        arrival = session.get(Arrival, arrival_id)
        if arrival is None or not may_see(archive, identity, arrival):
            raise NotFoundError("没有这份来件，或您无权查看。", code="arrival_unknown")
        require_arrival(archive, identity, arrival, DOCUMENT_DOWNLOAD)
        for document in _neighbours(session, arrival.id, ""):
            archive.policy.require(identity, DOCUMENT_DOWNLOAD, document)
        return _handed_out(session, archive, identity, arrival, ("arrival", arrival.id), arrival.shown_name)


def _handed_out(
    session: Session, archive: Archive, identity: Identity, arrival: Arrival, target: tuple[str, str], title: str
) -> Original:
    envelope = objects.envelope_of(session, arrival.object_ref)
    record(
        session, archive.clock, identity, action="document.download", target=target,
        details={"title": title, "arrival": arrival.id, "name": arrival.name, "sha256": arrival.sha256},
    )  # fmt: skip
    return Original(arrival.shown_name, arrival.kind, envelope.plain_length, archive.vault.open(envelope))
