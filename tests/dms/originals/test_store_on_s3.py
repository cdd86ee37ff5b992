"""What is wrong with an S3 store is said at start and by the doctor, with a code, and nothing is half-begun."""

from __future__ import annotations

import datetime as dt
import http.server
import secrets
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import minio.time
import pytest

from config.settings import Settings
from dms.bootstrap import open_archive, start_archive
from dms.kernel.outages import StoreRefusesError
from dms.operations.backends import check_store
from dms.operations.findings import Finding, State
from dms.originals.store import StoreForeignError
from storage.open import open_store
from tests.services.certificates import Authority
from tests.services.faults import Proxy

pytestmark = pytest.mark.service


def at(url: str, *, keys: str = "", address: str = "", path: str = "", query: str = "") -> str:
    """Return a store URL with some of its parts replaced."""
    parts = urlsplit(url)
    own_keys, _, own_address = parts.netloc.rpartition("@")
    return parts._replace(
        netloc=f"{keys or own_keys}@{address or own_address}", path=path or parts.path, query=query or parts.query
    ).geturl()


@pytest.fixture
def url(s3_url: str) -> str:
    return at(s3_url, path=f"{urlsplit(s3_url).path}/{secrets.token_hex(6)}")


@pytest.fixture
def make(tmp_path: Path) -> Callable[[str], Settings]:
    def settings(store_url: str) -> Settings:
        keys = f"keyfile://{tmp_path / 'keys' / 'keys'}"
        return Settings(data=tmp_path / "data", keys_url=keys, workers=1, store_url=store_url)

    return settings


@pytest.fixture
def settings(make: Callable[[str], Settings], url: str) -> Settings:
    """Settings of an archive that was begun on S3."""
    made = make(url)
    start_archive(made)
    return made


def doctor(settings: Settings) -> Finding:
    return next(check_store(settings))


def refused(settings: Settings, code: str, *words: str) -> None:
    """Both the doctor and the start say it, and neither shows the secret."""
    finding = doctor(settings)
    assert finding.state is State.FAILED
    assert f"[{code}]" in finding.text
    with pytest.raises(StoreRefusesError) as caught, open_archive(settings):
        raise AssertionError("it was opened")
    assert caught.value.code == code
    for text in (finding.text, str(caught.value)):
        assert "-secret" not in text
        for word in words:
            assert word in text


def keys_in(url: str) -> list[str]:
    return list(open_store(url).names())


def test_a_sound_store_is_good_and_the_doctor_leaves_nothing(settings: Settings, url: str) -> None:
    before = keys_in(url)
    finding = doctor(settings)
    assert (finding.state, "可读可写、是这个档案的" in finding.text) == (State.GOOD, True)
    assert keys_in(url) == before == ["archive/instance"]


def test_the_doctor_looks_before_anything_is_begun(make: Callable[[str], Settings], url: str) -> None:
    finding = doctor(make(url))
    assert (finding.state, "还没有标记" in finding.text) == (State.GOOD, True)
    assert keys_in(url) == []


def test_a_writer_that_may_not_delete_is_told_so(settings: Settings, url: str) -> None:
    finding = doctor(settings.model_copy(update={"store_url": at(url, keys="writer:writer-secret")}))
    assert (finding.state, "不能删除" in finding.text) == (State.GOOD, True)


def test_keys_that_are_wrong(settings: Settings, url: str) -> None:
    for keys in ("keeper:wrong-secret", "nobody:wrong-secret"):
        refused(settings.model_copy(update={"store_url": at(url, keys=keys)}), "store_credentials", "store_url")


def test_a_bucket_that_is_not_there(settings: Settings, url: str) -> None:
    other = at(url, keys="admin:admin-secret", path="/no-such-bucket")
    refused(settings.model_copy(update={"store_url": other}), "store_bucket_missing", "桶")
    other = at(url, path="/no-such-bucket")  # keys that may see one bucket only are told no more than this
    refused(settings.model_copy(update={"store_url": other}), "store_forbidden", "权限")


