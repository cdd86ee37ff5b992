"""Jobs that read a file: look into it, read its pages one transaction each, then have it understood."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import BinaryIO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.audit.service import record
from dms.intake import passwords
from dms.intake.models import Arrival, PageReading
from dms.intake.pagecodec import encode_page
from dms.intake.problems import PASSING, problem_of, sentence
from dms.jobs import service as jobs
from dms.jobs.errors import ParkError
from dms.jobs.rules import Priority
from dms.jobs.work import Work
from dms.kernel.archive import Archive
from dms.kernel.errors import UnavailableError
from dms.originals import objects
from dms.policy import SYSTEM
from ingest.reader import PageResult
from ingest.sandbox import FileInfo, OcrStartError, ParseError, PasswordNeededError, SandboxWeakError
from ingest.sandbox import WrongPasswordError as WrongPassword
from ingest.triage import FileKind
from storage.envelope import Envelope

LOG = logging.getLogger("dms.documents")
PAGES_A_JOB = 10
LONG_FILE = 30  # pages; longer files let others go first


@dataclass(frozen=True)
class Source:
    """An arrival's file, ready to be opened."""

    arrival_id: str
    kind: FileKind
    envelope: Envelope
    password: str | None
    page_count: int

    def open(self, archive: Archive) -> BinaryIO:
        """Return the plaintext, seekable; nothing of it touches a disk."""
        return archive.vault.open(self.envelope)


def source_of(archive: Archive, arrival_id: str) -> Source | None:
    """Return an arrival's file; None when it was discarded."""
    with archive.db.read() as session:
        arrival = session.get(Arrival, arrival_id)
        if arrival is None or arrival.state in ("discarded", "duplicate") or arrival.object_ref is None:
            return None
        envelope = objects.envelope_of(session, arrival.object_ref)
        secret = objects.envelope_of(session, arrival.password_ref) if arrival.password_ref else None
        found = (arrival.id, FileKind(arrival.kind), arrival.page_count or 0)
    password = archive.vault.read(secret).decode() if secret else None
    return Source(found[0], found[1], envelope, password, found[2])


def inspect(work: Work) -> None:
    """Look into a file: how many pages, whether it opens at all; then queue the reading of its pages."""
    source = source_of(work.archive, work.held.payload["arrival"])
    if source is None:
        return
    try:
        with source.open(work.archive) as stream:
            info = work.tools.inspect(stream, source.kind, source.password)
    except ParseError as error:
        _not_opened(work, source, error)
        return
    with work.archive.db.write() as session:
        _opened(session, work, source, info)


def _not_opened(work: Work, source: Source, error: ParseError) -> None:
    """Say with the arrival why it cannot be read. Faults of the machine, and passing ones, are raised instead."""
    raise_if_passing(work, error)
    code, text = problem_of(error)
    state = "locked" if isinstance(error, PasswordNeededError | WrongPassword) else "refused"
    with work.archive.db.write() as session:
        work.finish(session)
        note_state(session, work.archive, source.arrival_id, state, code, text)


def raise_if_passing(work: Work, error: ParseError) -> None:
    """Raise what is no word on the file: a fault of the machine, or one that may not come again."""
    if isinstance(error, SandboxWeakError):
        raise ParkError(sentence(error.code), error.code) from error
    if isinstance(error, OcrStartError):
        raise UnavailableError(sentence(error.code), code=error.code) from error
    if isinstance(error, PASSING) and not work.held.is_last_attempt:
        raise UnavailableError(sentence(error.code), code=error.code) from error


def note_state(session: Session, archive: Archive, arrival_id: str, state: str, code: str, text: str) -> None:
    """Say with the arrival, and in the log, what stands in the way of its being read."""
    arrival = session.get_one(Arrival, arrival_id, with_for_update=True)
    arrival.state, arrival.problem_code, arrival.problem = state, code, text
    LOG.warning("arrival %s: %s [%s]", arrival_id, text, code)  # names of files stay in the catalog
    record(
        session, archive.clock, SYSTEM, action=f"arrival.{state}", target=("arrival", arrival_id),
        details={"name": arrival.name, "problem": code},
    )  # fmt: skip
    if state == "locked":
        passwords.ask(session, archive, arrival)


