from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from dms.documents.forms import EXTENSION
from dms.documents.models import Document
from dms.documents.service import lists
from dms.documents.service.rereading import change_type
from dms.kernel.archive import Archive
from dms.policy import Identity
from dms.web.app import create_app
from tests.dms.documents.desk import Desk, contract, receipt


@pytest.fixture
def client(archive: Archive, desk: Desk) -> FlaskClient:
    def load(archive: Any, *, session: str | None, bearer: str | None, address: str) -> Identity | None:
        return desk.person if session else None

    app = create_app(archive, load_identity=load)
    app.extensions[EXTENSION] = desk.reader
    client = app.test_client()
    client.set_cookie("guidang_session", "archivist")
    return client


def token(client: FlaskClient, path: str = "/inbox") -> str:
    found = re.search(r'name="csrf" content="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


def test_an_upload_without_session_or_token_is_answered_in_json(client: FlaskClient) -> None:
    headers = {"X-File-Name": "a.pdf"}
    answer = client.put("/upload", data=b"%PDF", headers=headers, content_type="application/octet-stream")
    assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")
    assert answer.json["code"] == "csrf"
    assert "X-CSRF-Token" in answer.json["detail"]
    client.delete_cookie("guidang_session")
    answer = client.put("/upload", data=b"%PDF", headers=headers, content_type="application/octet-stream")
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert answer.json["code"] == "sign_in_needed"


def test_upload_review_confirm_in_the_browser(client: FlaskClient, archive: Archive, desk: Desk) -> None:
    headers = {"X-CSRF-Token": token(client), "X-File-Name": quote("合同 一.pdf"), "Accept": "application/json"}
    body = desk.scan("contract", *contract())
    answer = client.put("/upload", data=body, headers=headers, content_type="application/octet-stream")
    assert (answer.status_code, answer.json["state"]) == (201, "stored")
    assert client.get(answer.json["url"]).status_code == 200
    desk.work()
    again = client.put("/upload", data=body, headers=headers, content_type="application/octet-stream")
    assert (again.status_code, again.json["state"]) == (200, "duplicate")
    (document,) = lists.inbox(archive, desk.person).documents
    assert again.json["url"] == f"/documents/{document.id}"
    page = client.get(f"/review/{document.id}")
    assert "GX-2023-0611" in page.text
    for crop in re.findall(r'src="(/documents/[^"]+crop\.jpg[^"]+)"', page.text):
        assert client.get(crop.replace("&amp;", "&")).mimetype == "image/jpeg"
    form = {
        "csrf": token(client),
        "revision": document.revision,
        "deed": "confirm",
        "type": "T04",
        "value.total": "1.50",
    }
    assert client.post(f"/review/{document.id}", data=form).location.endswith("/inbox?finished=1")
    stale = client.post(f"/review/{document.id}", data=form)
    assert (stale.status_code, "张档案" in stale.text) == (409, True)


@pytest.mark.parametrize("tab", ["fields", "text", "seals", "where", "history", "proof"])
def test_every_tab_of_a_document_opens(client: FlaskClient, archive: Archive, desk: Desk, tab: str) -> None:
    desk.bring(desk.scan("contract", *contract()))
    desk.work()
    (document,) = lists.inbox(archive, desk.person).documents
    assert client.get(f"/documents/{document.id}?tab={tab}").status_code == 200


def test_history_and_fields_speak_in_words_and_in_the_readers_language(
    client: FlaskClient, archive: Archive, desk: Desk
) -> None:
    desk.bring(desk.scan("contract", *contract()))
    desk.work()
    (document,) = lists.inbox(archive, desk.person).documents
    said = {"type": "T04", "value.place": "澜州市", "value.total": "1.50", "level": "3", "deed": "save"}
    form = {"csrf": token(client), "revision": document.revision, **said}
    client.post(f"/review/{document.id}", data=form)
    history = client.get(f"/documents/{document.id}?tab=history").text
    assert "类型 购销合同" in history
    assert "签订地点 — → 澜州市" in history
    assert "→ ¥1.50" in history
    assert "密级 秘密 → 机密" in history
    assert "T04" not in history
    client.set_cookie("guidang_language", "en")
    english = client.get(f"/documents/{document.id}").text
    assert "Date of signing" in english
    assert "签订日期" not in english


def test_a_document_says_once_that_nobody_confirmed_it(client: FlaskClient, archive: Archive, desk: Desk) -> None:
    desk.bring(desk.scan("contract", *contract()))
    desk.work()
    (document,) = lists.inbox(archive, desk.person).documents
    facts = re.search(r'class="document-facts">(.*?)</p>', client.get(f"/documents/{document.id}").text, re.DOTALL)
    assert facts
    assert facts[1].count("未确认") == 1 + facts[1].count("原件未确认")


def test_every_other_page_opens(client: FlaskClient, archive: Archive, desk: Desk) -> None:
    desk.bring(desk.scan("stack", *contract(), receipt(3)))
    desk.work()
    refused = desk.bring(b"no kind of file at all", "what.bin")
    document = lists.inbox(archive, desk.person).documents[0]
    base = f"/documents/{document.id}"
    pages = [
        "/inbox",
        "/documents",
        "/documents?trashed=1&state=FILED&title=x",
        "/jobs",
        f"/arrivals/{refused.arrival_id}",
    ]
    for path in [*pages, f"{base}/arrange", f"{base}/print", f"{base}/pages/1/view.jpg", f"{base}/pages/2/thumb.jpg"]:
        assert client.get(path).status_code == 200, path
    for kind in ("csv", "xlsx"):
        assert client.get(f"/documents?format={kind}").status_code == 200
    assert client.get(f"{base}/download").headers["Content-Disposition"].startswith("attachment")


def test_pages_are_turned_and_turned_back(client: FlaskClient, archive: Archive, desk: Desk) -> None:
    desk.bring(desk.scan("contract", *contract()))
    desk.work()
    (document,) = lists.inbox(archive, desk.person).documents
    form = {"csrf": token(client), "revision": document.revision, "deed": "turn", "position": 1, "degrees": 90}
    assert client.post(f"/documents/{document.id}/arrange", data=form).status_code == 302
    page = client.get(f"/documents/{document.id}/arrange")
    undo = re.search(rf"/documents/{document.id}/undo/\w+", page.text)
    assert undo
    assert client.post(undo[0], data={"csrf": token(client)}).status_code == 302
    for log in ("/audit", f"/documents/{document.id}?tab=history"):
        told = client.get(log).text
        assert "转动页面" in told
        assert "撤销整理页面" in told


def test_another_type_is_told_in_words(client: FlaskClient, archive: Archive, desk: Desk) -> None:
    desk.bring(desk.scan("contract", *contract()))
    desk.work()
    (document,) = lists.inbox(archive, desk.person).documents
    change_type(archive, desk.person, document.id, "T09")
    assert "改文件类型：文种 购销合同 → 收据" in client.get("/audit").text


def test_pages_change_places_by_one_button(client: FlaskClient, archive: Archive, desk: Desk) -> None:
    desk.bring(desk.scan("contract", *contract()))
    desk.work()
    (document,) = lists.inbox(archive, desk.person).documents
    page = client.get(f"/documents/{document.id}/arrange").text
    assert re.findall(r'name="order" value="([\d,]+)"', page) == ["2,1", "2,1"], (
        "the first one later, the second earlier"
    )
    form = {"csrf": token(client), "revision": document.revision, "deed": "reorder", "position": 2, "order": "2,1"}
    assert client.post(f"/documents/{document.id}/arrange", data=form).status_code == 302
    with archive.db.read() as session:
        kept = session.get_one(Document, document.id)
        assert [page.number for page in kept.pages] == [2, 1]


def test_a_drawn_box_is_read(client: FlaskClient, archive: Archive, desk: Desk) -> None:
    desk.bring(desk.scan("contract", *contract()))
    desk.work()
    (document,) = lists.inbox(archive, desk.person).documents
    body = {"page": 1, "box": [0.55, 0.09, 1, 0.12]}
    answer = client.post(f"/review/{document.id}/read-box.json", json=body, headers={"X-CSRF-Token": token(client)})
    assert answer.json == {"text": "合同编号：GX-2023-0611"}


def test_progress_of_an_arrival_is_told(client: FlaskClient, desk: Desk) -> None:
    arrival = desk.bring(desk.scan("contract", *contract())).arrival_id
    (job,) = client.get(f"/jobs/progress.json?id={arrival}").json["jobs"]
    assert (job["state"], job["finished"]) == ("ready", False)
    desk.work()
    (job,) = client.get(f"/jobs/progress.json?id={arrival}").json["jobs"]
    assert (job["done"], job["total"], job["finished"]) == (2, 2, True)


def test_the_api_tells_the_same(client: FlaskClient, archive: Archive, desk: Desk) -> None:
    desk.bring(desk.scan("contract", *contract()))
    desk.work()
    headers = {"X-CSRF-Token": token(client)}
    (listed,) = client.get("/api/v1/documents").json["documents"]
    body = {"values": {"total": "9.99"}, "confirm": True, "revision": listed["revision"]}
    answer = client.patch(f"/api/v1/documents/{listed['id']}", json=body, headers=headers)
    assert answer.json["document"]["amount"] == 999
    assert client.patch(f"/api/v1/documents/{listed['id']}", json=body, headers=headers).status_code == 409
    assert client.get("/api/v1/jobs").json["parked"] == []


@pytest.mark.parametrize("number", [0, 2, 2**31 - 1, 10**30])
def test_a_page_that_no_document_has_is_not_found(
    client: FlaskClient, archive: Archive, desk: Desk, number: int
) -> None:
    desk.bring(desk.scan("receipt", receipt()))
    desk.work()
    (document,) = lists.inbox(archive, desk.person).documents
    for picture in ("view.jpg", "thumb.jpg", "crop.jpg?box=0,0,1,1"):
        assert client.get(f"/documents/{document.id}/pages/{number}/{picture}").status_code == 404
