import json
import multiprocessing
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from search.embedded import EmbeddedIndex
from search.index import Access, IndexDamagedError, IndexUnavailableError, OutdatedIndexError, Request
from search.open import UnknownIndexError, open_index
from tests.search.specimens import entry

ALL = Access(({},))
SPAWN = multiprocessing.get_context("spawn")


def ids(index: EmbeddedIndex) -> list[str]:
    return [hit.id for hit in index.search(Request("", ALL, limit=1000)).hits]


def databases(path: Path) -> list[Path]:
    return sorted(path.parent.glob("index-*.db"))


def write(path: Path, catalog: Path, first: int, count: int) -> None:
    index = EmbeddedIndex(path)
    for number in range(first, first + count):
        (catalog / str(number)).touch()  # the catalog is written first, the index after it
        index.put([entry(number)])


def rebuild_often(path: Path, catalog: Path, count: int) -> None:
    index = EmbeddedIndex(path)
    for _ in range(count):
        index.rebuild(entry(int(file.name)) for file in each_of(catalog))


def each_of(catalog: Path) -> Iterator[Path]:
    yield from sorted(catalog.iterdir())  # looked up when the rebuild has begun


def read_until(path: Path, stop: Path, report: Path) -> None:
    index = EmbeddedIndex(path)
    answers = 0
    while not stop.exists():
        results = index.search(Request("", ALL, facets=("type",)))
        assert sum(count for _, count in results.facets["type"]) == results.total
        assert results.total >= 10
        answers += 1
    report.write_text(str(answers))


def test_processes_read_write_and_rebuild_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    path, catalog, stop = tmp_path / "index.db", tmp_path / "catalog", tmp_path / "stop"
    catalog.mkdir()
    write(path, catalog, 0, 10)
    readers = [SPAWN.Process(target=read_until, args=(path, stop, tmp_path / f"report{n}")) for n in range(2)]
    writers = [SPAWN.Process(target=write, args=(path, catalog, 100 * n, 25)) for n in (1, 2)]
    writers.append(SPAWN.Process(target=rebuild_often, args=(path, catalog, 4)))
    for process in readers + writers:
        process.start()
    for process in writers:
        process.join(60)
    stop.touch()
    for process in readers:
        process.join(60)
    assert [process.exitcode for process in readers + writers] == [0] * 5
    assert set(ids(EmbeddedIndex(path))) == {entry(int(file.name)).id for file in catalog.iterdir()}
    assert len(list(catalog.iterdir())) == 60
    assert all(int((tmp_path / f"report{n}").read_text()) > 0 for n in range(2))


def test_a_rebuild_keeps_what_others_wrote_meanwhile(tmp_path: Path) -> None:
    index, other = EmbeddedIndex(tmp_path / "index.db"), EmbeddedIndex(tmp_path / "index.db")
    index.put([entry(1), entry(2), entry(3)])

    def entries():  # type: ignore[no-untyped-def]
        yield entry(1)
        other.put([entry(1, revision=5), entry(9)])
        other.delete([entry(2).id], 1)
        yield entry(2)

    index.rebuild(entries())
    assert dict(other.revisions()) == {entry(1).id: 5, entry(9).id: 1}
    assert len(databases(index.path)) == 1


def test_a_rebuild_that_fails_leaves_the_index_as_it_was(tmp_path: Path) -> None:
    index = EmbeddedIndex(tmp_path / "index.db")
    index.put([entry(1)])

    def entries():  # type: ignore[no-untyped-def]
        yield entry(2)
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError):
        index.rebuild(entries())
    assert ids(index) == [entry(1).id]
    assert len(databases(index.path)) == 1


def test_what_a_cut_off_rebuild_left_is_removed_after_a_day(tmp_path: Path) -> None:
    index = EmbeddedIndex(tmp_path / "index.db")
    old, young = tmp_path / "index-0123456789ab.db", tmp_path / "index-ba9876543210.db"
    old.touch()
    young.touch()
    os.utime(old, (time.time() - 100_000,) * 2)
    index.rebuild([])
    assert not old.exists()
    assert young.exists()


@pytest.mark.parametrize("harm", ["alias gone", "alias overwritten", "database gone", "database overwritten"])
def test_a_damaged_index_says_so_and_a_rebuild_repairs_it(tmp_path: Path, harm: str) -> None:
    index = EmbeddedIndex(tmp_path / "index.db")
    index.put([entry(1)])
    index.close()
    (database,) = databases(index.path)
    victim = index.path if "alias" in harm else database
    if "gone" in harm:
        victim.unlink()
    else:
        victim.write_bytes(b"rubbish " * 2000)
    with pytest.raises(IndexDamagedError, match="rebuild"):
        ids(index)
    with pytest.raises(IndexUnavailableError):
        index.put([entry(2)])
    index.rebuild([entry(1), entry(3)])
    assert set(ids(index)) == {entry(1).id, entry(3).id}


def test_an_index_of_another_version_is_not_read_and_a_rebuild_renews_it(tmp_path: Path) -> None:
    index = EmbeddedIndex(tmp_path / "index.db")
    index.put([entry(1)])
    alias = json.loads(index.path.read_text())
    index.path.write_text(json.dumps(alias | {"format": alias["format"] - 1}))
    with pytest.raises(OutdatedIndexError, match="index rebuild"):
        ids(index)
    with pytest.raises(OutdatedIndexError):
        index.put([entry(2)])
    index.rebuild([entry(1), entry(3)])
    assert set(ids(index)) == {entry(1).id, entry(3).id}
    assert len(databases(index.path)) == 1


def test_of_two_copies_of_an_entry_the_newer_is_built_in(tmp_path: Path) -> None:
    index = EmbeddedIndex(tmp_path / "index.db")
    index.rebuild([entry(1), entry(1, revision=3), entry(1, revision=2)])
    assert list(index.revisions()) == [(entry(1).id, 3)]


def test_more_matches_than_are_counted_are_all_reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.execution.MOST_MATCHES", 20)
    monkeypatch.setattr("search.embedded.MOST_MATCHES", 20)
    index = EmbeddedIndex(tmp_path / "index.db")
    index.put(entry(number) for number in range(60))
    for sort in ("newest", "relevance", "oldest"):
        results = index.search(Request("-不在", ALL, sort=sort, limit=7, facets=("type",)))
        assert (results.total, results.capped) == (20, True)
        assert sum(count for _, count in results.facets["type"]) == 20
    for sort in ("newest", "relevance"):
        found = every_page(index, Request("-不在", ALL, sort=sort, limit=7))
        assert len(found) == len(set(found)) == 60
    found = every_page(index, Request("合 OR 1 OR 号 OR 张 OR 上海 OR A", ALL, sort="relevance", limit=7))
    assert len(found) == len(set(found)) > 40


def every_page(index: EmbeddedIndex, request: Request) -> list[str]:
    found: list[str] = []
    while True:
        results = index.search(request)
        found += [hit.id for hit in results.hits]
        if results.cursor is None:
            return found
        request = replace(request, cursor=results.cursor)


def test_an_address_chooses_the_index(tmp_path: Path) -> None:
    assert isinstance(open_index(f"sqlite:///{tmp_path / 'a' / 'index.db'}"), EmbeddedIndex)
    with pytest.raises(UnknownIndexError, match="sqlite"):
        open_index("mysql://search.example.org/index")
    with pytest.raises(UnknownIndexError):
        open_index("sqlite:///")
