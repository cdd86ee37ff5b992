"""Chooses an index by its address."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from search.elastic.address import parse_address
from search.embedded import EmbeddedIndex
from search.index import SearchError, SearchIndex


class UnknownIndexError(SearchError):
    """No kind of index has such an address."""

    code = "index_unknown"


def open_index(url: str) -> SearchIndex:
    """Return the index at an address; nothing is contacted yet.

    sqlite:///folder/index.db (sqlite:////… for a path from the root), https://user:password@host:9200/name
    """
    scheme = urlsplit(url).scheme
    if scheme not in _KINDS:
        known = ", ".join(f"{kind}://…" for kind in _KINDS)
        raise UnknownIndexError(f"There is no search index of the kind “{scheme or url}”; use one of: {known}.")
    return _KINDS[scheme](url)


def _sqlite(url: str) -> SearchIndex:
    path = unquote(url.removeprefix("sqlite://"))[1:]
    if not path:
        raise UnknownIndexError("The address of the search index names no file; write sqlite:///folder/index.db.")
    return EmbeddedIndex(Path(path))


def _elastic(url: str) -> SearchIndex:
    from search.elastic.index import ElasticIndex

    return ElasticIndex(parse_address(url))


_KINDS: dict[str, Callable[[str], SearchIndex]] = {"sqlite": _sqlite, "https": _elastic, "http": _elastic}
