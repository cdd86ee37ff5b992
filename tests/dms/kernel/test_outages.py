from __future__ import annotations

import errno
import sqlite3

import pytest
import sqlalchemy as sa

from dms.kernel.errors import ConfigurationError, UnavailableError
from dms.kernel.outages import EVERYBODY, SENDER, explained, passes
from search.index import IndexDamagedError, IndexUnavailableError, QueryError, SearchError
from storage.keys import WrongKeyError
from storage.objects import (
    DamagedObjectError,
    StorageError,
    StorageFullError,
    StorageUnavailableError,
    StoreForbiddenError,
)

LOCKED = sa.exc.OperationalError("SELECT", {}, sqlite3.OperationalError("database is locked"))
GONE = sa.exc.OperationalError("SELECT", {}, Exception("connection to 10.0.0.7 refused"))
NO_ROOM = OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("error", "kind", "code", "waits"),
    [
        (LOCKED, UnavailableError, "catalog_unavailable", True),
        (GONE, UnavailableError, "catalog_unreachable", True),
        (StorageFullError("full"), UnavailableError, "disk_full", True),
        (StorageUnavailableError("away"), UnavailableError, "store_unavailable", True),
        (StoreForbiddenError("no"), ConfigurationError, "store_forbidden", True),
        (WrongKeyError("no"), ConfigurationError, "key_wrong", False),
        (DamagedObjectError("differs"), ConfigurationError, "object_damaged", False),
        (IndexUnavailableError("away"), UnavailableError, "index_unavailable", True),
        (SearchError("no"), ConfigurationError, "search_failed", False),
    ],
)
def test_who_runs_the_archive_learns_what_to_mend_and_what_passes(error, kind, code, waits):
    known = explained(error)
    assert isinstance(known, kind)
    assert known.code == code
    assert passes(error) is waits


@pytest.mark.parametrize("error", [ValueError("ours"), QueryError("what", "part", "example"), NO_ROOM])
def test_what_is_our_own_doing_is_none(error):
    assert explained(error) is None


def test_everybody_learns_no_addresses():
    known = explained(GONE, EVERYBODY)
    assert isinstance(known, UnavailableError)
    assert "10.0.0.7" in str(explained(GONE))
    assert (str(known), known.code) == (EVERYBODY["catalog"], "catalog_unreachable")


@pytest.mark.parametrize(
    ("error", "everybody", "sender"),
    [
        (StorageFullError("full"), "disk_full", "disk_full"),
        (NO_ROOM, "disk_full", None),
        (StorageUnavailableError("away"), "store_unavailable", "store_unavailable"),
        (StoreForbiddenError("no"), "store_forbidden", "store_forbidden"),
        (DamagedObjectError("differs"), None, "store_unproven"),
        (IndexDamagedError("gone"), "index_damaged", None),
        (LOCKED, "catalog_unavailable", None),
        (StorageError("ours"), None, None),
    ],
)
def test_the_short_tables_say_what_concerns_their_readers(error, everybody, sender):
    known = explained(error, EVERYBODY), explained(error, SENDER, name="a.pdf")
    assert tuple(each and each.code for each in known) == (everybody, sender)
    assert all(isinstance(each, UnavailableError) for each in known if each)
    assert known[1] is None or "“a.pdf”" in str(known[1])
