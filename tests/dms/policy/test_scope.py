"""A scope as predicate, as SQL on a real table, and as index clauses: always the same things."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from dms.bootstrap import TOPICS
from dms.policy import Action, Attributes, Columns, Identity, Policy, Role, Scope, attributes
from dms.policy.content import DOCUMENT_UPLOAD, DOCUMENT_VIEW

TABLE = sa.Table(
    "thing", sa.MetaData(),
    sa.Column("n", sa.Integer, primary_key=True), sa.Column("owner", sa.Text), sa.Column("department", sa.Text),
    sa.Column("type", sa.Text), sa.Column("level", sa.Integer), sa.Column("filed_at", sa.Text),
)  # fmt: skip
COLUMNS = Columns(TABLE.c.owner, TABLE.c.department, TABLE.c.type, TABLE.c.level, TABLE.c.filed_at.is_not(None))

people = st.sampled_from([None, "zhang", "li"])
departments = st.sampled_from([None, "sales", "finance"])
subjects = st.builds(
    Attributes, owner_id=people, department_id=departments, type_code=st.sampled_from(["", "T01", "T06"]),
    level=st.integers(0, 3), filed=st.booleans(),
)  # fmt: skip
identities = st.builds(
    Identity, account_id=people, name=st.just("x"), roles=st.frozensets(st.sampled_from(list(Role)), max_size=3),
    department_id=departments, level=st.integers(0, 3), via=st.just("web"),
    allowed=st.none() | st.frozensets(st.sampled_from(list(TOPICS.actions.values()))),
)  # fmt: skip
simple = st.one_of(
    st.just(Scope.none()), st.just(Scope.all()), people.map(Scope.own), departments.map(Scope.department),
    st.lists(st.sampled_from(["T01", "T06", "T99"])).map(lambda codes: Scope.types(*codes)),
    st.integers(-1, 3).map(Scope.levels), st.booleans().map(Scope.filed),
)  # fmt: skip
scopes = st.recursive(
    simple,
    lambda inner: st.builds(Scope.__and__, inner, inner) | st.builds(Scope.__or__, inner, inner),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def connection() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        TABLE.create(connection)
        yield connection
    engine.dispose()


def in_sql(connection: sa.Connection, scope: Scope, things: list[Attributes]) -> list[bool]:
    connection.execute(TABLE.delete())
    rows = [
        {"n": n, "owner": f.owner_id, "department": f.department_id, "type": f.type_code, "level": f.level,
         "filed_at": "x" if f.filed else None}
        for n, f in enumerate(things)
    ]  # fmt: skip
    connection.execute(TABLE.insert(), rows)
    found = set(connection.scalars(sa.select(TABLE.c.n).where(scope.sql(COLUMNS))))
    others = set(connection.scalars(sa.select(TABLE.c.n).where(sa.not_(scope.sql(COLUMNS)))))
    assert found.isdisjoint(others)
    assert len(found) + len(others) == len(things)  # two-valued: no row falls between
    return [n in found for n in range(len(things))]


def in_index(scope: Scope, thing: Attributes) -> bool:
    """Access as search.index.Access defines it: an OR of clauses, each an AND of attribute → allowed values."""
    held = attributes(thing)
    return any(all(set(values) & set(held.get(k, ())) for k, values in c.items()) for c in scope.access())


@given(scope=scopes, things=st.lists(subjects, min_size=1, max_size=6))
def test_predicate_sql_and_index_agree(connection: sa.Connection, scope: Scope, things: list[Attributes]) -> None:
    expected = [scope.allows(thing) for thing in things]
    assert in_sql(connection, scope, things) == expected
    assert [in_index(scope, thing) for thing in things] == expected


@given(
    who=identities,
    action=st.sampled_from(list(TOPICS.actions.values())),
    things=st.lists(subjects, min_size=1, max_size=6),
)
def test_they_agree_for_everybody_of_the_roles_table(
    connection: sa.Connection, policy: Policy, who: Identity, action: Action, things: list[Attributes]
) -> None:
    scope = policy.scope(who, action)
    expected = [policy.may(who, action, thing) for thing in things]
    assert in_sql(connection, scope, things) == expected
    assert [in_index(scope, thing) for thing in things] == expected
    if action.startswith("document.") and action is not DOCUMENT_UPLOAD and who.allowed is None:
        seen = [policy.may(who, DOCUMENT_VIEW, thing) for thing in things]
        assert all(view or not may for may, view in zip(expected, seen, strict=True))


@given(one=scopes, other=scopes, thing=subjects)
def test_and_and_or_mean_what_they_say(one: Scope, other: Scope, thing: Attributes) -> None:
    assert (one & other).allows(thing) == (one.allows(thing) and other.allows(thing))
    assert (one | other).allows(thing) == (one.allows(thing) or other.allows(thing))


def test_missing_column_matches_nothing(connection: sa.Connection) -> None:
    connection.execute(TABLE.delete())
    connection.execute(TABLE.insert(), [{"n": 1, "owner": "li"}])
    bare = Columns(owner_id=TABLE.c.owner)
    assert connection.scalars(sa.select(TABLE.c.n).where(Scope.own("li").sql(bare))).all() == [1]
    assert connection.scalars(sa.select(TABLE.c.n).where((Scope.own("li") & Scope.levels(3)).sql(bare))).all() == []


def test_nobody_owns_what_has_no_owner() -> None:
    assert not Scope.own(None)
    assert not Scope.department(None)
    assert not Scope.own("li").allows(Attributes())


def test_clauses_that_another_implies_are_dropped() -> None:
    assert (Scope.own("li") & Scope.levels(1)) | Scope.own("li") == Scope.own("li")
    assert (Scope.own("li") | Scope.all()).is_all
    assert Scope.levels(1) & Scope.levels(2) == Scope.levels(1)
    assert not Scope.own("li") & Scope.own("zhang")
