"""Every request has a number that the answer, the log and the error page share; the log tells nothing of content."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dms.kernel.telemetry.instruments import REGISTRY
from dms.kernel.telemetry.logs import JsonLines


@pytest.fixture
def lines() -> Any:
    """The JSON lines that are logged while the test runs."""
    found: list[dict[str, Any]] = []
    formatter = JsonLines("web")

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(json.loads(formatter.format(record)))

    root, handler, level = logging.getLogger(), Keep(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield found
    root.removeHandler(handler)
    root.setLevel(level)


def test_a_sane_number_of_a_proxy_is_kept(client: FlaskClient) -> None:
    answer = client.get("/keys", headers={"X-Request-ID": "proxy-0123456789"})
    assert answer.headers["X-Request-ID"] == "proxy-0123456789"


@pytest.mark.parametrize("given", ["", "short", "x" * 65, 'a"quoted-number', "<script>alert(1)</script>"])
def test_any_other_is_replaced(client: FlaskClient, given: str) -> None:
    number = client.get("/keys", headers={"X-Request-ID": given}).headers["X-Request-ID"]
    assert number != given
    assert len(number) == 16


def test_error_pages_and_problems_tell_the_number(archivist: FlaskClient) -> None:
    page = archivist.get("/nowhere")
    assert page.headers["X-Request-ID"] in page.get_data(as_text=True)
    problem = archivist.get("/api/v1/nowhere")
    assert problem.get_json()["request"] == problem.headers["X-Request-ID"]


def test_a_request_is_one_line_without_path_and_query(archivist: FlaskClient, lines: list[dict[str, Any]]) -> None:
    number = archivist.get("/styleguide?q=张三的合同").headers["X-Request-ID"]
    (line,) = [each for each in lines if each["logger"] == "dms.access"]
    assert (line["request"], line["account"], line["role"]) == (number, "archivist", "web")
    assert (line["method"], line["route"], line["status"]) == ("GET", "/styleguide", 200)
    assert line["ms"] >= 0
    assert "张三" not in json.dumps(line, ensure_ascii=False)


def test_a_crash_is_one_line_with_number_and_exception(
    app: Flask, lines: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def view() -> str:
        raise RuntimeError("postgresql://u:pa55@db/x")

    view.public = True  # type: ignore[attr-defined]  # as the decorator does
    monkeypatch.setitem(app.view_functions, "web.keys", view)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = app.test_client().get("/keys")
    (line,) = [each for each in lines if "exception" in each]
    assert line["request"] in answer.get_data(as_text=True)
    assert "RuntimeError" in line["exception"]
    assert "pa55" not in json.dumps(line)


def test_the_next_request_does_not_inherit_who_asked(
    app: Flask, archivist: FlaskClient, lines: list[dict[str, Any]]
) -> None:
    archivist.get("/styleguide")
    app.test_client().get("/keys")
    assert "account" not in [each for each in lines if each["logger"] == "dms.access"][-1]


def test_requests_are_measured_by_route(client: FlaskClient) -> None:
    labels = {"method": "GET", "route": "/keys"}
    before = REGISTRY.get_sample_value("guidang_http_request_seconds_count", labels) or 0
    client.get("/keys")
    for number in range(3):
        client.get(f"/nowhere/{number}")
    assert REGISTRY.get_sample_value("guidang_http_request_seconds_count", labels) == before + 1
    unknown = {"method": "GET", "route": "none", "status": "404"}
    assert (REGISTRY.get_sample_value("guidang_http_requests_total", unknown) or 0) >= 3
