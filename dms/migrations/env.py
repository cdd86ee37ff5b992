"""Alembic's entry: runs migrations on the connection that `dms.migrations.upgrade` hands over."""

from __future__ import annotations

from alembic import context


def run() -> None:
    """Run the migrations inside the caller's transaction."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=context.config.attributes.get("metadata"),
        render_as_batch=connection.dialect.name == "sqlite",
        user_module_prefix="dms.kernel.database.",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
