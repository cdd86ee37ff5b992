"""Any number: from what is printed on paper to the thing that bears it, and nothing said of what one may not see."""

from __future__ import annotations

import pytest

from dms.codes.rules import WrongCheckError, code_of
from dms.desk.finding import find
from dms.documents.models import Document
from dms.dossiers import service as dossiers
from dms.holdings import papers
from dms.holdings.papers import PaperDetails
from dms.intake.models import Batch
from dms.parties import service as parties
from dms.places import service as places
from ingest.identifiers import is_uscc
from tests.dms.people import Door, send

USCC = next(code for last in "0123456789ABCDEFGHJKLMNPQRTUWXY" if is_uscc(code := "91330106MA27XQ8R3" + last))
NUMBER = "A-KH-E3301HXMY001-04-0001"
DOSSIER, BOX, PAPER, BATCH = "E-3301-HXMY-001", "B2026-0001", "Y2026-000001", "S2026-00001"


@pytest.fixture
def arc(identity):
    return identity("ARC")


@pytest.fixture
def numbered(archive, arc):
    """One thing of every kind that bears a number; returns {number: path of its screen}."""
    party = parties.create(archive, arc, {"name": "杭州华信贸易有限公司", "region": "330106", "uscc": USCC})
    dossier = dossiers.open_dossier(archive, arc, party)
    (box,) = places.create_boxes(archive, arc, 1)
    with archive.db.write() as session:
        now = archive.clock.now()
        document = Document(title="购销合同", number=NUMBER, created_at=now, owner_id="arc", party_id=party)
        session.add_all([document, Batch(number=BATCH, source="web", brought_by="arc", created_at=now)])
        session.flush()
        document_id = document.id
    paper = papers.register(archive, arc, [document_id], PaperDetails("original"))
    return {
        USCC: f"/parties/{party}", DOSSIER: f"/dossiers/{dossier}", BOX: f"/places/{box}", BATCH: "",
        NUMBER: f"/documents/{document_id}", PAPER: f"/holdings/{paper}",
    }  # fmt: skip


@pytest.mark.parametrize("number", [USCC, DOSSIER, BOX, BATCH, NUMBER, PAPER])
def test_every_number_leads_to_its_thing_however_it_is_written(archive, arc, numbered, number):
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in number)
    dashed = number.replace("-", "\N{EM DASH}")
    spelled = {number, f" {number.lower()} ", wide, dashed, code_of(number), code_of(number).replace("/", "、")}
    for text in spelled:
        assert [each.path for each in find(archive, arc, text)] == [numbered[number]], text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("E3301HXMY001", DOSSIER), ("B20260001", BOX), ("K00", ""), (f"{USCC[:8]} {USCC[8:]}", USCC)],
)
def test_numbers_are_known_in_one_piece_and_in_groups(archive, arc, numbered, typed, meant):
    assert [each.path for each in find(archive, arc, typed)] == ([numbered[meant]] if meant else [])


def test_a_misread_character_is_said_and_a_label_of_ones_own_making_is_none(archive, arc, numbered):
    wrong = code_of(BOX)[:-1] + ("0" if code_of(BOX)[-1] != "0" else "1")
    with pytest.raises(WrongCheckError):
        find(archive, arc, wrong)
    document = numbered[NUMBER].removeprefix("/documents/")
    paper = papers.register(archive, arc, [document], PaperDetails("copy", code=wrong))
    assert [each.path for each in find(archive, arc, wrong)] == [f"/holdings/{paper}"]


@pytest.mark.parametrize("number", [USCC, DOSSIER, BOX, BATCH, NUMBER, PAPER])
def test_what_one_may_not_see_is_answered_as_what_is_not_there(archive, identity, numbered, number):
    door = Door(archive, identity("ARC"), identity("SYS"))
    nobody = door.browser("sys")
    assert find(archive, identity("SYS"), number) == []
    secret, unknown = (nobody.get(f"/find?number={each}") for each in (number, number[::-1]))
    assert secret.status_code == unknown.status_code == 200
    assert "没有带这个编号的东西，或您无权查看" in secret.text
    assert secret.text.replace(number, "") == unknown.text.replace(number[::-1], "")
    assert send(nobody, "GET", f"/api/v1/find?number={number}").json == {"things": []}


def test_one_thing_opens_several_are_listed_none_is_searched_for(archive, arc, numbered):
    browser = Door(archive, arc).browser("arc")
    assert browser.get(f"/find?number={BOX}").location == numbered[BOX]
    document = numbered[NUMBER].removeprefix("/documents/")
    twin = papers.register(archive, arc, [document], PaperDetails("copy", code=BOX))
    listed = browser.get(f"/find?number={code_of(BOX)}").text
    assert f'href="{numbered[BOX]}"' in listed
    assert f'href="/holdings/{twin}"' in listed
    nothing = browser.get("/find?number=GX-1%262")
    assert nothing.location == "/search?q=GX-1%262"
    page = browser.get(nothing.location).text
    assert "没有带这个编号的东西，或您无权查看" in page
    assert 'href="/find?number=GX-1%262"' in page


def test_a_batch_has_no_screen_and_is_named(archive, arc, numbered):
    page = Door(archive, arc).browser("arc").get(f"/find?number={BATCH}")
    assert page.status_code == 200
    assert f"收件批 {BATCH}" in " ".join(page.text.split())


def test_the_empty_form_and_a_wrong_check_character(archive, arc, numbered):
    browser = Door(archive, arc).browser("arc")
    assert 'name="number"' in browser.get("/find").text
    wrong = browser.get(f"/find?number={code_of(BOX)[:-1]}{'0' if code_of(BOX)[-1] != '0' else '1'}")
    assert (wrong.status_code, "校验字符不对" in wrong.text) == (422, True)
    assert Door(archive, arc).browser().get("/find?number=1").location.startswith("/sign-in")


def test_programs_get_kind_name_and_page(archive, arc, numbered):
    browser = Door(archive, arc).browser("arc")
    (thing,) = send(browser, "GET", "/api/v1/find?number=E3301HXMY001").json["things"]
    assert (thing["kind"], thing["path"]) == ("dossier", numbered[DOSSIER])
    assert thing["text"].startswith(DOSSIER)
    assert send(browser, "GET", "/api/v1/find").status_code == 422
