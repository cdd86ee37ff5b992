"""A desk over an archive with a real catalog, a real Vault and the recorded engine."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config.rulebook import load_rulebook
from config.settings import Settings
from dms.bootstrap import TOPICS
from dms.consequences import Table as Consequences
from dms.jobs.carrier import LocalCarrier
from dms.kernel.archive import Archive
from dms.kernel.clock import FixedClock
from dms.kernel.database import Database
from dms.policy import Identity, Policy
from storage.folder import FolderStore
from storage.keyring import KeyRing, new_master
from storage.vault import Vault
from tests.dms.documents.desk import Desk


@pytest.fixture
def archive(db: Database, clock: FixedClock, policy: Policy, tmp_path: Path) -> Archive:
    data = tmp_path / "data"
    data.mkdir()
    return Archive(
        settings=Settings(data=data),
        rulebook=load_rulebook(),
        data=data,
        db=db,
        clock=clock,
        vault=Vault(FolderStore(data / "objects"), KeyRing([new_master(1, time.time())]), "test-archive"),
        index=None,  # type: ignore[arg-type]  # documents only fill the outbox
        policy=policy,
        carrier=LocalCarrier(data / "wake"),
        topics=TOPICS,
        consequences=Consequences(),
    )


@pytest.fixture
def desk(archive: Archive, identity: Callable[..., Identity]) -> Desk:
    return Desk(archive, identity("ARC", name="张档案"))
