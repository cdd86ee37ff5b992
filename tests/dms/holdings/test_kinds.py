"""Kinds of copies and places are what the rulebook says: an owner's is offered, taken, and read when it has gone."""

from dataclasses import replace

import pytest

from config.rulebook import load_rulebook
from dms.documents.models import Document
from dms.documents.service.review import Review, save
from dms.holdings import moves, papers
from dms.holdings.papers import PaperDetails
from dms.kernel.errors import InvalidError
from dms.places import service as places
from dms.places.models import Place
from tests.dms.people import Door, post

DUPLICATE = """
[duplicate]
zh = "副本"
en = "Duplicate"
paper = true
original = true

[copy]
zh = "影印件"
"""

SITE = """
[site]
order = -1
zh = "园区"
en = "Site"
code = 'Y[A-Z]\\d'
example = "YA1"
named = "{n} 号园区"
outermost = true

[shelf]
zh = "搁板"
named = "第 {n} 搁板"
holds = []
"""


@pytest.fixture
def ruled(archive, tmp_path):
    (tmp_path / "rulebook").mkdir()
    (tmp_path / "rulebook" / "copy_kinds.toml").write_text(DUPLICATE, encoding="utf-8")
    (tmp_path / "rulebook" / "place_kinds.toml").write_text(SITE, encoding="utf-8")
    return replace(archive, rulebook=load_rulebook(tmp_path / "rulebook"))


def options(page):
    """Return the kinds that a page's form offers."""
    chosen = page.split('name="copy_kind"', 1)[1].split("</select>", 1)[0]
    return [part.split('"', 1)[0] for part in chosen.split('<option value="')[1:]]


def test_an_owners_kind_is_offered_where_it_fits(ruled, identity, document):
    arc = Door(ruled, identity("ARC"), identity("SAL"), identity("SYS")).browser("arc")
    known = ["unknown", "original", "copy", "scan", "electronic", "duplicate"]
    assert options(arc.get("/inbox").text) == known
    made = document()
    assert options(arc.get(f"/review/{made}").text) == known
    where = f"/documents/{made}?tab=where"
    assert options(arc.get(where).text) == ["original", "copy", "scan", "duplicate"]  # what a paper can be
    assert post(arc, "/holdings", document=made, copy_kind="duplicate").status_code == 302
    shown = arc.get(where).text
    assert "副本" in shown
    assert "影印件" in shown
    arc.set_cookie("guidang_language", "en")
    assert "Duplicate" in arc.get(where).text
    assert [paper.is_original for paper in papers.of_document(ruled, identity("ARC"), made)] == [True]


def test_a_kind_that_went_is_still_read_and_stays_until_somebody_changes_it(archive, ruled, identity, document):
    archivist, made = identity("ARC"), document(copy_kind="duplicate")
    papers.register(ruled, archivist, [made], PaperDetails("duplicate"))
    arc = Door(archive, archivist, identity("SAL"), identity("SYS")).browser("arc")
    assert options(arc.get(f"/review/{made}").text)[-1] == "duplicate"
    assert "duplicate" in arc.get(f"/documents/{made}?tab=where").text
    save(archive, archivist, made, Review(copy_kind="duplicate", title="合同"))
    with pytest.raises(InvalidError):
        save(archive, archivist, document(), Review(copy_kind="duplicate"))
    save(archive, archivist, made, Review(copy_kind="copy"))
    with archive.db.read() as session:
        assert session.get_one(Document, made).copy_kind == "copy"


@pytest.mark.parametrize("kind", ["unknown", "electronic", "drawing"])
def test_a_paper_is_of_a_kind_that_is_on_paper(archive, identity, document, kind):
    with pytest.raises(InvalidError) as refused:
        papers.register(archive, identity("ARC"), [document()], PaperDetails(kind))
    assert refused.value.code == "copy_kind"


def test_an_owners_kind_of_place_is_a_level_of_codes_and_names_already_given_stay(archive, ruled, identity):
    archivist = identity("ARC")
    places.create_places(archive, archivist, "K01-G01-C1")
    arc = Door(ruled, archivist, identity("SAL"), identity("SYS")).browser("arc")
    assert "YA1 园区 · K01 库房" in arc.get("/places").text
    (made,) = places.create_places(ruled, archivist, "YA2-K01-G01-C2")
    places.create_places(ruled, archivist, "K01-G01-C3")  # a room may still be outermost
    with archive.db.read() as session:
        assert session.get_one(Place, made).kind == "shelf"
        assert places.paths(session, [made])[made] == "2 号园区 › 1 号库房 › 1 号柜 › 第 2 搁板"
    assert places.named(ruled, archivist, "K01-G01-C1").path == "1 号库房 › 1 号柜 › 第 1 层"
    box = places.create_boxes(ruled, archivist, 1)[0]
    with pytest.raises(InvalidError) as refused:
        moves.put_away(ruled, archivist, "YA2-K01-G01-C2", box)  # as the owner says, no boxes on these
    assert refused.value.code == "box_in_box"
    moves.put_away(ruled, archivist, "YA2", box)


def test_places_of_a_kind_that_went_are_still_there(archive, ruled, identity):
    archivist = identity("ARC")
    (site,) = places.create_places(ruled, archivist, "YA2")
    arc = Door(archive, archivist, identity("SAL"), identity("SYS")).browser("arc")
    assert "2 号园区" in arc.get("/places").text
    assert ">site<" in arc.get(f"/places/{site}").text
    moves.put_away(archive, archivist, "YA2", places.create_boxes(archive, archivist, 1)[0])
    with pytest.raises(InvalidError, match="不是库位的一级"):
        places.create_places(archive, archivist, "YA3")