def test_a_bucket_that_can_only_be_read_still_opens(
    settings: Settings, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    reader = settings.model_copy(update={"store_url": at(url, keys="reader:reader-secret")})
    finding = doctor(reader)
    assert finding.state is State.FAILED
    assert "[store_forbidden]" in finding.text
    with open_archive(reader) as archive:
        assert list(archive.vault.store.names()) == []
    assert "can only be read from" in caplog.text


def test_nothing_is_begun_in_a_bucket_that_can_only_be_read(make: Callable[[str], Settings], url: str) -> None:
    with pytest.raises(StoreRefusesError, match="只读") as caught:
        start_archive(make(at(url, keys="reader:reader-secret")))
    assert caught.value.code == "store_forbidden"
    start_archive(make(url))  # mended, the same start goes through


def test_a_clock_that_is_wrong(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    real = minio.time.utcnow
    monkeypatch.setattr(minio.time, "utcnow", lambda: real() - dt.timedelta(hours=1))
    refused(settings, "store_clock", "时钟", "GMT")


@pytest.fixture
def other_program() -> Iterator[str]:
    """A web server that is no S3 server."""

    class Quiet(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(404)

        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,)).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


def test_an_address_of_something_else(settings: Settings, url: str, other_program: str) -> None:
    refused(settings.model_copy(update={"store_url": at(url, address=other_program)}), "store_not_s3", "store_url")


def test_a_url_that_cannot_be_read(settings: Settings, url: str) -> None:
    refused(settings.model_copy(update={"store_url": at(url, query="tsl=no")}), "store_url", "tsl")


def test_tls_on_one_side_only(settings: Settings, url: str) -> None:
    refused(settings.model_copy(update={"store_url": at(url, query="tls=yes")}), "store_tls", "tls=")


@pytest.mark.parametrize(
    ("served", "reason"),
    [
        ({"begin": dt.datetime(2020, 1, 1, tzinfo=dt.UTC), "end": dt.datetime(2021, 1, 1, tzinfo=dt.UTC)}, "expired"),
        ({"address": "127.0.0.2"}, "mismatch"),
        ({}, "issuer"),
    ],
    ids=["expired", "another name", "unknown authority"],
)
def test_a_certificate_that_cannot_be_trusted(
    settings: Settings, url: str, tmp_path: Path, served: dict[str, object], reason: str
) -> None:
    authority = Authority(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.server("s3", **served))  # type: ignore[arg-type]
    trusted = f"ca={authority.path}" if served else "tls=yes"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_greet, args=(listener, context), daemon=True).start()
        there = at(url, address=f"127.0.0.1:{listener.getsockname()[1]}", query=trusted)
        refused(settings.model_copy(update={"store_url": there}), "store_certificate", reason)


def _greet(listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            connection, _ = listener.accept()
            with context.wrap_socket(connection, server_side=True):
                pass
        except ssl.SSLError:
            continue
        except OSError:
            return


def test_a_server_that_is_down_delays_nothing_but_what_needs_it(
    settings: Settings, url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.s3.bucket.PAUSES", (0.05,))
    with Proxy(("127.0.0.1", 1)) as nobody:
        down = settings.model_copy(update={"store_url": at(url, address=f"127.0.0.1:{nobody.port}")})
        finding = doctor(down)
        assert (finding.state, "[store_no_answer]" in finding.text) == (State.FAILED, True)
        with open_archive(down) as archive, archive.db.read() as session:
            assert session.is_active
    assert "does not answer" in caplog.text


def test_the_bucket_of_another_archive(settings: Settings, tmp_path: Path, url: str) -> None:
    other = Settings(
        data=tmp_path / "other", keys_url=f"keyfile://{tmp_path / 'keys' / 'other'}", workers=1, store_url=url
    )
    with pytest.raises(StoreForeignError, match="属于另一个档案"):
        start_archive(other)
    assert keys_in(url) == ["archive/instance"]
