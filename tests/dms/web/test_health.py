"""The process says that it lives, and separately whether what it stands on answers."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dms.web import health
from search.index import IndexUnavailableError
from storage.objects import StorageUnavailableError


def fails(error: Exception) -> Any:
    def ask(*_: object) -> None:
        raise error

    return ask


def test_alive_asks_nothing(client: FlaskClient, archive: Any) -> None:
    archive.vault.store.names = archive.index.search = fails(AssertionError("asked"))
    archive.db.read = fails(AssertionError("asked"))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.get_json()) == (200, {"state": "alive"})


def test_ready_when_all_parts_answer(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json() == {
        "state": "ready", "catalog": "ok", "store": "ok", "index": "ok", "workers": "ok", "housekeeping": "ok",
    }  # fmt: skip


def test_without_search_the_archive_is_ready_but_degraded(client: FlaskClient, archive: Any) -> None:
    archive.index.search = fails(IndexUnavailableError("https://u:secret@host"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["state"]) == (200, "degraded")
    assert answer.get_json()["index"] == "down"
    assert b"secret" not in answer.data


def test_without_originals_it_is_not_ready(client: FlaskClient, archive: Any) -> None:
    archive.vault.store.names = fails(StorageUnavailableError("gone"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["state"], answer.get_json()["store"]) == (503, "not ready", "down")


@pytest.mark.parametrize("times", [1, 5])
def test_a_part_that_hangs_holds_nobody_up_and_is_asked_once(app: Flask, archive: Any, times: int) -> None:
    release, asked = threading.Event(), []

    def hang(_request: object) -> None:
        asked.append(1)
        release.wait(30)

    archive.index.search = hang
    reports = [health.look(app, patience=0.3) for _ in range(times)]
    release.set()
    assert {report.parts["index"] for report in reports} == {health.Word.SILENT}
    assert [report.state for report in reports] == ["degraded"] * times
    assert len(asked) == 1


def test_it_is_well_again_when_the_part_is(client: FlaskClient, archive: Any) -> None:
    well, archive.index.search = archive.index.search, fails(IndexUnavailableError("x"))
    assert client.get("/readyz").get_json()["state"] == "degraded"
    archive.index.search = well
    assert client.get("/readyz").get_json()["state"] == "ready"
