"""The pages of people in a browser's terms: forms, cookies, what each may see."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dms.accounts import service
from dms.kernel.archive import Archive
from dms.kernel.database import Database
from dms.policy import Role
from dms.web.app import create_app
from tests.dms.accounts.conftest import PASSWORD


@pytest.fixture
def app(archive: Archive) -> Flask:
    return create_app(archive)


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def admin(app: Flask, archive: Archive) -> FlaskClient:
    """The first person's browser."""
    link = service.first_person_link(archive)
    assert link is not None
    client = app.test_client()
    assert post(client, link.path, name="张档案", login="zhang", password=PASSWORD, again=PASSWORD).status_code == 302
    return client


def csrf(client: FlaskClient, path: str = "/sign-in") -> str:
    page = client.get(path, follow_redirects=True).text
    found = re.search(r'name="csrf" content="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def post(client: FlaskClient, path: str, **fields: object) -> TestResponse:
    page = "/account" if client.get_cookie("guidang_session") else "/sign-in"
    return client.post(path, data={"csrf": csrf(client, page), **fields})


def test_first_person_comes_in_by_the_link_and_out_by_the_button(
    app: Flask, archive: Archive, visitor: FlaskClient
) -> None:
    assert "一次性链接" in visitor.get("/sign-in").text
    link = service.first_person_link(archive)
    assert link is not None
    assert "第一位管理员" in visitor.get(link.path).text
    wrong = post(visitor, link.path, name="张档案", login="zhang", password=PASSWORD, again="x")
    assert wrong.status_code == 422
    assert "张档案" in wrong.text
    assert PASSWORD not in wrong.text
    response = post(visitor, link.path, name="张档案", login="zhang", password=PASSWORD, again=PASSWORD)
    cookie = next(value for value in response.headers.getlist("Set-Cookie") if "guidang_session" in value)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert visitor.get("/account").status_code == 200
    assert post(visitor, "/sign-out").status_code == 302
    assert visitor.get("/account").status_code == 302
    assert visitor.get(link.path).status_code == 404


def test_sign_in_leads_to_where_one_wanted_to_go_and_nowhere_else(admin: FlaskClient, visitor: FlaskClient) -> None:
    assert visitor.get("/people").headers["Location"] == "/sign-in?next=%2Fpeople"
    wrong = post(visitor, "/sign-in", login="zhang", password="nonsense", next="/people")
    assert wrong.status_code == 422
    assert "登录名或密码不对" in wrong.text
    assert 'value="/people"' in wrong.text
    right = post(visitor, "/sign-in", login="zhang", password=PASSWORD, next="/people")
    assert right.headers["Location"] == "/people"
    elsewhere = post(admin, "/sign-in", login="zhang", password=PASSWORD, next="https://evil.example/")
    assert elsewhere.headers["Location"] == "/"


def test_many_wrong_passwords_are_answered_with_the_waiting_time(admin: FlaskClient, visitor: FlaskClient) -> None:
    for _ in range(5):
        post(visitor, "/sign-in", login="zhang", password="nonsense")
    blocked = post(visitor, "/sign-in", login="zhang", password=PASSWORD)
    assert blocked.status_code == 409
    assert "秒后再试" in blocked.text


def test_form_without_proof_is_refused(admin: FlaskClient) -> None:
    refused = admin.post("/departments", data={"department_name": "销售部"})
    assert refused.status_code == 403


def test_administrator_invites_and_the_link_is_shown_once(
    app: Flask, archive: Archive, admin: FlaskClient, db: Database
) -> None:
    assert post(admin, "/departments", department_name="销售部").status_code == 302
    assert "销售部" in admin.get("/people").text
    assert admin.get("/people/new").status_code == 200
    made = post(admin, "/people", name="李业务", login="li", roles=["SAL"], level="2")
    found = re.search(r"http://localhost(/link/[\w-]+)", made.text)
    assert made.status_code == 201
    assert found is not None
    again = post(admin, "/people", name="李业务", login="li", roles=["SAL"], level="2")
    assert again.status_code == 409
    assert "已有人用" in again.text
    new = app.test_client()
    assert "李业务" in new.get(found[1]).text
    assert post(new, found[1], password=PASSWORD, again=PASSWORD).status_code == 302
    assert new.get("/people").status_code == 403
    assert new.get("/admin").status_code == 403
    listed = admin.get("/people").text
    assert "李业务" in listed
    assert found[1] not in listed


def test_administrator_changes_roles_disables_and_enables(archive: Archive, admin: FlaskClient) -> None:
    made = post(admin, "/people", name="李业务", login="li", roles=["SAL"], level="2")
    path = re.search(r'action="(/people/\w+)"', made.text)
    assert path is not None
    account = path[1]
    assert post(admin, f"{account}/roles", roles=["FIN"], level="1", revision="1").status_code == 302
    stale = post(admin, f"{account}/roles", roles=["SAL"], level="1", revision="1")
    assert stale.status_code == 409
    assert post(admin, f"{account}/roles", roles=["FIN", "SYS"], level="1", revision="2").status_code == 422
    assert post(admin, account, name="李财务", revision="2").status_code == 302
    assert "李财务" in admin.get(account).text
    assert "/link/" in post(admin, f"{account}/link").text
    assert post(admin, f"{account}/disable").status_code == 302
    assert "已停用" in admin.get(account).text
    assert post(admin, f"{account}/enable").status_code == 302


def test_the_screen_says_that_the_first_person_is_both(admin: FlaskClient) -> None:
    for path in ("/people", "/admin"):
        assert "同时担任档案员和系统管理员" in admin.get(path).text


def test_own_account_password_language_sessions_tokens(app: Flask, archive: Archive, admin: FlaskClient) -> None:
    assert post(admin, "/account/language", language="en").status_code == 302
    assert post(admin, "/account/language", language="zh").status_code == 302
    made = post(admin, "/account/tokens", token_name="ERP", days="30", actions=["party.view"])
    secret = re.search(r"gd_[\w-]+", made.text)
    assert made.status_code == 201
    assert secret is not None
    assert secret[0] not in admin.get("/account").text
    api = app.test_client()
    me = api.get("/api/v1/me", headers={"Authorization": f"Bearer {secret[0]}"})
    assert me.json is not None
    assert me.json["actions"] == ["party.view"]
    assert api.get("/account", headers={"Authorization": f"Bearer {secret[0]}"}).status_code == 302
    assert api.get("/api/v1/tokens", headers={"Authorization": f"Bearer {secret[0]}"}).status_code == 403
    assert api.get("/api/v1/me").status_code == 401
    wrong = post(admin, "/account/password", old="x", password="another long sentence", again="another long sentence")
    assert wrong.status_code == 422
    changed = post(
        admin, "/account/password", old=PASSWORD, password="another long sentence", again="another long sentence"
    )
    assert changed.status_code == 302


def test_administration_shows_settings_and_roles(admin: FlaskClient) -> None:
    page = admin.get("/admin").text
    assert "session_idle_minutes" in page
    roles = admin.get("/admin/roles").text
    assert 'title="document.view"' in roles
    assert "本部门的，并且已归档的，并且密级不高于本人涉密等级的，并且密级不高于内部的" in roles


def test_people_over_the_api(app: Flask, archive: Archive, admin: FlaskClient) -> None:
    token = {"X-CSRF-Token": csrf(admin, "/account")}
    made = admin.post("/api/v1/people", json={"name": "李", "login": "li", "roles": ["SAL"]}, headers=token)
    assert made.status_code == 201
    assert made.json is not None
    account = f"/api/v1/people/{made.json['account_id']}"
    found = admin.get(account).json
    assert found is not None
    assert (found["login"], found["roles"], found["active"]) == ("li", ["SAL"], False)
    changed = admin.put(
        f"{account}/roles", json={"roles": ["AUD"], "level": 2, "revision": found["revision"]}, headers=token
    )
    assert changed.json is not None
    assert changed.json["roles"] == [Role.AUD]
    assert admin.post(f"{account}/link", headers=token).status_code == 201
    assert admin.post(f"{account}/disable", headers=token).status_code == 204
    assert admin.get("/api/v1/people").json["people"][0]["login"] == "zhang"  # type: ignore[index]  # a list
    assert admin.post(f"{account}/enable", headers=token).status_code == 204
    assert admin.post("/api/v1/people", json={"name": "李"}, headers=token).status_code == 422
