"""Deeds that stand in the log, and who may read it."""

from __future__ import annotations

import pytest

from dms.audit.service import record
from dms.kernel.archive import Archive
from dms.policy import Identity
from tests.dms.conftest import MakeIdentity


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
