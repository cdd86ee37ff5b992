"""Builds a new index beside the one in use and puts it in its place, with all that others wrote meanwhile."""

from __future__ import annotations

import logging
import secrets
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from search.elastic.client import MERGE_SECONDS, STEP_SECONDS, Client
from search.elastic.mapping import BUILDING, BUILT, SCHEMA, index_body, meta, record_from, schema_of
from search.elastic.writing import Action, action_of, batches, putting, send
from search.index import Entry, IndexDamagedError, IndexUnavailableError

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

LOG = logging.getLogger("search.elastic")
Marks = dict[int, int]
"""By number of a shard: the last of its changes that has been dealt with."""
_SENDING = 2  # requests on the way while the next one is made
_PAGE = 500
_FEW = 500  # changes that are carried over while writers wait
_PASSES = 20
_STRAY_SECONDS = 3 * 86_400
_KEEP = "5m"


class Rebuilding:
    """The indexes behind one alias: which is in use, how a new one takes its place."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._alias = client.address.name

    def used(self) -> str | None:
        """Return the index that the alias names; None where there is none."""
        found = self._manage(lambda server: server.options(ignore_status=404).indices.get_alias(name=self._alias)).body
        return next((name for name in found if name not in ("error", "status")), None)

    def create(self, building: bool) -> str:
        """Make an empty index; one that is not `building` takes the alias. Raises `SearchError` if another has it."""
        name = f"{self._alias}-{secrets.token_hex(6)}"
        body = index_body(self._client.address.shards, building)
        if not building:
            body["aliases"] = {self._alias: {"is_write_index": True}}  # of two that do so at once one is refused
        self._manage(lambda server: server.indices.create(index=name, **body))
        return name

    def rebuild(self, entries: Iterable[Entry]) -> None:
        """Build, swap, remove what is no longer needed."""
        old = self.used()
        marks = self._marks(old) if old else {}
        new = self.create(building=True)
        try:
            self._fill(new, putting(entries))
            self._manage(lambda server: server.indices.put_settings(index=new, settings={"index": BUILT}))
            self._merge(new)
            self._swap(new, old, marks)
        except BaseException:
            self._remove(new)
            raise
        self._remove_strays()

    def unblock(self, index: str) -> None:
        """Let an index be written to again whose rebuild was cut off in the moment of swapping."""
        self._manage(lambda server: server.indices.put_settings(index=index, settings={"index.blocks.write": None}))
        self._manage(lambda server: server.indices.put_mapping(index=index, meta=meta()))

    def is_held(self, index: str) -> bool:
        """Tell whether a rebuild holds writers up."""
        answer = self._manage(lambda server: server.indices.get_mapping(index=index)).body
        return any("swapping" in each["mappings"]["_meta"]["guidang"] for each in answer.values())

    def _fill(self, index: str, actions: Iterable[Action]) -> int:
        """Write actions into an index, the next request being made while others are on their way."""
        count = 0
        sent: deque[Future[None]] = deque()
        with ThreadPoolExecutor(_SENDING) as pool:
            for batch in batches(actions):
                count += len(batch)
                sent.append(pool.submit(send, self._client, index, batch, False))
                if len(sent) > _SENDING:
                    sent.popleft().result()
            for each in sent:
                each.result()
        return count

    def _merge(self, index: str) -> None:
        """Make one segment of the many that filling left: each costs every search, and is twice as large on the disk.

        Takes about a quarter of the time of filling. What interrupts it is no reason to begin again.
        """
        try:
            self._client.call(lambda server: server.indices.forcemerge(index=index, max_num_segments=1), MERGE_SECONDS)
        except IndexUnavailableError as error:
            LOG.warning("the segments of %s were not merged, so that searches take longer: %s", index, error)

    def _swap(self, new: str, old: str | None, marks: Marks) -> None:
        while True:
            used = self.used()
            if used is None:
                self._name(new, None)
                return
            since = marks if used == old else {}  # another rebuild was quicker: carry everything over
            for _ in range(_PASSES):
                since, count = self._carry(used, new, since)
                if count <= _FEW:
                    break
            since = self._hold(used, new, since)
            try:
                named = self._name(new, used)
            finally:
                if self.used() == used:
                    self.unblock(used)
            if named:
                self._carry(used, new, since)  # of a writer that took a slow swap for one that was cut off
                self._remove(used)
                return

    def _hold(self, used: str, new: str, since: Marks) -> Marks:
        """Hold writers up and carry over the last changes."""
        self._manage(lambda server: server.indices.put_mapping(index=used, meta=meta(swapping=new)))
        try:
            self._manage(lambda server: server.indices.add_block(index=used, block="write"))
            return self._carry(used, new, since)[0]
        except BaseException:
            self.unblock(used)
            raise

    def _name(self, new: str, used: str | None) -> bool:
        """Let the alias name the new index in one step; tell whether it named `used` until then."""
        actions: list[dict[str, Any]] = [{"add": {"index": new, "alias": self._alias, "is_write_index": True}}]
        if used is not None:
            actions.insert(0, {"remove": {"index": used, "alias": self._alias, "must_exist": True}})
        try:
            self._manage(lambda server: server.indices.update_aliases(actions=actions))
        except IndexDamagedError:  # another rebuild has removed it
            return False
        return True

    def _carry(self, old: str, new: str, since: Marks) -> tuple[Marks, int]:
        """Write into `new` what changed in `old`; return up to where, and how many documents."""
        if not self._is_ours(old):
            return since, 0  # of another version of the program: nothing that this one could have written
        marks = self._marks(old)  # before the refresh: what is counted as dealt with must be there to be seen
        self._manage(lambda server: server.indices.refresh(index=old))
        count = 0
        for shard, last in marks.items():
            if last > since.get(shard, -1):
                count += self._fill(new, self._changed(old, shard, since.get(shard, -1)))
        self._manage(lambda server: server.indices.refresh(index=new))
        return marks, count

    def _changed(self, index: str, shard: int, after: int) -> Iterator[Action]:
        query = {"range": {"_seq_no": {"gt": after}}}
        for row in scan(self._client, index, {"query": query, "version": True, "size": _PAGE}, f"_shards:{shard}"):
            source, revision = row["_source"], int(row["_version"])
            if source.get("gone"):
                yield Action(row["_id"], revision, source, equal=True)
            else:
                yield action_of(record_from(source))

    def _is_ours(self, index: str) -> bool:
        answer = self._manage(lambda server: server.indices.get_mapping(index=index)).body
        return schema_of(answer[index]["mappings"]) == SCHEMA

    def _marks(self, index: str) -> Marks:
        """Return how far each shard is. Raises `IndexUnavailableError` while one has not come up yet."""
        answer = self._manage(lambda server: server.indices.stats(index=index, metric="docs", level="shards")).body
        marks = {
            int(number): int(copy["seq_no"]["global_checkpoint"])
            for number, copies in answer["indices"].get(index, {}).get("shards", {}).items()
            for copy in copies
            if copy["routing"]["primary"]
        }
        if len(marks) < self._shards(index):
            raise IndexUnavailableError(f"The search index {self._client.address} is still starting; try again soon.")
        return marks

    def _shards(self, index: str) -> int:
        answer = self._manage(lambda server: server.indices.get_settings(index=index)).body
        return int(answer[index]["settings"]["index"]["number_of_shards"])

    def _remove(self, index: str) -> None:
        self._manage(lambda server: server.options(ignore_status=404).indices.delete(index=index))

    def _remove_strays(self) -> None:
        """Remove indexes of rebuilds that were cut off days ago."""
        pattern = f"{self._alias}-????????????"
        found = self._manage(
            lambda server: server.indices.get(index=pattern.replace("?" * 12, "*"), features=["aliases", "settings"])
        ).body
        for name, state in found.items():
            age = time.time() - int(state["settings"]["index"]["creation_date"]) / 1000
            if len(name) == len(pattern) and not state["aliases"] and age > _STRAY_SECONDS:
                self._remove(name)

    def _manage(self, deed: Any) -> Any:
        return self._client.call(deed, STEP_SECONDS)


def scan(client: Client, index: str, body: dict[str, Any], preference: str | None = None) -> Iterator[dict[str, Any]]:
    """Yield every match of a search as of one moment, in no particular order."""

    def begin(server: Elasticsearch) -> str:
        return str(server.open_point_in_time(index=index, keep_alive=_KEEP, preference=preference).body["id"])

    point = client.call(begin, STEP_SECONDS)
    try:
        after = None
        while True:
            rows = client.call(
                lambda server, after=after: server.search(  # type: ignore[misc]
                    **body, pit={"id": point, "keep_alive": _KEEP}, sort=[{"_shard_doc": "asc"}], search_after=after,
                    track_total_hits=False,
                ),
                STEP_SECONDS,
            ).body["hits"]["hits"]  # fmt: skip
            if not rows:
                return
            yield from rows
            after = rows[-1]["sort"]
    finally:
        client.call(lambda server: server.options(ignore_status=404).close_point_in_time(id=point))


__all__ = ["BUILDING", "Rebuilding", "scan"]
