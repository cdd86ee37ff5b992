"""What goes wrong between us and an S3 server, said in the store's terms."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.etree.ElementTree import ParseError

from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from urllib3.exceptions import HTTPError, NameResolutionError, SSLError

from storage.objects import (
    ObjectExistsError,
    ObjectNotFoundError,
    StorageError,
    StorageFullError,
    StorageUnavailableError,
    StoreForbiddenError,
    StoreRefusedError,
)

FAULTS = (MinioException, HTTPError, OSError, ParseError, UnicodeDecodeError)
"""Everything that the library lets through when an answer is bad, broken or missing."""


class StoreCredentialsError(StoreRefusedError):
    """The server does not know the access key, or the secret key is another."""

    code = "store_credentials"


class BucketMissingError(StoreRefusedError):
    """There is no such bucket on the server."""

    code = "store_bucket_missing"


class StoreClockError(StoreRefusedError):
    """Our clock and the server's are too far apart for a signature to hold."""

    code = "store_clock"


class StoreCertificateError(StoreRefusedError):
    """The server's certificate is expired, of another name, or of an authority that is not trusted."""

    code = "store_certificate"


class StoreTlsError(StoreRefusedError):
    """One side speaks TLS and the other does not."""

    code = "store_tls"


class StoreRegionError(StoreRefusedError):
    """The bucket lies in another region than the URL says."""

    code = "store_region"


class NotS3Error(StoreRefusedError):
    """What answers at the address is no S3 server."""

    code = "store_not_s3"


class PassingError(StorageUnavailableError):
    """The server did not answer, not wholly, or asked to try again: the same request may succeed at once."""

    code = "store_no_answer"


class HostUnknownError(PassingError):
    """No address is known for the name of the server's host."""

    code = "store_host_unknown"


class BeyondEndError(StorageError):
    """The object ends before the bytes that were asked for."""

    code = "range_beyond_end"


class NotKnownError(StorageError):
    """What was asked about is not set in the bucket, or the server does not know it at all."""

    code = "store_not_known"


class UploadGoneError(StorageUnavailableError):
    """The unfinished upload is no longer there: it was finished or given up."""

    code = "upload_gone"


CODES: Mapping[str, tuple[type[StorageError], str]] = {
    "NoSuchKey": (ObjectNotFoundError, "there is no such object"),
    "PreconditionFailed": (ObjectExistsError, "an object of this name exists already and stays as it is"),
    "InvalidRange": (BeyondEndError, "the object ends before that"),
    "ObjectLockConfigurationNotFoundError": (NotKnownError, "the bucket has no object lock"),
    "NotImplemented": (NotKnownError, "the server does not know that"),
    "NoSuchUpload": (UploadGoneError, "the upload is no longer there, try again"),
    "NoSuchBucket": (BucketMissingError, "there is no such bucket: create it, or correct store_url"),
    "InvalidAccessKeyId": (StoreCredentialsError, "the server does not know the access key: correct store_url"),
    "SignatureDoesNotMatch": (StoreCredentialsError, "the secret key is wrong: correct store_url"),
    "ExpiredToken": (StoreCredentialsError, "the keys have expired: put new ones into store_url"),
    "InvalidToken": (StoreCredentialsError, "the server does not accept the keys: correct store_url"),
    "AccessDenied": (StoreForbiddenError, "these keys may not do that: give them the policy of their role"),
    "AllAccessDisabled": (StoreForbiddenError, "the server has closed the bucket"),
    "MethodNotAllowed": (StoreForbiddenError, "the server does not allow that in this bucket"),
    "AuthorizationHeaderMalformed": (StoreRegionError, "the region is another: correct it in store_url"),
    "PermanentRedirect": (StoreRegionError, "the bucket lies in another region: correct store_url"),
    "XMinioStorageFull": (StorageFullError, "the server's disks are full: make room and try again"),
    "XMinioAdminBucketQuotaExceeded": (StorageFullError, "the bucket's quota is used up: raise it and try again"),
    "QuotaExceeded": (StorageFullError, "the bucket's quota is used up: raise it and try again"),
    "InsufficientStorage": (StorageFullError, "the server's disks are full: make room and try again"),
}  # fmt: skip
PASSING = frozenset(
    {
        "BadDigest", "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch", "IncompleteBody", "RequestTimeout",
        "ConditionalRequestConflict", "OperationAborted", "InternalError", "ServiceUnavailable", "SlowDown",
        "SlowDownRead", "SlowDownWrite", "XMinioServerNotInitialized",
    }
)  # fmt: skip
"""Codes of what went wrong on the way or at this moment, not with the request itself."""
FULL = 507
BUSY = 500
NOT_IMPLEMENTED = 501
PLAIN = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"})
"""What OpenSSL says of an answer that is not TLS."""
Meaning = tuple[type[StorageError], str]


def explained(fault: Exception, deed: str, place: str) -> StorageError:
    """Return what a fault means for somebody who wanted to do `deed` at `place`."""
    kind, problem = _meaning(fault)
    return kind(f"{deed} in the store {place} was not done: {problem}.")


def _meaning(fault: Exception) -> Meaning:
    if isinstance(fault, S3Error):
        return _of_code(fault)
    if isinstance(fault, ServerError):
        return _of_status(fault.status_code)
    if isinstance(fault, InvalidResponseError):
        return _of_foreign(fault._code, fault._body or "")
    if isinstance(fault, SSLError):
        return _of_tls(fault.args[0] if fault.args else fault)
    if isinstance(fault, NameResolutionError):
        return HostUnknownError, "no address is known for the name of its host: correct store_url, or the name service"
    return PassingError, f"the server does not answer properly ({type(fault).__name__}), try again later"


def _of_code(fault: S3Error) -> Meaning:
    code, status = fault.code or "", fault.response.status
    if code == "RequestTimeTooSkewed":
        return StoreClockError, _clocks(fault.response.headers.get("Date", "another time"))
    if code in CODES:
        return CODES[code]
    if code in PASSING or status >= BUSY:
        kind, problem = _of_status(status)
        return kind, f"{problem} ({code})"
    return StorageError, f"the server says {code}: {(fault.message or '').rstrip('.')}"


def _clocks(theirs: str) -> str:
    ours = format_datetime(datetime.now(UTC), usegmt=True)
    return f"the server's clock says {theirs} and ours {ours}, more than 15 minutes apart: set the wrong one"


def _of_status(status: int) -> Meaning:
    if status == FULL:
        return CODES["InsufficientStorage"]
    return PassingError, f"the server cannot do it at the moment (HTTP {status}), try again later"


def _of_foreign(status: int, body: str) -> Meaning:
    """Return what an answer means that is not S3's: a gateway before a server that is down, or another program."""
    if status >= BUSY and status != NOT_IMPLEMENTED:
        return _of_status(status)
    if "HTTPS" in body:
        return StoreTlsError, "the server wants TLS: take tls=no out of store_url"
    return NotS3Error, f"what answers there is no S3 server (HTTP {status}): correct host and port in store_url"


def _of_tls(fault: Exception) -> Meaning:
    if isinstance(fault, ssl.SSLCertVerificationError):
        return StoreCertificateError, (
            f"the server's certificate is not accepted ({fault.verify_message.rstrip('.')}): renew it, or name the "
            "authority to trust in store_url with ca=/file.pem"
        )
    reason = getattr(fault, "reason", None)
    if reason in PLAIN:
        return StoreTlsError, "the server does not speak TLS: write tls=no in store_url, or switch TLS on there"
    return PassingError, f"the encrypted connection broke ({reason or 'TLS'}), try again later"
