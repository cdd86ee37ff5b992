import secrets

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from dms.bootstrap import TOPICS
from dms.kernel.clock import SystemClock
from dms.kernel.database import Database
from dms.migrations.upgrade import NewerDataError, current, head, is_current, upgrade
from dms.policy import SYSTEM


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
def empty(request, tmp_path):
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'catalog.db'}")
        yield database
        database.close()
        return
    name = f"m_{secrets.token_hex(6)}"
    url = request.getfixturevalue("postgres_url")
    server = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    database = Database(sa.engine.make_url(url).set(database=name).render_as_string(hide_password=False))
    yield database
    database.close()
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    server.dispose()


def test_an_empty_database_becomes_exactly_the_tables_of_the_models(empty):
    assert current(empty) is None
    upgrade(empty)
    assert current(empty) == head()
    assert is_current(empty)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, TOPICS.metadata) == []


def test_upgrading_again_changes_nothing(empty):
    upgrade(empty)
    upgrade(empty)
    assert current(empty) == head()


def test_the_audit_log_cannot_be_altered_or_pruned(empty):
    from dms.audit.service import record

    upgrade(empty)
    with empty.write() as session:
        record(session, SystemClock(), SYSTEM, action="test.deed", target=("test", "1"))
    for statement in ("UPDATE audit_leaf SET action = 'other'", "DELETE FROM audit_leaf"):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), empty.write() as session:
            session.execute(sa.text(statement))


def test_data_of_a_newer_program_is_refused_and_left_alone(empty):
    upgrade(empty)
    with empty.write() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerDataError, match="9999"):
        upgrade(empty)
    assert current(empty) == "9999"
