"""The search page, its exports and its API, through a browser's and a program's eyes."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook
from PIL import Image

from dms.audit.models import AuditLeaf
from dms.documents.models import DocumentPage
from dms.holdings import moves, papers
from dms.places import service as places
from tests.dms.people import Door, send


@pytest.fixture
def door(archive, identity, library):
    return Door(
        archive, identity("ARC"), identity("SAL", department_id="sales", level=1),
        identity("MGR", department_id="sales", level=2), identity("AUD", level=2), identity("SYS"),
        identity("GM", language="en"),
    )  # fmt: skip


@pytest.fixture
def arc(door):
    return door.browser("arc")


def test_the_search_page_shows_words_facets_and_where_the_paper_is(archive, archivist, arc, library):
    places.create_places(archive, archivist, "K01-G01-C1")
    facts = papers.PaperDetails("original")
    moves.register_at(archive, archivist, [library["contract"]], facts, "K01-G01-C1")
    moves.register_at(archive, archivist, [library["receipt"]], papers.PaperDetails("copy"), "K01-G01-C1")
    first = arc.get("/search")
    assert "想找哪一份" in first.text
    page = arc.get("/search?q=仲裁").text
    assert "共 4 件" in page
    assert "其中 4 件未经人确认" in page
    assert f"/documents/{library['contract']}?page=2&amp;q=" in page
    assert "1 号库房 › 1 号柜 › 第 1 层" in page
    assert page.count("原件未确认") == 3  # the copy's place is not the original's
    assert '<rect class="box hit"' in page
    assert "收据</a> <b>1</b>" in page
    boxes = arc.get(f"/documents/{library['contract']}/pages/2/boxes.json?q=仲裁").json["boxes"]
    assert len(boxes) == 1
    assert all(0 <= side <= 1 for side in boxes[0])


def test_the_pane_shows_the_page_of_a_hit_with_its_words_boxed_to_who_may_see_it(door, arc, library):
    pane = arc.get(f"/search/preview/{library['contract']}?page=2&q=仲裁").text
    assert pane.count('class="box hit"') == 1
    assert f"/documents/{library['contract']}?page=2&amp;q=" in pane
    assert "<html" not in pane
    assert door.browser("sal").get(f"/search/preview/{library['secret']}?q=仲裁").status_code == 404
    assert door.browser("sys").get(f"/search/preview/{library['contract']}").status_code == 403


def test_nothing_found_leads_on(arc):
    whole = arc.get("/search?q=仲裁量子").text
    assert "只找其中一段" in whole
    assert "q=%E4%BB%B2%E8%A3%81&#34;" in whole or 'q=%E4%BB%B2%E8%A3%81"' in whole
    hopeless = arc.get("/search?q=量子纠缠态&year=1999").text
    for path in ("/documents", "/parties", "/places", "/search?q=%E9%87%8F"):
        assert f'href="{path}' in hopeless


def test_filters_are_chips_that_can_be_taken_away(arc):
    page = arc.get("/search?q=仲裁&type=T04&date=2023Q2&amount_from=10000&level=1&confirmed=no").text
    for text in ("类型：购销合同", "日期：2023Q2", "金额：¥10,000.00 – …", "密级：内部", "确认：未确认"):
        assert text in page
    assert arc.get("/search?amount=1280000&date=2023").status_code == 200
    nothing = arc.get("/search?q=仲裁&year=1999").text
    assert "去掉一个条件就有结果" in nothing
    assert arc.get("/search?date_from=早上").status_code == 422
    unclosed = arc.get('/search?q="没有关')
    assert unclosed.status_code == 422
    assert "引号没有成对" in unclosed.text
    assert 'value="&#34;没有关"' in unclosed.text  # what was typed is still there
    assert arc.get("/search?q=仲裁&after=nonsense").status_code == 422


def test_who_asks_decides_what_is_found(door, library):
    sales = door.browser("sal").get("/search?q=仲裁").text
    assert "共 1 件" in sales
    assert "机密" not in sales.replace("机密性", "")
    assert 'href="/search/export' not in sales
    assert door.browser("sal").get("/search/export?q=仲裁").status_code == 403
    assert door.browser("sal").get(f"/documents/{library['secret']}/pages/1/boxes.json?q=仲裁").status_code == 404
    assert door.browser("sys").get("/search?q=仲裁").status_code == 403
    assert door.browser().get("/search?q=仲裁").status_code == 302


def rows_of(response):
    return list(csv.reader(io.StringIO(response.data.decode("utf-8-sig"))))


def test_the_list_is_exported_safe_from_formulas_and_logged(archive, arc, shelf, library):
    shelf.change(library["receipt"], title="=HYPERLINK(1)", confirmed_at=archive.clock.now())
    shelf.read()
    response = arc.get("/search/export?q=仲裁&format=csv")
    assert "attachment" in response.headers["Content-Disposition"]
    header, *rows = rows_of(response)
    assert header[1] == "题名"
    by_title = {row[1]: row for row in rows}
    assert by_title["'=HYPERLINK(1)"][header.index("是否确认")] == "已确认"
    contract = by_title["福州晨星购销合同"]
    assert (contract[2], contract[5], contract[header.index("原件位置")]) == ("购销合同", "12800.0", "原件未确认")
    sheet = load_workbook(io.BytesIO(arc.get("/search/export?q=仲裁&format=xlsx").data)).active
    assert sheet.max_row == 5
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    assert arc.get("/search/export?q=仲裁&format=doc").status_code == 422
    with archive.db.read() as session:
        bodies = [str(body) for body in session.scalars(sa.select(AuditLeaf.body))]
    assert any('"form":"csv"' in body and '"total":4' in body and '"unconfirmed":3' in body for body in bodies)


def test_english_people_get_an_english_list(door):
    header, *rows = rows_of(door.browser("gm").get("/search/export?q=仲裁&format=csv"))
    assert header[1] == "Title"
    assert all(row[header.index("Confirmed")] == "Unconfirmed" for row in rows)


def unpacked(response):
    return zipfile.ZipFile(io.BytesIO(response.data))


def test_a_zip_holds_named_files_and_the_list(archive, arc, shelf, library):
    shelf.add(("仲裁甲",), title="同名", code="A/../1", file="恶意.p\x01df")
    shelf.add(("仲裁乙",), title="同名", code="A/../1")
    shelf.read()
    packed = unpacked(arc.get("/search/export?q=仲裁&format=zip"))
    assert packed.testzip() is None
    names = packed.namelist()
    assert "GX-2023-0611_T04_20230612_福州晨星购销合同.pdf" in names
    assert sum("同名" in name for name in names) == 2
    assert not any("/" in name or ".." in name.replace("..1", "") for name in names)
    assert packed.read("GX-2023-0611_T04_20230612_福州晨星购销合同.pdf") == b"%PDF original"
    listed = list(csv.reader(io.StringIO(packed.read("list.csv").decode("utf-8-sig"))))
    assert listed[0][-1] == "文件名"
    assert {row[-1] for row in listed[1:]} == set(names) - {"list.csv"}
    with archive.db.read() as session:
        count = session.scalar(sa.select(sa.func.count()).where(AuditLeaf.action == "document.download"))
    assert count == 6


def test_a_zip_holds_only_what_may_be_downloaded(door, library):
    audit = unpacked(door.browser("aud").get("/search/export?q=仲裁&format=zip"))
    assert audit.namelist() == ["list.csv"]
    manager = unpacked(door.browser("mgr").get("/search/export?q=仲裁&format=zip"))
    assert [name[-4:] for name in manager.namelist()] == [".pdf", ".csv"]


def test_a_part_of_a_file_is_given_as_pages(archive, arc, shelf, library):
    with archive.db.write() as session:
        first = session.scalars(
            sa.select(DocumentPage).where(DocumentPage.document_id == library["contract"], DocumentPage.position == 1)
        ).one()
        session.delete(first)
        rest = session.scalars(sa.select(DocumentPage).where(DocumentPage.document_id == library["contract"])).all()
        for page in rest:
            page.turn = 90
    shelf.change(library["contract"])
    shelf.read()
    packed = unpacked(arc.get("/search/export?q=违约责任&format=zip"))
    (name,) = set(packed.namelist()) - {"list.csv"}
    assert name.endswith("-002.jpg")
    with Image.open(io.BytesIO(packed.read(name))) as picture:
        assert picture.size == (80, 60)


def test_the_api_answers_the_same(door, archive, archivist, library):
    facts = papers.PaperDetails("original")
    papers.register(archive, archivist, [library["contract"]], facts)
    arc = door.browser("arc")
    answer = send(arc, "GET", "/api/v1/search?q=仲裁&type=T04&type=T09&limit=2").json
    assert (answer["total"], answer["unconfirmed"], len(answer["hits"])) == (4, 4, 2)
    assert {each["value"] for each in answer["facets"]["type"]} == {"T04", "T09"}
    following = send(arc, "GET", f"/api/v1/search?q=仲裁&limit=2&after={answer['cursor']}").json
    ids = {hit["id"] for hit in answer["hits"] + following["hits"]}
    assert ids == set(library.values())
    contract = next(hit for hit in answer["hits"] + following["hits"] if hit["id"] == library["contract"])
    assert (contract["page"], contract["papers"][0]["state"], contract["confirmed"]) == (2, "unconfirmed", False)
    boxes = send(arc, "GET", f"/api/v1/documents/{library['contract']}/pages/2/boxes?q=仲裁").json["boxes"]
    assert boxes == contract["boxes"]
    ranged = send(arc, "GET", "/api/v1/search?amount_from=12,800&amount_to=12800").json
    assert [hit["id"] for hit in ranged["hits"]] == [library["contract"]]
    assert send(arc, "GET", "/api/v1/search?limit=0").status_code == 422
    assert send(door.browser("sys"), "GET", "/api/v1/search?q=x").status_code == 403
    assert door.browser().get("/api/v1/search?q=x").status_code == 401
