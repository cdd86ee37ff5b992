"""The embedded index: one SQLite FTS5 database beside the archive, read by many processes and written by any."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from search import files
from search.bulk import fill
from search.connections import Connections
from search.cursor import Cursor, decode
from search.execution import Execution
from search.expression import AllOf, Expression
from search.index import (
    MOST_MATCHES,
    SORTS,
    Access,
    Entry,
    IndexDamagedError,
    OutdatedIndexError,
    QueryError,
    Request,
    Results,
)
from search.nearby import near_names
from search.query import filter_expression, parse
from search.record import record_of, unpack
from search.writing import Draft, Writer, batches, draft

if TYPE_CHECKING:
    from sqlite3 import Connection

_MOST_HITS = 1_000


class EmbeddedIndex:
    """A `SearchIndex` in a file of its own at `path`, made if there is none; safe to use from threads and processes.

    The file is an alias: a small text that names the database beside it, so that a rebuilt one is swapped in at once.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._connections = Connections(self.path)

    def put(self, entries: Iterable[Entry]) -> None:
        """Add or replace entries; one whose revision is not newer than the stored one is ignored."""
        for batch in batches(draft(record_of(entry)) for entry in entries):
            self._put(batch)

    def delete(self, ids: Iterable[str], revision: int) -> None:
        """Remove entries that are not newer; a later `put` that is not newer does not bring them back."""
        gone = list(ids)

        def remove(connection: Connection) -> None:
            writer = Writer(connection)
            for entry in gone:
                writer.delete(entry, revision)

        self._connections.write(remove)

    def search(self, request: Request) -> Results:
        """Answer a request. Raises `QueryError`, `IndexUnavailableError`."""
        if request.sort not in SORTS:
            raise QueryError(f"There is no order “{request.sort}”.", request.sort, "newest", "sort_unknown")
        cursor = decode(request.cursor, request.sort)
        expression = AllOf((parse(request.query), *filter_expression(request.filters)))
        limit = max(1, min(request.limit, _MOST_HITS))

        return self._connections.read(lambda connection: self._answer(connection, request, expression, limit, cursor))

    def near(self, text: str, access: Access, limit: int = 5) -> tuple[str, ...]:
        """Return titles, parties, persons and codes that the asker may see and that are spelt much like `text`."""
        attributes = self._connections.attributes
        return self._connections.read(lambda connection: near_names(connection, attributes(), text, access, limit))

    def revisions(self) -> Iterator[tuple[str, int]]:
        """Yield (id, revision) of every entry, to compare with the catalog."""
        last = ""
        while rows := self._connections.read(partial(_revisions_after, last)):
            yield from rows
            last = rows[-1][0]

    def rebuild(self, entries: Iterable[Entry]) -> None:
        """Build a new index from `entries` beside the old one and swap; searches and writes go on meanwhile.

        What others wrote since the beginning is carried over. Also repairs a damaged or missing index, and renews one
        of another version.
        """
        begun = self._mark()
        database = files.create(self.path)
        try:
            fill(database, entries)
            self._swap(database, begun)
        except BaseException:
            files.remove(database)
            raise

    def close(self) -> None:
        """Close this thread's connection; the index may be used again."""
        self._connections.close()

    def _put(self, batch: list[Draft]) -> None:
        self._connections.write(lambda connection: Writer(connection).put(batch))

    def _answer(
        self, connection: Connection, request: Request, expression: Expression, limit: int, cursor: Cursor | None
    ) -> Results:
        execution = Execution(connection, expression, request.access, self._connections.attributes())
        matches = execution.newest()
        rows = execution.ordered(request.sort, limit + 1, cursor, matches)
        shown = rows[:limit]
        return Results(
            hits=execution.hits(shown),
            total=min(len(matches.seqs), MOST_MATCHES),
            capped=matches.capped,
            facets=execution.facets(matches, request.facets),
            cursor=_end(request.sort, shown[-1]).encode() if len(rows) > limit else None,
        )

    def _mark(self) -> tuple[Path, int] | None:
        """Return the database in use and its count of changes; None where there is none that can be read."""
        try:
            changes = self._connections.read(_changes)
            return files.read_alias(self.path), changes
        except IndexDamagedError:
            return None

    def _swap(self, database: Path, begun: tuple[Path, int] | None) -> None:
        def adopt(old: Connection) -> Path:
            used = files.read_alias(self.path)
            carry_over(old, database, begun[1] if begun and begun[0] == used else -1)
            files.write_alias(self.path, database)
            return used

        try:
            files.remove(self._connections.write(adopt))
        except IndexDamagedError as error:
            old = files.read_alias(self.path, outdated=True) if isinstance(error, OutdatedIndexError) else None
            files.write_alias(self.path, database)
            if old:
                files.remove(old)
        files.remove_strays(self.path)


def carry_over(old: Connection, database: Path, since: int) -> None:
    """Bring what was written into the old database after its change number `since` into the new one."""
    new = files.connect(database)
    try:
        new.execute("BEGIN IMMEDIATE")
        writer = Writer(new)
        sql = "SELECT numbers, pages, rest FROM doc JOIN content ON key = content WHERE changed > ?"
        writer.put(draft(unpack(*row)) for row in old.execute(sql, (since,)))
        for entry, revision in old.execute("SELECT id, revision FROM gone WHERE changed > ?", (since,)):
            writer.delete(entry, revision)
        new.execute("COMMIT")
    finally:
        new.close()


def _changes(connection: Connection) -> int:
    return int(connection.execute("SELECT value FROM meta WHERE name = 'changes'").fetchone()[0])


def _revisions_after(last: str, connection: Connection) -> list[tuple[str, int]]:
    sql = "SELECT id, revision FROM doc WHERE id > ? ORDER BY id LIMIT 10000"
    return connection.execute(sql, (last,)).fetchall()


def _end(sort: str, row: tuple[Any, ...]) -> Cursor:
    score = row[3]
    return Cursor(sort, row[2], row[1], -score if sort == "relevance" and score is not None else None)
