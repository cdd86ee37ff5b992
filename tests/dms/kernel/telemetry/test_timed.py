"""The timed store is a store, and counts what it hands on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dms.kernel.telemetry.instruments import REGISTRY
from dms.kernel.telemetry.timed import TimedStore
from storage.folder import FolderStore
from storage.objects import ObjectNotFoundError, ObjectStore, StorageUnavailableError


def calls(operation: str) -> float:
    return REGISTRY.get_sample_value("guidang_store_seconds_count", {"operation": operation}) or 0.0


def failures(code: str) -> float:
    return REGISTRY.get_sample_value("guidang_store_errors_total", {"operation": "put", "code": code}) or 0.0


def test_it_hands_on_and_counts(tmp_path: Path) -> None:
    store: ObjectStore = TimedStore(FolderStore(tmp_path))
    before = {name: calls(name) for name in ("put", "open", "size", "delete")}
    assert store.put("obj/a", [b"12345"]) == 5
    with store.open("obj/a", 1, 2) as part:
        assert part.read() == b"23"
    assert (store.size("obj/a"), list(store.names("obj"))) == (5, ["obj/a"])
    store.delete("obj/a")
    with pytest.raises(ObjectNotFoundError):
        store.size("obj/a")
    assert {name: calls(name) - before[name] for name in before} == {"put": 1, "open": 1, "size": 2, "delete": 1}


def test_failures_are_counted_by_code(tmp_path: Path) -> None:
    class Gone(FolderStore):
        def put(self, name: str, chunks: object) -> int:
            raise StorageUnavailableError("gone")

        def names(self, prefix: str = "") -> Iterator[str]:
            yield from ()

    before = failures("store_unavailable")
    with pytest.raises(StorageUnavailableError):
        TimedStore(Gone(tmp_path)).put("obj/a", [b"x"])
    assert failures("store_unavailable") == before + 1
