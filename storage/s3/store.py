"""The object store in a bucket: created whole or not at all, never overwritten, deleted with every version."""

from __future__ import annotations

import io
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http.client import PARTIAL_CONTENT
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, cast

from minio.commonconfig import ENABLED
from minio.versioningconfig import SUSPENDED

from storage.objects import (
    NAME,
    Chunk,
    ObjectExistsError,
    ObjectNotFoundError,
    Powers,
    StoreForbiddenError,
    checked_name,
)
from storage.s3.blocks import blocks
from storage.s3.body import Body
from storage.s3.bucket import Bucket
from storage.s3.errors import BeyondEndError, NotKnownError, NotS3Error, UploadGoneError
from storage.s3.location import Location
from storage.s3.multipart import Multipart, abort, unfinished

if TYPE_CHECKING:
    from minio.datatypes import Object
    from urllib3.response import BaseHTTPResponse

PART = 8 << 20  # bytes; what is not longer goes in one request
PROBE = 65536  # bytes
PAGE = 1000  # names in one answer of a listing
STALE_AFTER = timedelta(hours=48)  # of an upload, longer than any writer's lease
TOKEN = "x-amz-meta-guidang-put"  # noqa: S105  a header's name
CREATE_ONLY = {"If-None-Match": "*"}


class S3Store:
    """Keeps each object under its name behind the location's prefix.

    Each put bears a random token. When the answer to a put was lost and the next try is told that the object exists,
    the token tells our own object from another's, so that trying again can neither fail falsely nor double.
    """

    def __init__(self, location: Location) -> None:
        self._bucket = Bucket(location)
        self._prefix = location.prefix

    def put(self, name: str, chunks: Iterable[Chunk]) -> int:
        """Create the object durably, whole or not at all; return its length."""
        key = self._key(name)
        headers = {TOKEN: secrets.token_hex(16), "Content-Type": "application/octet-stream"}
        parts = blocks(chunks, PART)
        first, last = next(parts)
        if last:
            self._create(key, headers, lambda: self._put_whole(key, headers, first))
            return len(first)
        return self._put_in_parts(key, headers, first, parts)

    def _put_whole(self, key: str, headers: Mapping[str, str], body: bytes) -> None:
        self._bucket.request("Writing", "PUT", key, body=body, headers={**headers, **CREATE_ONLY})

    def _put_in_parts(
        self, key: str, headers: Mapping[str, str], first: bytes, rest: Iterator[tuple[bytes, bool]]
    ) -> int:  # fmt: skip
        with Multipart(self._bucket, key, headers) as upload:
            upload.add(first)
            for part, _ in rest:
                upload.add(part)
            self._create(key, headers, lambda: upload.finish(CREATE_ONLY))
        return upload.length

    def _create(self, key: str, headers: Mapping[str, str], request: Callable[[], None]) -> None:
        """Let `request` make the object appear; it did if the object bears our token. Raises `ObjectExistsError`."""
        try:
            request()
        except (ObjectExistsError, UploadGoneError):
            if self._token(key) != headers[TOKEN]:
                raise

    def _token(self, key: str) -> str | None:
        try:
            return self._head(key).headers.get(TOKEN)
        except ObjectNotFoundError:
            return None

    def open(self, name: str, start: int = 0, length: int | None = None) -> BinaryIO:
        """Return a readable stream of the bytes [start, start+length)."""
        key = self._key(name)
        if length == 0:
            self._head(key)
            return io.BytesIO()
        try:
            first = self._get(key, start, None if length is None else start + length)
        except BeyondEndError:
            return io.BytesIO()
        end = start + int(first.headers["Content-Length"])
        return cast("BinaryIO", io.BufferedReader(Body(first, start, end, lambda at: self._get(key, at, end))))

    def _get(self, key: str, start: int, end: int | None) -> BaseHTTPResponse:
        """Return the answer that brings the bytes [start, end). Raises `BeyondEndError`."""
        if not start and end is None:
            return self._bucket.request("Reading", "GET", key, stream=True)
        headers = {"Range": f"bytes={start}-{'' if end is None else end - 1}"}
        answer = self._bucket.request("Reading", "GET", key, headers=headers, stream=True)
        if answer.status != PARTIAL_CONTENT:
            answer.close()
            raise NotS3Error(f"The store {self._bucket.location} does not answer to ranges: use another server.")
        return answer

    def size(self, name: str) -> int:
        """Return the length in bytes."""
        return int(self._head(self._key(name)).headers["Content-Length"])

    def _head(self, key: str) -> BaseHTTPResponse:
        return self._bucket.request("Looking up", "HEAD", key)

    def delete(self, name: str) -> None:
        """Remove the object with every version that the bucket keeps of it; what is not there is no error."""
        key = self._key(name)
        for version in self._versions(key):
            self._bucket.request("Deleting", "DELETE", key, query={"versionId": version})

    def _versions(self, key: str) -> list[str]:
        """Return the ids of what the bucket keeps under a key, marks of deletion too; "null" where it keeps none."""
        listed = self._bucket.attempt(
            "Deleting",
            lambda: list(
                self._bucket.client.list_objects(self._bucket.name, key, recursive=True, include_version=True)
            ),
        )
        return [each.version_id or "null" for each in listed if each.object_name == key]

    def names(self, prefix: str = "") -> Iterator[str]:
        """Yield every object name that starts with `prefix`, in any order."""
        page = self._page(prefix, None)
        while page:
            for each in page:
                name = (each.object_name or "").removeprefix(self._prefix)
                if NAME.fullmatch(name):
                    yield name
            page = self._page(prefix, page[-1].object_name) if len(page) == PAGE else []

    def _page(self, prefix: str, after: str | None) -> list[Object]:
        def listed() -> list[Object]:
            found = self._bucket.client.list_objects(
                self._bucket.name, self._prefix + prefix, recursive=True, start_after=after
            )
            return list(islice(found, PAGE))

        return self._bucket.attempt("Listing", listed)

    def tidy(self) -> int:
        """Give up uploads that no writer will finish any more; return how many."""
        limit = datetime.now(UTC) - STALE_AFTER
        count = 0
        for upload in list(unfinished(self._bucket)):
            key = upload.object_name or ""
            if key.startswith(self._prefix) and upload.initiated_time and upload.initiated_time < limit:
                abort(self._bucket, key, upload.upload_id or "")
                count += 1
        return count

    def probe(self) -> Powers:
        """Send a part of an object that is then given up, and ask what the bucket does with what is deleted."""
        key = self._key(f"probe/{secrets.token_hex(16)}")
        with Multipart(self._bucket, key, {}) as upload:
            upload.add(bytes(PROBE))
            upload.wait()
        return Powers(deletes=self._deletes(key), keeps_versions=self._keeps_versions(), retains=self._retains())

    def _deletes(self, key: str) -> bool:
        """Tell whether we may delete, by deleting what is not there; with a version named, no mark of it is left."""
        try:
            self._bucket.request("Deleting", "DELETE", key, query={"versionId": "null"})
        except StoreForbiddenError:
            return False
        return True

    def _keeps_versions(self) -> bool:
        config = self._bucket.attempt(
            "Asking for versions", lambda: self._bucket.client.get_bucket_versioning(self._bucket.name)
        )
        return config.status in (ENABLED, SUSPENDED)

    def _retains(self) -> bool:
        try:
            config = self._bucket.attempt(
                "Asking for retention", lambda: self._bucket.client.get_object_lock_config(self._bucket.name)
            )
        except NotKnownError:
            return False
        return config.mode is not None

    def _key(self, name: str) -> str:
        return self._prefix + checked_name(name)
