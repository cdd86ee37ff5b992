"""A result list as a ZIP: the files under names a person can read, and the list itself."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import BinaryIO

import sqlalchemy as sa
from PIL import Image
from sqlalchemy.orm import Session

from dms.audit.service import record
from dms.documents import files
from dms.documents.models import Document
from dms.http.tabular import Cell, table
from dms.intake.models import PageReading
from dms.kernel.archive import Archive
from dms.originals.models import StoredObject
from dms.policy import Identity
from dms.policy.content import DOCUMENT_DOWNLOAD, DOCUMENT_EXPORT
from dms.retrieval.service import Found
from storage.envelope import Envelope

BLOCK = 1 << 18
LIST = "list.csv"
LIST_OF_FILES = "ZIP"  # what the log calls the file that a download became part of
QUALITY = 88
LONGEST_TITLE = 60
LONGEST_NAME = 200  # bytes of UTF-8
FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]')


class _Outlet:
    """A write-only file whose bytes are taken away as they come, so that a ZIP never lies whole in memory."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._chunks.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def taken(self) -> Iterator[bytes]:
        """Yield what was written since the last call."""
        chunks, self._chunks = self._chunks, []
        yield from chunks


def zip_chunks(
    archive: Archive, identity: Identity, found: Iterable[Found], header: Sequence[str],
    row: Callable[[Found], Sequence[Cell]],
) -> Iterator[bytes]:  # fmt: skip
    """Return a ZIP of the results' files and of the list, file by file; only what may be downloaded is put in.

    `header` names the list's columns, with one more than `row` gives: the names of the files.
    """
    archive.policy.require(identity, DOCUMENT_EXPORT)
    return _zip(archive, identity, found, header, row)


def _zip(
    archive: Archive, identity: Identity, found: Iterable[Found], header: Sequence[str],
    row: Callable[[Found], Sequence[Cell]],
) -> Iterator[bytes]:  # fmt: skip
    outlet, rows, used = _Outlet(), [], {LIST}
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED, allowZip64=True) as target:  # type: ignore[call-overload]
        for each in found:
            names = []
            for name, stream in _files(archive, identity, each.document):
                names.append(_unused(name, used))
                yield from _add(target, outlet, names[-1], stream)
            rows.append([*row(each), "; ".join(names)])
        with target.open(LIST, "w") as entry:
            for chunk in table("csv", LIST, header, rows).chunks:
                entry.write(chunk)
        yield from outlet.taken()
    yield from outlet.taken()


def _add(target: zipfile.ZipFile, outlet: _Outlet, name: str, stream: BinaryIO) -> Iterator[bytes]:
    with stream, target.open(name, "w", force_zip64=True) as entry:
        while chunk := stream.read(BLOCK):
            entry.write(chunk)
            yield from outlet.taken()


def _files(archive: Archive, identity: Identity, document: Document) -> Iterator[tuple[str, BinaryIO]]:
    """Yield (name, bytes) of the files of a document, where it may be downloaded; the download is logged first."""
    if not archive.policy.may(identity, DOCUMENT_DOWNLOAD, document):
        return
    with archive.db.write() as session:
        wanted = list(_objects(session, document))
        record(
            session, archive.clock, identity, action="document.download", target=("document", document.id),
            details={"title": document.title, "name": LIST_OF_FILES, "files": len(wanted)},
        )  # fmt: skip
    for suffix, envelope, turn in wanted:
        opened = archive.vault.open(Envelope.from_json(envelope))
        yield file_name(document, suffix), _turned(opened, turn) if turn else opened


def _turned(picture: BinaryIO, turn: int) -> BinaryIO:
    buffer = io.BytesIO()
    with picture, Image.open(picture, formats=["JPEG"]) as view:
        view.rotate(-turn, expand=True).save(buffer, "JPEG", quality=QUALITY)
    buffer.seek(0)
    return buffer


def _objects(session: Session, document: Document) -> Iterator[tuple[str, str, int]]:
    """Yield (name ending, envelope, turn): the document's file where it has one, else page views."""
    document = session.get_one(Document, document.id)
    if held := files.file_of(session, document):
        yield PurePosixPath(held.name).suffix.lower()[:8], held.envelope.to_json(), 0
        return
    for page in document.pages:
        view = session.scalar(
            sa.select(StoredObject.envelope)
            .join(PageReading, PageReading.view_ref == StoredObject.id)
            .where(PageReading.arrival_id == page.arrival_id, PageReading.number == page.number)
        )
        if view and not page.hidden:
            yield f"-{page.position:03}.jpg", view, page.turn


def file_name(document: Document, suffix: str) -> str:
    """Return a name that every system takes: number, type, date, title; at most 200 bytes."""
    day = f"{document.document_date:%Y%m%d}" if document.document_date else ""
    parts = (
        document.number or document.code or document.id[:10],
        document.type_code,
        day,
        document.title[:LONGEST_TITLE],
    )
    plain = FORBIDDEN.sub("", unicodedata.normalize("NFC", "_".join(part for part in parts if part))).strip(". _")
    plain = plain or document.id
    return plain.encode()[: LONGEST_NAME - len(suffix.encode())].decode(errors="ignore") + FORBIDDEN.sub("", suffix)


def _unused(name: str, used: set[str]) -> str:
    stem, dot, ending = name.rpartition(".")
    candidate, number = name, 2
    while candidate.casefold() in used:
        candidate, number = f"{stem}({number}){dot}{ending}", number + 1
    used.add(candidate.casefold())
    return candidate
