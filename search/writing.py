"""Writes entries into an embedded index's database: rows, tokens, and row numbers that keep the order of arrival."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from search.fts import pair_token
from search.record import Record, unpack

if TYPE_CHECKING:
    from sqlite3 import Connection

FIRST = 1 << 32
GAP = 64
"""Distance of neighbours: one byte in FTS5's lists, and room for late arrivals between them."""

_FTS = "INSERT INTO fts(rowid, body, title, parties, persons, codes, texts, types, marks) VALUES (?,?,?,?,?,?,?,?,?)"
_DOC = "INSERT INTO doc VALUES (?,?,?,?,?,?,?,?,?)"
_ALL = "SELECT doc.*, numbers, pages, rest FROM doc JOIN content ON key = content WHERE seq = ?"
_WINDOW = 32


@dataclass(frozen=True, slots=True)
class Draft:
    """A record with all that can be made of it before the database is locked."""

    record: Record
    texts: tuple[str, ...]
    marks: str
    packed: tuple[bytes, bytes, bytes]


def draft(record: Record) -> Draft:
    """Cut a record into tokens and pack it."""
    return Draft(record, tuple(record.texts()), " ".join(record.marks()), record.pack())


class Writer:
    """Writes into one database; the caller has begun a transaction and ends it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._pairs: dict[tuple[str, str], int] = {}

    def put(self, drafts: Iterable[Draft]) -> None:
        """Add or replace entries that are newer than what is there or was deleted."""
        for each in drafts:
            self._put(each)

    def delete(self, entry: str, revision: int) -> None:
        """Remove an entry that is not newer, and remember that it is gone."""
        row = self._row("SELECT seq, revision FROM doc WHERE id = ?", entry)
        if row and row[1] > revision:
            return
        if row:
            self._remove(row[0])
        self._connection.execute(
            "INSERT INTO gone VALUES (?,?,?) ON CONFLICT(id) DO UPDATE"
            " SET revision = max(revision, excluded.revision), changed = excluded.changed",
            (entry, revision, self._next_change()),
        )

    def append(self, seq: int, made: Draft, content: int | None = None) -> None:
        """Add an entry at a row number that is free; `content` is the key of its packed texts if already stored."""
        record = made.record
        pairs = self._pair_ids(record)
        if content is None:
            content = self.store(made.packed)
        self._connection.execute(
            _DOC,
            (
                seq, record.id, record.revision, record.received, record.document_date, record.amount, content,
                self._next_change(), array("I", pairs).tobytes(),
            ),
        )  # fmt: skip
        self._index(seq, made, pairs)

    def store(self, packed: tuple[bytes, bytes, bytes]) -> int:
        """Store packed texts and return their key."""
        cursor = self._connection.execute("INSERT INTO content(numbers, pages, rest) VALUES (?,?,?)", packed)
        return int(cursor.lastrowid or 0)

    def _put(self, made: Draft) -> None:
        record = made.record
        gone = self._row("SELECT revision FROM gone WHERE id = ?", record.id)
        old = self._row("SELECT seq, revision, received FROM doc WHERE id = ?", record.id)
        if (gone and gone[0] >= record.revision) or (old and old[1] >= record.revision):
            return
        if gone:
            self._connection.execute("DELETE FROM gone WHERE id = ?", (record.id,))
        if old:
            self._remove(old[0])
        stays = old is not None and old[2] == record.received
        self.append(old[0] if stays and old else self._place(record.received, record.id), made)

    def _remove(self, seq: int) -> None:
        self._connection.execute("DELETE FROM content WHERE key = (SELECT content FROM doc WHERE seq = ?)", (seq,))
        self._connection.execute("DELETE FROM doc WHERE seq = ?", (seq,))
        self._connection.execute("DELETE FROM fts WHERE rowid = ?", (seq,))

    def _index(self, seq: int, made: Draft, pairs: Iterable[int]) -> None:
        marks = " ".join((made.marks, *(pair_token(pair) for pair in pairs)))
        self._connection.execute(_FTS, (seq, *made.texts, marks))

    def _pair_ids(self, record: Record) -> list[int]:
        return [self._pair(name, value) for name, values in record.attributes.items() for value in values]

    def _pair(self, name: str, value: str) -> int:
        known = self._pairs.get((name, value))
        if known is None:
            self._connection.execute("INSERT OR IGNORE INTO pair(name, value) VALUES (?,?)", (name, value))
            known = int(self._rows("SELECT id FROM pair WHERE name = ? AND value = ?", name, value)[0][0])
            self._pairs[name, value] = known
        return known

    def _next_change(self) -> int:
        rows = self._rows("UPDATE meta SET value = value + 1 WHERE name = 'changes' RETURNING value")
        return int(rows[0][0])

    def _place(self, received: int, entry: str) -> int:
        """Return a free row number between the neighbours in the order of (received, id)."""
        order = "SELECT seq FROM doc WHERE (received, id) {} (?, ?) ORDER BY received {}, id {} LIMIT 1"
        before = self._row(order.format("<", "DESC", "DESC"), received, entry)
        after = self._row(order.format(">", "ASC", "ASC"), received, entry)
        if after is None:
            return int(before[0]) + GAP if before else FIRST
        if before is None:
            return int(after[0]) - GAP
        if after[0] - before[0] > 1:
            return int(before[0] + after[0]) // 2
        self._spread(int(before[0]))
        return self._place(received, entry)

    def _spread(self, middle: int) -> None:
        """Give the neighbours of a crowded row number numbers that leave room between them."""
        window = _WINDOW
        while True:
            rows = self._rows(
                "SELECT * FROM (SELECT seq FROM doc WHERE seq <= ?1 ORDER BY seq DESC LIMIT ?2)"
                " UNION ALL SELECT * FROM (SELECT seq FROM doc WHERE seq > ?1 ORDER BY seq LIMIT ?2) ORDER BY 1",
                middle, window,
            )  # fmt: skip
            seqs = [int(row[0]) for row in rows]
            low = self._row("SELECT max(seq) FROM doc WHERE seq < ?", seqs[0])
            high = self._row("SELECT min(seq) FROM doc WHERE seq > ?", seqs[-1])
            room = GAP * (len(seqs) + 1)
            start = int(low[0]) if low and low[0] is not None else seqs[0] - room
            end = int(high[0]) if high and high[0] is not None else seqs[-1] + room
            step = (end - start) // (len(seqs) + 1)
            if step >= 8:
                self._renumber(seqs, [start + step * (place + 1) for place in range(len(seqs))])
                return
            window *= 2

    def _renumber(self, old: Sequence[int], new: Sequence[int]) -> None:
        moved = []
        for seq in old:
            row = self._rows(_ALL, seq)[0]
            self._connection.execute("DELETE FROM doc WHERE seq = ?", (seq,))
            self._connection.execute("DELETE FROM fts WHERE rowid = ?", (seq,))
            moved.append(((*row[1:7], self._next_change(), row[8]), draft(unpack(*row[9:])), array("I", row[8])))
        for seq, (rest, made, pairs) in zip(new, moved, strict=True):
            self._connection.execute(_DOC, (seq, *rest))
            self._index(seq, made, pairs)

    def _row(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        return next(iter(self._rows(sql, *values)), None)

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, values).fetchall()


def batches(drafts: Iterable[Draft], characters: int = 2_000_000) -> Iterator[list[Draft]]:
    """Yield drafts in lists small enough to be written while others wait."""
    waiting = iter(drafts)
    while batch := list(islice(waiting, 1)):
        size = sum(map(len, batch[0].texts))
        for each in waiting:
            batch.append(each)
            size += sum(map(len, each.texts))
            if size > characters:
                break
        yield batch
