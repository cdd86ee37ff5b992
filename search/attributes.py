"""What one process remembers of an embedded index's attributes: columns that say what is allowed and count facets."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from search.fts import PairIds
from search.index import MOST_FACET_VALUES, Access

if TYPE_CHECKING:
    from sqlite3 import Connection

Seqs = NDArray[np.int64]
"""Row numbers of documents."""
Facets = dict[str, tuple[tuple[str, int], ...]]

_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class Pairs:
    """The pair ids of some documents one after another, and how many each document has."""

    ids: NDArray[np.uint32]
    lengths: NDArray[np.int64]

    def allowed(self, access: Access, known: PairIds) -> NDArray[np.bool_]:
        """Tell of each document whether the asker may see it."""
        ends = np.cumsum(self.lengths)
        starts = ends - self.lengths
        most = int(self.ids.max(initial=0))
        seen = np.zeros(len(ends), dtype=bool)
        for clause in access.clauses:
            good = np.ones(len(ends), dtype=bool)
            for name, values in clause.items():
                wanted = np.zeros(most + 1, dtype=bool)
                wanted[[pair for pair in known(name, values) if pair <= most]] = True
                marks = np.concatenate(([0], np.cumsum(wanted[self.ids], dtype=np.int32)))
                good &= marks[ends] > marks[starts]
            seen |= good
        return seen


@dataclass(frozen=True, slots=True)
class _Table:
    """The pair ids of all documents; `seqs` rises, each document's ids stand somewhere in `ids`."""

    seqs: Seqs
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    ids: NDArray[np.uint32]

    def of(self, seqs: Seqs) -> Pairs:
        """Return the pair ids of documents in the order asked; those that are not known have none."""
        if not len(self.seqs):
            return Pairs(self.ids, np.zeros(len(seqs), dtype=np.int64))
        places = np.minimum(np.searchsorted(self.seqs, seqs), len(self.seqs) - 1)
        lengths = np.where(self.seqs[places] == seqs, self.lengths[places], 0)
        shifts = self.starts[places] - (np.cumsum(lengths) - lengths)
        return Pairs(self.ids[np.repeat(shifts, lengths) + np.arange(lengths.sum())], lengths)

    def changed(self, rows: Mapping[int, bytes]) -> _Table:
        """Return the table with the packed pair ids of some documents added or put in place of older ones."""
        new = np.array(sorted(rows), dtype=np.int64)
        packed = [rows[seq] for seq in new.tolist()]
        lengths = np.array([len(each) // 4 for each in packed], dtype=np.int64)
        starts = len(self.ids) + np.cumsum(lengths) - lengths
        stays = np.isin(self.seqs, new, assume_unique=True, invert=True)
        places = np.searchsorted(self.seqs[stays], new)
        table = _Table(
            np.insert(self.seqs[stays], places, new),
            np.insert(self.starts[stays], places, starts),
            np.insert(self.lengths[stays], places, lengths),
            np.concatenate((self.ids, np.frombuffer(b"".join(packed), "<u4"))),
        )
        return table if len(table.ids) <= 2 * table.lengths.sum() else table._compact()

    def _compact(self) -> _Table:
        """Return the table without the ids that no document has any more."""
        return _Table(self.seqs, np.cumsum(self.lengths) - self.lengths, self.lengths, self.of(self.seqs).ids)


@dataclass(slots=True)
class _Values:
    """The values of one attribute name and the ids of their pairs, sorted by value when they are counted."""

    pairs: list[tuple[str, int]] = field(default_factory=list)
    ids: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def most_frequent(self, counts: NDArray[np.int64]) -> tuple[tuple[str, int], ...]:
        """Return the most frequent values by the counts of all pair ids, ties by value."""
        if len(self.ids) < len(self.pairs):
            self.pairs.sort()
            self.ids = np.array([pair for _, pair in self.pairs], dtype=np.int64)
        mine = counts[self.ids]
        order = np.argsort(-mine, kind="stable")[: min(MOST_FACET_VALUES, np.count_nonzero(mine))]
        return tuple((self.pairs[place][0], int(mine[place])) for place in order.tolist())


class Attributes:
    """Follows one database: the pairs (name, value) and which of them each document has.

    Pairs are only ever added; documents are told from changed ones by their change number. What is remembered may be
    newer than a connection's snapshot, never older.
    """

    def __init__(self) -> None:
        none = np.zeros(0, dtype=np.int64)
        self._table = _Table(none, none, none, np.zeros(0, dtype=np.uint32))
        self._names: dict[str, _Values] = {}
        self._last = self._change = 0
        self._lock = threading.Lock()

    def of(self, connection: Connection, seqs: Seqs) -> Pairs:
        """Return the pair ids of documents by row number."""
        with self._lock:
            self._follow(connection)
            return self._table.of(seqs)

    def count(self, connection: Connection, seqs: Seqs, names: Sequence[str]) -> Facets:
        """Return for each attribute name its most frequent values among the documents, ties by value."""
        with self._lock:
            self._follow(connection)
            counts = np.bincount(self._table.of(seqs).ids, minlength=self._last + 1)
            return {name: self._names.get(name, _Values()).most_frequent(counts) for name in names}

    def _follow(self, connection: Connection) -> None:
        pairs = connection.execute("SELECT id, name, value FROM pair WHERE id > ? ORDER BY id", (self._last,))
        for pair, name, value in pairs:
            self._names.setdefault(name, _Values()).pairs.append((value, pair))
            self._last = pair
        sql = "SELECT seq, pairs, changed FROM doc WHERE changed > ? ORDER BY changed"
        cursor = connection.execute(sql, (self._change,))
        while rows := cursor.fetchmany(_AT_ONCE):
            self._table = self._table.changed({seq: packed for seq, packed, _ in rows})
            self._change = rows[-1][2]
