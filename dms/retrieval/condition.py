"""Whether the index can be searched and written to, asked by the doctor and at start."""

from __future__ import annotations

from dms.errors import DmsError
from dms.retrieval.problems import explained
from search.index import Access, Request, SearchError, SearchIndex

EVERYTHING = Access(({},))
NOBODY = "doctor"  # no document has this id, so that removing it tries the way of a write and changes nothing


def condition(index: SearchIndex) -> str:
    """Return how many documents it holds. Raises `SearchError` where it cannot be searched or written to."""
    found = index.search(Request("", EVERYTHING, limit=1))
    index.delete([NOBODY], 0)
    return f"{found.total}{'+' if found.capped else ''} 件，可读可写"


def trouble(index: SearchIndex) -> DmsError | None:
    """Return what keeps the index from being used, None where nothing does; the archive works without it."""
    try:
        condition(index)
    except SearchError as error:
        return explained(error)
    return None