def _opened(session: Session, work: Work, source: Source, info: FileInfo) -> None:
    work.finish(session)
    arrival = session.get_one(Arrival, source.arrival_id, with_for_update=True)
    arrival.page_count, arrival.state, arrival.problem_code, arrival.problem = info.page_count, "reading", "", ""
    passwords.heed(session, work.archive, arrival, SYSTEM, "arrival.inspected")
    queue_reading(session, work.archive, arrival.id, info.page_count)


def queue_reading(session: Session, archive: Archive, arrival_id: str, page_count: int) -> None:
    """Queue the reading of all pages in parts, in the caller's transaction."""
    priority = Priority.USUAL if page_count <= LONG_FILE else Priority.LATER
    for first in range(1, page_count + 1, PAGES_A_JOB):
        last = min(first + PAGES_A_JOB - 1, page_count)
        jobs.enqueue(
            session, archive, "read", {"arrival": arrival_id, "first": first, "last": last},
            dedupe_key=f"read:{arrival_id}:{first}", subject=("arrival", arrival_id), total=last - first + 1,
            priority=priority,
        )  # fmt: skip


def read(work: Work) -> None:
    """Read some pages of a file, each in a transaction of its own; pages read before are not read again."""
    source = source_of(work.archive, work.held.payload["arrival"])
    if source is None:
        return
    first, last = work.held.payload["first"], work.held.payload["last"]
    missing = _missing(work.archive, source.arrival_id, first, last)
    with source.open(work.archive) as stream:
        for number in missing:
            work.rest()
            _read_one(work, source, stream, number, (first, last))
    with work.archive.db.write() as session:
        work.finish(session)
        _understand_when_complete(session, work.archive, source.arrival_id)


def _missing(archive: Archive, arrival_id: str, first: int, last: int) -> list[int]:
    have = sa.select(PageReading.number).where(
        PageReading.arrival_id == arrival_id, PageReading.number.between(first, last)
    )
    with archive.db.read() as session:
        there = set(session.scalars(have))
    return [number for number in range(first, last + 1) if number not in there]


def _read_one(work: Work, source: Source, stream: BinaryIO, number: int, span: tuple[int, int]) -> None:
    row = PageReading(arrival_id=source.arrival_id, number=number, read_at=work.archive.clock.now())
    pictures: tuple[Envelope, ...] = ()
    try:
        result = work.tools.read_page(stream, source.kind, number, source.password)
    except ParseError as error:
        raise_if_passing(work, error)
        row.problem_code, row.problem = problem_of(error)
    else:
        pictures = _stored_pictures(work.archive, result)
        row.reading, row.engine = encode_page(result.page), result.page.engine
        row.width, row.height = result.page.width, result.page.height
    first, last = span
    with work.archive.db.write() as session:
        work.step(session, "reading", number - first + 1, last - first + 1)
        refs = [objects.keep(session, work.archive, picture) for picture in pictures]
        row.view_ref, row.thumb_ref = refs or (None, None)
        session.add(row)


def _stored_pictures(archive: Archive, result: PageResult) -> tuple[Envelope, ...]:
    view, thumbnail = objects.reserve(archive, "page", "thumbnail")
    return archive.vault.write(view, [result.view_jpeg]), archive.vault.write(thumbnail, [result.thumbnail_jpeg])


def _understand_when_complete(session: Session, archive: Archive, arrival_id: str) -> None:
    # The lock lets the last two of several jobs, committing at once, see one another.
    arrival = session.get_one(Arrival, arrival_id, with_for_update=True)
    rows = sa.select(sa.func.count()).where(PageReading.arrival_id == arrival_id)
    if session.scalar(rows) == arrival.page_count:
        jobs.enqueue(
            session, archive, "understand", {"arrival": arrival_id}, dedupe_key=f"understand:{arrival_id}",
            subject=("arrival", arrival_id), priority=Priority.QUICK,
        )  # fmt: skip
