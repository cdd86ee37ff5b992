"""What servers and gateways may answer, and what it is called here; each answer comes over a real connection."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest
from urllib3.exceptions import NameResolutionError

from storage.objects import (
    ObjectExistsError,
    ObjectNotFoundError,
    StorageError,
    StorageFullError,
    StoreForbiddenError,
)
from storage.s3 import bucket as s3_bucket
from storage.s3.bucket import Bucket
from storage.s3.errors import (
    BucketMissingError,
    HostUnknownError,
    NotS3Error,
    PassingError,
    StoreClockError,
    StoreCredentialsError,
    StoreRegionError,
    StoreTlsError,
    explained,
)
from storage.s3.location import parse

Answer = tuple[int, str, str]  # status, kind of content, body
XML, HTML = "application/xml", "text/html"


def error(code: str) -> str:
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>as it says</Message></Error>"


class Server(http.server.ThreadingHTTPServer):
    """Answers as it is told, one answer after the other, the last one again and again."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.asked = 0
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked += 1
        status, kind, body = self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as opened:
        thread = threading.Thread(target=opened.serve_forever, args=(0.02,))
        thread.start()
        yield opened
        opened.shutdown()
        thread.join()


@pytest.fixture
def bucket(server: Server, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    monkeypatch.setattr(s3_bucket, "PAUSES", (0.0, 0.0, 0.0))
    return Bucket(parse(f"s3://key:top-secret@127.0.0.1:{server.server_port}/bucket?tls=no"))


@pytest.mark.parametrize(
    ("answer", "kind", "tries"),
    [
        ((404, XML, error("NoSuchKey")), ObjectNotFoundError, 1),
        ((404, XML, error("NoSuchBucket")), BucketMissingError, 1),
        ((412, XML, error("PreconditionFailed")), ObjectExistsError, 1),
        ((403, XML, error("AccessDenied")), StoreForbiddenError, 1),
        ((403, XML, error("InvalidAccessKeyId")), StoreCredentialsError, 1),
        ((403, XML, error("SignatureDoesNotMatch")), StoreCredentialsError, 1),
        ((403, XML, error("RequestTimeTooSkewed")), StoreClockError, 1),
        ((400, XML, error("AuthorizationHeaderMalformed")), StoreRegionError, 1),
        ((301, XML, error("PermanentRedirect")), StoreRegionError, 1),
        ((507, XML, error("XMinioStorageFull")), StorageFullError, 1),
        ((400, XML, error("XMinioAdminBucketQuotaExceeded")), StorageFullError, 1),
        ((400, XML, error("SomethingNew")), StorageError, 1),
        ((404, HTML, "<html>nothing here</html>"), NotS3Error, 1),
        ((400, "text/plain", "Client sent an HTTP request to an HTTPS server."), StoreTlsError, 1),
        ((503, XML, error("SlowDown")), PassingError, 4),
        ((500, XML, error("InternalError")), PassingError, 4),
        ((409, XML, error("ConditionalRequestConflict")), PassingError, 4),
        ((400, XML, error("BadDigest")), PassingError, 4),
        ((502, HTML, "<html>bad gateway</html>"), PassingError, 4),
        ((200, XML, error("InternalError")), PassingError, 4),
        ((403, XML, "<Error><Code>cut o"), PassingError, 4),
    ],
)
def test_an_answer_and_its_meaning(
    bucket: Bucket, server: Server, answer: Answer, kind: type[StorageError], tries: int
) -> None:
    server.answers = [answer]
    with pytest.raises(kind) as caught:
        bucket.request("Writing", "PUT", "obj/aa/x", body=b"x")
    assert type(caught.value) is kind
    assert server.asked == tries
    assert str(caught.value).startswith("Writing in the store s3://127.0.0.1")
    assert "top-secret" not in str(caught.value)


def test_a_host_that_nobody_knows() -> None:
    fault = NameResolutionError("s3.exampel", None, OSError("not known"))  # type: ignore[arg-type]
    meant = explained(fault, "Writing", "s3://s3.exampel/bucket")
    assert isinstance(meant, HostUnknownError)
    assert "correct store_url" in str(meant)


def test_a_passing_fault_is_not_noticed(bucket: Bucket, server: Server) -> None:
    server.answers = [(503, XML, error("SlowDown")), (502, HTML, "gateway"), (200, XML, "")]
    assert bucket.request("Writing", "PUT", "obj/aa/x", body=b"x").status == 200
    assert server.asked == 3
