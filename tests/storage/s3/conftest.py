"""A bucket of the running S3 server, directly and through a proxy that can be spoiled."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from storage.s3 import bucket, silence
from storage.s3 import store as s3_store
from storage.s3.location import parse
from storage.s3.store import S3Store
from tests.services.faults import Proxy

SMALLEST_PART = 5 << 20


@pytest.fixture
def url(s3_url: str) -> str:
    """Return the URL of the bucket, with a prefix that is this test's own."""
    parts = urlsplit(s3_url)
    return parts._replace(path=f"{parts.path}/{secrets.token_hex(4)}").geturl()


def as_role(url: str, role: str) -> str:
    """Return the URL with the keys of another role."""
    parts = urlsplit(url)
    return parts._replace(netloc=f"{role}:{role}-secret@{parts.netloc.rpartition('@')[2]}").geturl()


@pytest.fixture
def direct(url: str) -> S3Store:
    return S3Store(parse(url))


@pytest.fixture
def proxy(url: str) -> Iterator[Proxy]:
    parts = urlsplit(url)
    with Proxy((str(parts.hostname), parts.port or 0)) as opened:
        yield opened


@pytest.fixture
def store(url: str, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> S3Store:
    """Return the store behind the proxy, which waits shorter than in earnest and sends the smallest parts allowed."""
    monkeypatch.setattr(bucket, "ANSWER", 5.0)
    monkeypatch.setattr(bucket, "PAUSES", (0.1, 0.1, 0.3))
    monkeypatch.setattr(s3_store, "PART", SMALLEST_PART)
    return behind(url, proxy)


@pytest.fixture
def impatient(store: S3Store, url: str, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> S3Store:
    """Return a store behind the proxy that hardly waits for answers."""
    monkeypatch.setattr(bucket, "ANSWER", 0.5)
    monkeypatch.setattr(silence, "PATIENCE", 0.1)
    return behind(url, proxy)


def behind(url: str, proxy: Proxy) -> S3Store:
    """Return the store of a URL, through a proxy."""
    parts = urlsplit(url)
    keys = parts.netloc.rpartition("@")[0]
    return S3Store(parse(parts._replace(netloc=f"{keys}@{proxy.host}:{proxy.port}").geturl()))


@pytest.fixture
def name() -> str:
    return f"obj/{secrets.token_hex(1)}/{secrets.token_hex(16)}"
