"""Whether the index can be searched and written to, and is whole, asked by the doctor and at start."""

from __future__ import annotations

from dms.kernel.errors import ConfigurationError, DmsError
from dms.kernel.outages import explained
from dms.retrieval.projection import MOST_COUNTED
from search.index import Access, Request, SearchError, SearchIndex

EVERYTHING = Access(({},))
NOBODY = "doctor"  # no document has this id, so that removing it tries the way of a write and changes nothing


class IndexIncompleteError(ConfigurationError):
    """The index lacks documents that no outbox will bring: it was changed for an empty one, or restored from a copy."""

    code = "index_incomplete"


def condition(index: SearchIndex, wanted: int = 0) -> str:
    """Return how many documents it holds; `wanted` is how many the catalog would have there (`projection.expected`).

    Raises:
        SearchError: it cannot be searched or written to.
        IndexIncompleteError: it holds fewer.
    """
    found = index.search(Request("", EVERYTHING, limit=1))
    index.delete([NOBODY], 0)
    if not found.capped and found.total < wanted:
        raise IndexIncompleteError(
            "检索索引里只有 %(found)s 件，目录里有 %(wanted)s 件，其余的现在检索不到；档案没有受影响，其他功能照常。"
            "请运行 python -m dms index rebuild 重建（换了 index_url 之后都要运行一次）。",
            found=found.total, wanted=f"{wanted}{'+' if wanted >= MOST_COUNTED else ''}",
        )  # fmt: skip
    return f"{found.total}{'+' if found.capped else ''} 件，可读可写"


def trouble(index: SearchIndex, wanted: int = 0) -> DmsError | None:
    """Return what keeps documents from being found, None where nothing does; the archive works without the search."""
    try:
        condition(index, wanted)
    except SearchError as error:
        return explained(error)
    except IndexIncompleteError as error:
        return error
    return None
