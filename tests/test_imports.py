"""No two modules need one another: not even for type hints, which the contracts in setup.cfg leave out."""

from __future__ import annotations

import grimp
import pytest

ROOMS = ("config", "ingest", "search", "storage")


@pytest.mark.parametrize("room", ROOMS)
def test_no_modules_of_a_room_know_one_another_in_a_circle(room: str) -> None:
    graph = grimp.build_graph(room, cache_dir=None)
    packages = [name for name in graph.modules if graph.find_children(name)]
    assert {name: found for name in packages if (found := graph.nominate_cycle_breakers(name))} == {}
