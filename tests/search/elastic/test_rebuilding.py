"""A new index takes the old one's place while others search and write: nothing missing, nothing stale, nothing left."""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest

from search.elastic.index import ElasticIndex
from search.elastic.rebuilding import Marks, Rebuilding
from search.elastic.writing import putting, send
from search.index import Entry, PageText
from tests.search.conftest import raw_client
from tests.search.test_contract import ask, contract

pytestmark = pytest.mark.service
DOCUMENTS = 40


class Writer(threading.Thread):
    """Changes a catalog of its own and tells an index of it, over and over; checks that what it told is found."""

    def __init__(self, index: ElasticIndex, first: int) -> None:
        super().__init__()
        self.index = index
        self.ids = [f"w{number:03}" for number in range(first, first + DOCUMENTS)]
        self.catalog: dict[str, Entry] = {}
        self.revision = 1
        self.problems: list[str] = []
        self.rounds = 0
        self.stopped = threading.Event()

    def run(self) -> None:
        """Put, replace and delete until stopped."""
        while not self.stopped.is_set():
            self.revision += 1
            entry = self.ids[self.revision * 7 % DOCUMENTS]
            if self.revision % 3 == 0:
                self.catalog.pop(entry, None)
                self.index.delete([entry], self.revision)
            else:
                self.catalog[entry] = self.entry(entry)
                self.index.put([self.catalog[entry]])
            self.check(entry)
            self.rounds += 1

    def entry(self, entry: str) -> Entry:
        return contract(id=entry, revision=self.revision, pages=(PageText(1, f"第{self.revision}稿{entry}"),))

    def check(self, entry: str) -> None:
        """See that the last version is found and no older one."""
        wanted = [entry] if entry in self.catalog else []
        if ask(self.index, f'"{entry}"') != wanted or ask(self.index, f'"第{self.revision}稿{entry}"') != wanted:
            self.problems.append(f"{entry} of revision {self.revision}")


def old_catalog(writers: Iterable[Writer]) -> Iterator[Entry]:
    """Yield what a slow reader of the catalog saw: states that may be outdated before they arrive."""
    for writer in writers:
        yield from list(writer.catalog.values())


def test_writers_and_searchers_go_on_while_the_index_is_rebuilt(elastic: ElasticIndex) -> None:
    writers = [Writer(elastic, 0), Writer(elastic, 500)]
    for writer in writers:
        writer.start()
    for _ in range(4):
        elastic.rebuild(old_catalog(writers))
    for writer in writers:
        writer.stopped.set()
        writer.join()
    assert [problem for writer in writers for problem in writer.problems] == []
    assert all(writer.rounds > 5 for writer in writers)
    expected = {entry.id: entry.revision for writer in writers for entry in writer.catalog.values()}
    assert dict(elastic.revisions()) == expected
    assert len(raw_client(elastic.address).indices.get(index=f"{elastic.address.name}-*").body) == 1


def test_what_is_written_while_a_pass_begins_is_carried_over(
    elastic: ElasticIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    elastic.put([contract()])
    marks = Rebuilding._marks
    late = iter(["before the catalog is read", "in the first pass"])

    def write_and_mark(self: Rebuilding, index: str) -> Marks:
        if when := next(late, None):  # as a writer whose refresh is still to come
            send(self._client, elastic.address.name, list(putting([contract(id=when)])))
        return marks(self, index)

    monkeypatch.setattr(Rebuilding, "_marks", write_and_mark)
    elastic.rebuild([contract(), contract(id="before the catalog is read")])
    assert sorted(ask(elastic, "")) == ["before the catalog is read", "d1", "in the first pass"]


def test_a_rebuild_that_fails_leaves_the_old_index_and_nothing_else(elastic: ElasticIndex) -> None:
    elastic.put([contract()])

    def broken() -> Iterator[Entry]:
        yield contract(id="d2")
        raise RuntimeError("the catalog broke off")

    with pytest.raises(RuntimeError, match="broke off"):
        elastic.rebuild(broken())
    assert ask(elastic, "") == ["d1"]
    assert len(raw_client(elastic.address).indices.get(index=f"{elastic.address.name}-*").body) == 1


def test_two_processes_make_the_first_index_together(elastic: ElasticIndex) -> None:
    others = [ElasticIndex(elastic.address) for _ in range(4)]
    threads = [threading.Thread(target=each.put, args=([contract(id=f"d{n}")],)) for n, each in enumerate(others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ask(elastic, "归档")) == ["d0", "d1", "d2", "d3"]
    for each in others:
        each.close()


def test_an_index_of_several_shards_answers_alike(elastic: ElasticIndex) -> None:
    several = ElasticIndex(replace(elastic.address, shards=3))
    several.put(contract(id=f"d{number:02}", pages=(PageText(1, "同文"),)) for number in range(30))
    assert ask(several, "同文") == [f"d{number:02}" for number in reversed(range(30))]
    assert ask(several, "同文", sort="oldest") == [f"d{number:02}" for number in range(30)]
    several.rebuild([])
    assert ask(several, "") == []
    several.close()
