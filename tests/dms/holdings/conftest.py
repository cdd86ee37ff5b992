from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dms.documents.models import Document


@pytest.fixture
def document(archive: Any) -> Callable[..., str]:
    """Make documents: `document(title="合同", level=2)` returns the id."""

    def make(title: str = "购销合同", **values: Any) -> str:
        with archive.db.write() as session:
            made = Document(title=title, created_at=archive.clock.now(), owner_id="arc", **values)
            session.add(made)
            session.flush()
            return made.id

    return make
