"""The one place that speaks to Elasticsearch through its library: connections, time limits, errors in our words."""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from search.elastic.address import Address
from search.elastic.errors import CertificateError, LibraryMissingError, ServerTooOldError, problem
from search.index import IndexUnavailableError, SearchError

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

T = TypeVar("T")
ANSWER_SECONDS = 5.0
WORK_SECONDS = 30.0
STEP_SECONDS = 300.0
MERGE_SECONDS = 6 * 3600.0
"""How long a search may take, a write of many entries, a step of a rebuild, the merging of a large index."""
OLDEST_SERVER = (9, 0)
NOT_FOUND = 404
_RETRIES = 2  # after a refused or broken connection; versions make a repeated write harmless


class Client:
    """Connections to the servers of an address; safe in threads, and made anew in a process that was forked."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._lock = threading.Lock()
        self._made: dict[float, Elasticsearch] = {}  # by time limit; they share their connections
        self._process = 0

    def call(self, deed: Callable[[Elasticsearch], T], seconds: float = ANSWER_SECONDS) -> T:
        """Return what `deed` gets from the server. Raises `SearchError` in words that say what to do."""
        import_library()
        from elastic_transport import TransportError
        from elasticsearch import ApiError

        try:
            return deed(self._connected(seconds))
        except ApiError as error:
            raise self._refused(error) from error
        except TransportError as error:
            raise self._unreached(error, seconds) from error

    def require_supported(self) -> None:
        """Raise `ServerTooOldError` for a server that is older than supported, where its version may be asked for."""

        def versions(client: Elasticsearch) -> list[str]:
            answer = client.nodes.info(filter_path="nodes.*.version")
            return [node["version"] for node in answer.body.get("nodes", {}).values()]

        for version in self.call(versions):
            if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_SERVER:
                wanted = ".".join(map(str, OLDEST_SERVER))
                raise ServerTooOldError(
                    f"The search server {self.address} is Elasticsearch {version}; upgrade it to {wanted} or newer."
                )

    def failed(self, answer: Mapping[str, Any]) -> SearchError:
        """Return the error of one search of several that were sent together."""
        status, kind, reason = _details(int(answer["status"]), answer)
        return problem(status, kind, reason, self.address)

    def close(self) -> None:
        """Give back the connections; the client may be used again."""
        with self._lock:
            if self._made and self._process == os.getpid():
                next(iter(self._made.values())).close()
            self._made = {}

    def _connected(self, seconds: float) -> Elasticsearch:
        with self._lock:
            if self._process != os.getpid():
                self._made, self._process = {}, os.getpid()
            if not self._made:
                self._made[ANSWER_SECONDS] = self._connect().options(request_timeout=ANSWER_SECONDS)
            if seconds not in self._made:
                self._made[seconds] = self._made[ANSWER_SECONDS].options(request_timeout=seconds)
            return self._made[seconds]

    def _connect(self) -> Elasticsearch:
        from elasticsearch import Elasticsearch

        where = self.address
        options: dict[str, Any] = {"max_retries": _RETRIES, "retry_backoff_base": 0.2, "retry_on_status": ()}
        options["retry_on_timeout"] = len(where.hosts) > 1
        if where.ca:
            options["ca_certs"] = str(where.ca)
        if where.api_key:
            options["api_key"] = where.api_key
        elif where.user:
            login = f"{where.user}:{where.password}"  # encoded here: the library takes ASCII only
            options["basic_auth"] = base64.b64encode(login.encode()).decode()
        return Elasticsearch(list(where.hosts), **options)

    def _refused(self, error: Any) -> SearchError:
        from elasticsearch import UnsupportedProductError

        status, kind, reason = _details(error.status_code, error.body)
        stranger = status == NOT_FOUND and not kind  # Elasticsearch always says what it did not find
        if stranger or isinstance(error, UnsupportedProductError):
            return ServerTooOldError(f"What answers at {self.address} is not Elasticsearch; correct index_url.")
        return problem(status, kind, reason, self.address)

    def _unreached(self, error: Any, seconds: float) -> SearchError:
        from elastic_transport import ConnectionTimeout

        if distrust := _distrust(str(error.message)):
            return CertificateError(f"The search server {self.address} cannot be trusted: {distrust}.")
        if isinstance(error, ConnectionTimeout):
            return IndexUnavailableError(
                f"The search server {self.address} did not answer within {seconds:.0f} s; try again in a minute."
            )
        return IndexUnavailableError(
            f"The search server {self.address} cannot be reached; start it or correct index_url. The archive is safe."
        )


def import_library() -> None:
    """Raise `LibraryMissingError` where the client library is not installed."""
    try:
        import elasticsearch  # noqa: F401
    except ModuleNotFoundError as error:
        raise LibraryMissingError(
            "The library for Elasticsearch is not installed; run: python -m pip install 'elasticsearch>=9,<10'"
        ) from error


def _details(status: int, body: Any) -> tuple[int, str, str]:
    """Return (status, type, reason) of an answer of the server that is an error."""
    cause = body.get("error", {}) if isinstance(body, Mapping) else {}
    if not isinstance(cause, Mapping):
        return status, "", str(cause)
    inner = cause.get("caused_by") or (cause.get("root_cause") or [{}])[0]
    kind = str(cause.get("type", ""))
    if kind == "search_phase_execution_exception":
        kind = str(inner.get("type", kind))
    return status, kind, f"{cause.get('reason', '')} {inner.get('reason', '')}".strip()


def _distrust(text: str) -> str:
    """Return what is wrong with a server's certificate, "" where that is not what a failed connection says."""
    if "expired" in text:
        return "its certificate has expired; renew it there"
    if "WRONG_VERSION" in text:
        return "it does not speak TLS; switch TLS on there (on this machine http:// in index_url will do as well)"
    if "ostname mismatch" in text or "IP address mismatch" in text:
        return "its certificate was made for another name; correct index_url or the certificate"
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return (
            "its certificate is of an unknown authority; name the authority's file in index_url with ?ca=/path/ca.pem"
        )
    return ""
