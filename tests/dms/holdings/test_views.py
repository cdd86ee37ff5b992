"""Places, put-away and papers through a browser's and a program's eyes."""

from __future__ import annotations

import csv
import io

import pytest

from dms.holdings import papers
from tests.dms.people import Door, csrf, post, send


@pytest.fixture
def door(archive, identity):
    return Door(archive, identity("ARC"), identity("SAL", department_id="sales"), identity("SYS"))


@pytest.fixture
def arc(door):
    return door.browser("arc")


def scan(client, place, item):
    headers = {"X-CSRF-Token": csrf(client)}
    return client.post("/putaway.json", json={"place": place, "item": item}, headers=headers)


def test_from_a_pattern_to_a_paper_on_the_shelf_and_out_to_a_person(door, arc, document):
    preview = arc.get("/places/preview.json?pattern=K01-G01-C[1..3]").json
    assert (preview["count"], preview["last"]) == (3, "K01-G01-C3")
    assert post(arc, "/places", pattern="K01-G01-C[1..3]", capacity=2).status_code == 302
    assert post(arc, "/boxes", count=1).status_code == 302
    overview = arc.get("/places").text
    assert "1 号库房" in overview
    assert "B2026-0001" in overview
    made = post(arc, "/holdings", document=document(), copy_kind="original", place="B2026-0001")
    paper = made.headers["Location"]
    assert arc.get("/putaway/place.json?code=k01-g01-c2").json["path"] == "1 号库房 › 1 号柜 › 第 2 层"
    assert arc.get("/putaway/place.json?code=K77").json == {"known": False}
    assert arc.get("/putaway?place=K01-G01-C2").status_code == 200
    moved = scan(arc, "K01-G01-C2", "B2026-0001").json
    assert (moved["kind"], moved["after"]) == ("box", "1 号库房 › 1 号柜 › 第 2 层")
    assert "第 2 层 › B2026-0001" in arc.get(paper).text
    assert post(arc, f"{paper}/seen").status_code == 302
    assert post(arc, f"{paper}/hand-out", person="李审计", purpose="核对", due_on="2026-06-30").status_code == 302
    page = arc.get(f"{paper}?day=2026-06-14").text
    assert "李审计" in page
    assert "借出" in page
    assert "李审计" in arc.get("/holdings").text
    header, row = csv.reader(io.StringIO(arc.get("/holdings/export?format=csv").data.decode("utf-8-sig")))
    assert (header[2], row[0], row[2], row[3]) == ("借阅人", "Y2026-000001", "李审计", "2026-06-30")
    assert post(arc, f"{paper}/return").status_code == 302
    assert post(arc, f"{paper}/move", place="SCANNING", purpose="重扫").status_code == 302
    assert "扫描室" in arc.get(paper).text
    undone = arc.post(
        f"/movements/{moved['movement']}/undo", headers={"X-CSRF-Token": csrf(arc), "Accept": "application/json"}
    )
    assert undone.json["code"] == "B2026-0001"


def test_slips_are_said_where_they_were_made(arc, document):
    wrong = post(arc, "/places", pattern="K01-C[6..1]")
    assert wrong.status_code == 422
    assert 'value="K01-C[6..1]"' in wrong.text
    unknown = scan(arc, "K09", "B2026-0001")
    assert (unknown.status_code, unknown.json["code"]) == (404, "place_unknown")
    lost = post(arc, "/holdings?tab=where", document=document(), copy_kind="copy", place="K09", holder="王会计")
    assert lost.status_code == 404
    for kept in ("没有库位 K09", 'value="K09"', 'value="王会计"', 'value="copy" selected'):
        assert kept in lost.text
    assert post(arc, "/holdings", document="nothing", copy_kind="original").status_code == 404
    paper = post(arc, "/holdings", document=document(), copy_kind="original").headers["Location"]
    late = post(arc, f"{paper}/hand-out", person="甲", purpose="看", due_on="2020-01-01")
    assert late.status_code == 422
    assert 'value="甲"' in late.text
    astray = post(arc, f"{paper}/move", place="K09", purpose="整理")
    assert astray.status_code == 404
    assert 'value="整理"' in astray.text
    assert arc.get(f"{paper}?day=gestern").status_code == 422


