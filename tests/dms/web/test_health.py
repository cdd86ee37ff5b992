"""The process says that it lives, and separately whether what it stands on answers."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from dms.audit import sequencer
from dms.audit.models import AuditLeaf
from dms.audit.service import record
from dms.jobs import service
from dms.jobs.models import Job
from dms.policy import SYSTEM
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


def test_jobs_that_nobody_takes_are_told(client: FlaskClient, archive: Any) -> None:
    now = archive.clock.now()
    with archive.db.write() as session:
        job = service.enqueue(session, archive, "read", {}, dedupe_key="read")
        session.execute(sa.update(Job).values(not_before=now - timedelta(minutes=6)))
    assert job
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["state"], answer.get_json()["workers"]) == (200, "degraded", "down")
    assert service.claim(archive, ("read",)) is not None
    assert client.get("/readyz").get_json()["workers"] == "ok"


def test_a_log_that_nobody_sequences_is_told(client: FlaskClient, archive: Any) -> None:
    with archive.db.write() as session:
        record(session, archive.clock, SYSTEM, action="party.create", target=("party", "p"))
        session.execute(sa.update(AuditLeaf).values(at=archive.clock.now() - timedelta(minutes=3)))
    assert client.get("/readyz").get_json()["housekeeping"] == "down"
    sequencer.tick(archive)
    assert client.get("/readyz").get_json()["housekeeping"] == "ok"


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
