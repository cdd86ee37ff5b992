"""Browsers in which people of chosen roles are signed in to the whole application."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient

from dms.policy import Identity
from dms.web.app import create_app


class Door:
    """The whole application; who knocks with a person's account id is that person."""

    def __init__(self, archive: Any, *people: Identity) -> None:
        self._people = {person.account_id: person for person in people}
        self.app = create_app(archive, load_identity=self._load)

    def _load(self, archive: Any, *, session: str | None, bearer: str | None, address: str) -> Identity | None:
        return self._people.get(session or bearer)

    def browser(self, account_id: str | None = None) -> FlaskClient:
        """Return a person's browser, a visitor's without an id."""
        client = self.app.test_client()
        if account_id:
            client.set_cookie("guidang_session", account_id)
        return client


def csrf(client: FlaskClient) -> str:
    """Return the token that a page of ours carries."""
    found = re.search(r'name="csrf" content="([0-9a-f]+)"', client.get("/keys").text)
    assert found is not None
    return found[1]


def post(client: FlaskClient, path: str, **fields: Any) -> Any:
    """Send a form as a page of ours does."""
    return client.post(path, data={"csrf": csrf(client), **fields})


def send(client: FlaskClient, method: str, path: str, body: Any = None) -> Any:
    """Send JSON as a program with a token does; the account id stands for the token."""
    cookie = client.get_cookie("guidang_session")
    assert cookie is not None
    headers = {"Authorization": f"Bearer {cookie.value}"}
    return client.open(path, method=method, json=body, headers=headers)
