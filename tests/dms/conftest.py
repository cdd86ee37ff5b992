"""A real catalog on SQLite and on PostgreSQL; time and people; a whole archive."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from config.rulebook import load_rulebook
from dms.bootstrap import TOPICS
from dms.kernel.archive import Archive
from dms.kernel.clock import FixedClock
from dms.kernel.database import Database
from dms.policy import Identity, Policy, Role
from tests.dms.documents.desk import Desk

MakeIdentity = Callable[..., Identity]


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id with the least work it takes, so that a test may sign in often."""
    monkeypatch.setattr("dms.accounts.secrets.HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 6, 14, 6, 0, tzinfo=UTC))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
def db(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A catalog with all tables and nothing in them."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite")
        return
    database = Database(request.getfixturevalue("schema"))
    _empty(database)
    yield database
    database.close()


@pytest.fixture
def sqlite(empty_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """An empty catalog on SQLite, for tests that are not about the catalog."""
    shutil.copyfile(empty_sqlite, tmp_path / "catalog.db")
    database = Database(f"sqlite:///{tmp_path / 'catalog.db'}")
    yield database
    database.close()


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty catalog: to copy it is a hundred times quicker than to make it."""
    file = tmp_path_factory.mktemp("empty") / "catalog.db"
    database = Database(f"sqlite:///{file}")
    TOPICS.metadata.create_all(database.engine)
    database.close()
    return file


@pytest.fixture(scope="session")
def schema(postgres_url: str) -> Iterator[str]:
    """The URL of a schema of this run's own on the PostgreSQL server, with all tables."""
    name = f"t_{secrets.token_hex(6)}"
    server = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {name}")
    ours = sa.engine.make_url(postgres_url).update_query_dict({"options": f"-csearch_path={name}"})
    url = ours.render_as_string(hide_password=False)
    database = Database(url)
    TOPICS.metadata.create_all(database.engine)
    database.close()
    yield url
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA {name} CASCADE")
    server.dispose()


def _empty(database: Database) -> None:
    """Delete every row, past the triggers that forbid it: much quicker than new tables."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica; SET LOCAL lock_timeout = '20s'")
        connection.exec_driver_sql("; ".join(f'DELETE FROM "{table}"' for table in TOPICS.metadata.tables))
        connection.exec_driver_sql(RESTART)


RESTART = """
DO $$ DECLARE s name; BEGIN
  FOR s IN SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema() LOOP
    EXECUTE 'ALTER SEQUENCE ' || quote_ident(s) || ' RESTART';
  END LOOP;
END $$
"""


@pytest.fixture(scope="session")
def policy() -> Policy:
    return Policy(load_rulebook().roles, TOPICS.actions.values())


@pytest.fixture
def identity() -> MakeIdentity:
    """Make people: `identity("ARC")`, `identity("SAL", account_id="li", department_id="sales", level=2)`."""

    def make(*roles: str, account_id: str | None = None, **values: Any) -> Identity:
        name = values.pop("name", None) or "、".join(roles) or "visitor"
        account = account_id or "".join(roles).lower() or "nobody"
        return Identity(account, name, frozenset(Role(role) for role in roles), **{"level": 3, **values})

    return make


@pytest.fixture
def archive(db: Database, clock: FixedClock, tmp_path: Path) -> Archive:
    """A whole archive on real parts; who needs another part takes `dataclasses.replace(archive, …)`."""
    from tests.dms.whole import begin

    return begin(tmp_path, db, clock)


@pytest.fixture
def desk(archive: Archive, identity: MakeIdentity) -> Desk:
    """An archivist's desk over the archive: papers come in and are read by a recorded engine."""
    return Desk(archive, identity("ARC", name="张档案"))
