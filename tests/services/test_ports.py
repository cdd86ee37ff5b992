"""Two processes that look for ports at the same moment never get the same."""

from __future__ import annotations

import socket
from concurrent.futures import ProcessPoolExecutor

from tests.services.ports import HOST, free_ports


def test_no_port_is_drawn_twice() -> None:
    with ProcessPoolExecutor(4) as processes:
        drawn = [port for ports in processes.map(free_ports, [3] * 40) for port in ports]
    assert len(set(drawn)) == len(drawn) == 120


def test_they_are_neighbours_that_nobody_listens_on() -> None:
    first, second, third = free_ports(3)
    assert (second, third) == (first + 1, first + 2)
    for port in (first, second, third):
        socket.create_server((HOST, port)).close()


def test_a_port_in_use_is_passed_over() -> None:
    (last,) = free_ports(1)
    with socket.create_server((HOST, last + 2)):
        assert last + 2 not in free_ports(3)
