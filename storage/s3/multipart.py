"""An object sent in parts, which becomes one when it is finished and leaves nothing when it is not."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Self
from xml.etree import ElementTree as ET

from minio.datatypes import ListMultipartUploadsResult
from minio.xml import Element, SubElement, findtext, getbytes

from storage.objects import StorageError
from storage.s3.bucket import Bucket

if TYPE_CHECKING:
    from minio.datatypes import Upload

AHEAD = 2  # parts on their way while the next is made
MOST = 10_000  # parts of one object, the protocol's limit


class ObjectTooLargeError(StorageError):
    """The object has more parts than the protocol allows."""

    code = "object_too_large"


class Multipart:
    """One upload in parts, used as a context; left unfinished it is given up.

    Memory: `AHEAD` parts beside the one that the caller makes.
    """

    def __init__(self, bucket: Bucket, key: str, headers: Mapping[str, str]) -> None:
        self._bucket, self._key, self._headers = bucket, key, headers
        self._pool = ThreadPoolExecutor(AHEAD)
        self._sending: deque[Future[str]] = deque()
        self._etags: list[str] = []
        self._finished = False
        self.length = 0

    def __enter__(self) -> Self:
        answer = self._bucket.request("Writing", "POST", self._key, headers=self._headers, query={"uploads": ""})
        answered = ET.fromstring(answer.data.decode())  # noqa: S314  as the library reads every answer of the server
        self._id = findtext(answered, "UploadId", True) or ""
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)
        if not self._finished:
            with suppress(StorageError):  # what cannot be given up now is `tidy`'s
                abort(self._bucket, self._key, self._id)

    def add(self, part: bytes) -> None:
        """Send the next part. Raises the errors of the store, if need be about an earlier part."""
        number = len(self._etags) + len(self._sending) + 1
        if number > MOST:
            raise ObjectTooLargeError(f"An object of more than {self.length} bytes cannot be written: split the file.")
        self._sending.append(self._pool.submit(self._send, number, part))
        self.length += len(part)
        if len(self._sending) > AHEAD:
            self._settle()

    def _send(self, number: int, part: bytes) -> str:
        query = {"partNumber": str(number), "uploadId": self._id}
        return self._bucket.request("Writing", "PUT", self._key, body=part, query=query).headers["ETag"]

    def _settle(self) -> None:
        self._etags.append(self._sending.popleft().result())

    def wait(self) -> None:
        """Return when the server has every part. Raises the errors of the store."""
        while self._sending:
            self._settle()

    def finish(self, condition: Mapping[str, str]) -> None:
        """Make the parts one object. Raises `ObjectExistsError`, or `UploadGoneError` where that was done already."""
        self.wait()
        headers = {"Content-Type": "application/xml", **condition}
        self._bucket.request(
            "Writing", "POST", self._key, body=self._list(), headers=headers, query={"uploadId": self._id}
        )
        self._finished = True

    def _list(self) -> bytes:
        root = Element("CompleteMultipartUpload")
        for number, etag in enumerate(self._etags, 1):
            part = SubElement(root, "Part")
            SubElement(part, "PartNumber", str(number))
            SubElement(part, "ETag", etag)
        return getbytes(root)


def abort(bucket: Bucket, key: str, upload_id: str) -> None:
    """Give an upload up; one that is gone is no error."""
    bucket.request("Giving up an upload", "DELETE", key, query={"uploadId": upload_id})


def unfinished(bucket: Bucket) -> Iterator[Upload]:
    """Yield the uploads of the whole bucket that are neither finished nor given up.

    MinIO takes a prefix here for the whole name of an object: the caller chooses among them.
    """
    query = {"uploads": "", "prefix": "", "delimiter": "", "max-uploads": "1000"}
    while True:
        answer = ListMultipartUploadsResult(bucket.request("Listing uploads", "GET", query=query))
        yield from answer.uploads
        if not answer.is_truncated or not answer.next_key_marker:
            return
        query = {**query, "key-marker": answer.next_key_marker}
