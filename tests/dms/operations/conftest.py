from __future__ import annotations

import io
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from config.settings import Settings
from dms.bootstrap import open_archive, start_archive
from dms.originals.models import StoredObject
from search.elastic.address import parse_address
from storage.envelope import Envelope
from tests.search.conftest import raw_client

CONTENTS = (b"one", b"", b"three" * 100_000)
EMBEDDED = "embedded"
PRODUCTION = pytest.param("production", marks=pytest.mark.service)
Place = Callable[[str], Settings]


@pytest.fixture
def keys_url(tmp_path: Path) -> str:
    return f"keyfile://{tmp_path / 'config' / 'keys'}"


@pytest.fixture
def place(tmp_path: Path, keys_url: str, request: pytest.FixtureRequest) -> Iterator[Place]:
    """Make the settings of an empty place: `place("embedded")`, `place("production")` on servers."""
    with ExitStack() as stack:

        def make(kind: str) -> Settings:
            data = tmp_path / f"{kind}-{secrets.token_hex(3)}"
            if kind == EMBEDDED:
                return Settings(data=data, keys_url=keys_url, workers=1)
            catalog = stack.enter_context(fresh_database(request.getfixturevalue("postgres_url")))
            bucket: str = request.getfixturevalue("s3_url")
            store = bucket.replace("?", f"/{data.name}-{secrets.token_hex(3)}?", 1)
            index = ""
            with suppress(pytest.skip.Exception):  # where there is no Elasticsearch, the embedded index does
                index = stack.enter_context(fresh_index(request.getfixturevalue("elasticsearch_url")))
            return Settings(
                data=data, keys_url=keys_url, workers=1, catalog_url=catalog, store_url=store, index_url=index
            )

        yield make


@contextmanager
def fresh_database(url: str) -> Iterator[str]:
    """Yield the URL of an empty database of its own."""
    name = f"o_{secrets.token_hex(6)}"
    server = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield sa.engine.make_url(url).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    server.dispose()


@contextmanager
def fresh_index(url: str) -> Iterator[str]:
    """Yield the URL of an index of its own."""
    name = f"guidang-test-{secrets.token_hex(6)}"
    yield re.sub(r"/[^/?]*($|\?)", rf"/{name}\1", url, count=1)
    server = raw_client(replace(parse_address(url), name=name))
    for made in server.indices.get(index=f"{name}-*").body:
        server.indices.delete(index=made)


@pytest.fixture
def settings(place: Place) -> Settings:
    return place(EMBEDDED)


@pytest.fixture
def archive(settings: Settings) -> Iterator[Any]:
    """A started archive on disk with three originals."""
    with filled(settings) as opened:
        yield opened


@contextmanager
def filled(settings: Settings) -> Iterator[Any]:
    """Start an archive and keep three originals in it."""
    start_archive(settings)
    with open_archive(settings) as opened:
        for content in CONTENTS:
            keep(opened, content)
        yield opened


def keep(archive: Any, content: bytes) -> None:
    envelope = archive.vault.write(archive.vault.reserve("original"), io.BytesIO(content))
    with archive.db.write() as session:
        session.add(
            StoredObject(
                object_id=envelope.object_id, role="original", envelope=envelope.to_json(), key_id=envelope.key_id,
                plain_sha256=envelope.plain_sha256, plain_length=envelope.plain_length,
                created_at=archive.clock.now(),
            )
        )  # fmt: skip


def contents(archive: Any) -> list[bytes]:
    """Return the plaintext of every original that the catalog knows, sorted."""
    with archive.db.read() as session:
        envelopes = list(session.scalars(sa.select(StoredObject.envelope)))
    return sorted(archive.vault.read(Envelope.from_json(envelope)) for envelope in envelopes)
