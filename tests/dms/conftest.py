"""A real catalog on SQLite, and on PostgreSQL where GUIDANG_TEST_POSTGRES_URL names a server; time and people."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from config.rulebook import load_rulebook
from dms.clock import FixedClock
from dms.db import Database
from dms.policy import Identity, Policy, Role

POSTGRES = os.environ.get("GUIDANG_TEST_POSTGRES_URL")
MakeIdentity = Callable[..., Identity]


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id with the least work it takes, so that a test may sign in often."""
    monkeypatch.setattr("dms.accounts.secrets.HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 6, 14, 6, 0, tzinfo=UTC))


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param(
            "postgresql",
            marks=[
                pytest.mark.service,
                pytest.mark.skipif(POSTGRES is None, reason="GUIDANG_TEST_POSTGRES_URL names no server"),
            ],
        ),
    ]
)
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A catalog with all tables and nothing in them."""
    from dms.tables import metadata

    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'catalog.db'}")
        metadata.create_all(database.engine)
        yield database
        database.close()
    else:
        yield from _fresh_schema(str(POSTGRES), metadata)


def _fresh_schema(url: str, metadata: sa.MetaData) -> Iterator[Database]:
    schema = f"t_{secrets.token_hex(6)}"
    server = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    ours = sa.engine.make_url(url).update_query_dict({"options": f"-csearch_path={schema}"})
    database = Database(ours.render_as_string(hide_password=False))
    metadata.create_all(database.engine)
    yield database
    database.close()
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
    server.dispose()


@pytest.fixture(scope="session")
def policy() -> Policy:
    return Policy(load_rulebook().roles)


@pytest.fixture
def identity() -> MakeIdentity:
    """Make people: `identity("ARC")`, `identity("SAL", account_id="li", department_id="sales", level=2)`."""

    def make(*roles: str, account_id: str | None = None, **values: Any) -> Identity:
        name = values.pop("name", None) or "、".join(roles) or "visitor"
        account = account_id or "".join(roles).lower() or "nobody"
        return Identity(account, name, frozenset(Role(role) for role in roles), **{"level": 3, **values})

    return make


@pytest.fixture
def archive(db: Database, clock: FixedClock, policy: Policy, tmp_path: Path) -> Any:
    """A whole archive on real parts: encrypted folder, embedded index, key file outside the data folder."""
    from config.settings import Settings
    from dms.archive import Archive
    from dms.db import ArchiveFact
    from dms.holdings.places import ensure_virtual_places
    from dms.jobs.carrier import carrier_for
    from search.open import open_index
    from storage.folder import FolderStore
    from storage.keyfile import KeyFile
    from storage.keys import key_check
    from storage.vault import Vault

    settings = Settings(data=tmp_path / "data", keys_url=f"keyfile://{tmp_path / 'keys'}", workers=1)
    settings.data.mkdir()
    keys = KeyFile.create(tmp_path / "keys")
    with db.write() as session:
        session.add(ArchiveFact(name="instance", value="01testinstance000000000000"))
        session.add(ArchiveFact(name="key_check", value=key_check(keys, "01testinstance000000000000")))
    made = Archive(
        settings=settings,
        rulebook=load_rulebook(),
        data=settings.data,
        db=db,
        clock=clock,
        vault=Vault(FolderStore(settings.data / "objects"), keys, "01testinstance000000000000"),
        index=open_index(settings.index_url),
        policy=policy,
        carrier=carrier_for(settings, db),
    )
    ensure_virtual_places(made)
    return made
