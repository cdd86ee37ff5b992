"""Values of a document with their provenance: machines propose, persons decide, nothing is overwritten unseen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from dms.documents.draft import Draft
from dms.documents.events import DocumentChanged
from dms.documents.models import Document, FieldRow, SealRow
from dms.documents.rules import description_of, is_doubtful, missing_required, title_of
from dms.kernel.database import new_id
from dms.parties.models import Party
from dms.parties.rules import match_key
from dms.parties.service import Printed
from ingest.doctypes import DocumentType
from ingest.model import FieldValue, Page, Seal

if TYPE_CHECKING:
    from dms.kernel.archive import Archive


def is_persons(row: FieldRow) -> bool:
    """Tell whether a person wrote or confirmed a value."""
    return row.source == "person" or row.confirmed_at is not None


def propose(
    draft: Draft, document: Document, found: Sequence[FieldValue], pages: Mapping[int, int], engine: str
) -> None:
    """Write a machine's values; those of persons stay, and what a machine no longer finds is superseded.

    `pages` maps the page numbers of `found` to positions within the document.
    """
    held, proposed = draft.values[document.id], {value.name: value for value in found}
    for name, row in list(held.items()):
        if not is_persons(row) and not _same(row, proposed.get(name), pages):
            draft.supersede(row)
    for name, value in proposed.items():
        if name not in held:
            draft.put(_row(draft.archive, document, value, pages, engine))


def _same(row: FieldRow, value: FieldValue | None, pages: Mapping[int, int]) -> bool:
    return value is not None and (row.raw, row.value, row.position, row.box, row.checks) == (
        value.raw, value.value, pages.get(value.page), _box(value), [asdict(check) for check in value.checks],
    )  # fmt: skip


def _row(archive: Archive, document: Document, value: FieldValue, pages: Mapping[int, int], engine: str) -> FieldRow:
    return FieldRow(
        id=new_id(), document=document, document_id=document.id, name=value.name, label=value.label,
        kind=value.kind, raw=value.raw, value=value.value, position=pages.get(value.page), box=_box(value),
        confidence=value.confidence, checks=[asdict(check) for check in value.checks], source="machine",
        engine=engine[:40], doubtful=is_doubtful(value), created_at=archive.clock.now(),
    )  # fmt: skip


def _box(value: FieldValue) -> list[float] | None:
    return value.box.to_list() if value.box else None


def write_seals(draft: Draft, document: Document, seals: Iterable[tuple[int, Seal]]) -> None:
    """Write seal impressions as (position, seal) beside those that a document has."""
    rows = [
        SealRow(
            id=new_id(), document=document, document_id=document.id, position=position, box=seal.box.to_list(),
            shape=str(seal.shape), colour=seal.colour, text=seal.text, confidence=seal.confidence,
        )
        for position, seal in seals
    ]  # fmt: skip
    draft.seals[document.id] += rows
    draft.session.add_all(rows)


def refresh(draft: Draft, document: Document, declared: DocumentType | None, fallback: str = "") -> None:
    """Bring what the document says of itself (date, amount, number, party, title, doubts) in line with its values.

    Also has the index learn of it. `fallback` is the title of a paper of unknown kind.
    """
    rows = draft.values[document.id]
    facts = description_of(declared, {name: row.value for name, row in rows.items()})
    document.document_date, document.amount, document.code = facts.document_date, facts.amount, facts.code
    unread = missing_required(declared, rows)
    document.doubts = sum(row.doubtful and not is_persons(row) for row in rows.values()) + len(unread)
    said = printed(draft, document)
    party = _counterparty(draft, said)
    if document.party_id is None and party is not None:
        document.party_id = party.id
    if not document.titled_by_person:
        name = party.name if party else next(iter(said[0]), "")
        document.title = title_of(declared.name if declared else "", name, facts.code, fallback or document.title)
    draft.archive.consequences.after(draft.session, draft.archive, DocumentChanged(document.id))


def printed(draft: Draft, document: Document) -> Printed:
    """Return the names and credit codes of others than ourselves that a document says."""
    rows, ours = draft.values[document.id].values(), {match_key(name) for name in draft.context.own_names}
    names = [row.value or row.raw for row in rows if row.kind == "party"]
    codes = [row.value for row in rows if row.kind == "uscc" and row.value and row.value not in draft.context.own_codes]
    return tuple(name for name in names if name and match_key(name) not in ours), tuple(codes)


def _counterparty(draft: Draft, said: Printed) -> Party | None:
    (party,) = draft.parties([said])
    return None if party is None or party.is_own else party


def first_words(pages: Iterable[Page]) -> str:
    """Return the first printed line of some pages, for want of a better title."""
    return next((line.text.strip() for page in pages for line in page.lines if line.text.strip()), "")
