"""Lists page by page: a cursor leads from one page to the next, and whoever exports asks for one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Generic, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

EXPORT_STEP = 500
MOST_EXPORTED = 100_000
Row = TypeVar("Row")


class Page(NamedTuple, Generic[Row]):
    """One page of a list; `cursor` leads to the next, None at the end."""

    rows: list[Row]
    cursor: str | None


def page_of(
    session: Session, query: sa.Select[Row], key: InstrumentedAttribute[str], cursor: str | None, limit: int, *,
    newest_first: bool = False,
) -> Page[Row]:  # fmt: skip
    """Return the rows of a query behind the cursor in the order of `key`, a column that is unique."""
    query = query.order_by(key.desc() if newest_first else key)
    if cursor:
        query = query.where(key < cursor if newest_first else key > cursor)
    return cut(list(session.scalars(query.limit(limit + 1))), limit, lambda row: str(getattr(row, key.key)))


def cut(found: list[Row], limit: int, cursor_of: Callable[[Row], str]) -> Page[Row]:
    """Return the first `limit` of rows; that more were asked for tells whether another page follows."""
    return Page(found[:limit], cursor_of(found[limit - 1]) if len(found) > limit else None)


def every(page: Callable[[str | None], Page[Row]], most: int | None = MOST_EXPORTED) -> Iterator[Row]:
    """Return the rows of one page after the other, at most `most` of them; each page is asked for when it is due."""
    return islice(_rows(page), most)


def _rows(page: Callable[[str | None], Page[Row]]) -> Iterator[Row]:
    cursor: str | None = None
    while True:
        rows, cursor = page(cursor)
        yield from rows
        if cursor is None:
            return
