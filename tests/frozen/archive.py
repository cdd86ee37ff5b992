"""The frozen archive unpacked: its verbs, its web application, and people who ask its JSON API."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
FROZEN = HERE / "v1"
PASSWORD = "frozen archive 2024"  # of every person in it
ASKED_AT = datetime(2024, 9, 20, 2, 0, tzinfo=UTC)  # two days after the last deed in it
LAST_DAY = "2024-09-19"  # what the asking itself adds to the log is of a later day
PEOPLE = ("zhang", "zhou", "li", "shen")  # archivist (ARC), administrator (SYS), salesperson (SAL), auditor (AUD)
SEARCHERS = ("zhang", "li", "shen")
VISITOR, TOKEN = "visitor", "shen's token"
ASKERS = (*PEOPLE, TOKEN, VISITOR)

VARIES = {  # the members of an answer that are left out, with the reason
    "request": "of a problem: names the one request, so that a fault can be found in the log of the process",
    "detail": "of a problem: a sentence for people, which may be put better; programs read `code`",
}


@dataclass(frozen=True)
class Done:
    """How a verb ended, and what it said."""

    code: int
    said: str


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@dataclass
class Frozen:
    """An unpacked archive: its data folder, and the environment in which the program finds key and catalog."""

    data: Path
    environment: dict[str, str]

    @property
    def on_server(self) -> bool:
        """Tell whether the catalog is on PostgreSQL."""
        return "GUIDANG_CATALOG_URL" in self.environment

    def run(self, *arguments: str, data: Path | None = None) -> Done:
        """Run a verb of the command line to its end, in this process: to start one takes longer than most verbs do."""
        from dms.__main__ import main

        said, code = io.StringIO(), 0
        with _environment(self.environment), redirect_stdout(said), redirect_stderr(said):
            try:
                main(["--data", str(data or self.data), *arguments])
            except SystemExit as end:
                code = int(end.code or 0)
        return Done(code, said.getvalue())

    @contextmanager
    def running(self, *verbs: Sequence[str]) -> Iterator[None]:
        """Run verbs that go on until they are asked to stop, each in a process of its own."""
        processes = [
            subprocess.Popen(
                [sys.executable, "-m", "dms", "--data", str(self.data), *verb], cwd=ROOT,
                env={**os.environ, **self.environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            for verb in verbs
        ]  # fmt: skip
        try:
            yield
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(60)

    @contextmanager
    def app(self, data: Path | None = None, at: datetime | None = ASKED_AT) -> Iterator[Flask]:
        """Open the web application at the moment at which the answers were recorded; at=None: now."""
        from config.settings import load_settings
        from dms.bootstrap import open_archive
        from dms.web.app import create_app

        with open_archive(load_settings(environment=self.environment, data=data or self.data)) as archive:
            if at is not None:
                archive.clock.now = lambda: at  # type: ignore[method-assign]  # ages and overdue days stand still
            yield create_app(archive)


def unpack(folder: Path, catalog_url: str = "") -> Frozen:
    """Unpack the archive into a folder."""
    with tarfile.open(FROZEN / "archive.tar.xz") as packed:
        packed.extractall(folder, filter="data")
    environment = {"GUIDANG_KEYS_URL": f"keyfile://{folder / 'guidang.keys'}"}
    if catalog_url:
        (folder / "data" / "catalog.db").unlink()
        environment["GUIDANG_CATALOG_URL"] = catalog_url
    return Frozen(folder / "data", environment)


def tokens() -> dict[str, str]:
    """Return the bearer tokens of the archive by the login name of their person."""
    found: dict[str, str] = json.loads((FROZEN / "tokens.json").read_text(encoding="utf-8"))
    return found


class Asker:
    """Somebody who asks: a person behind a browser, a program with a token, a visitor."""

    def __init__(self, app: Flask, name: str) -> None:
        self.name, self._client, self._headers = name, app.test_client(), {}
        if name == TOKEN:
            self._headers = {"Authorization": f"Bearer {tokens()['shen']}"}
        elif name != VISITOR:
            _sign_in(self._client, name)

    def ask(self, path: str) -> Any:
        """Return an answer as it is kept."""
        answer = self._client.get(f"/api/v1{path}", headers=self._headers)
        kept: dict[str, Any] = {"status": answer.status_code, "type": answer.content_type}
        if answer.is_json:
            body = {key: value for key, value in answer.get_json().items() if key not in VARIES}
            return _refusal(body) or kept | {"body": body}
        data = answer.get_data()
        name = answer.headers.get("Content-Disposition", "")
        return kept | {"name": name, "length": len(data), "sha256": hashlib.sha256(data).hexdigest()}

    def body(self, path: str) -> dict[str, Any]:
        """Return the body of an answer, nothing where it is a refusal."""
        answer = self.ask(path)
        return answer["body"] if isinstance(answer, dict) else {}


def _refusal(body: dict[str, Any]) -> str:
    """Return status and code of a problem that says nothing else."""
    said = body.keys() - {"title", "type"}
    return f"{body['status']} {body['code']}" if said == {"status", "code"} else ""


def _sign_in(client: FlaskClient, login: str) -> None:
    page = client.get("/sign-in").get_data(as_text=True)
    token = page.partition('name="csrf" value="')[2].partition('"')[0] or _meta(page)
    answer = client.post("/sign-in", data={"login": login, "password": PASSWORD, "csrf": token})
    assert answer.status_code == 302, f"{login} could not sign in: {answer.status_code}"


def _meta(page: str) -> str:
    return page.partition('name="csrf" content="')[2].partition('"')[0]
