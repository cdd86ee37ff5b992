"""Which page of which reading: a document's page is a page of an arrival, and what was read there is found by that."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.documents.models import DocumentPage
from dms.intake.models import PageReading

ArrivalPage = tuple[str, int]
"""A page as it came in: id of the arrival, number of the page in it."""


def page_readings(*columns: Any, read: bool = False, visible: bool = False) -> sa.Select[Any]:
    """Return the query of columns of pages (`DocumentPage`) and their readings (`PageReading`), by position.

    With `read` pages that have no reading are left out, with `visible` those that are hidden. The caller says of which
    documents.
    """
    same = sa.and_(PageReading.arrival_id == DocumentPage.arrival_id, PageReading.number == DocumentPage.number)
    query = sa.select(*columns).select_from(DocumentPage).join(PageReading, same, isouter=not read)
    if visible:
        query = query.where(DocumentPage.hidden.is_(False))
    return query.order_by(DocumentPage.position)


def stored_readings(
    session: Session, documents: Iterable[str], wanted: Collection[ArrivalPage]
) -> dict[ArrivalPage, bytes]:
    """Return what was read on the wanted pages; those that stand in one of the documents cost one query."""
    of_page: tuple[Any, ...] = (PageReading.arrival_id, PageReading.number, PageReading.reading)
    of_documents = page_readings(*of_page, read=True, visible=True).where(DocumentPage.document_id.in_(documents))
    found = _stored(session, of_documents)
    missing = [page for page in wanted if page not in found]
    if missing:
        found |= _stored(session, sa.select(*of_page).where(sa.tuple_(*of_page[:2]).in_(missing)))
    return found


def _stored(session: Session, query: sa.Select[Any]) -> dict[ArrivalPage, bytes]:
    return {(arrival, number): reading for arrival, number, reading in session.execute(query) if reading}
