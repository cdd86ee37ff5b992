"""The pages and the API of customers, through a browser's and a program's eyes."""

from __future__ import annotations

import csv
import io

import pytest
from openpyxl import load_workbook

from tests.dms.people import Door, csrf, post, send


@pytest.fixture
def door(archive, identity):
    return Door(archive, identity("ARC"), identity("SAL", department_id="sales"), identity("SYS"))


def test_a_customer_is_made_found_and_renamed_in_the_browser(door):
    arc = door.browser("arc")
    assert "还没有客户" in arc.get("/parties").text
    assert arc.get("/parties/new").status_code == 200
    made = post(arc, "/parties", name="杭州华信贸易有限公司", region="330106", relation="trading")
    assert made.status_code == 302
    path = made.headers["Location"]
    page = arc.get(path).text
    assert "客户已建立" in page
    assert "交易中" in page
    assert "建立案卷" in page
    assert post(arc, path, name="杭州新信贸易有限公司", revision=1, region="330106").status_code == 302
    assert "杭州华信贸易有限公司" in arc.get(path).text  # the former name
    for text in ("华信", "hxmy", "新信"):
        found = arc.get(f"/parties?q={text}").text
        assert ("杭州新信贸易有限公司" in found) == (text != "hxmy")
    late = post(arc, path, name="别的名字", revision=1)
    assert late.status_code == 409
    assert "刚刚改过" in late.text
    assert 'value="别的名字"' in late.text
    wrong = post(arc, "/parties", name="", uscc="1")
    assert wrong.status_code == 422
    assert "请填写这一项" in wrong.text


def test_a_form_that_is_not_ours_is_refused(door):
    assert door.browser("arc").post("/parties", data={"name": "甲"}).status_code == 403
    assert len(csrf(door.browser("arc"))) == 64


def test_pages_offer_only_what_the_role_may_do(door):
    made = post(door.browser("arc"), "/parties", name="杭州华信贸易有限公司").headers["Location"]
    sales = door.browser("sal")
    listed = sales.get("/parties").text
    assert "华信" in listed
    assert "/parties/new" not in listed
    assert "/parties/export" not in listed
    assert sales.get(made).status_code == 200
    assert sales.get("/parties/new").status_code == 403
    assert sales.get(f"{made}/edit").status_code == 403
    assert post(sales, "/parties", name="乙").status_code == 403
    assert sales.get("/parties/export").status_code == 403
    assert door.browser("sys").get("/parties").status_code == 403
    assert door.browser().get("/parties").status_code == 302


def test_the_list_is_exported_safe_from_formulas(door):
    arc = door.browser("arc")
    post(arc, "/parties", name="=1+1 有限公司", note="@x")
    assert "/parties/export?q=&amp;format=xlsx" in arc.get("/parties").text
    header, row = csv.reader(io.StringIO(arc.get("/parties/export?format=csv").data.decode("utf-8-sig")))
    assert (header[0], row[0], row[2], row[5]) == ("名称", "'=1+1 有限公司", "潜在客户", "'@x")
    sheet = load_workbook(io.BytesIO(arc.get("/parties/export?format=xlsx").data)).active
    assert sheet["A2"].value == "'=1+1 有限公司"
    assert arc.get("/parties/export?format=exe").status_code == 422


def test_the_api_makes_changes_and_lists(door):
    arc = door.browser("arc")
    made = send(arc, "POST", "/api/v1/parties", {"name": "杭州华信贸易有限公司", "region": "330106"})
    assert made.status_code == 201
    path = f"/api/v1/parties/{made.json['id']}"
    changed = send(arc, "PATCH", path, {"name": "杭州新信贸易有限公司", "revision": 1})
    assert (changed.json["name"], changed.json["revision"]) == ("杭州新信贸易有限公司", 2)
    late = send(arc, "PATCH", path, {"name": "甲", "revision": 1})
    assert (late.status_code, late.json["code"]) == (409, "changed_meanwhile")
    wrong = send(arc, "POST", "/api/v1/parties", {"name": "甲", "uscc": "91330106MA27XQ8R31"})
    assert (wrong.status_code, wrong.json["code"]) == (422, "uscc_check")
    assert set(send(arc, "POST", "/api/v1/parties", {"relation": "x"}).json["errors"]) == {"name", "relation"}
    listed = send(arc, "GET", "/api/v1/parties?q=华信").json
    assert [party["id"] for party in listed["parties"]] == [made.json["id"]]
    assert send(arc, "GET", "/api/v1/parties/nobody").status_code == 404
    assert send(door.browser("sal"), "POST", "/api/v1/parties", {"name": "乙"}).status_code == 403
    assert door.browser().get("/api/v1/parties").status_code == 401
