"""Use cases of notes: write one, list them; count characters in a job, grow old by a chore."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.audit.service import record
from dms.jobs import service as jobs
from dms.jobs.work import Work
from dms.kernel.archive import Archive
from dms.kernel.database import new_id
from dms.kernel.errors import NotFoundError
from dms.kernel.subjects import Subject
from dms.numbering.service import next_serial
from dms.policy import Identity
from tests.dms.added.actions import NOTE_VIEW, NOTE_WRITE
from tests.dms.added.models import Note
from tests.dms.added.rules import number_of

FRESH = timedelta(days=90)


def write(archive: Archive, identity: Identity, subject: Subject, text: str) -> str:
    """Write a note on a thing; return its number. Raises `NotFoundError` for what the person may not see."""
    archive.policy.require(identity, NOTE_WRITE)
    with archive.db.write() as session:
        if not archive.topics.visible(session, archive, identity, [subject]):
            raise NotFoundError("没有这个对象，或您无权查看。", code="note_subject_unknown")
        note = Note(
            id=new_id(), number=number_of(next_serial(session, "note")), subject_kind=subject.kind,
            subject_id=subject.id, text=text, created_at=archive.clock.now(),
        )  # fmt: skip
        session.add(note)
        jobs.enqueue(session, archive, "note-count", {"note": note.id}, dedupe_key=f"note-count:{note.id}")
        _tell(session, archive, identity, note)
        return note.number


def _tell(session: Session, archive: Archive, identity: Identity, note: Note) -> None:
    record(
        session, archive.clock, identity, action="note.write", target=("note", note.id),
        details={"number": note.number},
    )  # fmt: skip


def listing(archive: Archive, identity: Identity) -> Sequence[Note]:
    """Return the newest notes on what a person may see."""
    archive.policy.require(identity, NOTE_VIEW)
    with archive.db.read() as session:
        notes = session.scalars(sa.select(Note).order_by(Note.id.desc()).limit(200)).all()
        seen = set(archive.topics.visible(session, archive, identity, {note.subject: None for note in notes}))
    return [note for note in notes if note.subject in seen]


def count_fresh(archive: Archive, identity: Identity) -> int:
    """Return how many notes are not old, for the small number in the menu."""
    if not archive.policy.may(identity, NOTE_VIEW):
        return 0
    with archive.db.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Note).where(Note.old.is_(False))) or 0


def count_characters(work: Work) -> None:
    """Do the job of a note: its effect and the end of the job are one transaction, so that it is done once."""
    with work.archive.db.write() as session:
        work.finish(session)
        note = session.get(Note, work.held.payload["note"])
        if note is not None:
            note.length = len(note.text)


def grow_old(archive: Archive) -> int:
    """Mark notes that are not fresh any more; return how many."""
    stale = sa.and_(Note.old.is_(False), Note.created_at < archive.clock.now() - FRESH)
    with archive.db.write() as session:
        changed = cast("sa.CursorResult[Any]", session.execute(sa.update(Note).where(stale).values(old=True)))
        return changed.rowcount
