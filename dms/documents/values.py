"""Values of a document with their provenance: machines propose, persons decide, nothing is overwritten unseen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.documents.models import Document, FieldRow, IndexOutbox, SealRow
from dms.documents.rules import facts_of, is_doubtful, missing_required, title_of
from dms.jobs.service import announce_later
from dms.kernel.carrier import Queue
from dms.parties.models import Party
from dms.parties.rules import match_key
from dms.parties.service import own_parties, recognise
from ingest.checks import Context
from ingest.doctypes import DocumentType
from ingest.model import FieldValue, Page, Seal

if TYPE_CHECKING:
    from dms.kernel.archive import Archive


def context_of(session: Session, archive: Archive) -> Context:
    """Return what a reading may know of this archive: our own companies, today."""
    own = own_parties(session)
    names = [name for party in own for name in (party.name, *(former.name for former in party.names))]
    codes = [party.uscc for party in own if party.uscc]
    return Context(tuple(names), tuple(codes), archive.clock.today())


def current(session: Session, document_id: str) -> dict[str, FieldRow]:
    """Return the values that hold now, by field name."""
    query = sa.select(FieldRow).where(FieldRow.document_id == document_id, FieldRow.superseded_at.is_(None))
    return {row.name: row for row in session.scalars(query.order_by(FieldRow.id))}


def is_persons(row: FieldRow) -> bool:
    """Tell whether a person wrote or confirmed a value."""
    return row.source == "person" or row.confirmed_at is not None


def propose(
    session: Session, archive: Archive, document: Document, found: Sequence[FieldValue], pages: Mapping[int, int],
    engine: str,
) -> None:  # fmt: skip
    """Write a machine's values; those of persons stay, and what a machine no longer finds is superseded.

    `pages` maps the page numbers of `found` to positions within the document.
    """
    now, held = archive.clock.now(), current(session, document.id)
    proposed = {value.name: value for value in found}
    for name, row in held.items():
        if not is_persons(row) and not _same(row, proposed.get(name), pages):
            row.superseded_at = now
    kept = {name for name, row in held.items() if row.superseded_at is None}
    session.add_all(
        _row(archive, document, value, pages, engine) for name, value in proposed.items() if name not in kept
    )
    session.flush()


def _same(row: FieldRow, value: FieldValue | None, pages: Mapping[int, int]) -> bool:
    return value is not None and (row.raw, row.value, row.position, row.box, row.checks) == (
        value.raw, value.value, pages.get(value.page), _box(value), [asdict(check) for check in value.checks],
    )  # fmt: skip


def _row(archive: Archive, document: Document, value: FieldValue, pages: Mapping[int, int], engine: str) -> FieldRow:
    return FieldRow(
        document_id=document.id, name=value.name, label=value.label, kind=value.kind, raw=value.raw, value=value.value,
        position=pages.get(value.page), box=_box(value), confidence=value.confidence,
        checks=[asdict(check) for check in value.checks], source="machine", engine=engine[:40],
        doubtful=is_doubtful(value), created_at=archive.clock.now(),
    )  # fmt: skip


def _box(value: FieldValue) -> list[float] | None:
    return value.box.to_list() if value.box else None


def write_seals(session: Session, document_id: str, seals: Iterable[tuple[int, Seal]]) -> None:
    """Write seal impressions as (position, seal) of a document that has none yet."""
    session.add_all(
        SealRow(
            document_id=document_id, position=position,
            box=seal.box.to_list(),
            shape=str(seal.shape), colour=seal.colour, text=seal.text, confidence=seal.confidence,
        )
        for position, seal in seals
    )  # fmt: skip


def refresh(
    session: Session, archive: Archive, document: Document, declared: DocumentType | None, fallback: str = ""
) -> None:
    """Bring what the document says of itself (date, amount, number, party, title, doubts) in line with its values.

    Also has the index learn of it. `fallback` is the title of a paper of unknown kind.
    """
    rows = current(session, document.id)
    facts = facts_of(declared, {name: row.value for name, row in rows.items()})
    document.document_date, document.amount, document.code = facts.document_date, facts.amount, facts.code
    unread = missing_required(declared, rows)
    document.doubts = sum(row.doubtful and not is_persons(row) for row in rows.values()) + len(unread)
    other = _counterparty_names(session, archive, rows)
    party = _party(session, other, rows)
    if document.party_id is None and party is not None:
        document.party_id = party.id
    if not document.titled_by_person:
        name = party.name if party else next(iter(other), "")
        document.title = title_of(declared.name if declared else "", name, facts.code, fallback or document.title)
    index(session, archive, document.id)


def _counterparty_names(session: Session, archive: Archive, rows: Mapping[str, FieldRow]) -> list[str]:
    ours = {match_key(name) for name in context_of(session, archive).own_names}
    names = [row.value or row.raw for row in rows.values() if row.kind == "party"]
    return [name for name in names if name and match_key(name) not in ours]


def _party(session: Session, names: Sequence[str], rows: Mapping[str, FieldRow]) -> Party | None:
    ours = {party.uscc for party in own_parties(session)}
    codes = [row.value for row in rows.values() if row.kind == "uscc" and row.value and row.value not in ours]
    party = recognise(session, names, codes)
    return None if party is None or party.is_own else party


def index(session: Session, archive: Archive, document_id: str) -> None:
    """Have the index learn of a change of a document, in the change's own transaction."""
    session.add(IndexOutbox(document_id=document_id, created_at=archive.clock.now()))
    announce_later(session, archive, Queue.INDEXING)


def first_words(pages: Iterable[Page]) -> str:
    """Return the first printed line of some pages, for want of a better title."""
    return next((line.text.strip() for page in pages for line in page.lines if line.text.strip()), "")
