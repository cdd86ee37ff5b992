"""The ladder of proofs: what holds is said, what does not is found, what cannot be shown is not claimed."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from dms.audit.models import AuditLeaf
from dms.documents.models import DocumentFile
from dms.documents.service.proving import prove
from dms.intake.models import Arrival
from dms.kernel.errors import ForbiddenError, NotFoundError
from dms.web.app import create_app
from storage.envelope import Envelope
from tests.dms.documents.stacks import Stacks


@pytest.fixture
def stacks(archive, identity):
    return Stacks(archive, identity("ARC"))


@pytest.fixture
def filed(stacks):
    """A filed document with its own file."""
    document = stacks.document((stacks.arrival("one", "two"), 2))
    stacks.work()
    return document


@pytest.fixture
def auditor(identity):
    return identity("AUD")


def states(rungs):
    return [(rung.name, rung.state) for rung in rungs]


def test_every_rung_of_an_own_file_holds_but_the_one_on_paper_and_it_is_logged(stacks, filed, auditor):
    assert states(prove(stacks.archive, auditor, filed)) == [
        ("bytes", "proven"), ("source", "proven"), ("leaf", "proven"), ("log", "proven"), ("paper", "pending"),
    ]  # fmt: skip
    with stacks.archive.db.read() as session:
        leaf = session.scalars(sa.select(AuditLeaf).where(AuditLeaf.action == "document.verify")).one()
    assert leaf.actor_id == auditor.account_id
    assert '"proven":4' in leaf.body


def test_a_document_that_is_an_arrival_is_proved_by_how_it_was_received(stacks, auditor):
    document = stacks.document((stacks.arrival("one"), 1))
    found = prove(stacks.archive, auditor, document)
    assert [state for _, state in states(found)] == ["proven"] * 3 + ["pending"]
    assert {rung.of for rung in found} == {"一叠.pdf", ""}


def test_only_who_may_read_the_log_and_know_of_the_document_proves_it(stacks, filed, auditor, identity):
    for role in ("SAL", "ARC", "LOG"):
        with pytest.raises(ForbiddenError):
            prove(stacks.archive, identity(role), filed)
    with pytest.raises(NotFoundError):
        prove(stacks.archive, auditor, "01nothing0000000000000000a")


def own(session):
    return session.scalars(sa.select(DocumentFile)).one().original


def test_bytes_that_are_gone_or_altered_are_found(stacks, filed, auditor):
    with stacks.archive.db.read() as session:
        name = Envelope.from_json(own(session).envelope).name
    stacks.archive.vault.store.delete(name)
    assert ("bytes", "failed") in states(prove(stacks.archive, auditor, filed))


def test_a_digest_altered_in_the_catalog_is_found(stacks, filed, auditor):
    with stacks.archive.db.write() as session:
        own(session).plain_sha256 = "0" * 64
    found = states(prove(stacks.archive, auditor, filed))
    assert ("bytes", "failed") in found
    assert ("leaf", "failed") in found


def test_a_source_altered_in_the_catalog_is_found(stacks, filed, auditor):
    with stacks.archive.db.write() as session:
        session.scalars(sa.select(Arrival)).one().sha256 = "0" * 64
    assert ("source", "failed") in states(prove(stacks.archive, auditor, filed))


@pytest.mark.parametrize(("role", "may"), [("AUD", True), ("ARC", False)])
def test_the_button_is_an_auditors_and_shows_the_ladder(stacks, filed, identity, role, may):
    person = identity(role)
    app = create_app(stacks.archive, load_identity=lambda *_, session, **__: person if session else None)
    client = app.test_client()
    client.set_cookie("guidang_session", "somebody")
    page = client.get(f"/documents/{filed}?tab=proof").text
    assert ("现在验证" in page) is may
    csrf = re.search(r'name="csrf" content="([^"]+)"', page)[1]
    answer = client.post(f"/documents/{filed}/verify", data={"csrf": csrf})
    assert answer.status_code == (200 if may else 403)
    assert ("SHA-256 与目录登记的一致" in answer.text) is may
    assert client.post(f"/documents/{filed}/verify").status_code == 403  # without the form's mark
