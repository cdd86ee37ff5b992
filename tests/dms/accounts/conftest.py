"""An archive as the use cases of people need it: real catalog, policy and settings; nothing of originals or index."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from config.rulebook import load_rulebook
from config.settings import Settings
from dms.accounts import service
from dms.kernel.archive import Archive
from dms.kernel.clock import FixedClock
from dms.kernel.database import Database
from dms.policy import Identity, Policy

PASSWORD = "竹外桃花三两枝，春江水暖"


@pytest.fixture
def archive(db: Database, clock: FixedClock, policy: Policy, tmp_path: Path) -> Archive:
    parts = SimpleNamespace(
        db=db, clock=clock, policy=policy, data=tmp_path, settings=Settings(data=tmp_path), rulebook=load_rulebook(),
        vault=SimpleNamespace(keys=SimpleNamespace(ids=lambda: ("k1",))),
    )  # fmt: skip
    return cast(Archive, parts)


@pytest.fixture
def first(archive: Archive) -> Identity:
    """The first person, signed in."""
    link = service.first_person_link(archive)
    assert link is not None
    session = service.use_link(archive, link.secret, PASSWORD, name="张档案", login="zhang")
    who = service.load_identity(archive, session=session)
    assert who is not None
    return who
