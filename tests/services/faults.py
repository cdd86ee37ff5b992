"""A TCP proxy that spoils the way to a server on purpose, with faults that are switched while it runs."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

SERVER, CLIENT = "server", "client"  # whither bytes flow
BLOCK = 1 << 16
BEAT = 0.02  # seconds between two looks at whether a fault still holds


class CutError(Exception):
    """The connection is to be reset now."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What happens to bytes on their way; this one lets them pass.

    With `when`, only connections are hit on which a request with these bytes passed since the fault was set. `times` is
    how often a fault that strikes in an instant does so before the proxy is whole again; None is always.
    """

    when: bytes = b""
    times: int | None = None

    def passed(self, way: Way, data: bytes) -> Iterator[bytes]:
        """Yield what goes on of `data`, which begins `way.count` bytes after the fault took hold."""
        yield data


@dataclass(frozen=True, kw_only=True)
class Refuse(Fault):
    """Nobody listens, and the connections that were there are reset: a server that is down."""


@dataclass(frozen=True, kw_only=True)
class Hang(Fault):
    """Connections are accepted, then silence. What was sent meanwhile arrives late, when the proxy is whole again."""

    def passed(self, way: Way, data: bytes) -> Iterator[bytes]:
        way.proxy.strike(self)
        while way.proxy.fault is self:
            time.sleep(BEAT)
        yield data


@dataclass(frozen=True, kw_only=True)
class Slow(Fault):
    """So many bytes a second in each direction."""

    rate: int

    def passed(self, way: Way, data: bytes) -> Iterator[bytes]:
        way.proxy.strike(self)
        step = max(1, int(self.rate * BEAT))
        for at in range(0, len(data), step):
            if way.proxy.fault is self:
                time.sleep(len(data[at : at + step]) / self.rate)
            yield data[at : at + step]


@dataclass(frozen=True, kw_only=True)
class Reset(Fault):
    """The connection is reset after `after` bytes in one direction."""

    after: int = 0
    toward: str = SERVER

    def passed(self, way: Way, data: bytes) -> Iterator[bytes]:
        room = self.after - way.count
        if way.toward != self.toward or len(data) <= room:
            yield data
            return
        if room:
            yield data[:room]
        way.proxy.strike(self)
        raise CutError


@dataclass(frozen=True, kw_only=True)
class CutAnswer(Reset):
    """The request arrives whole and is obeyed; its answer is lost with the connection."""

    toward: str = CLIENT


@dataclass(frozen=True, kw_only=True)
class Flip(Fault):
    """One bit of the byte `at` is turned, counted in one direction of one connection."""

    at: int
    toward: str = SERVER

    def passed(self, way: Way, data: bytes) -> Iterator[bytes]:
        place = self.at - way.count
        if way.toward != self.toward or not 0 <= place < len(data):
            yield data
            return
        way.proxy.strike(self)
        yield data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


class Link:
    """A client's connection and ours to the server."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.ends = (client, server)
        self.armed: Fault | None = None
        self._spoken = False
        self._tail = b""
        self._ways = threading.Semaphore(1)  # the first direction that ends takes it, the second closes

    def hear(self, fault: Fault, data: bytes) -> None:
        """Take notice of a piece of a request: it may be the one that the fault waits for."""
        self._spoken = True
        heard = self._tail + data
        if fault.when in heard:
            self.armed = fault
        self._tail = heard[-len(fault.when) :] if fault.when else b""

    def leave(self) -> None:
        """One direction is at its end; close what both have left."""
        if not self._ways.acquire(blocking=False):
            self.close()

    def close(self) -> None:
        """Close both connections."""
        for end in self.ends:
            end.close()

    @property
    def closed(self) -> bool:
        """Whether nothing passes here any more."""
        return all(end.fileno() == -1 for end in self.ends)

    def reset(self) -> None:
        """Drop the client at once, without a farewell, and then the server, which gets what it was sent.

        A client that has not spoken yet gets the plain end: Python's `ssl` leaves a socket open that was reset
        between its connection and its wrapping, and the warning of that would fail whatever test runs by then.
        """
        client, server = self.ends
        with suppress(OSError):
            if self._spoken:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.shutdown(socket.SHUT_RD)  # wakes the thread that reads from it
        client.close()
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()


class Way:
    """One direction of a link."""

    def __init__(self, proxy: Proxy, link: Link, toward: str) -> None:
        self.proxy, self.link, self.toward = proxy, link, toward
        self.count = 0
        self._under: Fault | None = None

    def pump(self) -> None:
        """Carry bytes until one side ends."""
        client, server = self.link.ends
        source, target = (client, server) if self.toward == SERVER else (server, client)
        try:
            while data := source.recv(BLOCK):
                for piece in self._through(data):
                    target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
        except (CutError, OSError):
            self.link.reset()
        finally:
            self.link.leave()

    def _through(self, data: bytes) -> Iterator[bytes]:
        fault = self.proxy.fault
        if self.toward == SERVER:
            self.link.hear(fault, data)
        if fault.when and self.link.armed is not fault:
            yield data
            return
        if self._under is not fault:
            self._under, self.count = fault, 0
        yield from fault.passed(self, data)
        self.count += len(data)


class Proxy:
    """Listens on a port of its own and carries everything to `target`: (host, port), or the path of a socket.

    As a context manager it is up within the block. `host` and `port` stay the same through all faults.
    """

    host = "127.0.0.1"

    def __init__(self, target: tuple[str, int] | str) -> None:
        self.target = target
        self.fault: Fault = Fault()
        self.strikes = 0
        self._links: list[Link] = []
        self._lock = threading.Lock()
        self._holder = self._bound(0)  # keeps the port ours while nobody listens
        self.port: int = self._holder.getsockname()[1]
        self._listener: socket.socket | None = None

    def __enter__(self) -> Self:
        self._listen()
        return self

    def __exit__(self, *_: object) -> None:
        self.set(Refuse())
        self._holder.close()

    def set(self, fault: Fault) -> None:
        """Let `fault` take hold, on connections that are open too; `strikes` counts from here."""
        with self._lock:
            self.fault, self.strikes = fault, 0
        if isinstance(fault, Refuse):
            self._deafen()
        elif self._listener is None:
            self._listen()

    def heal(self) -> None:
        """Carry everything again; `strikes` stays to be read."""
        strikes = self.strikes
        self.set(Fault())
        self.strikes = strikes

    def strike(self, fault: Fault) -> None:
        """Count a stroke of `fault`, and be whole again after its last."""
        with self._lock:
            if self.fault is not fault:
                return
            self.strikes += 1
            if self.strikes == fault.times:
                self.fault = Fault()

    def _bound(self, port: int) -> socket.socket:
        bound = socket.socket()
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.bind((self.host, port))
        return bound

    def _listen(self) -> None:
        self._listener = listener = self._bound(self.port)
        listener.listen(128)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _deafen(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for connections
            listener.close()
        with self._lock:
            links, self._links = self._links, []
        for link in links:
            link.reset()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                link = Link(client, self._connect())
            except OSError:
                Link(client, client).reset()
                continue
            with self._lock:
                self._links = [*(each for each in self._links if not each.closed), link]
            if self._listener is not listener:  # it was deafened in this moment
                link.reset()
            for toward in (SERVER, CLIENT):
                threading.Thread(target=Way(self, link, toward).pump, daemon=True).start()

    def _connect(self) -> socket.socket:
        if isinstance(self.target, str):
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.target)
            return server
        return socket.create_connection(self.target, timeout=None)
