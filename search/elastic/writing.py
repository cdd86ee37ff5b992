"""Writes entries into Elasticsearch in bulk; versions make a repeated, late or doubled write harmless."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from search.elastic.client import WORK_SECONDS, Client
from search.elastic.errors import is_write_block, problem
from search.elastic.mapping import document_of, tombstone
from search.index import Entry
from search.record import Record, record_of

LOG = logging.getLogger("search.elastic")
PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds between tries of what the server was too busy for, or what a rebuild that is being swapped in held up."""
_CHARACTERS = 2_000_000
_MOST = 500
_CONFLICT = 409  # what is stored is newer


@dataclass(frozen=True, slots=True)
class Action:
    """One document to write; `equal` lets it replace one of the same revision."""

    id: str
    revision: int
    document: dict[str, Any]
    equal: bool = False

    @property
    def size(self) -> int:
        """About how many characters it has."""
        return sum(len(value) for value in self.document.values() if isinstance(value, str))

    def lines(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the two lines of a bulk request."""
        kind = "external_gte" if self.equal else "external"
        return {"index": {"_id": self.id, "version": self.revision, "version_type": kind}}, self.document


def putting(entries: Iterable[Entry]) -> Iterator[Action]:
    """Yield what adds or replaces entries."""
    for entry in entries:
        yield action_of(record_of(entry))


def action_of(record: Record) -> Action:
    """Return what adds or replaces an entry."""
    return Action(record.id, record.revision, document_of(record))


def removing(ids: Iterable[str], revision: int) -> Iterator[Action]:
    """Yield what removes entries for good; a tombstone stays until the next rebuild."""
    for entry in ids:
        yield Action(entry, revision, tombstone(entry, revision), equal=True)


def batches(actions: Iterable[Action]) -> Iterator[list[Action]]:
    """Yield actions in requests of a few megabytes."""
    batch: list[Action] = []
    size = 0
    for each in actions:
        batch.append(each)
        size += each.size
        if size > _CHARACTERS or len(batch) == _MOST:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def send(client: Client, index: str, batch: Sequence[Action], alias: bool = True) -> None:
    """Write a batch; what the server has no room for now is tried again after growing pauses. Raises `SearchError`."""
    waiting = list(batch)
    for pause in (*PAUSES, None):
        waiting, error = _send_once(client, index, waiting, alias)
        if not waiting:
            return
        if pause is None:
            raise problem(error["status"], error["type"], error["reason"], client.address)
        LOG.info("%s of %s writes are tried again in %s s: %s", len(waiting), len(batch), pause, error["reason"])
        time.sleep(pause)


def _send_once(client: Client, index: str, batch: Sequence[Action], alias: bool) -> tuple[list[Action], dict[str, Any]]:
    """Return what must be tried again and why. Raises `SearchError` for what trying again does not mend."""
    lines = [line for each in batch for line in each.lines()]
    answer = client.call(
        lambda server: server.bulk(operations=lines, index=index, require_alias=alias, filter_path=_FILTER_PATH),
        WORK_SECONDS,
    ).body
    again: list[Action] = []
    why: dict[str, Any] = {}
    for each, item in zip(batch, answer["items"], strict=True):
        result = item["index"]
        if result["status"] < 300 or result["status"] == _CONFLICT:
            continue
        error = {"status": result["status"], **result["error"]}
        if not _passes(error):
            raise problem(error["status"], error["type"], error["reason"], client.address)
        again.append(each)
        why = error
    return again, why


_FILTER_PATH = "items.*.status,items.*.error.type,items.*.error.reason"


def _passes(error: dict[str, Any]) -> bool:
    """Tell whether the same write may succeed in a moment."""
    if is_write_block(error["type"], error["reason"]):
        return True
    return bool(error["status"] in (429, 503) and error["type"] != "cluster_block_exception")
