"""Looks in the embedded index for names that are spelt much like what was typed."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from search.expression import AllOf, AnyOf, Expression, Words
from search.fts import NOTHING, access_expression, match
from search.index import Access
from search.normalise import canonical, is_han
from search.reading import pair_ids
from search.suggest import closest

if TYPE_CHECKING:
    from sqlite3 import Connection

_COLUMNS = "{title parties persons codes}"
_PIECES = 6
_CANDIDATES = 300


def near_names(connection: Connection, text: str, access: Access, limit: int) -> tuple[str, ...]:
    """Return names of entries that the asker may see, nearest in spelling first."""
    known = sorted(set(pieces(canonical(text))), key=lambda piece: (_frequency(connection, piece), piece))
    words = AnyOf(tuple(Words(piece) for piece in known if _frequency(connection, piece))[:_PIECES])
    names = _names(connection, words, access)
    return closest(text, names, limit)


def pieces(needle: str) -> Iterator[str]:
    """Yield the shortest parts of a needle that an index looks up at once."""
    for at, char in enumerate(needle):
        size = 2 if is_han(char) else 3
        piece = needle[at : at + size]
        if len(piece) == size and " " not in piece and len({is_han(each) for each in piece}) == 1:
            yield piece
        if is_han(char):
            yield char


def _frequency(connection: Connection, term: str) -> int:
    row = connection.execute("SELECT doc FROM vocabulary WHERE term = ?", (term,)).fetchone()
    return int(row[0]) if row else 0


def _names(connection: Connection, words: Expression, access: Access) -> list[str]:
    wanted = match(words, lambda name, values: [])
    allowed = match(AllOf((access_expression(access),)), pair_ids(connection))
    if NOTHING in (wanted, allowed):
        return []
    rows = connection.execute(
        "SELECT rest FROM (SELECT rowid AS seq FROM fts WHERE fts MATCH ? ORDER BY rank LIMIT ?)"
        " JOIN doc USING (seq) JOIN content ON key = content",
        (f"({_COLUMNS} : {wanted}) AND {allowed}", _CANDIDATES),
    )
    return [name for (rest,) in rows for name in json.loads(zlib.decompress(rest))["names"]]
