"""Looks in the embedded index for names that are spelt much like what was typed."""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from search.attributes import Attributes
from search.execution import pair_ids
from search.expression import Words
from search.fts import match
from search.index import Access
from search.normalise import canonical, is_han
from search.suggest import closest

if TYPE_CHECKING:
    from sqlite3 import Connection

_COLUMNS = "{title parties persons codes}"
_MOST_PIECES = 40
_CANDIDATES = 300


def near_names(
    connection: Connection, attributes: Attributes, text: str, access: Access, limit: int
) -> tuple[str, ...]:
    """Return names of entries that the asker may see, nearest in spelling first."""
    marks = _marks(connection, text)
    seqs = np.array(sorted(marks), dtype=np.int64)
    allowed = seqs[attributes.of(connection, seqs).allowed(access, pair_ids(connection))].tolist()
    candidates = sorted(allowed, key=lambda seq: (-marks[seq], -seq))[:_CANDIDATES]
    return closest(text, _names(connection, candidates), limit)


def _marks(connection: Connection, text: str) -> dict[int, float]:
    """Return by row number how much the names of entries share with a text; a piece that few have counts most.

    Of a piece that very many have only the newest are looked at: it leads nowhere by itself.
    """
    marks: dict[int, float] = defaultdict(float)
    for piece in islice(dict.fromkeys(pieces(canonical(text))), _MOST_PIECES):
        query = f"{_COLUMNS} : {match(Words(piece), lambda name, values: [])}"
        sql = "SELECT rowid FROM fts WHERE fts MATCH ? ORDER BY rowid DESC LIMIT ?"
        found = connection.execute(sql, (query, _CANDIDATES)).fetchall()
        for (seq,) in found:
            marks[seq] += 1 / len(found)
    return marks


def pieces(needle: str) -> Iterator[str]:
    """Yield the shortest parts of a needle that an index looks up at once."""
    for at, char in enumerate(needle):
        size = 2 if is_han(char) else 3
        piece = needle[at : at + size]
        if len(piece) == size and " " not in piece and len({is_han(each) for each in piece}) == 1:
            yield piece
        if is_han(char):
            yield char


def _names(connection: Connection, seqs: Sequence[int]) -> list[str]:
    places = ",".join("?" * len(seqs))
    sql = f"SELECT rest FROM doc JOIN content ON key = content WHERE seq IN ({places})"  # noqa: S608  # question marks
    return [name for (rest,) in connection.execute(sql, seqs) for name in json.loads(zlib.decompress(rest))["names"]]
