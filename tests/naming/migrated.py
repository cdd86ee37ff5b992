"""What each migration makes of a catalog, as digests: how its file is written does not matter."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from tests.naming.made import one_line
from tests.sources import ROOT


def migrations() -> Iterator[str]:
    """Yield a digest of what each migration says to PostgreSQL, and one of all that SQLite then holds."""
    engine, said = sa.create_engine("sqlite://"), io.StringIO()
    offline = MigrationContext.configure(dialect_name="postgresql", opts={"as_sql": True, "output_buffer": said})
    with engine.connect() as connection:
        online = MigrationContext.configure(connection, opts={"render_as_batch": True})
        for script in sorted(ROOT.glob("dms/**/versions/[0-9]*.py")):
            migrate = _upgrade_of(script)
            for context in (offline, online):
                with Operations.context(context):
                    migrate()
            held = connection.scalars(sa.text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"))
            yield f"{script.stem[:4]} sqlite {_digest(' ; '.join(held))}"
            yield f"{script.stem[:4]} postgresql {_digest(said.getvalue())}"
            said.seek(0)
            said.truncate()
    engine.dispose()


def _upgrade_of(script: Path) -> Callable[[], None]:
    spec = importlib.util.spec_from_file_location(f"migration_{script.stem}", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    upgrade: Callable[[], None] = module.upgrade
    return upgrade


def _digest(text: str) -> str:
    return hashlib.sha256(one_line(text).encode()).hexdigest()
