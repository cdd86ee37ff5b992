from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from flask import Flask, jsonify
from flask.testing import FlaskClient
from pydantic import BaseModel, Field

from dms.http import form, local_path, public, raw_body, shows_again, toast
from dms.http.forms import parse
from dms.kernel.errors import (
    ConfigurationError,
    ConflictError,
    DmsError,
    ForbiddenError,
    FormError,
    InvalidError,
    NotFoundError,
    SignInNeededError,
    TooLargeError,
    UnavailableError,
)
from dms.web.errors import status_of


def token(client: FlaskClient, path: str = "/keys") -> str:
    return client.get(path).text.split('name="csrf" content="', 1)[1].split('"', 1)[0]


def test_every_answer_tells_the_browser_what_it_may_do(archivist: FlaskClient) -> None:
    for path in ("/styleguide", "/healthz", "/nowhere", "/api/v1/nowhere"):
        headers = archivist.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"


def test_static_files_are_kept_for_a_year_under_the_hash_of_their_content(client: FlaskClient, app: Flask) -> None:
    with app.test_request_context():
        path = app.jinja_env.globals["static"]("css/tokens.css")  # type: ignore[operator]
    with client.get(path) as answer:
        assert "immutable" in answer.headers["Cache-Control"]
    old = path.replace(path.split("/")[2], "000000000000")
    with client.get(old) as answer:
        assert answer.headers["Cache-Control"] == "no-cache"
    assert client.get(path.replace("css/tokens.css", "../app.py")).status_code == 404


def test_a_visitor_is_led_to_sign_in_and_back(client: FlaskClient) -> None:
    answer = client.get("/styleguide?x=1")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in?next=%2Fstyleguide%3Fx%3D1"
    assert client.get("/counters.json").status_code == 401


