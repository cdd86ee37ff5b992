"""What people find, where the words stand, and what they must not learn."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from dms.audit.models import AuditLeaf
from dms.documents.models import Document, DocumentPage
from dms.holdings import moves, papers
from dms.kernel.errors import ForbiddenError, InvalidError, NotFoundError
from dms.places import service as places
from dms.policy import Role
from dms.policy.content import DOCUMENT_VIEW
from dms.retrieval import ranges, service
from dms.retrieval.service import Found, Search
from ingest.model import Box

ROLES = [str(role) for role in Role]


def found(archive, who, text="", sort="newest", **filters):
    return service.search(archive, who, Search(text, filters, sort)).found


def names(library, hits):
    by_id = {document: name for name, document in library.items()}
    return {by_id[hit.document.id] for hit in hits}


QUESTIONS = {
    "仲裁": {"contract", "receipt", "secret", "unfiled"},  # two characters
    '"仲裁委员会"': {"contract"},  # a phrase
    "2023-0611": {"contract"},  # part of a code
    "12800": {"contract"},  # an amount in 元
    "12,800.00": {"contract"},
    "FZCX": {"contract"},  # pinyin initials
    "张三丰": {"contract"},
    "类型:收据": {"receipt"},
    "类型:T09": {"receipt"},
    "客户:晨星": {"contract"},
    "仲裁 -晨星": {"receipt", "unfiled"},
    "没有这个词": set(),
}


def test_words_phrases_codes_amounts_and_initials(archive, archivist, library):
    answers = {text: names(library, found(archive, archivist, text)) for text in QUESTIONS}
    assert answers == QUESTIONS


def test_filters_ranges_and_presets(archive, archivist, library):
    assert names(library, found(archive, archivist, type=("T09",))) == {"receipt"}
    assert names(library, found(archive, archivist, year=("2023", "2024"))) == {"contract", "receipt", "secret"}
    assert names(library, found(archive, archivist, date=("2023Q2",))) == {"contract"}
    assert names(library, found(archive, archivist, "仲裁", amount=("100000..200000",))) == {"receipt"}
    assert names(library, found(archive, archivist, level=("3",))) == {"secret"}
    assert names(library, found(archive, archivist, nonsense=("3",))) == set(library)  # an unknown filter is left out


def test_presets_are_the_last_quarters_and_years():
    expected = ["2026Q1", "2025Q4", "2025Q3", "2025Q2", "2026", "2025", "2024"]
    assert ranges.presets(date(2026, 2, 1)) == expected


def test_typed_ranges_become_filters_or_say_what_is_wrong():
    assert ranges.days({"date_from": "2023-01-01"}) == "2023-01-01.."
    assert ranges.amounts({"amount_from": "1,200", "amount_to": "12800.50"}) == "120000..1280050"
    for wrong in ({"date_from": "二月"}, {"date_from": "2024-01-02", "date_to": "2024-01-01"}):
        with pytest.raises(InvalidError):
            ranges.days(wrong)
    for wrong in ({"amount_from": "很多"}, {"amount_from": "2", "amount_to": "1"}):
        with pytest.raises(InvalidError):
            ranges.amounts(wrong)


def test_sorting_and_paging_reach_everything_once(archive, archivist, library):
    order = [hit.document.id for hit in found(archive, archivist, sort="-amount")]
    assert order[:2] == [library["contract"], library["receipt"]]
    seen, cursor = [], None
    while True:
        answer = service.search(archive, archivist, Search("仲裁", {}, "document_date", cursor, 1))
        seen += [hit.document.id for hit in answer.found]
        assert answer.total == len(library)
        cursor = answer.cursor
        if cursor is None:
            break
    assert sorted(seen) == sorted(library.values())


def test_boxes_stand_on_the_words_of_the_right_page(archive, archivist, library):
    (hit,) = found(archive, archivist, "争议由仲裁")
    assert (hit.page, hit.pages) == (2, (2,))
    assert hit.snippet == "争议由仲裁委员会裁决"
    (box,) = hit.boxes
    assert box.sides == pytest.approx((0.1, 0.15, 0.2, 0.17))
    left, top, right, bottom = hit.crop.sides
    assert left <= box.x0 < box.x1 <= right
    assert top <= box.y0 < box.y1 <= bottom
    x, y, width, height = hit.crop_boxes[0]
    assert 0 <= x < x + width <= 1000
    assert 0 <= y < y + height <= 1000
    assert service.marks_on(archive, archivist, library["contract"], 2, "争议由仲裁") == (box,)
    assert service.marks_on(archive, archivist, library["contract"], 1, "争议由仲裁") == ()


def test_boxes_follow_a_page_that_was_turned(archive, archivist, library):
    (hit,) = found(archive, archivist, "争议由仲裁")
    x, y, width, height = hit.crop_boxes[0]
    with archive.db.write() as session:
        page = session.scalars(
            sa.select(DocumentPage).where(DocumentPage.document_id == library["contract"], DocumentPage.position == 2)
        ).one()
        page.turn = 90
    (box,) = service.marks_on(archive, archivist, library["contract"], 2, "争议由仲裁")
    assert box.sides == pytest.approx((0.83, 0.1, 0.85, 0.2))
    (hit,) = found(archive, archivist, "争议由仲裁")
    assert hit.crop_boxes[0] == (1000 - y - height, x, height, width)  # the picture of the crop is turned as well


def test_the_picture_of_a_hit_shows_all_of_a_word_set_wide() -> None:
    first, second = Box(0.38, 0.04, 0.42, 0.08), Box(0.58, 0.04, 0.62, 0.08)
    hit = Found(Document(), 1, (1,), (first, second, Box(0.95, 0.3, 0.97, 0.34)), "收据", ())
    assert hit.crop is not None
    assert hit.crop.x0 < first.x0
    assert hit.crop.x1 > second.x1
    assert len(hit.crop_boxes) == 2


def test_every_result_says_where_its_paper_is(archive, archivist, library):
    places.create_places(archive, archivist, "K01-G01-C1")
    original = papers.register(archive, archivist, [library["contract"]], papers.PaperDetails("original"))
    moves.put_away(archive, archivist, "K01-G01-C1", original)
    copy = papers.register(archive, archivist, [library["receipt"]], papers.PaperDetails("copy"))
    moves.put_away(archive, archivist, "K01-G01-C1", copy)
    where = {hit.document.id: hit.papers for hit in found(archive, archivist, "仲裁")}
    (paper,) = where[library["contract"]]
    assert (paper.is_original, paper.state) == (True, "in")
    assert paper.path.endswith("第 1 层")
    assert not any(paper.is_original for paper in where[library["receipt"]])
    assert where[library["unfiled"]] == ()


def test_unconfirmed_results_are_counted_over_all_pages(archive, shelf, archivist, library):
    shelf.change(library["contract"], confirmed_at=archive.clock.now())
    shelf.read()
    answer = service.search(archive, archivist, Search("仲裁", {}, "newest", None, 1))
    assert (answer.total, answer.unconfirmed, len(answer.found)) == (4, 3, 1)


@pytest.fixture
def people(identity):
    """One person a role, in the sales department, cleared for level 1; nobody brought anything."""
    return {role: identity(role, department_id="sales", level=1) for role in ROLES}


def test_who_may_not_see_a_document_learns_nothing_of_it(archive, library, people):
    readers = [who for who in people.values() if archive.policy.may(who, DOCUMENT_VIEW)]
    assert len(readers) == 6
    for who in people.values():
        learns_nothing(archive, library, who) if who in readers else is_turned_away(archive, who)


def is_turned_away(archive, who):
    for use_case in (service.search, service.helps):
        with pytest.raises(ForbiddenError):
            use_case(archive, who, Search("仲裁"))


def learns_nothing(archive, library, who):
    with archive.db.read() as session:
        every = {document.id: document for document in session.scalars(sa.select(Document))}
    scope = archive.policy.scope(who, DOCUMENT_VIEW)
    allowed = {name for name, key in library.items() if scope.allows(every[key])}
    assert "secret" not in allowed
    answer = service.search(archive, who, Search("仲裁"))
    assert names(library, answer.found) == allowed
    assert answer.total == len(allowed)
    for counts in answer.facets.values():
        assert sum(count for _value, count in counts) <= len(allowed)
    helps = service.helps(archive, who, Search("绝密仲裁协议书"))
    assert not any("绝密" in text or "机密" in text for text in helps.near)
    obstacles = service.helps(archive, who, Search("绝密", {"year": ("1999",)})).obstacles
    assert obstacles == ()
    with pytest.raises(NotFoundError):
        service.marks_on(archive, who, library["secret"], 1, "仲裁")


def test_an_index_that_lags_behind_shows_nothing_that_the_catalog_hides(archive, shelf, identity, library):
    sales = identity("SAL", department_id="sales", level=1)
    assert library["contract"] in {hit.document.id for hit in found(archive, sales, "仲裁")}
    shelf.change(library["contract"], level=3)  # and nobody has told the index yet
    answer = service.search(archive, sales, Search("仲裁"))
    assert library["contract"] not in {hit.document.id for hit in answer.found}
    assert answer.total == len(answer.found)
    shelf.change(library["receipt"], trashed_at=archive.clock.now())
    archivist = identity("ARC")
    assert library["receipt"] not in {hit.document.id for hit in found(archive, archivist, "仲裁")}


def test_what_may_lead_on_from_nothing(archive, archivist, library):
    helps = service.helps(archive, archivist, Search("仲裁", {"year": ("1999",)}))
    assert [(each.kind, each.name, each.total) for each in helps.obstacles] == [("filter", "year", 4)]
    assert "福州晨星贸易有限公司" in service.helps(archive, archivist, Search("福州晨兴贸易")).near


def test_an_export_takes_what_may_be_exported_and_is_logged_first(archive, identity, library):
    manager = identity("MGR", department_id="sales", level=2)
    exported = service.export(archive, manager, Search("仲裁"), "csv")
    with archive.db.read() as session:
        leaf = session.scalars(sa.select(AuditLeaf).where(AuditLeaf.action == "search.export")).one()
    assert "仲裁" in leaf.body.decode() if isinstance(leaf.body, bytes) else "仲裁" in leaf.body
    assert names(library, exported) == {"contract"}
    with pytest.raises(ForbiddenError):
        service.export(archive, identity("SAL", department_id="sales"), Search("仲裁"), "csv")


def test_an_export_goes_through_all_pages(archive, archivist, library, monkeypatch):
    monkeypatch.setattr(service, "EXPORT_STEP", 1)
    assert names(library, service.export(archive, archivist, Search("仲裁"), "csv")) == set(library)
