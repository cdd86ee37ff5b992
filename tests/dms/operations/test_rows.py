"""Rows of every type that the catalog has come through any engine unchanged, in the order of their keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from dms.bootstrap import TOPICS
from dms.kernel.database import Database, Json, UtcDateTime
from dms.operations import rows
from tests.dms.operations.conftest import fresh_database

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
BIG = st.integers(-(2**63), 2**63 - 1)
VALUES: dict[type[Any], st.SearchStrategy[Any]] = {
    sa.SmallInteger: st.integers(-(2**15), 2**15 - 1), sa.BigInteger: BIG,
    sa.Integer: st.integers(-(2**31), 2**31 - 1), sa.Boolean: st.booleans(), sa.Date: st.dates(date(1900, 1, 1)),
    UtcDateTime: st.datetimes(timezones=st.just(UTC)),
    sa.Float: st.floats(allow_nan=False, allow_infinity=False), sa.LargeBinary: st.binary(max_size=60),
    Json: st.lists(st.none() | st.booleans() | BIG | TEXTS | st.dictionaries(TEXTS, BIG, max_size=2), max_size=3),
    sa.String: TEXTS,
}  # fmt: skip
KINDS = [sa.SmallInteger, sa.BigInteger, sa.Integer, sa.Boolean, sa.Date, UtcDateTime, sa.Float, sa.LargeBinary, Json,
         sa.String]  # fmt: skip


def kind_of(column: sa.Column[Any]) -> type[Any]:
    return next(kind for kind in KINDS if isinstance(column.type, kind))


ROWS = st.lists(
    st.fixed_dictionaries({"name": TEXTS} | {kind.__name__: st.none() | VALUES[kind] for kind in KINDS}),
    max_size=12, unique_by=lambda row: row["name"],
)  # fmt: skip


def table() -> sa.Table:
    """Return a table with a text key and a nullable column of every type."""
    columns = [sa.Column(kind.__name__, kind) for kind in KINDS]
    return sa.Table("every_type", sa.MetaData(), sa.Column("name", sa.Text, primary_key=True), *columns)


@contextmanager
def opened(kind: str, folder: Any, name: str, server: str) -> Iterator[Database]:
    if kind == "sqlite":
        database = Database(f"sqlite:///{folder / name}")
        yield database
        database.close()
        return
    with fresh_database(server) as url:
        database = Database(url)
        yield database
        database.close()


@pytest.fixture(scope="module", params=[("sqlite", "postgresql"), ("postgresql", "sqlite")], ids="→".join)
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres_url: str
) -> Iterator[tuple[Any, ...]]:
    folder, (first, second) = tmp_path_factory.mktemp("rows"), request.param
    with (
        opened(first, folder, "first.db", postgres_url) as source,
        opened(second, folder, "second.db", postgres_url) as target,
    ):
        for database in (source, target):
            table().metadata.create_all(database.engine)
        yield source, target


@given(made=ROWS)
@example(made=[{"name": "", **dict.fromkeys([kind.__name__ for kind in KINDS]), "Float": -0.0}])
@settings(max_examples=40, deadline=None, phases=set(Phase) - {Phase.explain})
def test_rows_of_every_type_arrive_as_they_were(pair: tuple[Database, Database], made: list[dict[str, Any]]) -> None:
    source, target = pair
    declared = table()
    for database in pair:
        with database.engine.begin() as connection:
            connection.execute(declared.delete())
    with source.engine.begin() as connection:
        for row in made:
            connection.execute(declared.insert(), row)
    with source.engine.connect() as connection:
        (found,) = rows.tables_of(connection)
        copied = rows.copy(connection, target.engine.begin, found)
    with target.engine.connect() as connection:
        (arrived,) = rows.tables_of(connection)
        assert rows.digest(connection, arrived) == copied
        back = connection.execute(declared.select()).mappings().all()
    assert copied.rows == len(made)
    assert sorted(map(dict, back), key=lambda row: row["name"]) == sorted(made, key=lambda row: row["name"])


def test_every_column_of_the_catalog_has_a_type_that_is_carried() -> None:
    known = {kind_of(column) for each in TOPICS.metadata.sorted_tables for column in each.columns}
    assert known <= set(KINDS)


def test_a_copy_goes_on_behind_the_last_row_that_arrived(pair: tuple[Database, Database]) -> None:
    source, target = pair
    declared = table()
    names = [f"{number:04}" for number in range(rows.BATCH * 2 + 3)]
    for database, count in ((source, len(names)), (target, rows.BATCH + 1)):
        with database.engine.begin() as connection:
            connection.execute(declared.delete())
            connection.execute(declared.insert(), [{"name": name} for name in names[:count]])
    with source.engine.connect() as connection:
        (found,) = rows.tables_of(connection)
        rest = rows.copy(connection, target.engine.begin, found)
        whole = rows.digest(connection, found)
    with target.engine.connect() as connection:
        assert rows.digest(connection, found) == whole
    assert (rest.rows, whole.rows) == (rows.BATCH + 2, len(names))
