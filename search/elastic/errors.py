"""What can be wrong with Elasticsearch, each as its own error that says what to do."""

from __future__ import annotations

from search.index import IndexDamagedError, IndexUnavailableError, OutdatedIndexError, QueryError, SearchError


class LibraryMissingError(IndexUnavailableError):
    """The client library is not installed."""

    code = "index_library_missing"


class TooBusyError(IndexUnavailableError):
    """The server takes no more for the moment, or a rebuild is being swapped in; the same call succeeds later."""

    code = "index_busy"


class SignInError(IndexUnavailableError):
    """The server does not know the user, the password or the key."""

    code = "index_auth"


class NotAllowedError(IndexUnavailableError):
    """The server knows the user, whose role lacks a privilege."""

    code = "index_forbidden"


class CertificateError(IndexUnavailableError):
    """The server's certificate is expired, of another name or of an unknown authority."""

    code = "index_certificate"


class ServerTooOldError(IndexUnavailableError):
    """The server is older than supported, or not Elasticsearch at all."""

    code = "index_server_unsupported"


class DiskFullError(IndexUnavailableError):
    """The server's disk is nearly full, so it has made the index read-only."""

    code = "index_disk_full"


class ReadOnlyError(IndexUnavailableError):
    """Somebody has made the index read-only on the server."""

    code = "index_read_only"


def problem(status: int, kind: str, reason: str, where: object) -> SearchError:
    """Return the error for an answer of the server; `kind` and `reason` are those of the answer's `error`."""
    if kind == "cluster_block_exception" and "flood" in reason:
        return DiskFullError(
            f"The disk of the search server {where} is nearly full, so it takes no more; make room there. "
            "It goes on by itself, nothing is lost."
        )
    if kind == "cluster_block_exception" and "read-only" in reason:
        return ReadOnlyError(
            f"The search index {where} was made read-only on its server; lift that block there. "
            "It goes on by itself, nothing is lost."
        )
    if ("too_many" in kind and "clauses" in kind) or "maxClauseCount" in reason:
        return QueryError("The query is too long for the search server; use fewer words.", code="query_too_long")
    found = _BY_KIND.get(kind) or _BY_STATUS.get(status)
    if found is None:
        found = _DOWN if status >= 500 else (SearchError, f"refused the request ({status} {kind}: {reason[:200]})")
    made, sentence = found
    return made(f"The search server {where} {sentence}.")


def is_write_block(kind: str, reason: str) -> bool:
    """Tell whether a write was refused because a rebuild is about to be swapped in."""
    return kind == "cluster_block_exception" and "index write" in reason


_Answer = tuple[type[SearchError], str]
_DOWN: _Answer = (
    IndexUnavailableError,
    "does not answer as it should; look at its log, then try again. The archive is safe",
)
_OLD: _Answer = (ServerTooOldError, "is older than supported; upgrade it to Elasticsearch 9 or newer")
_OUTDATED: _Answer = (OutdatedIndexError, "holds an index of another version; run: python -m dms index rebuild")
_BY_KIND: dict[str, _Answer] = {
    "index_not_found_exception": (IndexDamagedError, "has no such index any more; run: python -m dms index rebuild"),
    "strict_dynamic_mapping_exception": _OUTDATED,
    "media_type_header_exception": _OLD,
    "cluster_block_exception": (TooBusyError, "does not let the index be written to now; try again in a minute"),
}
_BY_STATUS: dict[int, _Answer] = {
    401: (SignInError, "does not accept the user, password or key; correct the setting index_url"),
    403: (NotAllowedError, "does not allow this to our user; give it the role of docs/operations.md"),
    406: _OLD,
    429: (TooBusyError, "is too busy; try again in a minute"),
}
