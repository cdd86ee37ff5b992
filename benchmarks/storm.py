"""What the scripts that break servers on purpose have in common: faults in a row, kill -9, and a tally of all of it."""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tests.services.faults import Fault, Proxy


class Server(Protocol):
    """A server that can be killed and started again at the same address."""

    def start(self) -> None:
        """Start it, and wait until it answers."""
        ...

    def kill(self) -> None:
        """Kill it as kill -9 does."""
        ...


@dataclass
class Tally:
    """What happened, counted by many threads."""

    events: Counter[str] = field(default_factory=Counter)
    taken: set[str] = field(default_factory=set)  # SHA-256 of every file that was acknowledged
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, event: str, times: int = 1) -> None:
        """Count an event."""
        with self.lock:
            self.events[event] += times

    def acknowledge(self, body: bytes) -> None:
        """Note that a file was taken in."""
        with self.lock:
            self.taken.add(hashlib.sha256(body).hexdigest())


@dataclass(frozen=True)
class Line:
    """The way to a server, and how it may break."""

    name: str
    proxy: Proxy
    faults: Sequence[Fault]

    def strike(self, tally: Tally) -> None:
        """Let one fault last for some seconds."""
        fault = random.choice(self.faults)
        tally.count(f"{self.name} {type(fault).__name__}".strip())
        self.proxy.set(fault)
        time.sleep(random.uniform(0.5, 4))
        tally.count("strikes", self.proxy.strikes)
        self.proxy.heal()


def kill(server: Server, tally: Tally, name: str = "") -> None:
    """Kill a server, leave it away for up to three seconds, start it again."""
    tally.count(f"{name} kill -9".strip())
    server.kill()
    time.sleep(random.uniform(0, 3))
    server.start()


def spoil(minutes: float, deeds: Sequence[Callable[[], None]], most_rest: float = 1.0) -> None:
    """Do one bad deed after the other for some minutes, each round in another order, with short rests between."""
    until = time.monotonic() + minutes * 60
    while time.monotonic() < until:
        for deed in random.sample(deeds, len(deeds)):
            deed()
            time.sleep(random.uniform(0, most_rest))
            if time.monotonic() > until:
                return
