"""A slip at the shelf is taken back whole: place, person, due date, home, and whether anybody saw the paper."""

from datetime import date

import pytest

from dms.holdings import moves, papers
from dms.holdings.models import Holding
from dms.holdings.undoing import undo
from dms.kernel.errors import ConflictError, NotFoundError
from dms.places import service as places
from dms.places.models import Place

FIRST, SECOND = "K01-Q1-L01A-J01-C1", "K01-Q1-L01A-J01-C2"


@pytest.fixture
def archivist(identity):
    return identity("ARC")


@pytest.fixture(autouse=True)
def shelves(archive, archivist):
    places.create_places(archive, archivist, "K01-Q1-L01A-J01-C[1..3]")


@pytest.fixture
def paper(archive, archivist, document):
    return papers.register(archive, archivist, [document()], papers.PaperDetails("original"))


def where(archive, archivist, paper):
    return papers.look(archive, archivist, paper)["where"]


def put(archive, archivist, place, item):
    archive.clock.advance(minutes=1)
    return moves.put_away(archive, archivist, place, item).movement_id


def lend(archive, archivist, paper, due_on=None):
    archive.clock.advance(minutes=1)
    return moves.hand_out(archive, archivist, paper, person="李审计", purpose="核对", due_on=due_on).movement_id


def test_only_the_last_move_is_taken_back(archive, archivist, paper):
    first, second = put(archive, archivist, FIRST, paper), put(archive, archivist, SECOND, paper)
    with pytest.raises(ConflictError, match="移动过"):
        undo(archive, archivist, first)
    assert undo(archive, archivist, second).after.endswith("第 1 层")
    with pytest.raises(ConflictError, match="移动过"):
        undo(archive, archivist, second)
    with pytest.raises(NotFoundError):
        undo(archive, archivist, "0" * 32)


def test_the_home_is_again_what_it_was(archive, archivist, paper):
    put(archive, archivist, FIRST, paper)
    undo(archive, archivist, put(archive, archivist, SECOND, paper))
    undo(archive, archivist, put(archive, archivist, "K01-Q1-L01A-J01-C3", paper))
    seen = where(archive, archivist, paper)
    assert (seen.state, seen.path, seen.home_path) == ("in", seen.home_path, seen.path)
    assert seen.path.endswith("第 1 层")
    undo(archive, archivist, lend(archive, archivist, paper))
    assert where(archive, archivist, paper).home_path.endswith("第 1 层")


def test_the_home_of_a_box_is_again_what_it_was(archive, archivist):
    (box,) = places.create_boxes(archive, archivist, 1)
    put(archive, archivist, FIRST, box)
    undo(archive, archivist, put(archive, archivist, SECOND, box))
    with archive.db.read() as session:
        placed = session.get_one(Place, box)
        assert placed.home_id == placed.parent_id is not None


def test_a_paper_first_put_into_a_wrong_place_is_unconfirmed_again(archive, archivist, paper):
    undo(archive, archivist, put(archive, archivist, FIRST, paper))
    seen = where(archive, archivist, paper)
    assert (seen.state, seen.path, seen.home_path, seen.last_seen_at) == ("unconfirmed", "", "", None)
    put(archive, archivist, SECOND, paper)
    assert where(archive, archivist, paper).state == "in"


def test_who_saw_a_paper_since_is_not_forgotten(archive, archivist, paper):
    movement = put(archive, archivist, FIRST, paper)
    archive.clock.advance(minutes=1)
    papers.confirm_seen(archive, archivist, paper)
    undo(archive, archivist, movement)
    with archive.db.read() as session:
        assert session.get_one(Holding, paper).confirmed_by == archivist.account_id
    assert where(archive, archivist, paper).state == "unconfirmed"  # where it is now nobody knows


def test_a_paper_taken_back_by_mistake_is_due_again(archive, archivist, paper):
    put(archive, archivist, FIRST, paper)
    due = date(2026, 7, 1)
    lend(archive, archivist, paper, due)
    archive.clock.advance(minutes=1)
    returned = moves.give_back(archive, archivist, paper).movement_id
    assert where(archive, archivist, paper).due_on is None
    undo(archive, archivist, returned)
    seen = where(archive, archivist, paper)
    assert (seen.state, seen.person, seen.due_on) == ("out", "李审计", due)
    assert [each.due_on for each in papers.handed_out(archive, archivist)] == [due]


def test_what_came_from_a_place_closed_since_does_not_go_back_there(archive, archivist, paper):
    put(archive, archivist, FIRST, paper)
    moved = put(archive, archivist, SECOND, paper)
    with archive.db.write() as session:
        first = session.query(Place).filter_by(code=FIRST).one().id
    places.close_place(archive, archivist, first)
    with pytest.raises(ConflictError, match=f"{FIRST} 已停用"):
        undo(archive, archivist, moved)
    assert where(archive, archivist, paper).path.endswith("第 2 层")


def test_a_paper_of_which_nobody_said_where_it_is_was_not_seen_there(archive, archivist, paper):
    with pytest.raises(ConflictError, match="先把它上架"):
        papers.confirm_seen(archive, archivist, paper)


def test_a_paper_that_others_keep_is_where_they_are(archive, archivist, document):
    kept = papers.PaperDetails("original", holder_kind="finance", holder="财务部王姐")
    paper = papers.register(archive, archivist, [document()], kept)
    assert where(archive, archivist, paper).state == "unconfirmed"
    papers.confirm_seen(archive, archivist, paper)
    seen = where(archive, archivist, paper)
    assert (seen.state, seen.holder_kind, seen.holder) == ("in", "finance", "财务部王姐")
