"""An archive as the log needs it: real catalog, policy, clock and master keys."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from config.rulebook import load_rulebook
from config.settings import Settings
from dms.audit.service import record
from dms.kernel.archive import Archive
from dms.kernel.clock import FixedClock
from dms.kernel.database import Database
from dms.policy import Identity, Policy
from storage.keyfile import KeyFile
from tests.dms.conftest import MakeIdentity


@pytest.fixture
def archive(db: Database, clock: FixedClock, policy: Policy, tmp_path: Path) -> Archive:
    vault = SimpleNamespace(keys=KeyFile.create(tmp_path / "test.keys"), instance="instance-1")
    parts = SimpleNamespace(
        db=db, clock=clock, policy=policy, data=tmp_path, settings=Settings(data=tmp_path), vault=vault,
        rulebook=load_rulebook(),
    )  # fmt: skip
    return cast(Archive, parts)


@pytest.fixture
def auditor(identity: MakeIdentity) -> Identity:
    return identity("AUD", name="王审计")


def do(archive: Archive, who: Identity, count: int = 1, action: str = "party.create") -> list[str]:
    """Record some deeds, each in its own transaction; return the leaves' ids."""
    made = []
    for number in range(count):
        with archive.db.write() as session:
            made.append(
                record(
                    session, archive.clock, who, action=action, target=("party", f"p{number}"),
                    details={"name": f"甲{number}"}, reason="试",
                )
            )  # fmt: skip
    return made
