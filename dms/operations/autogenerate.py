"""Writes the next migration from the difference between the tables and the scripts that exist."""

from __future__ import annotations

import pprint
import sys
import tempfile
from pathlib import Path

from alembic import command

from dms.audit.triggers import statements_of
from dms.bootstrap import TOPICS
from dms.kernel.database import Database
from dms.migrations import upgrade

APPEND_ONLY = {"audit_leaf": "position", "audit_checkpoint": ""}  # table → the column that may be filled in once


def main(name: str = "first") -> None:
    """Apply the scripts that exist to a scratch catalog and write what is missing as a new script."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/scratch.db")
        with database.engine.connect() as connection:
            config = upgrade.configuration(connection)
            config.attributes["metadata"] = TOPICS.metadata
            scripts = upgrade.SCRIPTS / "versions"
            command.upgrade(config, "head")
            number = len(list(scripts.glob("[0-9]*.py"))) + 1
            made = command.revision(config, message=name, autogenerate=True, rev_id=f"{number:04}")
        database.close()
    assert not isinstance(made, list)
    assert made is not None
    _add_triggers(Path(made.path))


def _add_triggers(script: Path) -> None:
    """Write the triggers of the append-only tables that the script creates into it, as they are today."""
    text = script.read_text(encoding="utf-8")
    made = [(name, once) for name, once in APPEND_ONLY.items() if f"op.create_table('{name}'" in text]
    if not made:
        return
    found = [statements_of(TOPICS.metadata.tables[name], once) for name, once in made]
    by_dialect = {
        dialect: [each for statements in found for each in statements[dialect]] for dialect in ("sqlite", "postgresql")
    }
    added = (
        f"    triggers = {pprint.pformat(by_dialect, width=116, sort_dicts=False)}\n"
        "    for statement in triggers[op.get_bind().dialect.name]:\n"
        "        op.execute(statement)\n\n\ndef downgrade()"
    )
    script.write_text(text.replace("\n\ndef downgrade()", added, 1), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:2])
