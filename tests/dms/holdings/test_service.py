from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from dms.audit.models import AuditLeaf
from dms.codes.rules import WrongCheckError, code_of
from dms.documents.models import Document
from dms.holdings import contents, moves, papers
from dms.holdings.models import Holding
from dms.holdings.whereabouts import papers_of
from dms.kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from dms.places import service as places
from dms.places.models import Place


@pytest.fixture
def archivist(identity):
    return identity("ARC")


@pytest.fixture
def shelf(archive, archivist):
    places.create_places(archive, archivist, "K01-Q1-L01A-J01-C[1..2]", capacity=2)
    return "K01-Q1-L01A-J01-C1"


@pytest.fixture
def box(archive, archivist, shelf):
    (box_id,) = places.create_boxes(archive, archivist, 1)
    with archive.db.read() as session:
        return session.get_one(Place, box_id).code


def where(archive, document_id):
    with archive.db.read() as session:
        return papers_of(session, archive, [document_id]).get(document_id, [])


def place_id(archive, code):
    with archive.db.read() as session:
        return session.scalars(sa.select(Place.id).where(Place.code == code)).one()


def test_the_life_of_an_original_from_registration_to_return(archive, archivist, shelf, box, document):
    contract = document()
    paper = papers.register(archive, archivist, [contract], papers.PaperDetails("original"))
    assert where(archive, contract)[0].state == "unconfirmed"

    moves.put_away(archive, archivist, box, paper)
    moves.put_away(archive, archivist, shelf, box)
    (seen,) = where(archive, contract)
    assert seen.state == "in"
    assert seen.path == f"1 号库房 › 第 1 区 › 第 1 列 A 面 › 第 1 节 › 第 1 层 › {box}"
    shelved_on = archive.clock.today()

    archive.clock.advance(days=3)
    moves.hand_out(archive, archivist, paper, person="李审计", purpose="核对", due_on=date(2026, 6, 20))
    (seen,) = where(archive, contract)
    assert (seen.state, seen.person, seen.overdue) == ("out", "李审计", False)
    assert seen.home_path.endswith(box)

    archive.clock.advance(days=10)
    assert where(archive, contract)[0].overdue
    assert [each.code for each in papers.handed_out(archive, archivist)] == [seen.code]

    moves.give_back(archive, archivist, paper)
    assert where(archive, contract)[0].state == "in"
    assert papers.where_was(archive, archivist, paper, shelved_on).path.endswith(box)
    assert papers.where_was(archive, archivist, paper, date(2026, 6, 18)).person == "李审计"
    assert papers.where_was(archive, archivist, paper, date(2026, 6, 1)).path == ""


def test_where_it_was_follows_the_box_it_lay_in(archive, archivist, shelf, box, document):
    paper = papers.register(archive, archivist, [document()], papers.PaperDetails("original"))
    moves.put_away(archive, archivist, box, paper)
    moves.put_away(archive, archivist, "K01-Q1-L01A-J01-C1", box)
    first_day = archive.clock.today()
    archive.clock.advance(days=1)
    moves.put_away(archive, archivist, "K01-Q1-L01A-J01-C2", box)
    assert "第 1 层" in papers.where_was(archive, archivist, paper, first_day).path
    assert "第 2 层" in papers.where_was(archive, archivist, paper, archive.clock.today()).path


def test_a_copys_place_is_not_the_originals(archive, archivist, shelf, document):
    contract = document()
    copy = papers.register(archive, archivist, [contract], papers.PaperDetails("copy"))
    moves.put_away(archive, archivist, shelf, copy)
    assert not any(paper.is_original for paper in where(archive, contract))
    papers.register(
        archive, archivist, [contract], papers.PaperDetails("original", holder_kind="finance", holder="财务部")
    )
    first, second = where(archive, contract)
    assert (first.is_original, first.state, first.path) == (True, "unconfirmed", "")
    assert second.copy_kind == "copy"


def test_a_paper_that_somebody_has_cannot_be_lent_again(archive, archivist, shelf, document):
    paper = papers.register(archive, archivist, [document()], papers.PaperDetails("original"))
    moves.hand_out(archive, archivist, paper, person="甲", purpose="看", due_on=None)
    with pytest.raises(ConflictError, match="甲"):
        moves.hand_out(archive, archivist, paper, person="乙", purpose="看", due_on=None)
    with pytest.raises(InvalidError):
        moves.hand_out(archive, archivist, paper, person="", purpose="看", due_on=None)


def test_a_secret_paper_is_not_put_into_an_open_cabinet(archive, archivist, document):
    places.create_places(archive, archivist, "K01-G01-C1", max_level=1)
    paper = papers.register(archive, archivist, [document(level=3)], papers.PaperDetails("original"))
    with pytest.raises(ConflictError, match="密级"):
        moves.put_away(archive, archivist, "K01-G01-C1", paper)
    with archive.db.read() as session:
        assert session.get_one(Holding, paper).present_place_id is None


