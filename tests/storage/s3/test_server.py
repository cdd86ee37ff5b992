"""A server that is killed in the middle of puts, and one without room: what was acknowledged is there, whole."""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
import time
from collections.abc import Iterator

import pytest

from storage.objects import ObjectExistsError, StorageError, StorageFullError, StorageUnavailableError
from storage.s3 import bucket
from storage.s3 import store as s3_store
from storage.s3.location import parse
from storage.s3.store import S3Store
from tests.services import seaweedfs
from tests.services.absent import absent
from tests.services.certificates import Authority
from tests.services.minio import MinIO
from tests.services.ports import free_ports
from tests.services.s3 import Server
from tests.services.seaweedfs import SeaweedFS
from tests.storage.s3.conftest import SMALLEST_PART

KIND = MinIO if os.environ.get("GUIDANG_TEST_S3_SERVER") == "minio" else SeaweedFS
pytestmark = pytest.mark.service
HEALTHY = 60.0  # seconds


class Writer(threading.Thread):
    """Puts one object after the other until it is stopped, and remembers what it was told."""

    def __init__(self, store: S3Store, size: int) -> None:
        super().__init__()
        self._store, self._size = store, size
        self.kept: dict[str, str] = {}  # name → SHA-256 of what was acknowledged
        self.open: dict[str, str] = {}  # of what was not
        self.stopped = threading.Event()

    def run(self) -> None:
        while not self.stopped.is_set():
            body = secrets.token_bytes(self._size)
            name, digest = f"obj/{secrets.token_hex(1)}/{secrets.token_hex(16)}", hashlib.sha256(body).hexdigest()
            try:
                self._store.put(name, [body])
                self.kept[name] = digest
            except StorageUnavailableError:
                self.open[name] = digest


def digest_of(store: S3Store, name: str) -> str:
    with store.open(name) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]  # it reads


@pytest.fixture
def server() -> Iterator[Server]:
    if KIND is SeaweedFS and seaweedfs.program() is None:
        absent(seaweedfs.ABSENT)
    with KIND() as started:
        yield started


def test_a_server_killed_in_mid_put_loses_and_halves_nothing(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_store, "PART", SMALLEST_PART)
    monkeypatch.setattr(bucket, "PAUSES", (0.1,))
    store = S3Store(parse(server.url()))
    writers = [Writer(store, size) for size in (20_000, 20_000, SMALLEST_PART + 1)]
    for writer in writers:
        writer.start()
    for _ in range(2):
        until = time.monotonic() + HEALTHY
        seen = [len(writer.kept) for writer in writers]
        while any(len(writer.kept) == before for writer, before in zip(writers, seen, strict=True)):
            assert time.monotonic() < until  # all of them got through again
            time.sleep(0.05)
        server.kill()
        time.sleep(0.5)
        server.start()
    for writer in writers:
        writer.stopped.set()
    for writer in writers:
        writer.join()
    kept = {name: digest for writer in writers for name, digest in writer.kept.items()}
    unsure = {name: digest for writer in writers for name, digest in writer.open.items()}
    assert unsure
    names = list(store.names("obj/"))
    assert len(names) == len(set(names))
    assert kept.keys() <= set(names) <= kept.keys() | unsure.keys()
    for name in names:
        assert digest_of(store, name) == (kept | unsure)[name]


@pytest.fixture(scope="module")
def little(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SeaweedFS, str]]:
    """A server with little room, and its URL over TLS with a certificate of the house's own authority."""
    if seaweedfs.program() is None:
        absent(seaweedfs.ABSENT)
    authority = Authority(tmp_path_factory.mktemp("tls"))
    certificate, key = authority.server("s3")
    (port,) = free_ports(1)
    options = (
        "-volume.max=8", "-master.volumeSizeLimitMB=1", f"-s3.port.https={port}", f"-s3.cert.file={certificate}",
        f"-s3.key.file={key}",
    )  # fmt: skip
    with SeaweedFS("guidang", *options) as server:
        yield server, server.url(port=port).replace("tls=no", f"ca={authority.path}")


def test_over_tls_with_an_authority_of_the_house(
    little: tuple[SeaweedFS, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_store, "PART", SMALLEST_PART)
    store = S3Store(parse(little[1]))
    for name, body in (("obj/aa/one", b"x"), ("obj/aa/two", secrets.token_bytes(SMALLEST_PART + 1))):
        assert store.put(name, [body]) == len(body)
        assert digest_of(store, name) == hashlib.sha256(body).hexdigest()
        with pytest.raises(ObjectExistsError):
            store.put(name, [body])
        store.delete(name)
    assert list(store.names()) == []


def fill(store: S3Store, body: bytes, names: list[str]) -> None:
    """Put bodies under new names, which are added to `names`, until one is refused."""
    while len(names) < 40:
        names.append(f"obj/aa/{secrets.token_hex(8)}")
        store.put(names[-1], [body])


def test_a_server_without_room_refuses_and_loses_nothing(
    little: tuple[SeaweedFS, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "PAUSES", (0.1,))
    store = S3Store(parse(little[0].url()))
    body, names = secrets.token_bytes(3 << 20), list[str]()
    with pytest.raises((StorageFullError, StorageUnavailableError)):
        fill(store, body, names)
    with pytest.raises(StorageError):
        store.probe()
    assert sorted(store.names()) == sorted(names[:-1])
    for name in names[:-1]:
        assert digest_of(store, name) == hashlib.sha256(body).hexdigest()
