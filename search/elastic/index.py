"""`SearchIndex` in Elasticsearch: an alias names the index in use; checked once a process, made where there is none."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from search.cursor import decode
from search.elastic.address import Address
from search.elastic.client import WORK_SECONDS, Client
from search.elastic.errors import NotAllowedError, TooBusyError, problem
from search.elastic.execution import Execution
from search.elastic.mapping import SCHEMA, schema_of
from search.elastic.nearby import near_names
from search.elastic.rebuilding import Rebuilding, scan
from search.elastic.writing import Action, batches, putting, removing, send
from search.expression import AllOf
from search.index import (
    SORTS,
    Access,
    Entry,
    IndexDamagedError,
    OutdatedIndexError,
    QueryError,
    Request,
    Results,
    SearchError,
)
from search.query import filter_expression, parse

LOG = logging.getLogger("search.elastic")
_MOST_HITS = 1_000
_HELD_SECONDS = 25.0
_PAGE = 10_000


class ElasticIndex:
    """A `SearchIndex` on a server. Making it contacts nobody, so that an archive opens while the server is down."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._client = Client(address)
        self._rebuilding = Rebuilding(self._client)
        self._lock = threading.Lock()
        self._ready = False
        self._seen = False
        self._held_since: float | None = None

    def put(self, entries: Iterable[Entry]) -> None:
        """Add or replace entries; one whose revision is not newer than the stored one is ignored."""
        self._write(putting(entries))

    def delete(self, ids: Iterable[str], revision: int) -> None:
        """Remove entries that are not newer; a later `put` that is not newer does not bring them back."""
        self._write(removing(ids, revision))

    def search(self, request: Request) -> Results:
        """Answer a request. Raises `QueryError`, `IndexUnavailableError`."""
        if request.sort not in SORTS:
            raise QueryError(f"There is no order “{request.sort}”.", request.sort, "newest", "sort_unknown")
        cursor = decode(request.cursor, request.sort)
        expression = AllOf((parse(request.query), *filter_expression(request.filters)))
        limit = max(1, min(request.limit, _MOST_HITS))
        execution = Execution(self._client, request, expression, limit, cursor)
        with self._in_use():
            try:
                return execution.run()
            except IndexDamagedError:  # a rebuild may have taken the index away while it was asked
                return execution.run()

    def near(self, text: str, access: Access, limit: int = 5) -> tuple[str, ...]:
        """Return titles, parties, persons and codes that the asker may see and that are spelt much like `text`."""
        with self._in_use():
            return near_names(self._client, text, access, limit)

    def revisions(self) -> Iterator[tuple[str, int]]:
        """Yield (id, revision) of every entry, to compare with the catalog."""
        query = {"bool": {"must_not": [{"term": {"gone": True}}]}}
        body = {"query": query, "version": True, "source": False, "size": _PAGE}
        with self._in_use():
            for row in scan(self._client, self.address.name, body):
                yield row["_id"], int(row["_version"])

    def rebuild(self, entries: Iterable[Entry]) -> None:
        """Build a new index from `entries` beside the old one and swap; searches and writes go on meanwhile.

        What others wrote since the beginning is carried over. Also repairs a missing index or one of another version.
        """
        self._require_supported()
        self._rebuilding.rebuild(entries)

    def close(self) -> None:
        """Give back the connections; the index may be used again."""
        self._client.close()

    def _write(self, actions: Iterable[Action]) -> None:
        with self._in_use():
            for batch in batches(actions):
                try:
                    send(self._client, self.address.name, batch)
                except TooBusyError:
                    self._release_if_abandoned()
                    raise
                self._held_since = None
            self._client.call(lambda server: server.indices.refresh(index=self.address.name), WORK_SECONDS)

    def _release_if_abandoned(self) -> None:
        """Lift the block of a rebuild that was cut off while it swapped: a swap takes seconds, not minutes."""
        used = self._rebuilding.used()
        if used is None or not self._rebuilding.is_held(used):
            self._held_since = None
        elif self._held_since is None:
            self._held_since = time.monotonic()
        elif time.monotonic() - self._held_since > _HELD_SECONDS:
            LOG.warning("a rebuild of %s was cut off while it swapped; writes go on", self.address)
            self._rebuilding.unblock(used)

    @contextmanager
    def _in_use(self) -> Iterator[None]:
        """Check the index before its first use in this process, and again after it was found missing."""
        with self._lock:
            if not self._ready:
                self._prepare()
                self._ready = self._seen = True
        try:
            yield
        except IndexDamagedError:
            self._ready = False
            raise

    def _prepare(self) -> None:
        self._require_supported()
        used = self._rebuilding.used()
        if used is None and self._seen:
            raise problem(404, "index_not_found_exception", "", self.address)
        if used is None:
            self._create()
            used = self._rebuilding.used()
        answer: Any = self._client.call(lambda server: server.indices.get_mapping(index=str(used))).body
        version = schema_of(answer[used]["mappings"])
        if version != SCHEMA:
            raise OutdatedIndexError(
                f"The search index {self.address} has version {version}, this program needs {SCHEMA}; "
                "run: python -m dms index rebuild. Nothing was changed."
            )

    def _create(self) -> None:
        try:
            self._rebuilding.create(building=False)
        except SearchError:
            if self._rebuilding.used() is None:
                raise

    def _require_supported(self) -> None:
        try:
            self._client.require_supported()
        except NotAllowedError:  # a role without `monitor`; an older server refuses this client anyway
            LOG.info("the version of %s may not be asked for", self.address)
