from __future__ import annotations

from datetime import timedelta

import pytest

from tests.dms.people import Door, post, send


@pytest.fixture
def door(archive, identity):
    return Door(archive, identity("SAL", account_id="li"), identity("ARC", account_id="arc"), identity("SYS"))


def test_the_list_says_what_to_do_about_what_and_until_when(archive, door, document, task):
    one = document(title="<b>购销</b>合同")
    task(one, owner_id="li", due_on=archive.clock.today() - timedelta(1))
    task(document(title="别人的", owner_id="wang"), owner_id="li")
    page = door.browser("li").get("/tasks").text
    assert "给出 PDF 的打开密码（收件批 S2026-00001）" in page
    assert f'<a href="/documents/{one}">&lt;b&gt;购销&lt;/b&gt;合同</a>' in page
    assert "2026-06-13" in page
    assert "已过期" in page
    assert "别人的" not in page
    assert 'data-count="tasks">1<' in page
    assert door.browser("li").get("/counters.json").json["tasks"] == 1


def test_an_empty_list_teaches_what_comes_here(door):
    page = door.browser("arc").get("/tasks").text
    assert "没有待办" in page
    assert "<table" not in page.split('class="empty"')[1].split("</main>")[0]


def test_who_sees_no_documents_finds_no_way_there(door):
    browser = door.browser("sys")
    assert browser.get("/tasks").status_code == 403
    assert 'href="/tasks"' not in browser.get("/people").text


def test_a_task_is_closed_with_a_reason(door, document, task):
    made, browser = task(document(), owner_id="li"), door.browser("li")
    shown_again = post(browser, f"/tasks/{made}/close", reason=" ")
    assert shown_again.status_code == 422
    assert "给出 PDF 的打开密码" in shown_again.text
    assert post(browser, f"/tasks/{made}/close", reason="不需要了").status_code == 302
    assert "没有待办" in browser.get("/tasks").text
    assert post(browser, f"/tasks/{made}/close", reason="再一次").status_code == 409


def test_the_log_says_what_was_not_done(archive, identity, document, task):
    made = task(document(), owner_id="li")
    door = Door(archive, identity("SAL", account_id="li"), identity("AUD", account_id="aud"))
    post(door.browser("li"), f"/tasks/{made}/close", reason="对方已撤回")
    page = door.browser("aud").get("/audit?action=task.").text
    assert "不办而了结待办：给出 PDF 的打开密码（收件批 S2026-00001）" in page
    assert "对方已撤回" in page


def test_programs_list_and_close(archive, door, document, task):
    one = document()
    made, browser = task(one, owner_id="li"), door.browser("li")
    answer = send(browser, "GET", "/api/v1/tasks").json
    assert answer == {
        "tasks": [
            {
                "id": made,
                "kind": "arrival.password",
                "text": "给出 PDF 的打开密码（收件批 S2026-00001）",
                "subject": {"kind": "document", "id": one, "label": "购销合同", "path": f"/documents/{one}"},
                "due_on": None,
                "is_overdue": False,
                "created_at": "2026-06-14T06:00:00Z",
            }
        ],
        "cursor": None,
    }
    assert send(browser, "POST", f"/api/v1/tasks/{made}/close", {}).status_code == 422
    assert send(browser, "POST", f"/api/v1/tasks/{made}/close", {"reason": "不需要了"}).status_code == 204
    assert send(browser, "GET", "/api/v1/tasks").json["tasks"] == []
    assert send(browser, "POST", f"/api/v1/tasks/{made}/close", {"reason": "x"}).json["code"] == "task_done"
    assert send(browser, "GET", "/api/v1/tasks?limit=0").status_code == 422
