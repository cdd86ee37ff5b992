"""A desk over the whole archive: real catalog, real Vault, recorded engine."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dms.archive import Archive
from dms.policy import Identity
from tests.dms.documents.desk import Desk


@pytest.fixture
def desk(archive: Archive, identity: Callable[..., Identity]) -> Desk:
    return Desk(archive, identity("ARC", name="张档案"))
