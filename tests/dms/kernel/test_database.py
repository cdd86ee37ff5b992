"""Ids of rows."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from dms.kernel.database import ID_LENGTH, id_before, new_id

MANY = 20_000


def some(_turn: int = 0) -> list[str]:
    return [new_id() for _ in range(MANY)]


def test_ids_sort_as_they_were_made_also_within_a_millisecond():
    ids = some()
    assert ids == sorted(set(ids))
    assert {len(each) for each in ids} == {ID_LENGTH}


def test_ids_of_many_threads_never_meet_and_each_keeps_its_order():
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(some, range(4)))
    assert all(ids == sorted(ids) for ids in made)
    assert len({each for ids in made for each in ids}) == 4 * MANY


def test_an_id_made_before_a_moment_sorts_before_its_first_id():
    earlier = new_id()
    time.sleep(0.005)
    moment = datetime.now(UTC)
    assert earlier < id_before(moment) <= new_id()
