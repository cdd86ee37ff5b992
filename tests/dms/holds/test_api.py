from __future__ import annotations

import pytest

from dms.documents.models import Document
from dms.kernel.database import new_id
from tests.dms.people import Door, post, send


@pytest.fixture
def door(archive, identity):
    return Door(archive, identity("ARC"), identity("MGR"), identity("AUD"))


@pytest.fixture
def document(archive):
    with archive.db.write() as session:
        made = Document(id=new_id(), title="购销合同", owner_id="arc", created_at=archive.clock.now())
        session.add(made)
    return made.id


def test_a_document_is_held_and_released(door, document):
    archivist, of_it = door.browser("arc"), f"/api/v1/holds?kind=document&id={document}"
    body = {"kind": "document", "id": document, "reason": "诉讼", "basis": "传票"}
    made = send(archivist, "POST", "/api/v1/holds", body)
    assert made.status_code == 201
    refused = send(archivist, "POST", f"/api/v1/documents/{document}/trash", {})
    assert (refused.status_code, refused.json["code"]) == (409, "subject_held")
    assert "诉讼" in refused.json["detail"]
    release = f"/api/v1/holds/{made.json['id']}/release"
    assert send(archivist, "POST", release, {}).status_code == 422
    assert send(archivist, "POST", release, {"reason": "结案"}).status_code == 204
    assert send(archivist, "GET", of_it).json["holds"] == [
        {
            "id": made.json["id"],
            "reason": "诉讼",
            "basis": "传票",
            "set_at": "2026-06-14T06:00:00Z",
            "set_by": "arc",
            "released_at": "2026-06-14T06:00:00Z",
            "released_by": "arc",
            "release_reason": "结案",
        }
    ]
    assert send(archivist, "GET", "/api/v1/holds").status_code == 422


def test_what_somebody_may_not_see_is_not_there(door, document):
    of_it = f"/api/v1/holds?kind=document&id={document}"
    assert send(door.browser("mgr"), "GET", of_it).status_code == 404
    assert send(door.browser("aud"), "GET", of_it).status_code == 404
    body = {"kind": "document", "id": document, "reason": "诉讼"}
    assert send(door.browser("mgr"), "POST", "/api/v1/holds", body).status_code == 404
    assert send(door.browser("aud"), "POST", "/api/v1/holds", body).status_code == 403


def test_the_page_of_a_held_document_says_why_it_stays(door, document):
    archivist = door.browser("arc")
    send(archivist, "POST", "/api/v1/holds", {"kind": "document", "id": document, "reason": "货款诉讼"})
    answer = post(archivist, f"/documents/{document}/trash", reason="传错了")
    assert answer.status_code == 409
    assert "货款诉讼" in answer.text
    assert "冻结，理由：货款诉讼" in archivist.get(f"/documents/{document}?tab=history").text
