"""The seam to a full-text index: what an entry is, what can be asked, what comes back, `SearchIndex`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

MOST_MATCHES = 10_000
"""Counts, facets and ranking look at this many of the newest matches; paging reaches all."""
MOST_FACET_VALUES = 100
RANGES = ("date", "received", "amount")
SORTS = ("newest", "oldest", "document_date", "-document_date", "amount", "-amount", "relevance")


class SearchError(Exception):
    """The index could not answer. The message says what to do next."""

    code = "search_failed"


class QueryError(SearchError):
    """The query cannot be understood; `part` is the part concerned, `example` a correct way to write it.

    `code` is stable, so that the message can be translated.
    """

    code = "query_invalid"

    def __init__(self, message: str, part: str = "", example: str = "", code: str = "query_invalid") -> None:
        super().__init__(message)
        self.part, self.example, self.code = part, example, code


class IndexUnavailableError(SearchError):
    """The index does not answer; the same call may succeed later, or the index must be rebuilt (`code`)."""

    code = "index_unavailable"


class IndexDamagedError(IndexUnavailableError):
    """The index file is missing or damaged; rebuilding it from the catalog repairs it."""

    code = "index_damaged"


class OutdatedIndexError(IndexDamagedError):
    """The index was made by another version of the program; rebuilding it from the catalog renews it."""

    code = "index_outdated"


@dataclass(frozen=True, slots=True)
class PageText:
    """Text of one page of a document, lines separated by newlines. `number` is 1-based within the document."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One document (件) as the index holds it: a projection of the catalog, rebuildable at any time.

    Fields are grouped by kind, never by document type. Amounts are integers in 分. `attributes` are exact values to
    filter and count by (facets): type, status, department, owner, level, year, party, dossier, confirmed. The values
    of `type` and `type_name` (what people call the type) can also be searched as text with 类型:.
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
    """What the asker may see, rendered by the policy.

    An OR of clauses; each clause an AND of attribute → allowed values. An empty tuple of clauses sees nothing; a
    clause without conditions sees everything.
    """

    clauses: tuple[Mapping[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """A search: the query text in the query language (docs/search.md), removable filters, access, order, paging.

    `filters`: names are those of `Entry.attributes`, values exact; values of one name are alternatives (OR), names add
    up (AND). Three names are ranges instead, whose ends are included and may be left out:
    "date" (any of `Entry.dates` or the document date) and "received" (`Entry.received_on`), for example
    "2023-01-01..2023-03-31", "2023", "2023Q2", "2023-04", "..2022-12"; "amount" in 分, for example "100000..500000",
    "1280000", "100000..". A range that cannot be read raises `QueryError`.

    `sort`: "newest" and "oldest" by `received_on` then id; "document_date" and "amount" (the largest) ascending, with
    "-" descending, those without a value last, ties by id in the same direction; "relevance" ranks the newest 10,000
    matches, after which paging goes on newest first. `limit` is 1–1,000. `cursor` comes from `Results`.
    `facets` names attributes to count; each is answered with at most 100 values, most frequent first, ties by value.
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
        """Remove entries whose revision is not newer; a later `put` that is not newer does not bring them back."""
        ...

    def search(self, request: Request) -> Results:
        """Answer a request. Raises `QueryError`, `IndexUnavailableError`."""
        ...

    def rebuild(self, entries: Iterable[Entry]) -> None:
        """Build a new index from `entries` beside the old one and swap; searches go on meanwhile."""
        ...

    def near(self, text: str, access: Access, limit: int = 5) -> tuple[str, ...]:
        """Return titles, parties, persons and codes that the asker may see and that are spelt much like `text`."""
        ...

    def revisions(self) -> Iterable[tuple[str, int]]:
        """Yield (id, revision) of every entry, to compare with the catalog."""
        ...
