"""Rows of a whole catalog, whatever its engine: tables in dependency order, rows in key order, copied and digested.

The tables are read from the database itself and not from the models, so that a catalog of an older version can be
carried too. Text keys are ordered by their bytes on every engine, so that a copy can go on behind the last key that
arrived and two catalogs give the same digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dms.kernel import moving
from dms.kernel.database import UtcDateTime

BATCH = 500
STREAMED = {"stream_results": True, "max_row_buffer": BATCH}
VERSIONS = "alembic_version"  # written by the migrations, never carried
FACTS = "archive_fact"  # which may hold the mark of a move: that belongs to one catalog and is never carried
Row = Sequence[Any]
Begin = Callable[[], AbstractContextManager[Connection]]
Moved = Callable[[int], None]
Progress = Callable[[int, int], None]
CARRIED: tuple[tuple[type[Any], Callable[[], sa.types.TypeEngine[Any]]], ...] = (
    (sa.DateTime, UtcDateTime), (sa.Date, sa.Date), (sa.Boolean, sa.Boolean), (sa.Integer, sa.BigInteger),
    (sa.Float, sa.Double), (sa.String, sa.Text), (sa.LargeBinary, sa.LargeBinary),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TableDigest:
    """What a table holds: how many rows, and the SHA-256 of all of them in the order of their keys."""

    rows: int
    sha256: str


class Digest:
    """Grows row by row to the `TableDigest` of a table."""

    def __init__(self, table: sa.Table) -> None:
        self._rows, self._hash = 0, hashlib.sha256(encoded(columns_of(table, str)))

    def add(self, row: Row) -> None:
        """Take the next row, in the order of the keys."""
        self._rows += 1
        self._hash.update(encoded(row))

    def done(self) -> TableDigest:
        """Return what was taken."""
        return TableDigest(self._rows, self._hash.hexdigest())


def encoded(row: Row) -> bytes:
    """Return the one text of a row: a JSON list and a line feed; moments and dates in ISO 8601, bytes as digits.

    SQLite does not keep the sign of a zero, so that it is left out.
    """
    values = [value + 0.0 if isinstance(value, float) else value for value in row]
    return json.dumps(values, default=_plain, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> str:
    if isinstance(value, date):  # and its subclass datetime
        return value.isoformat()
    return bytes(value).hex()


def tables_of(connection: Connection) -> list[sa.Table]:
    """Return the catalog's tables, those that others refer to first, typed as rows are carried."""
    found = sa.MetaData()
    found.reflect(connection)
    tables = [table for table in found.sorted_tables if table.name != VERSIONS]
    for table in tables:
        for column in table.columns:
            column.type = _carried(column)
    return tables


def _carried(column: sa.Column[Any]) -> sa.types.TypeEngine[Any]:
    for kind, carried in CARRIED:
        if isinstance(column.type, kind):
            return carried()
    raise TypeError(f"rows with {column.table.name}.{column.name} of type {column.type} cannot be carried")


def columns_of(table: sa.Table, as_: Callable[[Any], Any] = lambda column: column) -> list[Any]:
    """Return the columns by name: two engines may keep them in another order. `as_=str` gives table.column."""
    return [as_(column) for column in sorted(table.columns, key=lambda column: column.name)]


def own_references(table: sa.Table) -> list[sa.Column[Any]]:
    """Return the columns that refer to another row of the same table."""
    return [key.parent for key in table.foreign_keys if key.column.table is table]


def key_columns(table: sa.Table) -> list[sa.Column[Any]]:
    """Return the columns of the primary key."""
    return list(table.primary_key.columns)


def _ordered_key(connection: Connection, table: sa.Table) -> list[Any]:
    bytewise = "C" if connection.dialect.name == "postgresql" else "BINARY"
    return [
        sa.collate(column, bytewise) if isinstance(column.type, sa.String) else column for column in key_columns(table)
    ]


def _carried_rows(table: sa.Table) -> sa.ColumnElement[bool]:
    return table.c.name != moving.FACT if table.name == FACTS else sa.true()


