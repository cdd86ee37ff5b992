"""Writes the next migration from the difference between the tables and the scripts that exist."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command

from dms.db import Database
from dms.migrations.upgrade import configuration


def main(name: str = "first") -> None:
    """Apply the scripts that exist to a scratch catalog and write what is missing as a new script."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/scratch.db")
        with database.engine.connect() as connection:
            config = configuration(connection)
            scripts = Path(__file__).parent / "versions"
            command.upgrade(config, "head")
            number = len(list(scripts.glob("[0-9]*.py"))) + 1
            command.revision(config, message=name, autogenerate=True, rev_id=f"{number:04}")
        database.close()


if __name__ == "__main__":
    main(*sys.argv[1:2])
