from __future__ import annotations

import hashlib
import http.client
import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
import waitress
from flask import Flask, Response, request
from hypothesis import given
from hypothesis import strategies as st

from dms.web.serve import PortInUseError, run
from dms.web.spool import SealedFile, seal_waitress

MARK = b"PLAIN-TEXT-OF-A-PAPER " * 64


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("append"), st.binary(max_size=100)),
            st.tuples(st.just("seek"), st.integers(0, 300)),
            st.tuples(st.just("read"), st.integers(-1, 100)),
        ),
        max_size=30,
    )
)
def test_a_sealed_file_behaves_like_any_file_that_grows(steps: list[tuple[str, int | bytes]]) -> None:
    plain = BytesIO()
    with SealedFile() as sealed:
        for verb, value in steps:
            for file in (plain, sealed):
                if verb == "append":
                    file.seek(0, 2)
                    file.write(value)  # type: ignore[arg-type]
                elif verb == "seek":
                    file.seek(min(int(value), len(plain.getvalue())))  # type: ignore[arg-type]
            if verb == "read":
                assert sealed.read(int(value)) == plain.read(int(value))  # type: ignore[call-overload]
            assert sealed.tell() == plain.tell()
        sealed.seek(0)
        assert sealed.read() == plain.getvalue()


def plain_files() -> list[str]:
    """Open files of this process that show the mark; only unlinked temporary files are looked at."""
    found = []
    for link in Path("/proc/self/fd").iterdir():
        try:
            name = str(link.readlink())
            if "(deleted)" in name and MARK[:40] in link.read_bytes():
                found.append(name)
        except OSError:
            continue
    return found


@pytest.fixture
def server() -> Iterator[int]:
    app = Flask(__name__)

    @app.put("/echo")
    def echo() -> dict[str, object]:
        plain = plain_files()
        return {"sha256": hashlib.sha256(request.stream.read()).hexdigest(), "plain": plain}

    @app.get("/long")
    def long() -> Response:
        return Response(MARK * 4000)

    seal_waitress()
    running = waitress.create_server(app, host="127.0.0.1", port=0, threads=2)
    thread = threading.Thread(target=running.run)
    thread.start()
    yield int(running.effective_port)
    running.close()
    running.task_dispatcher.shutdown(timeout=1)
    thread.join(5)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="looks into /proc")
def test_a_long_body_is_never_plain_on_a_disk(server: int) -> None:
    body = MARK * 3000
    connection = http.client.HTTPConnection("127.0.0.1", server)
    connection.request("PUT", "/echo", body)
    answer = connection.getresponse().read().decode()
    assert hashlib.sha256(body).hexdigest() in answer
    assert '"plain":[]' in answer.replace(" ", "")
    connection.request("GET", "/long")
    response = connection.getresponse()
    assert response.read(len(MARK)) == MARK
    assert plain_files() == []
    assert response.read() == MARK * 3999
    connection.close()


def test_a_port_in_use_is_said_in_words(server: int) -> None:
    with pytest.raises(PortInUseError, match=str(server)):
        run(Flask(__name__), "127.0.0.1", server)
