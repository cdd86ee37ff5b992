import pytest
import sqlalchemy as sa

from dms.db import Database
from dms.migrations import upgrade as migrations
from dms.operations.upgrade import UpgradeFailedError, upgrade_safely


def test_a_current_catalog_is_left_alone(archive, settings):
    assert upgrade_safely(settings).copy is None


def test_a_failed_migration_is_undone(archive, settings, monkeypatch):
    archive.close()

    def spoil(database):
        with database.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE holding_document")
        raise RuntimeError("the migration broke")

    monkeypatch.setattr(migrations, "is_current", lambda database: False)
    monkeypatch.setattr(migrations, "upgrade", spoil)
    with pytest.raises(UpgradeFailedError, match="the migration broke"):
        upgrade_safely(settings)
    database = Database(settings.catalog_url)
    assert sa.inspect(database.engine).has_table("holding_document")
    database.close()
    assert list((settings.data / "backups").rglob("catalog.db"))