def test_every_place_is_exported_and_an_empty_one_can_be_closed(arc):
    post(arc, "/places", pattern="K01-G01")
    _header, *rows = csv.reader(io.StringIO(arc.get("/places/export?format=csv").data.decode("utf-8-sig")))
    by_code = {row[0]: row for row in rows}
    assert by_code["K01-G01"][2] == "1 号库房 › 1 号柜"
    place = arc.get("/putaway/place.json?code=K01-G01").json["id"]
    assert "停用这个库位" in arc.get(f"/places/{place}").text
    assert post(arc, f"/places/{place}/close").status_code == 302
    assert arc.get("/putaway/place.json?code=K01-G01").json == {"known": False}


def test_pages_offer_only_what_the_role_may_do(door, arc, archive, identity, document):
    post(arc, "/places", pattern="K01-G01")
    secret = document("机密并购协议", level=3)
    paper = papers.register(archive, identity("ARC"), [secret], papers.PaperDetails("original"))
    sales = door.browser("sal")
    page = sales.get("/places").text
    assert "上架扫码" not in page
    assert "成批建立库位" not in page
    assert "/places/export" not in page
    assert sales.get("/places/export").status_code == 403
    assert sales.get(f"/holdings/{paper}").status_code == 404
    assert post(sales, "/places", pattern="K02").status_code == 403
    assert scan(sales, "K01-G01", paper).status_code == 403
    assert door.browser("sys").get("/places").status_code == 403


def test_the_api_does_the_same(door, arc, document):
    made = send(arc, "POST", "/api/v1/places", {"pattern": "K01-G01-C[1..2]"})
    assert (made.status_code, len(made.json["ids"])) == (201, 2)
    box = send(arc, "POST", "/api/v1/boxes", {"count": 1}).json["ids"][0]
    assert send(arc, "GET", "/api/v1/places?code=K01-G01-C1").json["path"] == "1 号库房 › 1 号柜 › 第 1 层"
    contract = document()
    paper = send(arc, "POST", "/api/v1/holdings", {"document": contract, "copy_kind": "original"}).json["ids"][0]
    put = send(arc, "POST", "/api/v1/put-away", {"place": "B2026-0001", "item": paper}).json
    assert (put["kind"], put["after"]) == ("holding", "B2026-0001")
    assert send(arc, "POST", "/api/v1/put-away", {"place": "K01-G01-C1", "item": box}).json["kind"] == "box"
    where = send(arc, "GET", f"/api/v1/holdings/{paper}").json
    assert (where["state"], where["path"]) == ("in", "1 号库房 › 1 号柜 › 第 1 层 › B2026-0001")
    assert send(arc, "GET", f"/api/v1/documents/{contract}/papers").json["papers"] == [where]
    out = {"person": "李审计", "purpose": "核对"}
    assert send(arc, "POST", f"/api/v1/holdings/{paper}/hand-out", out).json["after"] == "李审计"
    twice = send(arc, "POST", f"/api/v1/holdings/{paper}/hand-out", out)
    assert (twice.status_code, twice.json["code"]) == (409, "already_out")
    back = send(arc, "POST", f"/api/v1/holdings/{paper}/return", {}).json
    assert back["after"].endswith("B2026-0001")
    undone = send(arc, "POST", f"/api/v1/movements/{back['movement_id']}/undo").json
    assert undone["after"] == "李审计"
    assert send(arc, "GET", f"/api/v1/holdings/{paper}/on-day?day=2026-06-14").json["person"] == "李审计"
    assert send(arc, "GET", "/api/v1/places?code=K99").status_code == 404
    assert send(door.browser("sal"), "POST", "/api/v1/boxes", {}).status_code == 403
