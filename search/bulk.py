"""Builds a whole database of an embedded index from a stream of entries, in the order of arrival."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from search.files import connect
from search.index import Entry
from search.record import record_of, unpack
from search.writing import FIRST, GAP, Writer, draft

if TYPE_CHECKING:
    from sqlite3 import Connection

_COMMIT_EVERY = 2_000


def fill(database: Path, entries: Iterable[Entry]) -> None:
    """Fill an empty database; of two entries with the same id the newer one stays."""
    connection = connect(database)
    try:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -131072")
        connection.execute("INSERT INTO fts(fts, rank) VALUES ('hashsize', 67108864)")
        _stage(connection, entries)
        _index(connection)
        connection.execute("INSERT INTO fts(fts, rank) VALUES ('hashsize', 1048576)")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()


def _stage(connection: Connection, entries: Iterable[Entry]) -> None:
    """Store the packed texts of every entry, and on the side what their order depends on."""
    writer = Writer(connection)
    connection.execute(
        "CREATE TEMP TABLE staged(id TEXT PRIMARY KEY, revision INTEGER, received INTEGER, content INTEGER)"
    )
    connection.execute("BEGIN")
    for entry in entries:
        record = record_of(entry)
        old = connection.execute("SELECT revision, content FROM staged WHERE id = ?", (record.id,)).fetchone()
        if old and old[0] >= record.revision:
            continue
        if old:
            connection.execute("DELETE FROM content WHERE key = ?", (old[1],))
        key = writer.store(record.pack())
        connection.execute(
            "INSERT OR REPLACE INTO staged VALUES (?,?,?,?)", (record.id, record.revision, record.received, key)
        )
    connection.execute("COMMIT")


def _index(connection: Connection) -> None:
    writer = Writer(connection)
    connection.execute("BEGIN")
    for number, (key, numbers, pages, rest) in enumerate(_staged(connection)):
        writer.append(FIRST + number * GAP, draft(unpack(numbers, pages, rest)), key)
        if number % _COMMIT_EVERY == _COMMIT_EVERY - 1:
            connection.execute("COMMIT")
            connection.execute("BEGIN")
    connection.execute("COMMIT")
    connection.execute("DROP TABLE temp.staged")


def _staged(connection: Connection) -> Iterator[tuple[int, bytes, bytes, bytes]]:
    keys = connection.execute("SELECT content FROM staged ORDER BY received, id").fetchall()
    for (key,) in keys:
        yield (key, *connection.execute("SELECT numbers, pages, rest FROM content WHERE key = ?", (key,)).fetchone())
