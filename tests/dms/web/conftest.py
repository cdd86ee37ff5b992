"""The edge of the web application over a whole archive, with people of chosen roles."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.serving import make_server

from dms.bootstrap import TOPICS
from dms.kernel.archive import Archive
from dms.kernel.database import Database
from dms.kernel.topic import Topics
from dms.policy import Identity, Role
from dms.web.app import create_app

DMS = Path(__file__).parents[3] / "dms"

PEOPLE = {
    "archivist": Identity("archivist", "张档案", frozenset({Role.ARC, Role.SYS})),
    "sales": Identity("sales", "李<b>业务</b>", frozenset({Role.SAL})),
    "english": Identity("english", "Ann", frozenset({Role.ARC, Role.SYS}), language="en"),
}


def load(archive: Any, *, session: str | None, bearer: str | None, address: str) -> Identity | None:
    return PEOPLE.get(session or bearer or "")


@pytest.fixture
def db(sqlite: Database) -> Database:
    """The edge is the same over every catalog."""
    return sqlite


@pytest.fixture
def archive(archive: Archive) -> Archive:
    """The edge alone: topics test their own screens."""
    settings = archive.settings.model_copy(update={"demonstration": True})
    without_screens = Topics([replace(topic, blueprints=()) for topic in TOPICS])
    return replace(archive, settings=settings, topics=without_screens)


@pytest.fixture
def app(archive: Any) -> Flask:
    app = create_app(archive, load_identity=load)
    app.jinja_loader = ChoiceLoader([FileSystemLoader(DMS / "desk/templates"), app.jinja_loader])  # type: ignore[list-item]
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