def read(connection: Connection, table: sa.Table, after: Row | None = None) -> Iterator[list[Row]]:
    """Yield the rows behind the key `after` in the order of the keys, in batches; columns as in `columns_of`."""
    key = _ordered_key(connection, table)
    query = sa.select(*columns_of(table)).where(_carried_rows(table)).order_by(*key)
    if after is not None:
        bound = [sa.literal(value, column.type) for value, column in zip(after, key_columns(table), strict=True)]
        query = query.where(sa.tuple_(*key) > sa.tuple_(*bound))
    result = connection.execute(query, execution_options=STREAMED)
    try:
        for batch in result.partitions(BATCH):
            yield [tuple(row) for row in batch]
    finally:
        result.close()


def last_key(connection: Connection, table: sa.Table) -> Row | None:
    """Return the key of the last row, None for an empty table."""
    order = [each.desc() for each in _ordered_key(connection, table)]
    query = sa.select(*key_columns(table)).where(_carried_rows(table)).order_by(*order).limit(1)
    row = connection.execute(query).first()
    return tuple(row) if row else None


def count(connection: Connection, table: sa.Table) -> int:
    """Return the number of rows."""
    return connection.scalar(sa.select(sa.func.count()).select_from(table).where(_carried_rows(table))) or 0


def digest(connection: Connection, table: sa.Table, moved: Moved = lambda rows: None) -> TableDigest:
    """Read a whole table and return its digest; `moved` is told of every batch."""
    made = Digest(table)
    for batch in read(connection, table):
        for row in batch:
            made.add(row)
        moved(len(batch))
    return made.done()


def digests(connection: Connection, progress: Progress = lambda done, total: None) -> dict[str, TableDigest]:
    """Return the digest of every table; `progress` is told of the rows."""
    tables = tables_of(connection)
    moved = counter(progress, sum(count(connection, table) for table in tables))
    return {table.name: digest(connection, table, moved) for table in tables}


def counter(progress: Progress, total: int) -> Moved:
    """Return a function that adds up the rows it is told of and passes on how far that is."""
    done = 0

    def moved(rows: int) -> None:
        nonlocal done
        done += rows
        progress(done, total)

    return moved


def copy(source: Connection, begin: Begin, table: sa.Table, moved: Moved = lambda rows: None) -> TableDigest:
    """Copy the rows that the target lacks, each batch in what `begin` opens; return the digest of what was copied.

    Goes on behind the last key that is there. References to rows of the same table are filled in at the end, because
    a row may come before the one it refers to.
    """
    with begin() as target:
        after = last_key(target, table)
        moved(count(target, table) if after is not None else 0)
    made, names, later = Digest(table), [column.name for column in columns_of(table)], own_references(table)
    empty = dict.fromkeys([column.name for column in later])
    for batch in read(source, table, after):
        for row in batch:
            made.add(row)
        with begin() as target:
            target.execute(table.insert(), [dict(zip(names, row, strict=True)) | empty for row in batch])
        moved(len(batch))
    if later:
        _refer(source, begin, table, later)
    return made.done()


def _refer(source: Connection, begin: Begin, table: sa.Table, later: list[sa.Column[Any]]) -> None:
    key = key_columns(table)
    query = sa.select(*key, *later).where(sa.or_(*(column.isnot(None) for column in later)))
    change = table.update().where(*(column == sa.bindparam(f"of_{column.name}") for column in key))
    change = change.values({column.name: sa.bindparam(f"to_{column.name}") for column in later})
    names = [*(f"of_{column.name}" for column in key), *(f"to_{column.name}" for column in later)]
    result = source.execute(query, execution_options=STREAMED)
    for batch in result.partitions(BATCH):
        with begin() as target:
            target.execute(change, [dict(zip(names, row, strict=True)) for row in batch])


def set_counters(connection: Connection, table: sa.Table) -> None:
    """Have PostgreSQL's own counters of a table go on behind the largest number that was copied."""
    if connection.dialect.name != "postgresql":
        return
    for column in key_columns(table):
        if not isinstance(column.type, sa.Integer):
            continue
        counter = connection.scalar(sa.select(sa.func.pg_get_serial_sequence(f'"{table.name}"', column.name)))
        largest = connection.scalar(sa.select(sa.func.max(column)))
        if counter and largest is not None:
            connection.execute(sa.select(sa.func.setval(counter, largest)))
