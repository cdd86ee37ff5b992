"""Database triggers that make rows append-only, as far as a database can promise it to its own administrator."""

from __future__ import annotations

import sqlalchemy as sa


def forbid_changes(table: sa.FromClause, except_: str = "") -> None:
    """Forbid UPDATE and DELETE on a table; the column `except_` may once go from NULL to a value."""
    assert isinstance(table, sa.Table)
    for dialect, statements in statements_of(table, except_).items():
        for statement in statements:
            ddl = sa.DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]  # SQLAlchemy gives no types here
            sa.event.listen(table, "after_create", ddl.execute_if(dialect=dialect))


def statements_of(table: sa.Table, except_: str = "") -> dict[str, list[str]]:
    """Return the statements by dialect, also for a migration, which does not run metadata events."""
    others = [column.name for column in table.columns if column.name != except_]
    return {"sqlite": _sqlite(table.name, others, except_), "postgresql": _postgresql(table.name, others, except_)}


def _sqlite(name: str, others: list[str], except_: str) -> list[str]:
    statements = [
        (
            f"CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {name} "
            f"BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END"
        ),
        (
            f"CREATE TRIGGER {name}_no_update BEFORE UPDATE OF {', '.join(others)} ON {name} "
            f"BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END"
        ),
    ]
    if except_:
        statements.append(
            f"CREATE TRIGGER {name}_once BEFORE UPDATE OF {except_} ON {name} WHEN OLD.{except_} IS NOT NULL "
            f"BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END"
        )
    return statements


def _postgresql(name: str, others: list[str], except_: str) -> list[str]:
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in others)
    if except_:
        changed += f" OR OLD.{except_} IS NOT NULL"
    return [
        (
            f"CREATE FUNCTION {name}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'UPDATE' THEN IF NOT ({changed}) THEN RETURN NEW; END IF; END IF; "
            f"RAISE EXCEPTION '{name} is append-only'; END $$"
        ),
        (
            f"CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE ON {name} "
            f"FOR EACH ROW EXECUTE FUNCTION {name}_append_only()"
        ),
        (
            f"CREATE TRIGGER {name}_no_truncate BEFORE TRUNCATE ON {name} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}_append_only()"
        ),
    ]