def test_a_box_is_as_open_as_the_cabinet_it_stands_in(archive, archivist, box, document):
    places.create_places(archive, archivist, "K01-G01-C1", max_level=1)
    moves.put_away(archive, archivist, "K01-G01-C1", box)
    paper = papers.register(archive, archivist, [document(level=3)], papers.PaperDetails("original"))
    with pytest.raises(ConflictError, match="密级"):
        moves.put_away(archive, archivist, box, paper)


def test_a_box_with_a_paper_that_became_secret_stays_out_of_an_open_cabinet(archive, archivist, shelf, box, document):
    places.create_places(archive, archivist, "K01-G01-C1", max_level=1)
    contract = document(level=1)
    moves.put_away(
        archive, archivist, box, papers.register(archive, archivist, [contract], papers.PaperDetails("copy"))
    )
    with archive.db.write() as session:
        session.get_one(Document, contract).level = 3
    with pytest.raises(ConflictError, match="密级"):
        moves.put_away(archive, archivist, "K01-G01-C1", box)
    moves.put_away(archive, archivist, shelf, box)


def test_a_paper_whose_home_was_closed_meanwhile_comes_back_to_wait_for_a_new_one(archive, archivist, shelf, document):
    paper = papers.register(archive, archivist, [document()], papers.PaperDetails("original"))
    moves.put_away(archive, archivist, shelf, paper)
    moves.hand_out(archive, archivist, paper, person="甲", purpose="看", due_on=None)
    places.close_place(archive, archivist, place_id(archive, shelf))
    assert moves.give_back(archive, archivist, paper).after == "待归位"


def test_a_full_shelf_warns_and_still_takes_the_paper(archive, archivist, shelf, document):
    warnings = [
        moves.put_away(
            archive, archivist, shelf, papers.register(archive, archivist, [document()], papers.PaperDetails("copy"))
        ).warnings
        for _ in range(3)
    ]
    assert warnings == [(), (), ("full",)]


def test_slips_at_the_shelf_are_refused_by_kind(archive, archivist, shelf, box):
    with pytest.raises(InvalidError, match="固定"):
        moves.put_away(archive, archivist, box, shelf)
    other = places.create_boxes(archive, archivist, 1)[0]
    with pytest.raises(InvalidError, match="盒子"):
        moves.put_away(archive, archivist, box, other)
    with pytest.raises(NotFoundError):
        moves.put_away(archive, archivist, shelf, "Y2026-999999")
    with pytest.raises(NotFoundError):
        moves.put_away(archive, archivist, "K09", box)


def test_codes_are_scanned_or_typed_as_they_come(archive, archivist, shelf, box, document):
    paper = papers.register(archive, archivist, [document()], papers.PaperDetails("original"))
    with archive.db.read() as session:
        label = session.get_one(Holding, paper).code
    typed_shelf = f" {code_of(shelf).replace('-', '—')}".lower()
    wide_label = "".join(chr(ord(c) + 0xFEE0) for c in code_of(label))
    for place, item in (
        (typed_shelf, code_of(box)),
        (box.replace("-", ""), wide_label),
        (shelf, label.replace("-", "–")),
    ):
        moved = moves.put_away(archive, archivist, place, item)
        assert moved.code in (box, label)
    assert places.named(archive, archivist, code_of(shelf)).place.code == shelf
    assert moves.put_away(archive, archivist, shelf, paper).code == label  # an id still does


def test_a_code_read_wrong_moves_nothing_and_says_so(archive, archivist, shelf, box):
    wrong = code_of(box)[:-1] + ("A" if code_of(box)[-1] != "A" else "B")
    for place, item in ((shelf, wrong), (wrong, box)):
        with pytest.raises(WrongCheckError, match="校验字符不对"):
            moves.put_away(archive, archivist, place, item)


def test_a_label_that_looks_like_a_code_read_wrong_is_still_a_label(archive, archivist, shelf, document):
    paper = papers.register(archive, archivist, [document()], papers.PaperDetails("original", code="HT-23/5"))
    twin = papers.register(archive, archivist, [document()], papers.PaperDetails("original", code="HT–23"))
    plain = papers.register(archive, archivist, [document()], papers.PaperDetails("original", code="HT-23"))
    for label, expected in (("ht-23/5", paper), ("HT–23", twin), ("HT-23", plain), (code_of("HT-23"), plain)):
        moves.put_away(archive, archivist, shelf, label)
        with archive.db.read() as session:
            assert session.get_one(Holding, expected).present_place_id == place_id(archive, shelf)
        moves.put_away(archive, archivist, "RETURNED", expected)


def test_a_label_is_used_once(archive, archivist, document):
    papers.register(archive, archivist, [document()], papers.PaperDetails("original", code="L-7"))
    with pytest.raises(ConflictError, match="L-7"):
        papers.register(archive, archivist, [document()], papers.PaperDetails("original", code="l-7"))


