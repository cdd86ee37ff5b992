"""A web application over a small real catalog, with people of chosen roles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dms.clock import FixedClock
from dms.db import Database
from dms.web.app import create_app


@dataclass(frozen=True)
class Person:
    """An identity as the frame needs it; its session secret is its account's id."""

    account_id: str
    name: str
    roles: frozenset[str]
    language: str | None = None


PEOPLE = {
    "archivist": Person("archivist", "张档案", frozenset({"ARC", "SYS"})),
    "sales": Person("sales", "李<b>业务</b>", frozenset({"SAL"})),
    "english": Person("english", "Ann", frozenset({"ARC", "SYS"}), "en"),
}


def load(archive: Any, *, session: str | None, bearer: str | None, address: str) -> Person | None:
    return PEOPLE.get(session or bearer or "")


@pytest.fixture
def archive(tmp_path: Path) -> Any:
    return SimpleNamespace(
        db=Database(f"sqlite:///{tmp_path / 'catalog.db'}"),
        clock=FixedClock(datetime(2026, 6, 14, 6, 0, tzinfo=UTC)),
        settings=SimpleNamespace(demonstration=True),
        data=tmp_path,
    )


@pytest.fixture
def app(archive: Any) -> Flask:
    return create_app(archive, load_identity=load)  # type: ignore[arg-type]  # people of the tests


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def archivist(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.set_cookie("guidang_session", "archivist")
    return client
