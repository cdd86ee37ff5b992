"""What notes answer about things of the archive."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.kernel.archive import Archive
from dms.kernel.subjects import Label, Subject
from dms.kernel.topic import Answers
from dms.policy import Identity
from tests.dms.added.actions import NOTE_VIEW
from tests.dms.added.models import Note
from tests.dms.added.rules import is_number


def _held(session: Session, archive: Archive, kind: str, ids: Collection[str]) -> Mapping[str, Sequence[Subject]]:
    """Return the notes on some things: what has one stays."""
    found: dict[str, list[Subject]] = {}
    on_these = sa.and_(Note.subject_kind == kind, Note.subject_id.in_(ids))
    for note in session.scalars(sa.select(Note).where(on_these).order_by(Note.id)):
        found.setdefault(note.subject_id, []).append(Subject("note", note.id))
    return found


def _let_go(session: Session, archive: Archive, subject: Subject) -> None:
    on_it = sa.and_(Note.subject_kind == subject.kind, Note.subject_id == subject.id)
    session.execute(sa.delete(Note).where(on_it))


def _visible(session: Session, archive: Archive, identity: Identity, kind: str, ids: Collection[str]) -> set[str]:
    """Return notes to who may see what they are on."""
    if kind != "note" or not archive.policy.may(identity, NOTE_VIEW):
        return set()
    notes = session.scalars(sa.select(Note).where(Note.id.in_(ids))).all()
    seen = set(archive.topics.visible(session, archive, identity, {note.subject: None for note in notes}))
    return {note.id for note in notes if note.subject in seen}


def _label(session: Session, archive: Archive, kind: str, ids: Collection[str]) -> Mapping[str, Label]:
    if kind != "note":
        return {}
    query = sa.select(Note.id, Note.number, Note.text).where(Note.id.in_(ids))
    return {row.id: Label(f"{row.number} {row.text}", "/notes") for row in session.execute(query)}


def _resolve(session: Session, archive: Archive, number: str) -> Sequence[Subject]:
    wanted = number.upper()
    if not is_number(wanted):
        return ()
    return [Subject("note", each) for each in session.scalars(sa.select(Note.id).where(Note.number == wanted))]


ANSWERS = Answers(_held, _let_go, _visible, _label, _resolve)
