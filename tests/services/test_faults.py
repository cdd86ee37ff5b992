"""Each fault of the proxy does what it says, to new connections and to open ones, and only as often as it was told."""

from __future__ import annotations

import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.services.faults import CLIENT, CutAnswer, Fault, Flip, Hang, Proxy, Refuse, Reset, Slow

# which of them depends on whether one was connecting, sending or receiving
CUT = (ConnectionResetError, BrokenPipeError)


class Echo(socketserver.ThreadingTCPServer):
    """Answers every line with itself and remembers it."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        super().__init__(("127.0.0.1", 0), Lines)


class Lines(socketserver.StreamRequestHandler):
    server: Echo

    def handle(self) -> None:
        for line in self.rfile:
            self.server.lines.append(line)
            self.wfile.write(line)


@pytest.fixture
def echo() -> Iterator[Echo]:
    with Echo() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def proxy(echo: Echo) -> Iterator[Proxy]:
    host, port = echo.server_address[:2]
    with Proxy((str(host), port)) as opened:
        yield opened


def connect(proxy: Proxy, timeout: float = 5) -> socket.socket:
    return socket.create_connection((proxy.host, proxy.port), timeout=timeout)


def say(connection: socket.socket, line: bytes) -> bytes:
    """Send a line; return what comes back, short at the end of the connection."""
    connection.sendall(line)
    heard = b""
    while len(heard) < len(line) and (piece := connection.recv(len(line) - len(heard))):
        heard += piece
    return heard


def eventually(echo: Echo, lines: list[bytes]) -> None:
    until = time.monotonic() + 5
    while echo.lines != lines and time.monotonic() < until:
        time.sleep(0.01)
    assert echo.lines == lines


def test_a_whole_proxy_carries_everything(proxy: Proxy) -> None:
    line = bytes(range(11, 256)) * 4000 + b"\n"
    with connect(proxy) as one, connect(proxy) as other, one.makefile("rb") as reader:
        other.sendall(b"x\n")
        sender = threading.Thread(target=one.sendall, args=(line,))
        sender.start()
        assert reader.read(len(line)) == line
        sender.join()
        other.shutdown(socket.SHUT_WR)
        with other.makefile("rb") as reader:
            assert reader.read() == b"x\n"


def test_refused_then_back_on_the_same_port(proxy: Proxy) -> None:
    with connect(proxy) as open_one:
        assert say(open_one, b"a\n") == b"a\n"
        proxy.set(Refuse())
        with pytest.raises(ConnectionRefusedError):
            connect(proxy)
        with pytest.raises(CUT):
            say(open_one, b"b\n")
    proxy.heal()
    with connect(proxy) as again:
        assert say(again, b"c\n") == b"c\n"


def test_silence_and_late_arrival(proxy: Proxy, echo: Echo) -> None:
    with connect(proxy) as open_one:
        say(open_one, b"a\n")
        proxy.set(Hang())
        with connect(proxy, 0.2) as new_one, pytest.raises(TimeoutError):
            say(new_one, b"b\n")
        open_one.settimeout(0.2)
        with pytest.raises(TimeoutError):
            say(open_one, b"c\n")
        assert echo.lines == [b"a\n"]
        proxy.heal()
        open_one.settimeout(5)
        assert open_one.recv(2) == b"c\n"
    until = time.monotonic() + 5
    while b"b\n" not in echo.lines and time.monotonic() < until:
        time.sleep(0.01)
    assert sorted(echo.lines) == [b"a\n", b"b\n", b"c\n"]


@pytest.mark.parametrize("after", [0, 1, 700])
def test_reset_after_so_many_bytes_of_the_request(proxy: Proxy, echo: Echo, after: int) -> None:
    proxy.set(Reset(after=after))
    with pytest.raises(CUT), connect(proxy) as connection:
        say(connection, b"x" * 1000 + b"\n")
    assert proxy.strikes == 1
    eventually(echo, [b"x" * after] if after else [])


def test_what_is_smaller_passes_whole(proxy: Proxy) -> None:
    proxy.set(Reset(after=700))
    with connect(proxy) as connection:
        assert say(connection, b"small\n") == b"small\n"
    assert proxy.strikes == 0


def test_reset_after_so_many_bytes_of_the_answer(proxy: Proxy, echo: Echo) -> None:
    proxy.set(Reset(after=3, toward=CLIENT))
    with connect(proxy) as connection:
        connection.sendall(b"12345\n")
        with pytest.raises(CUT):
            assert len(b"".join(iter(lambda: connection.recv(100), b""))) < 4
    eventually(echo, [b"12345\n"])


def test_an_answer_is_cut_after_the_server_did_it(proxy: Proxy, echo: Echo) -> None:
    proxy.set(CutAnswer(when=b"second", times=1))
    with connect(proxy) as connection:
        assert say(connection, b"first\n") == b"first\n"
        with pytest.raises(CUT):
            say(connection, b"second\n")
    assert echo.lines == [b"first\n", b"second\n"]
    with connect(proxy) as again:
        assert say(again, b"second\n") == b"second\n"
    assert proxy.strikes == 1


def test_what_it_waits_for_may_come_in_two_pieces(proxy: Proxy, echo: Echo) -> None:
    proxy.set(CutAnswer(when=b"second"))
    with connect(proxy) as connection:
        connection.sendall(b"sec")
        time.sleep(0.1)
        with pytest.raises(CUT):
            say(connection, b"ond\n")
    assert echo.lines == [b"second\n"]


def test_slow(proxy: Proxy) -> None:
    proxy.set(Slow(rate=10_000))
    with connect(proxy) as connection:
        begun = time.monotonic()
        assert say(connection, b"x" * 2999 + b"\n") == b"x" * 2999 + b"\n"
        assert time.monotonic() - begun > 0.25  # it was slowed; how fast it is otherwise is no matter


@pytest.mark.parametrize(("toward", "sent"), [("server", b"abbde\n"), (CLIENT, b"abcde\n")])
def test_a_turned_bit(proxy: Proxy, echo: Echo, toward: str, sent: bytes) -> None:
    proxy.set(Flip(at=2, toward=toward))
    with connect(proxy) as connection:
        assert say(connection, b"abcde\n") == b"abbde\n"
        assert say(connection, b"again\n") == b"again\n"
    assert echo.lines == [sent, b"again\n"]
    assert proxy.strikes == 1


def test_a_server_that_is_gone_gives_no_answer(proxy: Proxy) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        proxy.target = nobody.getsockname()
        answer = b""
        # the end comes as soon as the proxy has seen that nobody is there: while connecting, sending or receiving
        with suppress(*CUT), connect(proxy) as connection:
            answer = say(connection, b"x\n" * 2)
    assert answer == b""
    assert proxy.fault == Fault()


def test_a_socket_with_a_path(echo: Echo, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = str(tmp_path_factory.mktemp("s") / "s")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        with Proxy(path) as proxy, connect(proxy) as connection:
            connection.sendall(b"x")
            accepted, _ = server.accept()
            with accepted:
                assert accepted.recv(1) == b"x"


def test_nothing_listens_when_it_is_over(echo: Echo) -> None:
    host, port = echo.server_address[:2]
    with Proxy((str(host), port)) as proxy:
        pass
    with pytest.raises(ConnectionRefusedError):
        connect(proxy)
