"""From the catalog to the index: what of a document the index holds, and the outbox that keeps it up to date.

An entry holds the names of the document's party as well, so its revision is made of the document's and of how many
names the party has had: every renaming adds one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from dms.documents.models import Document, DocumentPage, FieldRow
from dms.documents.page_readings import page_readings
from dms.documents.service.changing import declared_of
from dms.intake.models import PageReading
from dms.intake.pagecodec import decode_page
from dms.kernel.archive import Archive
from dms.kernel.database import Database
from dms.parties.models import Party, PartyName
from dms.parties.rules import initials
from dms.policy import attributes
from dms.retrieval.models import IndexOutbox
from search.index import Entry, PageText, SearchError

BATCH = 50
LEASE = timedelta(minutes=2)
MOST_COUNTED = 10_000  # as many as the index counts
PARTY_KINDS = frozenset({"party"})
PERSON_KINDS = frozenset({"person"})
CODE_KINDS = frozenset({"code", "uscc", "account", "phone"})
MOST_NAMES = 1 << 20
GONE = (1 << 62) - 1


def revision_of(document: int, names: int) -> int:
    """Return the revision of an entry: it grows with the document's, and between those with its party's names."""
    return document * MOST_NAMES + min(names, MOST_NAMES - 1)


def entry_of(session: Session, archive: Archive, document: Document) -> Entry:
    """Return what the index holds of a document; its pages, fields and party must be loaded or loadable."""
    fields = [row for row in document.fields if row.value or row.raw]
    parties = _values(fields, PARTY_KINDS) | _party_names(document.party)
    return Entry(
        id=document.id,
        revision=revision_of(document.revision, 1 + len(document.party.names) if document.party else 0),
        title=document.title,
        pages=tuple(_page_texts(session, document)),
        parties=tuple(sorted(parties)),
        persons=tuple(sorted(_values(fields, PERSON_KINDS))),
        codes=tuple(sorted(_values(fields, CODE_KINDS) | _own_codes(document))),
        texts=tuple(sorted(_other_texts(fields) | {initials(name) for name in parties})),
        dates=tuple(sorted(_dates(fields))),
        amounts=tuple(sorted(_amounts(fields))),
        document_date=document.document_date,
        received_on=document.created_at.date(),
        attributes={**_attributes(document), "type_name": _type_names(archive, document.type_code)},
        level=document.level,
    )


def _party_names(party: Party | None) -> set[str]:
    return {party.name, *(name.name for name in party.names)} if party else set()


def _own_codes(document: Document) -> set[str]:
    dossier = document.dossier.number if document.dossier else ""
    return {code for code in (document.number or "", document.code, dossier) if code}


def _values(fields: Sequence[FieldRow], kinds: frozenset[str]) -> set[str]:
    return {text for row in fields if row.kind in kinds for text in (row.value, row.raw) if text}


def _other_texts(fields: Sequence[FieldRow]) -> set[str]:
    known = PARTY_KINDS | PERSON_KINDS | CODE_KINDS | {"date", "amount"}
    return {row.value or row.raw for row in fields if row.kind not in known}


def _dates(fields: Sequence[FieldRow]) -> set[date]:
    found = set()
    for row in fields:
        if row.kind == "date" and row.value:
            try:
                found.add(date.fromisoformat(row.value))
            except ValueError:  # a term such as 长期, kept as text
                continue
    return found


def _amounts(fields: Sequence[FieldRow]) -> set[int]:
    return {int(row.value) for row in fields if row.kind == "amount" and row.value and row.value.lstrip("-").isdigit()}


def _attributes(document: Document) -> dict[str, tuple[str, ...]]:
    day = document.document_date
    values = {
        "status": document.state,
        "party": document.party.name if document.party else "",
        "dossier": document.dossier.number if document.dossier else "",
        "year": str(day.year) if day else "",
        "quarter": f"{day.year}Q{(day.month + 2) // 3}" if day else "",
        "confirmed": "yes" if document.confirmed_at else "no",
        "copy_kind": document.copy_kind,
    }
    return {**attributes(document), **{name: (value,) for name, value in values.items() if value}}


def _type_names(archive: Archive, code: str) -> tuple[str, ...]:
    declared = declared_of(archive, code)
    return tuple(name for name in (declared.name, declared.name_en) if name) if declared else ()


def _page_texts(session: Session, document: Document) -> Iterator[PageText]:
    query = page_readings(DocumentPage.position, PageReading.reading, read=True, visible=True)
    rows = query.where(DocumentPage.document_id == document.id, PageReading.reading.is_not(None))
    for row in session.execute(rows):
        yield PageText(row.position, decode_page(row.reading).text)


def loaded() -> sa.Select[Document]:
    """Return the query of documents with all that `entry_of` needs."""
    return sa.select(Document).options(
        selectinload(Document.fields),
        joinedload(Document.party).selectinload(Party.names),
        joinedload(Document.dossier),
    )


def is_searchable() -> sa.ColumnElement[bool]:
    """Return the condition under which a document stands in the index."""
    return sa.and_(Document.trashed_at.is_(None), Document.state.notin_(("DESTROYED", "REJECTED")))


def consume(archive: Archive, limit: int = BATCH) -> int:
    """Bring the index up to date with at most `limit` changed documents; return how many rows were dealt with.

    Rows are claimed, the index is written, then the rows are deleted: a crash in between repeats the work, never
    loses it. Entries carry the document's revision, so that a repeated or late write does no harm.
    """
    claimed = _claim(archive, limit)
    if not claimed:
        return 0
    ids = {document_id for _, document_id in claimed}
    with archive.db.read() as session:
        found = list(session.scalars(loaded().where(Document.id.in_(ids), is_searchable())).unique())
        entries = [entry_of(session, archive, document) for document in found]
        revisions = {row.id: row.revision for row in session.execute(_revisions().where(Document.id.in_(ids)))}
    try:
        _project(archive, entries, {gone: revisions.get(gone) for gone in ids - {entry.id for entry in entries}})
    except SearchError:
        _give_back(archive, [row for row, _ in claimed])
        raise
    _forget(archive, [row for row, _ in claimed])
    return len(claimed)


def _project(archive: Archive, entries: Sequence[Entry], gone: Mapping[str, int | None]) -> None:
    """Write entries, and remove documents of these revisions (None: no longer in the catalog)."""
    archive.index.put(entries)
    for document, revision in gone.items():
        # With the names' part at its largest: whatever the party was called, this removal is newer.
        archive.index.delete([document], GONE if revision is None else revision_of(revision, MOST_NAMES))


def _give_back(archive: Archive, rows: Sequence[str]) -> None:
    """Let rows be claimed again at once, so that the index catches up as soon as it answers."""
    with archive.db.write() as session:
        session.execute(sa.update(IndexOutbox).where(IndexOutbox.id.in_(rows)).values(claimed_until=None))


def _forget(archive: Archive, rows: Sequence[str]) -> None:
    with archive.db.write() as session:
        session.execute(sa.delete(IndexOutbox).where(IndexOutbox.id.in_(rows)))


def _revisions() -> sa.Select[str, int, int]:
    former = sa.select(sa.func.count()).where(PartyName.party_id == Document.party_id).scalar_subquery()
    names = sa.case((Document.party_id.is_(None), 0), else_=1 + former).label("names")
    return sa.select(Document.id, Document.revision, names)


def _claim(archive: Archive, limit: int) -> list[tuple[str, str]]:
    now = archive.clock.now()
    free = sa.or_(IndexOutbox.claimed_until.is_(None), IndexOutbox.claimed_until < now)
    with archive.db.read() as session:  # most turns find nothing: do not take the write lock for that
        if session.scalar(sa.select(IndexOutbox.id).where(free).limit(1)) is None:
            return []
    with archive.db.write() as session:
        rows = session.scalars(
            sa.select(IndexOutbox).where(free).order_by(IndexOutbox.id).limit(limit).with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            row.claimed_until = now + LEASE
        return [(row.id, row.document_id) for row in rows]


def all_entries(archive: Archive) -> Iterator[Entry]:
    """Yield the entry of every document that should stand in the index, in pages of the catalog."""
    last = ""
    while True:
        with archive.db.read() as session:
            query = loaded().where(Document.id > last, is_searchable()).order_by(Document.id).limit(BATCH)
            found = list(session.scalars(query).unique())
            entries = [entry_of(session, archive, document) for document in found]
        if not found:
            return
        yield from entries
        last = found[-1].id


def rebuild(archive: Archive) -> int:
    """Build the index anew beside the old one, swap, and catch up; return the number of documents."""
    count = build(archive)
    while consume(archive):
        continue
    return count


def build(archive: Archive) -> int:
    """Build the index anew beside the old one and swap; the catalog is only read. Return the number of documents."""
    count = 0

    def counted(entries: Iterable[Entry]) -> Iterator[Entry]:
        nonlocal count
        for entry in entries:
            count += 1
            yield entry

    archive.index.rebuild(counted(all_entries(archive)))
    return count


def expected(database: Database) -> int:
    """Return how many documents the index must hold at least, counted up to `MOST_COUNTED`: those in no outbox."""
    waits = sa.exists().where(IndexOutbox.document_id == Document.id)
    some = sa.select(Document.id).where(is_searchable(), ~waits).limit(MOST_COUNTED).subquery()
    with database.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def compare(archive: Archive) -> tuple[list[str], list[str]]:
    """Return (documents that the index lacks or holds an old revision of, entries that should not be there)."""
    indexed = dict(archive.index.revisions())
    with archive.db.read() as session:
        rows = session.execute(_revisions().where(is_searchable()))
        wanted = {row.id: revision_of(row.revision, row.names) for row in rows}
    stale = [document for document, revision in wanted.items() if indexed.get(document) != revision]
    return sorted(stale), sorted(indexed.keys() - wanted.keys())
