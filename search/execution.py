"""Reads from an embedded index's database: matches, their order and pages, counts by attribute."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from search.attributes import Attributes, Facets, Seqs
from search.cursor import Cursor
from search.expression import AllOf, Expression, positive_words
from search.fts import EVERY, NOTHING, PairIds, access_expression, match
from search.index import MOST_MATCHES, Access, Hit
from search.record import PAGE_BREAK, page_texts
from search.scan import occurrences

if TYPE_CHECKING:
    from sqlite3 import Connection

_WEIGHTS = "bm25(fts, 1, 5, 4, 4, 4, 2, 1, 0)"  # body, title, parties, persons, codes, texts, types, marks
_HIGHEST = 2**63 - 1
_MANY = 0.2
"""Share of a word's matches that the asker must be allowed to see for looking through them to cost less."""
_KEYED = {"document_date": "document_date", "amount": "amount"}


@dataclass(frozen=True, slots=True)
class Matches:
    """The newest matches of an expression, newest first, by row number."""

    seqs: Seqs

    @property
    def capped(self) -> bool:
        """Tell whether there are more matches than are counted."""
        return len(self.seqs) > MOST_MATCHES


class Execution:
    """One request against one snapshot of a database."""

    def __init__(self, connection: Connection, expression: Expression, access: Access, attributes: Attributes) -> None:
        self._connection = connection
        self._attributes = attributes
        self._access = access
        self._words = list(positive_words(expression))
        self._pairs = pair_ids(connection)
        self._text = match(expression, self._pairs)
        self._match = match(AllOf((expression, access_expression(access))), self._pairs)

    def newest(self) -> Matches:
        """Return the newest matches that the asker may see, one more than are counted.

        FTS5 walks through the long lists of what the asker may see from their beginning, which costs more than the
        words do: so matches of the words are looked through, newest first. Where the asker may see few of them FTS5
        does both at once.
        """
        if self._match == NOTHING:
            return Matches(np.zeros(0, dtype=np.int64))
        if self._match == self._text:
            return Matches(self._newest_of(self._text))
        allowed = np.zeros(0, dtype=np.int64)
        last = None
        while len(allowed) <= MOST_MATCHES:
            seqs = self._newest_of(self._text, last)
            mine = seqs[self._attributes.of(self._connection, seqs).allowed(self._access, self._pairs)]
            allowed = np.concatenate((allowed, mine))
            if len(seqs) <= MOST_MATCHES:
                break
            if len(mine) < len(seqs) * _MANY:
                return Matches(self._newest_of(self._match))
            last = int(seqs[-1])
        return Matches(allowed[: MOST_MATCHES + 1])

    def _newest_of(self, text: str, before: int | None = None) -> Seqs:
        """Return the newest matches of a MATCH string that are older than a row number, one more than are counted.

        They come as one text: a row each would cost as much as finding them.
        """
        sql, values = "SELECT rowid AS seq FROM fts WHERE fts MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?", [text]
        if text == EVERY:
            sql, values = "SELECT seq FROM doc WHERE seq < ? ORDER BY seq DESC LIMIT ?", []
        bounds = (_HIGHEST if before is None else before, MOST_MATCHES + 1)
        found = self._one(f"SELECT group_concat(seq) FROM ({sql})", *values, *bounds)[0]  # noqa: S608  # one of the two
        return np.sort(np.fromstring(found or "", dtype=np.int64, sep=","))[::-1]

    def ordered(self, sort: str, limit: int, cursor: Cursor | None, matches: Matches) -> list[tuple[Any, ...]]:
        """Return up to `limit` rows (seq, id, sort key, score or None) after the cursor."""
        if self._match == NOTHING:
            return []
        if sort == "relevance" and self._words:
            return self._ranked(limit, cursor, matches)
        if sort.removeprefix("-") in _KEYED:
            return self._by_key(sort, limit, cursor)
        if cursor is None and sort != "oldest":
            return self._rows(matches.seqs[: min(limit, MOST_MATCHES)].tolist())
        return self._by_arrival(sort == "oldest", limit, cursor)

    def facets(self, matches: Matches, names: Sequence[str]) -> Facets:
        """Count the values of attributes among the matches."""
        return self._attributes.count(self._connection, matches.seqs[:MOST_MATCHES], names) if names else {}

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
        counted = matches.seqs[:MOST_MATCHES].tolist()
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


def best_pages(texts: Sequence[str], numbers: Sequence[int], needles: Sequence[str]) -> tuple[int, ...]:
    """Return the numbers of the pages with any needle: most different needles first, then most often, then in order."""
    whole = PAGE_BREAK.join(texts)
    ends: list[int] = []
    for text in texts:
        ends.append((ends[-1] + 1 if ends else 0) + len(text))
    marks: dict[int, list[int]] = {}
    for needle in needles:
        pages = Counter(bisect_right(ends, place) for place in occurrences(needle, whole))
        for page, times in pages.items():
            mark = marks.setdefault(page, [0, 0])
            mark[0] += 1
            mark[1] += times
    order = sorted(marks, key=lambda page: (-marks[page][0], -marks[page][1], page))
    return tuple(numbers[page] for page in order)