def test_a_page_for_administrators_is_refused_to_others(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("guidang_session", "sales")
    assert client.get("/styleguide").status_code == 403


@pytest.mark.parametrize(
    ("kind", "status"),
    [(InvalidError, 422), (NotFoundError, 404), (ForbiddenError, 403), (SignInNeededError, 401), (ConflictError, 409),
     (TooLargeError, 413), (UnavailableError, 503), (ConfigurationError, 500), (FormError, 422), (DmsError, 500)],
)  # fmt: skip
def test_every_error_has_its_status(kind: type[DmsError], status: int) -> None:
    error = FormError({}, {}) if kind is FormError else kind("出错了。")
    assert status_of(error) == status


@pytest.fixture
def raising(app: Flask) -> FlaskClient:
    @public
    def fail(kind: str) -> str:
        raise {
            "mine": ConflictError("档号 %(number)s 已被使用。", code="number_taken", number="<b>1</b>"),
            "crash": RuntimeError("secret detail"),
            "full": OSError(28, "No space left on device"),
        }[kind]

    app.add_url_rule("/fail/<kind>", "fail", fail)
    app.add_url_rule("/api/fail/<kind>", "api-fail", fail)
    return app.test_client()


def test_errors_are_pages_for_people_and_problems_for_programs(raising: FlaskClient) -> None:
    page = raising.get("/fail/mine")
    assert page.status_code == 409
    assert "档号 &lt;b&gt;1&lt;/b&gt; 已被使用。" in page.text
    problem = raising.get("/api/fail/mine")
    assert problem.mimetype == "application/problem+json"
    assert problem.get_json() == {
        "type": "urn:guidang:error:number_taken", "title": "Conflict", "status": 409, "code": "number_taken",
        "detail": "档号 <b>1</b> 已被使用。", "request": problem.headers["X-Request-ID"],
    }  # fmt: skip
    assert raising.get("/fail/mine", headers={"Accept": "application/json"}).mimetype == "application/problem+json"


def test_a_crash_shows_a_number_and_no_detail(raising: FlaskClient) -> None:
    for path in ("/fail/crash", "/api/fail/crash"):
        answer = raising.get(path)
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert "已存的内容是安全的" in answer.text


def test_a_full_disk_says_so(raising: FlaskClient) -> None:
    answer = raising.get("/api/fail/full")
    assert (answer.status_code, answer.get_json()["code"]) == (503, "disk_full")


class Thing(BaseModel):
    name: str = Field(max_length=5)
    count: int = 3
    tags: list[str] = []


@pytest.fixture
def forms(app: Flask) -> FlaskClient:
    def show() -> str:
        from flask import render_template_string

        return render_template_string(
            '{% import "parts.html" as ui %}{{ page_problem() }}'
            '{{ ui.field("name", "名称") }}{{ ui.field("count", "数") }}'
        )

    @shows_again(show)
    def make() -> Any:
        thing = form(Thing)
        if thing.name == "taken":
            raise ConflictError("已有同名的。")
        if thing.name == "full":
            raise OSError(28, "No space left on device")
        toast("已建 " + thing.name, undo="/things/1/undo")
        return jsonify(thing.model_dump())

    @public
    def upload() -> str:
        return str(len(raw_body(None).read()))

    app.add_url_rule("/things", "make", make, methods=["POST"])
    app.add_url_rule("/api/things", "api-make", make, methods=["POST"])
    app.add_url_rule("/put", "put", upload, methods=["PUT"])
    client = app.test_client()
    client.set_cookie("guidang_session", "archivist")
    return client


def test_a_form_becomes_a_model_and_empty_inputs_keep_the_defaults(forms: FlaskClient) -> None:
    answer = forms.post("/things", data={"csrf": token(forms), "name": "甲", "count": "", "tags": ["a", "b"]})
    assert answer.get_json() == {"name": "甲", "count": 3, "tags": ["a", "b"]}


def test_what_no_database_can_hold_becomes_a_visible_mark(forms: FlaskClient) -> None:
    csrf = token(forms)
    answer = forms.post("/things", data={"csrf": csrf, "name": "a\0b", "tags": ["c\0"]})
    assert answer.get_json() == {"name": "a\ufffdb", "count": 3, "tags": ["c\ufffd"]}
    body = '{"name": "\\u0000x", "tags": ["\\ud800"]}'
    answer = forms.post("/things", data=body, headers={"X-CSRF-Token": csrf, "Content-Type": "application/json"})
    assert answer.get_json() == {"name": "\ufffdx", "count": 3, "tags": ["\ufffd"]}


def test_a_form_shown_again_keeps_what_was_typed_and_says_what_is_wrong(forms: FlaskClient) -> None:
    answer = forms.post("/things", data={"csrf": token(forms), "name": "<i>太长的名字</i>", "count": "三"})
    assert answer.status_code == 422
    assert "&lt;i&gt;太长的名字&lt;/i&gt;" in answer.text
    assert "最多 5 个字。" in answer.text
    assert "请填整数。" in answer.text
    assert forms.post("/things", data={"csrf": token(forms), "name": "taken"}).status_code == 409
    problem = forms.post(
        "/things", json={"count": "x"}, headers={"X-CSRF-Token": token(forms), "Accept": "application/json"}
    )
    assert set(problem.get_json()["errors"]) == {"name", "count"}


def test_parsing_outside_a_request_names_each_problem_once() -> None:
    with pytest.raises(FormError) as caught:
        parse(Thing, {"count": "x"})
    assert {name: sentence for name, (sentence, _) in caught.value.problems.items()} == {
        "name": "请填写这一项。", "count": "请填整数。",
    }  # fmt: skip


def test_a_toast_is_shown_once_with_its_undo(forms: FlaskClient) -> None:
    forms.post("/things", data={"csrf": token(forms), "name": "甲"})
    first, second = forms.get("/styleguide").text, forms.get("/styleguide").text
    assert "已建 甲" in first
    assert 'action="/things/1/undo"' in first
    assert "已建 甲" not in second


@pytest.mark.parametrize("body", [{}, {"csrf": ""}, {"csrf": "0" * 64}])
def test_a_form_without_our_token_changes_nothing(forms: FlaskClient, body: dict[str, str]) -> None:
    forms.get("/keys")
    answer = forms.post("/things", data=body | {"name": "甲"})
    assert answer.status_code == 403
    assert "没有任何改动" in answer.text


def test_a_token_of_one_session_is_no_good_in_another(app: Flask, forms: FlaskClient) -> None:
    other = app.test_client()
    other.set_cookie("guidang_session", "sales")
    assert forms.post("/things", data={"csrf": token(other), "name": "甲"}).status_code == 403


@pytest.mark.parametrize(("session", "status"), [("expired", 401), ("archivist", 403)])
def test_what_was_typed_too_late_is_offered_again(forms: FlaskClient, session: str, status: int) -> None:
    forms.set_cookie("guidang_session", session)
    typed = {"csrf": "0" * 64, "name": "<b>甲", "tags": ["a", "b"]}
    late = forms.post("/things?tab=x", data=typed, headers={"Sec-Fetch-Site": "same-origin"})
    assert late.status_code == status
    assert 'action="/things?tab=x" data-send-again' in late.text
    for kept in ('name="name" value="&lt;b&gt;甲"', 'name="tags" value="a"', 'name="tags" value="b"'):
        assert kept in late.text
    assert "0" * 64 not in late.text


@pytest.mark.parametrize(
    ("site", "more"), [("cross-site", {}), ("", {}), ("same-origin", {"password": "geheim geheim"})]
)
def test_what_another_site_sent_and_passwords_are_never_offered_again(
    forms: FlaskClient, site: str, more: dict[str, str]
) -> None:
    forms.set_cookie("guidang_session", "expired")
    late = forms.post("/things", data={"name": "乙乙"} | more, headers={"Sec-Fetch-Site": site} if site else {})
    assert late.status_code == 401
    assert "data-send-again" not in late.text
    assert "乙乙" not in late.text
    assert "geheim" not in late.text


def test_what_was_typed_is_offered_again_when_the_disk_was_full(forms: FlaskClient) -> None:
    typed = {"csrf": token(forms), "name": "full", "count": "4"}
    late = forms.post("/things", data=typed, headers={"Sec-Fetch-Site": "same-origin"})
    assert late.status_code == 503
    assert 'name="count" value="4"' in late.text
    assert f'name="csrf" value="{typed["csrf"]}"' in late.text, "it can be sent at once"


def test_another_site_is_refused_even_with_a_token(forms: FlaskClient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert forms.post("/things", data={"csrf": token(forms), "name": "甲"}, headers=headers).status_code == 403


def test_a_bearer_token_needs_no_csrf(app: Flask, forms: FlaskClient) -> None:
    program = app.test_client()
    headers = {"Authorization": "Bearer archivist"}
    assert program.post("/api/things", json={"name": "甲"}, headers=headers).status_code == 200
    assert program.post("/things", json={"name": "甲"}, headers=headers).status_code == 401, "tokens are for the API"


def test_raw_bodies_may_be_larger_than_forms_and_multipart_is_refused(forms: FlaskClient) -> None:
    headers = {"X-CSRF-Token": token(forms)}
    body = b"x" * (5 << 20)
    assert forms.put("/put", data=body, headers=headers).text == str(len(body))
    refused = forms.post(
        "/things", data={"f": (BytesIO(b"x"), "a.pdf")}, content_type="multipart/form-data", headers=headers
    )
    assert refused.status_code == 422


@pytest.mark.parametrize(
    ("path", "kept"),
    [("/a?b=1", "/a?b=1"), ("//evil.example", "/"), ("https://evil.example/", "/"), ("/\\evil", "/"), (None, "/"),
     ("javascript:alert(1)", "/"), ("/a\nb", "/")],
)  # fmt: skip
def test_a_way_back_never_leads_elsewhere(path: str | None, kept: str) -> None:
    assert local_path(path) == kept
