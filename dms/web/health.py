"""Whether the catalog, the store and the index answer."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from dms.http import current_archive
from search.index import Access, Request, SearchError
from storage.objects import StorageError

if TYPE_CHECKING:
    from dms.archive import Archive

LOG = logging.getLogger("dms.web")


def check() -> dict[str, bool]:
    """Return name → answers, for the archive of this request."""
    archive = current_archive()
    return {"catalog": _catalog(archive), "store": _store(archive), "index": _index(archive)}


def _catalog(archive: Archive) -> bool:
    try:
        with archive.db.read() as session:
            return bool(session.scalar(sa.text("SELECT 1")) == 1)
    except SQLAlchemyError:
        LOG.warning("health: the catalog does not answer", exc_info=True)
        return False


def _store(archive: Archive) -> bool:
    try:
        next(iter(archive.vault.store.names()), None)
    except (StorageError, OSError):
        LOG.warning("health: the store does not answer", exc_info=True)
        return False
    return True


def _index(archive: Archive) -> bool:
    try:
        archive.index.search(Request("归档", Access(()), limit=1))
    except SearchError:
        LOG.warning("health: the index does not answer", exc_info=True)
        return False
    return True
