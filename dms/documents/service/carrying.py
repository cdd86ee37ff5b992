"""What persons and machines said of pages goes with its page when that moves to another place or document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dms.documents import values
from dms.documents.draft import Draft
from dms.documents.models import Document, FieldRow
from dms.documents.page_readings import ArrivalPage
from dms.kernel.database import new_id

PageKey = list[Any]  # [arrival id, page of the arrival, clockwise turn by a person, hidden]
Lists = Mapping[str, list[PageKey]]  # of documents, by id


def carry_values(draft: Draft, before: Lists, after: Lists) -> None:
    """Let values follow their page to its new document and position; those of a page that is gone lose it."""
    places = _places(after)
    held = {each: list(draft.values[each].values()) for each in before}
    for each, keys in before.items():
        for row in held[each]:
            target, position = _new_place(row.position, keys, places, each)
            if target == each:
                row.position, row.box = position, row.box if position else None
            else:
                _move_value(draft, row, draft.documents[target], position)


def carry_seals(draft: Draft, before: Lists, after: Lists) -> None:
    """Let seals follow their page; those of a page that is gone go with it."""
    places = _places(after)
    held = {each: draft.seals[each] for each in before}
    draft.seals.update({each: [] for each in before})
    for each, keys in before.items():
        for seal in held[each]:
            target, position = _new_place(seal.position, keys, places, each)
            if position is None:
                draft.session.delete(seal)
                continue
            seal.document_id, seal.position = target, position
            if target != each:
                seal.document = draft.documents[target]
            draft.seals[target].append(seal)


def _places(after: Lists) -> dict[ArrivalPage, tuple[str, int]]:
    return {
        (key[0], key[1]): (each, position) for each, keys in after.items() for position, key in enumerate(keys, start=1)
    }


def _new_place(
    position: int | None, keys: Sequence[PageKey], places: Mapping[ArrivalPage, tuple[str, int]], document_id: str
) -> tuple[str, int | None]:
    if position is None or not 1 <= position <= len(keys):
        return document_id, None
    return places.get((keys[position - 1][0], keys[position - 1][1]), (document_id, None))


def _move_value(draft: Draft, row: FieldRow, target: Document, position: int | None) -> None:
    """Write a value anew with the document its page went to; where it was, it stays in the history."""
    draft.supersede(row)
    if not values.is_persons(row) or row.name in draft.values[target.id]:
        return
    copied = (
        "name", "label", "kind", "raw", "value", "box", "confidence", "checks", "source", "engine", "doubtful",
        "created_at", "created_by", "confirmed_at", "confirmed_by",
    )  # fmt: skip
    same = {name: getattr(row, name) for name in copied}
    draft.put(FieldRow(id=new_id(), document=target, document_id=target.id, position=position, **same))
