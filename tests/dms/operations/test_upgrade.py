import pytest
import sqlalchemy as sa

from dms.bootstrap import open_archive
from dms.kernel.database import Database
from dms.migrations import upgrade as migrations
from dms.operations.upgrade import UpgradeFailedError, upgrade_safely
from tests.dms.operations.conftest import CONTENTS, EMBEDDED, PRODUCTION, contents, filled


@pytest.mark.parametrize("kind", [EMBEDDED, PRODUCTION])
def test_a_current_catalog_is_left_alone(place, kind):
    settings = place(kind)
    with filled(settings):
        pass
    assert upgrade_safely(settings).copy is None


@pytest.mark.parametrize("kind", [EMBEDDED, PRODUCTION])
def test_a_failed_migration_is_undone(place, kind, monkeypatch):
    def spoil(configuration, revision):
        configuration.attributes["connection"].exec_driver_sql("DROP TABLE holding_document")
        raise RuntimeError("the migration broke")

    settings = place(kind)
    with filled(settings):
        pass
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "is_current", lambda database: False)
        patch.setattr(migrations.command, "upgrade", spoil)
        with pytest.raises(UpgradeFailedError, match="the migration broke"):
            upgrade_safely(settings)
    database = Database(settings.catalog_url)
    assert sa.inspect(database.engine).has_table("holding_document")
    database.close()
    with open_archive(settings) as archive:
        assert contents(archive) == sorted(CONTENTS)
    copies = list((settings.data / "backups").rglob("catalog.db"))
    assert len(copies) == (kind == EMBEDDED)  # the server undoes its one transaction itself
