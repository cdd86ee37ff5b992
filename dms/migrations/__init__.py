"""Catalog migrations (Alembic), applied by `dms.migrations.upgrade`."""
