from __future__ import annotations

import pytest

from dms.documents.models import Document
from dms.documents.service import arranging, lists, review, show
from dms.documents.service.review import Review
from dms.kernel.archive import Archive
from dms.kernel.errors import ConflictError, InvalidError
from ingest.model import Box
from tests.dms.documents.desk import Desk, contract, receipt


@pytest.fixture
def stack(archive: Archive, desk: Desk) -> list[Document]:
    desk.bring(desk.scan("stack", *contract(), receipt(3)))
    desk.work()
    return lists.inbox(archive, desk.person).documents


def numbers(archive: Archive, desk: Desk, document_id: str) -> list[int]:
    return [page.number for page in show.show(archive, desk.person, document_id).pages]


def test_merge_and_split_and_undo(archive: Archive, desk: Desk, stack: list[Document]) -> None:
    first, second = stack
    edit = arranging.merge(archive, desk.person, first.id, [second.id])
    assert numbers(archive, desk, first.id) == [1, 2, 3]
    assert lists.inbox(archive, desk.person).count == 1
    arranging.undo(archive, desk.person, edit)
    assert [numbers(archive, desk, each.id) for each in stack] == [[1, 2], [3]]
    assert lists.inbox(archive, desk.person).count == 2
    arranging.merge(archive, desk.person, first.id, [second.id])
    parts = arranging.split(archive, desk.person, first.id, [3])
    assert [numbers(archive, desk, part) for part in parts] == [[1, 2], [3]]
    assert show.show(archive, desk.person, parts[1]).document.type_code == "T09"


def test_values_of_persons_follow_their_page(archive: Archive, desk: Desk, stack: list[Document]) -> None:
    first, second = stack
    review.save(
        archive,
        desk.person,
        second.id,
        Review(values={"payer": "厦门海岳"}, boxes={"payer": (1, Box(0.1, 0.2, 0.5, 0.25))}),
    )
    arranging.merge(archive, desk.person, first.id, [second.id])
    carried = next(v for v in show.show(archive, desk.person, first.id).values if v.name == "payer")
    assert (carried.shown, carried.source, carried.position) == ("厦门海岳", "person", 3)


def test_what_persons_said_goes_with_its_page_into_a_part(archive: Archive, desk: Desk, stack: list[Document]) -> None:
    first = stack[0]
    (seal,) = show.show(archive, desk.person, first.id).seals
    said = Review(values={"place": "澜州"}, boxes={"place": (2, Box(0.1, 0.2, 0.5, 0.25))}, seals=frozenset({seal.id}))
    review.save(archive, desk.person, first.id, said)
    _, part = arranging.split(archive, desk.person, first.id, [2])
    moved = show.show(archive, desk.person, part)
    carried = next(v for v in moved.values if v.name == "place")
    assert (carried.shown, carried.position, carried.read_box) == ("澜州", 1, Box(0.1, 0.2, 0.5, 0.25))
    assert [(each.id, each.position, each.confirmed) for each in moved.seals] == [(seal.id, 1, True)]


def test_reorder_moves_boxes_and_seals(archive: Archive, desk: Desk, stack: list[Document]) -> None:
    arranging.reorder(archive, desk.person, stack[0].id, [2, 1])
    view = show.show(archive, desk.person, stack[0].id)
    assert [page.number for page in view.pages] == [2, 1]
    assert view.seals[0].position == 1
    assert {v.position for v in view.values if v.name == "contract_no"} == {2}
    with pytest.raises(InvalidError):
        arranging.reorder(archive, desk.person, stack[0].id, [1, 1])


def test_turning_turns_the_view_and_its_boxes(archive: Archive, desk: Desk, stack: list[Document]) -> None:
    before = show.show(archive, desk.person, stack[0].id)
    arranging.turn(archive, desk.person, stack[0].id, 2, 90)
    after = show.show(archive, desk.person, stack[0].id)
    assert (after.pages[1].width, after.pages[1].height) == (before.pages[1].height, before.pages[1].width)
    assert after.seals[0].box.sides == pytest.approx((1 - 0.85, 0.6, 1 - 0.7, 0.8))
    assert after.seals[0].read_box == before.seals[0].read_box
    with pytest.raises(InvalidError):
        arranging.turn(archive, desk.person, stack[0].id, 1, 45)


def test_hidden_pages_are_not_read(archive: Archive, desk: Desk, stack: list[Document]) -> None:
    arranging.hide(archive, desk.person, stack[0].id, 1, True)
    view = show.show(archive, desk.person, stack[0].id)
    assert not any(v.source == "machine" and v.position == 1 for v in view.values)
    assert [at for at, _ in show.text_of(archive, desk.person, stack[0].id)] == [2]
    arranging.hide(archive, desk.person, stack[0].id, 1, False)
    assert show.show(archive, desk.person, stack[0].id).document.code == "GX-2023-0611"


def test_a_better_scan_takes_the_place_of_a_page(archive: Archive, desk: Desk, stack: list[Document]) -> None:
    better = desk.bring(desk.scan("better", contract(number="GX-2023-0699")[0]))
    desk.work()
    edit = arranging.replace(archive, desk.person, stack[0].id, 1, better.arrival_id, 1)
    assert show.show(archive, desk.person, stack[0].id).document.code == "GX-2023-0699"
    arranging.undo(archive, desk.person, edit)
    assert show.show(archive, desk.person, stack[0].id).document.code == "GX-2023-0611"


def test_an_edit_over_which_others_lie_is_not_undone(archive: Archive, desk: Desk, stack: list[Document]) -> None:
    edit = arranging.turn(archive, desk.person, stack[0].id, 1, 90)
    arranging.turn(archive, desk.person, stack[0].id, 1, 90)
    with pytest.raises(ConflictError):
        arranging.undo(archive, desk.person, edit)