def test_a_place_that_holds_something_cannot_be_closed(archive, archivist, shelf, document):
    with archive.db.read() as session:
        place = session.scalars(sa.select(Place).where(Place.code == shelf)).one()
    moves.put_away(
        archive, archivist, shelf, papers.register(archive, archivist, [document()], papers.PaperDetails("original"))
    )
    with pytest.raises(ConflictError):
        places.close_place(archive, archivist, place.id)


def test_who_may_not_move_papers_moves_none(archive, archivist, shelf, document, identity):
    paper = papers.register(archive, archivist, [document()], papers.PaperDetails("original"))
    for role in ("SAL", "AUD", "SYS"):
        with pytest.raises(ForbiddenError):
            moves.put_away(archive, identity(role), shelf, paper)


def test_every_deed_writes_one_leaf(archive, archivist, shelf, box, document):
    paper = papers.register(archive, archivist, [document()], papers.PaperDetails("original"))
    moves.put_away(archive, archivist, box, paper)
    with archive.db.read() as session:
        actions = list(session.scalars(sa.select(AuditLeaf.action).order_by(AuditLeaf.id)))
    assert actions == ["place.create", "box.create", "holding.register", "holding.put_away"]
    assert archive.clock.now() == datetime(2026, 6, 14, 6, 0, tzinfo=UTC)


def test_a_list_of_papers_tells_no_title_to_who_may_not_see_the_document(archive, archivist, identity, shelf, document):
    contract = document("机密并购协议", level=3)
    paper = papers.register(archive, archivist, [contract], papers.PaperDetails("original", holder="王总"))
    moves.put_away(archive, archivist, shelf, paper)
    with archive.db.read() as session:
        place = session.scalars(sa.select(Place).where(Place.code == shelf)).one().id
    for who, title in ((archivist, "机密并购协议"), (identity("SAL"), ""), (identity("AUD"), "")):
        (seen,) = contents.look(archive, who, place)["papers"]
        assert (seen.title, seen.code) == (title, "Y2026-000001")
    with pytest.raises(NotFoundError):
        papers.look(archive, identity("SAL"), paper)
    with pytest.raises(NotFoundError):
        papers.where_was(archive, identity("SAL"), paper, archive.clock.today())
    moves.hand_out(archive, archivist, paper, person="甲", purpose="看", due_on=None)
    assert [each.title for each in papers.handed_out(archive, identity("AUD"))] == [""]


def test_who_may_not_see_a_document_registers_no_paper_of_it(archive, identity, document):
    filed = document(level=3, filed_at=archive.clock.now())
    with pytest.raises(NotFoundError):
        papers.register(archive, identity("ARC", level=1), [filed], papers.PaperDetails("original"))


def test_registering_at_a_place_does_both_or_neither(archive, archivist, shelf, document):
    facts = papers.PaperDetails("original", code="L-8")
    with pytest.raises(NotFoundError, match="K09"):
        moves.register_at(archive, archivist, [document()], facts, "K09")
    contract = document()
    made = moves.register_at(archive, archivist, [contract], facts, shelf)
    (seen,) = where(archive, contract)
    assert (seen.holding_id, seen.code, seen.state) == (made, "L-8", "in")


def test_exports_of_places_and_papers_out_need_their_right_and_are_logged(
    archive, archivist, identity, shelf, document
):
    paper = moves.register_at(archive, archivist, [document()], papers.PaperDetails("original"), shelf)
    rows = {view.place.code: (view.papers, path) for view, path in contents.export(archive, archivist)}
    assert rows[shelf] == (1, "1 号库房 › 第 1 区 › 第 1 列 A 面 › 第 1 节 › 第 1 层")
    moves.hand_out(archive, archivist, paper, person="甲", purpose="看", due_on=None)
    assert [each.person for each in papers.export_handed_out(archive, archivist)] == ["甲"]
    for export in (contents.export, papers.export_handed_out):
        with pytest.raises(ForbiddenError):
            export(archive, identity("SAL"))
    with archive.db.read() as session:
        actions = list(session.scalars(sa.select(AuditLeaf.action)))
    assert {"place.export", "holding.export"} <= set(actions)


def test_a_room_counts_what_stands_in_it_at_any_depth(archive, archivist, shelf, box, document):
    moves.register_at(archive, archivist, [document()], papers.PaperDetails("original"), box)
    moves.register_at(archive, archivist, [document()], papers.PaperDetails("original"), shelf)
    moves.put_away(archive, archivist, shelf, box)
    by_code = {view.place.code: view for view in contents.look(archive, archivist, None)["children"]}
    room = by_code["K01"]
    assert (room.boxes, room.papers, room.all_boxes, room.all_papers) == (0, 0, 1, 2)
    every = {view.place.code: view for view, _path in contents.export(archive, archivist)}
    assert (every[shelf].boxes, every[shelf].papers, every[shelf].all_papers) == (1, 1, 2)
    assert (every[box].boxes, every[box].papers, every[box].all_boxes) == (0, 1, 0)
