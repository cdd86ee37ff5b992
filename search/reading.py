"""Reads from an embedded index's database: matches, their order and pages, counts by attribute."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from search.cursor import Cursor
from search.expression import AllOf, Expression, wanted_words
from search.fts import EVERY, NOTHING, PairIds, access_expression, match
from search.index import MOST_FACET_VALUES, MOST_MATCHES, Access, Hit
from search.record import PAGE_BREAK, page_texts
from search.scan import occurrences

if TYPE_CHECKING:
    from sqlite3 import Connection

_WEIGHTS = "bm25(fts, 1, 5, 4, 4, 4, 2, 1, 0)"  # body, title, parties, persons, codes, texts, types, marks
_KEYED = {"document_date": "document_date", "amount": "amount"}


@dataclass(frozen=True, slots=True)
class Matches:
    """The newest matches of an expression, newest first, by row number."""

    seqs: Sequence[int]

    @property
    def capped(self) -> bool:
        """Tell whether there are more matches than are counted."""
        return len(self.seqs) > MOST_MATCHES


class PairNames:
    """What one process remembers of a database's attributes: the pairs (name, value) by id, those of each document.

    Pairs are only ever added; documents are told from changed ones by their change number.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[str, str]] = {}
        self._last = 0
        self._held: dict[int, bytes] = {}
        self._change = 0
        self._lock = threading.Lock()

    def of(self, connection: Connection, seqs: Sequence[int]) -> list[bytes]:
        """Return the packed pair ids of documents by row number."""
        with self._lock:
            sql = "SELECT seq, pairs, changed FROM doc WHERE changed > ? ORDER BY changed"
            for seq, pairs, changed in connection.execute(sql, (self._change,)):
                self._held[seq], self._change = pairs, changed
            return [self._held.get(seq, b"") for seq in seqs]

    def load(self, connection: Connection) -> dict[int, tuple[str, str]]:
        """Return all pairs that the connection's snapshot knows, and perhaps newer ones."""
        with self._lock:
            rows = connection.execute("SELECT id, name, value FROM pair WHERE id > ? ORDER BY id", (self._last,))
            for pair, name, value in rows:
                self._known[pair] = name, value
                self._last = pair
            return self._known


