"""Brings a catalog's tables to the version of this program, and refuses data that is newer than it."""

from __future__ import annotations

import logging
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.engine import Connection

from dms.kernel.database import Database
from dms.kernel.errors import ConfigurationError

SCRIPTS = Path(__file__).parent
MIGRATING = 0x67756964616E67  # the number under which migrations of one server's catalogs take turns
logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells of every plugin it loads


class NewerDataError(ConfigurationError):
    """The data folder was written by a newer version of the program."""

    code = "data_newer_than_program"


def configuration(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration for our scripts."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """Return the revision that this program expects."""
    revision = ScriptDirectory.from_config(configuration()).get_current_head()
    assert revision is not None
    return revision


def current(database: Database) -> str | None:
    """Return the revision of the catalog, None for an empty one."""
    with database.engine.connect() as connection:
        return revision_of(connection)


def revision_of(connection: Connection) -> str | None:
    """Return the revision of the catalog behind a connection, None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def is_current(database: Database) -> bool:
    """Say whether the catalog is as this program expects. Raises `NewerDataError`."""
    revision = current(database)
    if revision is not None:
        _refuse_newer(revision)
    return revision == head()


def upgrade(database: Database, revision: str = "head") -> None:
    """Apply every missing migration in one transaction: all or none. Raises `NewerDataError`."""
    if is_current(database):
        return
    with database.engine.begin() as connection:
        upgrade_within(connection, revision)


def upgrade_within(connection: Connection, revision: str = "head") -> None:
    """Apply every missing migration in the caller's transaction. On a server, two of them wait for one another.

    Raises `NewerDataError`.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
        connection.execute(sa.text("SET LOCAL lock_timeout = '60s'"))  # a service that was not stopped: say so
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATING)))
    if revision != "head":
        _refuse_newer(revision)
    command.upgrade(configuration(connection), revision)


def _refuse_newer(revision: str) -> None:
    try:
        ScriptDirectory.from_config(configuration()).get_revision(revision)
    except CommandError as error:
        raise NewerDataError(
            "这份数据由更新版本的程序写成（版本 %(revision)s），本程序没有打开它，数据未被改动。"
            "请安装更新的程序版本再启动。",
            revision=revision,
        ) from error
