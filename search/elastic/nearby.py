"""Looks in Elasticsearch for names that are spelt much like what was typed."""

from __future__ import annotations

from search.elastic.client import Client
from search.elastic.query_dsl import filtered
from search.expression import AnyOf, Words
from search.index import Access
from search.nearby import pieces
from search.normalise import canonical
from search.suggest import closest

_COLUMNS = ("title", "parties", "persons", "codes")
_MOST_PIECES = 60
_CANDIDATES = 300


def near_names(client: Client, text: str, access: Access, limit: int) -> tuple[str, ...]:
    """Return names of entries that the asker may see, nearest in spelling first."""
    known = sorted(set(pieces(canonical(text))))[:_MOST_PIECES]
    if not known:
        return ()
    words = AnyOf(tuple(Words(piece, column) for piece in known for column in _COLUMNS))
    query = filtered(words, access, scores=True)
    answer = client.call(
        lambda server: server.search(
            index=client.address.name,
            query=query,
            size=_CANDIDATES,
            source={"includes": ["kept.names"]},
            track_total_hits=False,
        )
    )
    names = (name for row in answer.body["hits"]["hits"] for name in row["_source"]["kept"]["names"])
    return closest(text, names, limit)
