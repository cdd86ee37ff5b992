"""The first person of an archive."""

from __future__ import annotations

import pytest

from dms.accounts import service
from dms.kernel.archive import Archive
from dms.policy import Identity

PASSWORD = "竹外桃花三两枝，春江水暖"


@pytest.fixture
def first(archive: Archive) -> Identity:
    """The first person, signed in."""
    link = service.first_person_link(archive)
    assert link is not None
    session = service.use_link(archive, link.secret, PASSWORD, name="张档案", login="zhang")
    who = service.load_identity(archive, session=session)
    assert who is not None
    return who
