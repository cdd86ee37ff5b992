"""Documents and tasks about them, as many kinds as sight tells apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dms.documents.models import Document
from dms.intake.passwords import PASSWORD_TASK
from dms.kernel.database import new_id
from dms.kernel.subjects import Subject
from dms.policy import SYSTEM
from dms.tasks import service


@pytest.fixture
def document(archive: Any) -> Callable[..., str]:
    def make(**values: Any) -> str:
        facts = {"title": "购销合同", "owner_id": "li", "created_at": archive.clock.now(), **values}
        with archive.db.write() as session:
            made = Document(id=new_id(), **facts)
            session.add(made)
        return str(made.id)

    return make


@pytest.fixture
def task(archive: Any) -> Callable[..., str]:
    """Have somebody give a password, whatever the subject is: the kind of task makes no difference here."""

    def make(document_id: str, **values: Any) -> str:
        with archive.db.write() as session:
            subject, facts = Subject("document", document_id), {"batch": "S2026-00001"}
            return service.need(session, archive, PASSWORD_TASK, subject, SYSTEM, facts=facts, **values)

    return make