class Reader:
    """Answers one question within one snapshot of a database."""

    def __init__(self, connection: Connection, expression: Expression, access: Access, names: PairNames) -> None:
        self._connection = connection
        self._names = names
        self._access = access
        self._words = list(wanted_words(expression))
        self._pairs = pair_ids(connection)
        self._text = match(expression, self._pairs)
        self._match = match(AllOf((expression, access_expression(access))), self._pairs)

    def newest(self) -> Matches:
        """Return the newest matches that the asker may see, one more than are counted.

        FTS5 walks through the long lists of what the asker may see from their beginning, which costs more than a rare
        word: so few matches are found first and looked through then; where they are many FTS5 does both at once.
        """
        if self._match == NOTHING:
            return Matches(())
        if EVERY not in (self._match, self._text) and self._match != self._text:
            found = self._newest_of(self._text)
            if len(found) <= MOST_MATCHES:
                return Matches(self._allowed(found))
        return Matches(self._newest_of(self._match))

    def _newest_of(self, text: str) -> list[int]:
        values: tuple[object, ...] = (text, MOST_MATCHES + 1)
        sql = "SELECT rowid FROM fts WHERE fts MATCH ? ORDER BY rowid DESC LIMIT ?"
        if text == EVERY:
            sql, values = "SELECT seq FROM doc ORDER BY seq DESC LIMIT ?", values[1:]
        return [row[0] for row in self._connection.execute(sql, values)]

    def _allowed(self, seqs: list[int]) -> list[int]:
        """Return the row numbers whose documents the asker may see."""
        if not seqs:
            return []
        held = self._names.of(self._connection, seqs)
        pairs = np.frombuffer(b"".join(held), "<u4")
        ends = np.cumsum([len(each) // 4 for each in held])
        starts = np.concatenate(([0], ends[:-1]))
        most = int(pairs.max(initial=0))
        seen = np.zeros(len(seqs), dtype=bool)
        for clause in self._access.clauses:
            good = np.ones(len(seqs), dtype=bool)
            for name, values in clause.items():
                wanted = np.zeros(most + 1, dtype=bool)
                wanted[[pair for pair in self._pairs(name, values) if pair <= most]] = True
                marks = np.concatenate(([0], np.cumsum(wanted[pairs], dtype=np.int32)))
                good &= marks[ends] > marks[starts]
            seen |= good
        return [seqs[place] for place in np.flatnonzero(seen).tolist()]

    def ordered(self, sort: str, limit: int, cursor: Cursor | None, matches: Matches) -> list[tuple[Any, ...]]:
        """Return up to `limit` rows (seq, id, sort key, score or None) after the cursor."""
        if self._match == NOTHING:
            return []
        if sort == "relevance" and self._words:
            return self._ranked(limit, cursor, matches)
        if sort.removeprefix("-") in _KEYED:
            return self._by_key(sort, limit, cursor)
        if cursor is None and sort != "oldest":
            return self._rows(matches.seqs[: min(limit, MOST_MATCHES)])
        return self._by_arrival(sort == "oldest", limit, cursor)

    def hits(self, rows: Iterable[tuple[Any, ...]]) -> tuple[Hit, ...]:
        """Return the hits with the pages on which the words stand."""
        needles = list(dict.fromkeys(w.needle for w in self._words if w.column in (None, "body")))
        return tuple(Hit(row[1], self._pages(row[0], needles), row[3] or 0.0) for row in rows)

    def _pages(self, seq: int, needles: Sequence[str]) -> tuple[int, ...]:
        if not needles:
            return ()
        row = self._one("SELECT pages, numbers FROM content WHERE key = (SELECT content FROM doc WHERE seq = ?)", seq)
        return best_pages(page_texts(row[0]), np.frombuffer(row[1], "<u4").tolist(), needles)

    def _by_arrival(self, ascending: bool, limit: int, cursor: Cursor | None) -> list[tuple[Any, ...]]:
        sign, direction = (">", "ASC") if ascending else ("<", "DESC")
        start = self._boundary(sign, direction, cursor) if cursor else None
        if cursor and start is None:
            return []
        equal = ""
        values: list[object] = [self._match]
        if start is not None:
            equal = f"AND rowid {sign}= ?"
            values.append(start)
        if self._match == EVERY:
            where = equal.replace("AND rowid", "WHERE seq")
            sql = f"SELECT seq FROM doc {where} ORDER BY seq {direction} LIMIT ?"  # noqa: S608  # only signs and words
            values = values[1:]
        else:
            sql = f"SELECT rowid FROM fts WHERE fts MATCH ? {equal} ORDER BY rowid {direction} LIMIT ?"  # noqa: S608
        return self._rows([row[0] for row in self._connection.execute(sql, (*values, limit))])

    def _boundary(self, sign: str, direction: str, cursor: Cursor) -> int | None:
        row = self._connection.execute(
            f"SELECT seq FROM doc WHERE (received, id) {sign} (?, ?)"  # noqa: S608
            f" ORDER BY received {direction}, id {direction} LIMIT 1",
            (cursor.key, cursor.id),
        ).fetchone()
        return int(row[0]) if row else None

    def _by_key(self, sort: str, limit: int, cursor: Cursor | None) -> list[tuple[Any, ...]]:
        """Order all matches by a column; those without a value come last in both directions."""
        column, falling = _KEYED[sort.removeprefix("-")], sort.startswith("-")
        sign, direction = ("<", "DESC") if falling else (">", "ASC")
        after = ""
        values: list[object] = []
        if cursor and cursor.key is None:
            after, values = f"AND {column} IS NULL AND id {sign} ?", [cursor.id]
        elif cursor:
            after = f"AND ({column} IS NULL OR ({column}, id) {sign} (?, ?))"
            values = [cursor.key, cursor.id]
        sql = (
            f"SELECT seq, id, {column}, 0.0 FROM fts CROSS JOIN doc ON doc.seq = fts.rowid WHERE fts MATCH ? {after}"  # noqa: S608
            f" ORDER BY {column} IS NULL, {column} {direction}, id {direction} LIMIT ?"
        )
        return self._connection.execute(sql, (self._match, *values, limit)).fetchall()

    def _ranked(self, limit: int, cursor: Cursor | None, matches: Matches) -> list[tuple[Any, ...]]:
        """Rank the newest matches; beyond them go on newest first."""
        if cursor and cursor.ranked is None:
            return self._by_arrival(False, limit, cursor)
        counted = matches.seqs[:MOST_MATCHES]
        if not counted:
            return []
        words = " OR ".join(f"({match(word, self._pairs)})" for word in self._words)
        sql = f"SELECT rowid, {_WEIGHTS} FROM fts WHERE fts MATCH ? AND rowid >= ?"  # noqa: S608  # a constant
        scores = dict(self._connection.execute(sql, (words, counted[-1])).fetchall())
        ids = self._ids(counted)
        ranked = sorted((scores.get(seq, 0.0), ids[seq][0], seq) for seq in counted)
        if cursor:
            ranked = [row for row in ranked if row[:2] > (cursor.ranked, cursor.id)]
        found = [(seq, entry, ids[seq][1], -score) for score, entry, seq in ranked[:limit]]
        if len(found) < limit and matches.capped:
            received = ids[counted[-1]][1]
            rest = self._by_arrival(False, limit - len(found), Cursor("relevance", received, ids[counted[-1]][0]))
            found += rest
        return found

    def _rows(self, seqs: Sequence[int]) -> list[tuple[Any, ...]]:
        ids = self._ids(seqs)
        return [(seq, *ids[seq], None) for seq in seqs]

    def _ids(self, seqs: Sequence[int]) -> dict[int, tuple[str, int]]:
        """Return id and day of arrival by row number."""
        if not seqs:
            return {}
        marks = ",".join("?" * len(seqs))
        sql = f"SELECT seq, id, received FROM doc WHERE seq IN ({marks})"  # noqa: S608  # only question marks
        return {row[0]: (row[1], row[2]) for row in self._connection.execute(sql, tuple(seqs))}

    def _one(self, sql: str, *values: object) -> Any:
        return self._connection.execute(sql, values).fetchone()


def pair_ids(connection: Connection) -> PairIds:
    """Return the function that looks up the ids of attribute values."""

    def known(name: str, values: Iterable[str]) -> list[int]:
        sql = "SELECT id FROM pair WHERE name = ? AND value = ?"
        return [row[0] for value in values for row in connection.execute(sql, (name, value))]

    return known


def count_pairs(
    pairs: Iterable[bytes], names: Iterable[str], known: dict[int, tuple[str, str]]
) -> dict[str, tuple[tuple[str, int], ...]]:
    """Return for each attribute name its most frequent values in the packed pair ids, ties by value."""
    counts = np.bincount(np.frombuffer(b"".join(pairs), "<u4"))
    found: dict[str, list[tuple[str, int]]] = {name: [] for name in names}
    for pair in np.flatnonzero(counts).tolist():
        name, value = known[pair]
        if name in found:
            found[name].append((value, int(counts[pair])))
    for values in found.values():
        values.sort()
        values.sort(key=itemgetter(1), reverse=True)  # keeps the order of equal counts
    return {name: tuple(values[:MOST_FACET_VALUES]) for name, values in found.items()}


def best_pages(texts: Sequence[str], numbers: Sequence[int], needles: Sequence[str]) -> tuple[int, ...]:
    """Return the numbers of the pages with any needle: most different needles first, then most often, then in order."""
    whole = PAGE_BREAK.join(texts)
    ends: list[int] = []
    for text in texts:
        ends.append((ends[-1] + 1 if ends else 0) + len(text))
    starts = np.array(ends)
    marks: dict[int, list[int]] = {}
    for needle in needles:
        places = np.fromiter(occurrences(needle, whole), dtype=np.int64)
        pages, often = np.unique(np.searchsorted(starts, places, side="right"), return_counts=True)
        for page, times in zip(pages.tolist(), often.tolist(), strict=True):
            mark = marks.setdefault(page, [0, 0])
            mark[0] += 1
            mark[1] += times
    order = sorted(marks, key=lambda page: (-marks[page][0], -marks[page][1], page))
    return tuple(numbers[page] for page in order)
