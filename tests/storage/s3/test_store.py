"""What a bucket has beside the contract of all stores: roles, versions, unfinished uploads, a probe."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from minio.commonconfig import ENABLED
from minio.versioningconfig import VersioningConfig

from storage.objects import ObjectExistsError, ObjectNotFoundError, Powers, StoreForbiddenError
from storage.owned import MARK, OverwritingStoreError, OwnedStore
from storage.s3 import store as s3_store
from storage.s3.location import parse
from storage.s3.multipart import Multipart, unfinished
from storage.s3.store import S3Store
from tests.storage.s3.conftest import SMALLEST_PART, as_role

pytestmark = pytest.mark.service
LARGE = secrets.token_bytes(SMALLEST_PART + 100_000)


def read(store: S3Store, name: str) -> bytes:
    with store.open(name) as stream:
        return stream.read()


def kept(store: S3Store) -> list[str]:
    """Return every key in the bucket below the store's prefix, whatever it is, with its versions."""
    client, bucket = store._bucket.client, store._bucket.name
    return [
        f"{each.object_name} {each.version_id}"
        for each in client.list_objects(bucket, store._prefix, recursive=True, include_version=True)
    ]


def pending(store: S3Store) -> list[str]:
    """Return the keys of unfinished uploads below the store's prefix."""
    keys = [each.object_name or "" for each in unfinished(store._bucket)]
    return [key for key in keys if key.startswith(store._prefix)]


@pytest.fixture
def admin(url: str) -> S3Store:
    return S3Store(parse(as_role(url, "admin")))


@pytest.fixture
def versioned(admin: S3Store, url: str) -> Iterator[S3Store]:
    """A bucket of its own that keeps versions."""
    name = f"versions-{secrets.token_hex(4)}"
    client = admin._bucket.client
    client.make_bucket(name)
    client.set_bucket_versioning(name, VersioningConfig(ENABLED))
    yield S3Store(parse(urlsplit(as_role(url, "admin"))._replace(path=f"/{name}").geturl()))
    for each in client.list_objects(name, recursive=True, include_version=True):
        client.remove_object(name, each.object_name or "", each.version_id)
    client.remove_bucket(name)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_store, "PART", SMALLEST_PART)


@pytest.mark.usefixtures("small_parts")
def test_a_large_object_goes_in_parts(direct: S3Store, name: str) -> None:
    assert direct.put(name, [LARGE]) == len(LARGE)
    assert direct.size(name) == len(LARGE)
    assert read(direct, name) == LARGE
    with direct.open(name, SMALLEST_PART - 10, 20) as stream:
        assert stream.read() == LARGE[SMALLEST_PART - 10 : SMALLEST_PART + 10]
    with pytest.raises(ObjectExistsError):
        direct.put(name, [LARGE])
    assert pending(direct) == []


@pytest.mark.usefixtures("small_parts")
def test_a_source_that_breaks_in_the_second_part_leaves_nothing(direct: S3Store, name: str) -> None:
    def broken() -> Iterator[bytes]:
        yield LARGE
        raise ConnectionResetError("the sender went away")

    with pytest.raises(ConnectionResetError):
        direct.put(name, broken())
    assert list(direct.names(name)) == []
    assert pending(direct) == []


def test_many_names_are_listed_over_pages(direct: S3Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_store, "PAGE", 3)
    space = "t" + secrets.token_hex(8)
    names = {f"{space}/{number % 3}/{number}" for number in range(9)}
    for each in names:
        direct.put(each, [b"x"])
    assert sorted(direct.names(f"{space}/")) == sorted(names)


def test_what_others_keep_in_the_bucket_is_not_ours(direct: S3Store) -> None:
    direct._bucket.request("Writing", "PUT", f"{direct._prefix}NOT OURS", body=b"x")
    assert [name for name in direct.names() if "OURS" in name] == []


@pytest.mark.usefixtures("small_parts")
def test_deleting_leaves_no_version(versioned: S3Store, name: str) -> None:
    versioned.put(name, [b"first"])
    with pytest.raises(ObjectExistsError):
        versioned.put(name, [b"second"])
    versioned._bucket.client.remove_object(versioned._bucket.name, name)  # somebody else, who knows no better
    with pytest.raises(ObjectNotFoundError):
        versioned.size(name)
    versioned.put(name, [LARGE])
    assert len(kept(versioned)) == 3
    versioned.delete(name)
    versioned.delete(name)
    assert kept(versioned) == []


@pytest.mark.parametrize(
    ("role", "powers"), [("writer", Powers(deletes=False)), ("keeper", Powers(deletes=True))], ids=["writer", "keeper"]
)
def test_a_probe_says_what_the_keys_may_and_leaves_nothing(url: str, role: str, powers: Powers) -> None:
    assert S3Store(parse(as_role(url, role))).probe() == powers
    keeper = S3Store(parse(as_role(url, "keeper")))
    assert kept(keeper) == []
    assert pending(keeper) == []


def test_a_probe_of_a_bucket_with_versions(versioned: S3Store) -> None:
    assert versioned.probe() == Powers(deletes=True, keeps_versions=True)
    assert kept(versioned) == []


def test_a_reader_reads_and_nothing_else(url: str, direct: S3Store, name: str) -> None:
    reader = S3Store(parse(as_role(url, "reader")))
    direct.put(name, [b"x"])
    assert (read(reader, name), reader.size(name), list(reader.names(name))) == (b"x", 1, [name])
    acts = (lambda: reader.put(f"{name}-2", [b"y"]), lambda: reader.delete(name), reader.probe)
    for act in acts:
        with pytest.raises(StoreForbiddenError, match="policy"):
            act()
    assert read(direct, name) == b"x"


@pytest.mark.usefixtures("small_parts")
def test_a_writer_deletes_nothing(url: str, direct: S3Store, name: str) -> None:
    writer = S3Store(parse(as_role(url, "writer")))
    writer.put(name, [LARGE])
    with pytest.raises(StoreForbiddenError):
        writer.delete(name)
    assert writer.size(name) == len(LARGE)
    direct.delete(name)
    assert list(writer.names(name)) == []


def test_old_unfinished_uploads_are_given_up_and_no_others(
    url: str, direct: S3Store, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Multipart(direct._bucket, f"{direct._prefix}{name}", {}) as upload:
        upload.add(b"x")
        upload.wait()
        assert direct.tidy() == 0
        monkeypatch.setattr(s3_store, "STALE_AFTER", timedelta(seconds=-60))
        elsewhere = S3Store(parse(url.replace("?", "/elsewhere?")))
        assert elsewhere.tidy() == 0
        assert direct.tidy() == 1
        assert pending(direct) == []


def test_the_mark_of_an_archive(url: str, name: str) -> None:
    owned = OwnedStore(S3Store(parse(url)), "01ours")
    owned.mark()
    owned.mark()
    assert owned.put(name, [b"x"]) == 1
    assert list(owned.names()) == [name]
    assert owned.tidy() == 0


def test_a_store_that_overwrites_is_found_out(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_store, "CREATE_ONLY", {})  # what a server sees that does not know the condition
    store = S3Store(parse(url))
    OwnedStore(store, "01ours").mark()
    with pytest.raises(OverwritingStoreError, match="conditional"):
        OwnedStore(store, "01ours").mark()
    assert read(store, MARK) == b"01ours"
