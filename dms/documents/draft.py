"""A draft: what a use case works on, loaded once however often it is looked at, changed in memory, written at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified, set_committed_value

from dms.documents.models import Document, DocumentPage, FieldRow, SealRow
from dms.parties.models import Party
from dms.parties.service import Printed, own_parties, recognise_each
from ingest.checks import Context

if TYPE_CHECKING:
    from dms.kernel.archive import Archive

Row = TypeVar("Row", FieldRow, SealRow)
CHANGING: Mapping[type, tuple[str, ...]] = {
    FieldRow: ("position", "box", "checks", "doubtful", "confirmed_at", "confirmed_by", "superseded_at"),
    SealRow: ("document_id", "position", "confirmed_at", "confirmed_by"),
    DocumentPage: ("document_id", "position", "turn", "hidden"),
}
"""What may change of rows of which one use case changes many."""


class Draft:
    """Documents that one use case changes, with their values and seals, and what is known of our own companies.

    Each kind of row is loaded for all documents at once, when it is first asked for; `write` sends every change.
    """

    def __init__(
        self, session: Session, archive: Archive, documents: Iterable[Document] = (), context: Context | None = None
    ) -> None:
        self.session, self.archive = session, archive
        self.documents = {document.id: document for document in documents}
        self._parties: dict[Printed, Party | None] = {}
        if context is not None:
            self.context = context

    @cached_property
    def context(self) -> Context:
        """What a reading may know of this archive."""
        return context_of(self.session, self.archive)

    @cached_property
    def values(self) -> dict[str, dict[str, FieldRow]]:
        """The values that hold now, by document and field name."""
        return values_of(self.session, self.documents)

    @cached_property
    def seals(self) -> dict[str, list[SealRow]]:
        """The seals by document."""
        return _by_document(self.documents, _rows_of(self.session, SealRow, self.documents))

    def load_pages(self) -> None:
        """Load the pages of all documents."""
        query = sa.select(DocumentPage).where(DocumentPage.document_id.in_(self.documents))
        pages: dict[str, list[DocumentPage]] = {each: [] for each in self.documents}
        for page in self.session.scalars(query.order_by(DocumentPage.position)):
            pages[page.document_id].append(page)
        for each, document in self.documents.items():
            set_committed_value(document, "pages", pages[each])

    def add(self, document: Document) -> None:
        """Take in a document that is being made."""
        self.values[document.id], self.seals[document.id] = {}, []
        self.documents[document.id] = document
        self.session.add(document)

    def put(self, row: FieldRow) -> None:
        """Let a new value hold in the place of what held before."""
        held = self.values[row.document_id]
        if row.name in held:
            self.supersede(held[row.name])
        held[row.name] = row
        self.session.add(row)

    def supersede(self, row: FieldRow) -> None:
        """Let a value hold no longer; it stays in the history."""
        row.superseded_at = self.archive.clock.now()
        del self.values[row.document_id][row.name]

    def parties(self, papers: Sequence[Printed]) -> list[Party | None]:
        """Return which party the names and codes printed on each paper mean."""
        unknown = [each for each in dict.fromkeys(papers) if each not in self._parties]
        if unknown:
            self._parties.update(zip(unknown, recognise_each(self.session, unknown), strict=True))
        return [self._parties[each] for each in papers]

    def write(self) -> None:
        """Send every change; all changed rows of a table in one statement, whatever of each was changed."""
        for row in list(self.session.dirty):
            if type(row) in CHANGING and self.session.is_modified(row):
                for name in CHANGING[type(row)]:
                    flag_modified(row, name)
        self.session.flush()


def context_of(session: Session, archive: Archive) -> Context:
    """Return what a reading may know of this archive: our own companies, today."""
    own = own_parties(session)
    names = [name for party in own for name in (party.name, *(former.name for former in party.names))]
    codes = [party.uscc for party in own if party.uscc]
    return Context(tuple(names), tuple(codes), archive.clock.today())


def values_of(session: Session, documents: Collection[str]) -> dict[str, dict[str, FieldRow]]:
    """Return the values of documents that hold now, by document and field name, as they were written."""
    rows = _by_document(documents, _rows_of(session, FieldRow, documents, FieldRow.superseded_at.is_(None)))
    return {each: {row.name: row for row in held} for each, held in rows.items()}


def _rows_of(session: Session, table: type[Row], documents: Collection[str], *conditions: Any) -> Iterable[Row]:
    if not documents:
        return ()
    return session.scalars(sa.select(table).where(table.document_id.in_(documents), *conditions).order_by(table.id))


def _by_document(documents: Iterable[str], rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {each: [] for each in documents}
    for row in rows:
        found[row.document_id].append(row)
    return found
