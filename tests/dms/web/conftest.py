"""A web application over a small real catalog, with people of chosen roles."""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.serving import make_server

from config.rulebook import load_rulebook
from dms.bootstrap import TOPICS
from dms.kernel.clock import FixedClock
from dms.kernel.database import Database
from dms.kernel.topic import Topics
from dms.policy import Identity, Policy, Role
from dms.web.app import create_app
from search.index import Results

DMS = Path(__file__).parents[3] / "dms"
ROLES = DMS.parent / "config" / "rulebook" / "roles.toml"

PEOPLE = {
    "archivist": Identity("archivist", "张档案", frozenset({Role.ARC, Role.SYS})),
    "sales": Identity("sales", "李<b>业务</b>", frozenset({Role.SAL})),
    "english": Identity("english", "Ann", frozenset({Role.ARC, Role.SYS}), language="en"),
}


def load(archive: Any, *, session: str | None, bearer: str | None, address: str) -> Identity | None:
    return PEOPLE.get(session or bearer or "")


@pytest.fixture
def archive(tmp_path: Path) -> Any:
    return SimpleNamespace(
        db=Database(f"sqlite:///{tmp_path / 'catalog.db'}"),
        clock=FixedClock(datetime(2026, 6, 14, 6, 0, tzinfo=UTC)),
        settings=SimpleNamespace(demonstration=True, language="zh", archive_name="归档"),
        topics=Topics(()),
        policy=Policy(tomllib.loads(ROLES.read_text(encoding="utf-8")), TOPICS.actions.values()),
        data=tmp_path,
        rulebook=load_rulebook(),
        vault=SimpleNamespace(store=SimpleNamespace(names=lambda: iter(()))),
        index=SimpleNamespace(search=lambda request: Results((), 0, False, {}, None)),
    )


@pytest.fixture
def app(archive: Any) -> Flask:
    app = create_app(archive, load_identity=load)
    folders = [DMS / topic / "templates" for topic in ("documents", "holdings")]
    app.jinja_loader = ChoiceLoader([FileSystemLoader(folders), app.jinja_loader])  # type: ignore[list-item]
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def archivist(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.set_cookie("guidang_session", "archivist")
    return client


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
