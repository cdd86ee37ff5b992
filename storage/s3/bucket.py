"""One bucket: signed requests, tried again where the fault is a passing one, with errors in the store's terms."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from minio import Minio
from minio.error import S3Error
from urllib3 import PoolManager, Timeout

from storage.s3.errors import FAULTS, PassingError, explained
from storage.s3.location import Location
from storage.s3.silence import Silence

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

Result = TypeVar("Result")
CONNECT = 5.0  # seconds
ANSWER = 15.0  # seconds of silence after which an answer is given up
PAUSES = (0.2, 1.0, 3.0)  # seconds before each new try
CONNECTIONS = 32  # kept open; a web process has twenty threads


class SignedClient(Minio):
    """The library's client, and beside it requests that none of its public calls can express.

    Those calls cannot carry a condition (`If-None-Match: *`), neither with a put nor with the end of a multipart
    upload; `_execute`, on which all of them stand, can. This class is the only place that knows it.
    """

    def request(
        self, method: str, bucket: str, key: str | None, body: bytes, headers: Mapping[str, str],
        query: Mapping[str, str], stream: bool,
    ) -> BaseHTTPResponse:  # fmt: skip
        """Send one signed request; return its answer, read already unless it is a `stream`. Raises `FAULTS`."""
        # The signature holds a hash of the body, but SeaweedFS 4.48 takes a body that does not fit it; this it checks.
        checked = {**headers, **({"Content-MD5": _md5(body)} if body else {})}
        response = self._execute(
            method, bucket, key, body=body or None, headers=dict(checked), query_params=dict(query),
            preload_content=not stream,
        )  # fmt: skip
        if not stream and b"<Error" in response.data[:200]:  # S3 may find out after it began to answer 200
            raise S3Error.fromxml(response)
        return response


class Bucket:
    """The bucket of a location, spoken to by many threads of one process."""

    def __init__(self, location: Location) -> None:
        self.location = location
        self.name = location.bucket
        self._silence = Silence()
        self.client = SignedClient(
            location.endpoint, location.access_key, location.secret_key,
            secure=location.secure, region=location.region, http_client=_connections(location),
        )  # fmt: skip
        if location.virtual:
            self.client.enable_virtual_style_endpoint()  # type: ignore[no-untyped-call]  # the library's omission

    def request(
        self, deed: str, method: str, key: str | None = None, *, body: bytes = b"",
        headers: Mapping[str, str] | None = None, query: Mapping[str, str] | None = None, stream: bool = False,
    ) -> BaseHTTPResponse:  # fmt: skip
        """Send a signed request; return its answer. `deed` names it in errors, which are those of the store."""
        return self.attempt(
            deed, lambda: self.client.request(method, self.name, key, body, headers or {}, query or {}, stream)
        )

    def attempt(self, deed: str, act: Callable[[], Result]) -> Result:
        """Return what `act` returns, tried again after passing faults. Raises the errors of the store."""
        for pause in PAUSES:
            try:
                return self._once(deed, act)
            except PassingError:
                time.sleep(pause)
        return self._once(deed, act)

    def _once(self, deed: str, act: Callable[[], Result]) -> Result:
        try:
            with self._silence.awaited():
                return act()
        except FAULTS as fault:
            raise explained(fault, deed, str(self.location)) from fault


def _md5(body: bytes) -> str:
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode("ascii")


def _connections(location: Location) -> PoolManager:
    return PoolManager(
        maxsize=CONNECTIONS, timeout=Timeout(connect=CONNECT, read=ANSWER), retries=False, cert_reqs="CERT_REQUIRED",
        ca_certs=str(location.ca) if location.ca else None,  # None: what the machine trusts
    )  # fmt: skip
