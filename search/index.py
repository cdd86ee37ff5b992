"""The seam to a full-text index: what an entry is, what can be asked, what comes back, `SearchIndex`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol


class SearchError(Exception):
    """The index could not answer. The message says what to do next."""


class QueryError(SearchError):
    """The query cannot be understood; the message names the part and shows a correct example."""


class IndexUnavailableError(SearchError):
    """The index does not answer; the same call may succeed later."""


@dataclass(frozen=True, slots=True)
class PageText:
    """Text of one page of a document, lines separated by newlines. `number` is 1-based within the document."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One document (件) as the index holds it: a projection of the catalog, rebuildable at any time.

    Fields are grouped by kind, never by document type. Amounts are integers in 分. `attributes` are exact values to
    filter and count by (facets): type, status, department, owner, level, year, party, dossier, confirmed.
    `level` (密级) is 0–3. `revision` grows with each change; an older revision never replaces a newer one.
    """

    id: str
    revision: int
    title: str
    pages: tuple[PageText, ...] = ()
    parties: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()  # further field values: addresses, subjects, pinyin initials of the parties
    dates: tuple[date, ...] = ()
    amounts: tuple[int, ...] = ()
    document_date: date | None = None
    received_on: date | None = None
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    level: int = 0


@dataclass(frozen=True, slots=True)
class Access:
    """What the asker may see, rendered by the policy: an OR of clauses; each clause an AND of attribute → allowed
    values (an empty tuple of clauses sees nothing; a clause without conditions sees everything)."""

    clauses: tuple[Mapping[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """A search: the query text in the query language, removable filters, access, order, paging.

    `sort` is one of "newest", "oldest", "document_date", "-document_date", "amount", "-amount", "relevance".
    """

    query: str
    access: Access
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "newest"
    limit: int = 20
    cursor: str | None = None
    facets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that matches, with the 1-based pages whose text matches, best first."""

    id: str
    pages: tuple[int, ...]
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Results:
    """A page of hits. `total` counts at most 10,000 matches; `capped` says that there are more."""

    hits: tuple[Hit, ...]
    total: int
    capped: bool
    facets: Mapping[str, tuple[tuple[str, int], ...]]
    cursor: str | None


class SearchIndex(Protocol):
    """Holds entries and answers requests. The catalog is the truth; the index may be rebuilt at any time."""

    def put(self, entries: Iterable[Entry]) -> None:
        """Add or replace entries; one whose revision is not newer than the stored one is ignored."""
        ...

    def delete(self, ids: Iterable[str], revision: int) -> None:
        """Remove entries; a later `put` of an older revision does not bring them back."""
        ...

    def search(self, request: Request) -> Results:
        """Answer a request. Raises `QueryError`, `IndexUnavailableError`."""
        ...

    def rebuild(self, entries: Iterable[Entry]) -> None:
        """Build a new index from `entries` beside the old one and swap; searches go on meanwhile."""
        ...

    def revisions(self) -> Iterable[tuple[str, int]]:
        """Yield (id, revision) of every entry, to compare with the catalog."""
        ...
