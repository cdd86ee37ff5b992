"""What monitoring reads: true to the catalog, through the very endpoint that a process opens."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from dms.jobs import service
from dms.kernel.archive import Archive
from dms.kernel.clock import FixedClock
from dms.kernel.database import new_id
from dms.kernel.telemetry import exposition
from dms.operations.metrics import CatalogCollector
from dms.retrieval.models import IndexOutbox

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
def archive(archive: Archive, clock: FixedClock) -> Archive:
    """The archive with a clock that stands still."""
    return replace(archive, clock=clock)


@pytest.fixture
def scrape(archive: Any) -> Iterator[Any]:
    server = exposition.serve("127.0.0.1", 0, CatalogCollector(archive))
    assert server is not None

    def read() -> Samples:
        with urlopen(f"http://127.0.0.1:{server.server_port}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        families = text_string_to_metric_families(text)
        return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}

    yield read
    server.shutdown()
    server.server_close()


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples[name, tuple(sorted(labels.items()))]


def test_a_quiet_archive_shows_zeros_not_gaps(scrape: Any) -> None:
    samples = scrape()
    assert value(samples, "guidang_catalog_up") == 1
    assert value(samples, "guidang_jobs", kind="read", state="ready") == 0
    assert value(samples, "guidang_arrivals", state="stored") == 0
    assert value(samples, "guidang_index_lag_seconds") == 0
    assert value(samples, "guidang_pages_read_5m", code="") == 0


def test_the_queue_is_told_by_kind_with_its_age(scrape: Any, archive: Any, clock: FixedClock) -> None:
    with archive.db.write() as session:
        for number in range(3):
            service.enqueue(session, archive, "read", {}, dedupe_key=f"read {number}")
        service.enqueue(session, archive, "inspect", {}, dedupe_key="inspect")
    held = service.claim(archive, ("inspect",))
    assert held is not None
    service.fail(archive, held, "坏了", "damaged", for_good=True)
    clock.advance(seconds=90)
    samples = scrape()
    assert value(samples, "guidang_jobs", kind="read", state="ready") == 3
    assert value(samples, "guidang_job_oldest_seconds", kind="read") == 90
    assert value(samples, "guidang_jobs", kind="inspect", state="parked") == 1
    assert value(samples, "guidang_job_problems", kind="inspect", state="parked", code="damaged") == 1


def test_what_the_index_lacks_is_told(scrape: Any, archive: Any, clock: FixedClock) -> None:
    with archive.db.write() as session:
        session.add(IndexOutbox(document_id=new_id(), created_at=clock.now()))
    clock.advance(seconds=30)
    samples = scrape()
    assert value(samples, "guidang_index_waiting") == 1
    assert value(samples, "guidang_index_lag_seconds") == 30


def test_labels_name_no_person_and_no_paper(scrape: Any) -> None:
    allowed = {"kind", "state", "code", "source", "operation", "method", "route", "status", "le"}
    assert {label for name, labels in scrape() if name.startswith("guidang_") for label, _ in labels} <= allowed


def test_a_catalog_that_does_not_answer_is_said(scrape: Any, archive: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    def refuse() -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(archive.db, "read", refuse)
    samples = scrape()
    assert value(samples, "guidang_catalog_up") == 0
    assert not any(name == "guidang_jobs" for name, _ in samples)


def test_a_port_that_is_taken_is_logged_and_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, caplog.at_level(logging.ERROR):
        assert exposition.serve("127.0.0.1", taken.getsockname()[1]) is None
    assert "metrics_port" in caplog.text
