"""The pages and the API of dossiers, through a browser's and a program's eyes."""

from __future__ import annotations

import csv
import io

import pytest

from dms.parties import service as parties
from tests.dms.people import Door, post, send


@pytest.fixture
def door(archive, identity):
    return Door(
        archive, identity("ARC"), identity("SAL", account_id="li", department_id="sales"),
        identity("SAL", account_id="wang", department_id="export"), identity("SYS"),
    )  # fmt: skip


@pytest.fixture
def customer(archive, identity):
    values = {"name": "杭州华信贸易有限公司", "region": "330106"}
    return parties.create(archive, identity("ARC"), values)


def test_a_dossier_is_opened_from_its_customer(door, customer):
    arc = door.browser("arc")
    assert "还没有案卷" in arc.get("/dossiers").text
    made = post(arc, "/dossiers", party=customer, trigger="FIRST_DEAL")
    page = arc.get(made.headers["Location"]).text
    for text in ("E-3301-HXMY-001", "首次交易", "初步", "/search?dossier=E-3301-HXMY-001"):
        assert text in page
    assert "E-3301-HXMY-001" in arc.get("/dossiers?q=华信").text
    assert "E-3301-HXMY-001" in arc.get(f"/parties/{customer}").text
    again = post(arc, "/dossiers", party=customer)
    assert again.status_code == 409
    assert "只建一卷" in again.text
    header, row = csv.reader(io.StringIO(arc.get("/dossiers/export").data.decode("utf-8-sig")))
    assert (header[0], row[0], row[3], row[5]) == ("档案编号", "E-3301-HXMY-001", "初步", "首次交易")


def test_a_slip_is_said_on_the_customers_page_with_what_was_typed(door, customer):
    wrong = post(door.browser("arc"), "/dossiers", party=customer, trigger="FIRST_DEAL", region="33010")
    assert wrong.status_code == 422
    assert 'value="33010"' in wrong.text
    assert 'value="FIRST_DEAL" selected' in wrong.text
    assert "杭州华信贸易有限公司" in wrong.text
    assert post(door.browser("arc"), "/dossiers", party="nobody").status_code == 404


def test_people_find_their_own_dossiers_only(door, customer):
    made = post(door.browser("li"), "/dossiers", party=customer).headers["Location"]
    assert "E-3301-HXMY-001" in door.browser("li").get("/dossiers").text
    other = door.browser("wang")
    assert "E-3301-HXMY-001" not in other.get("/dossiers").text
    assert "E-3301-HXMY-001" not in other.get(f"/parties/{customer}").text
    assert other.get(made).status_code == 404
    assert other.get("/dossiers/export").status_code == 403
    assert door.browser("sys").get("/dossiers").status_code == 403


def test_the_api_proposes_opens_and_lists(door, customer):
    arc = door.browser("arc")
    proposal = send(arc, "GET", f"/api/v1/dossiers/proposal?party={customer}").json
    assert (proposal["number"], proposal["barcode"]) == ("E-3301-HXMY-001", "E3301HXMY001/C")
    made = send(arc, "POST", "/api/v1/dossiers", {"party": customer, "level": 2})
    assert (made.status_code, made.json["number"], made.json["party"]) == (
        201,
        "E-3301-HXMY-001",
        "杭州华信贸易有限公司",
    )
    assert send(arc, "GET", f"/api/v1/dossiers/{made.json['id']}").json == made.json
    assert send(arc, "GET", "/api/v1/dossiers?q=hxmy").json == {"dossiers": [made.json], "cursor": None}
    again = send(arc, "POST", "/api/v1/dossiers", {"party": customer})
    assert (again.status_code, again.json["code"]) == (409, "dossier_exists")
    # No free-typed numbers: one that is sent is ignored or refused, never used.
    assert send(arc, "POST", "/api/v1/dossiers", {"party": customer, "number": "E-1-X-1"}).status_code in (409, 422)
    assert send(door.browser("wang"), "GET", f"/api/v1/dossiers/{made.json['id']}").status_code == 404
    assert door.browser().get("/api/v1/dossiers").status_code == 401
