"""Where a bucket is and how it is reached, all of it in one URL."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from storage.objects import StoreUrlError

FORM = "s3://ACCESSKEY:SECRETKEY@host[:port]/bucket[/prefix][?region=…&tls=no&ca=/file.pem&addressing=virtual]"
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
PREFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")
CHOICES = {"tls": ("yes", "no"), "addressing": ("path", "virtual")}
DEFAULTS = {"region": "us-east-1", "tls": "yes", "ca": "", "addressing": "path"}


@dataclass(frozen=True, slots=True)
class Location:
    """A bucket and the part of it that is ours: every object name stands behind `prefix`, which is "" or ends in /."""

    endpoint: str  # host or host:port
    bucket: str
    prefix: str
    access_key: str
    secret_key: str = field(repr=False)
    region: str
    secure: bool
    ca: Path | None  # certificates to trust instead of the common ones
    virtual: bool  # bucket.host/name rather than host/bucket/name

    def __str__(self) -> str:
        """Return what may be shown: no keys."""
        return f"s3://{self.endpoint}/{self.bucket}/{self.prefix}".removesuffix("/")


def parse(url: str) -> Location:
    """Return the location that a URL of the form `FORM` describes. Raises `StoreUrlError`."""
    parts = _split(url)
    options = _options(parts.query)
    bucket, _, prefix = parts.path.lstrip("/").rstrip("/").partition("/")
    if not BUCKET.fullmatch(bucket):
        raise _wrong("the bucket's name is missing, or is none (3 to 63 small letters, digits, dots and hyphens)")
    if prefix and not PREFIX.fullmatch(prefix):
        raise _wrong("the prefix may hold letters, digits, dots, hyphens, underscores and slashes")
    if not parts.username or not parts.password:
        raise _wrong("the access key or the secret key is missing (write / in them as %2F, + as %2B)")
    return Location(
        endpoint=parts.netloc.rpartition("@")[2], bucket=bucket, prefix=f"{prefix}/" if prefix else "",
        access_key=unquote(parts.username), secret_key=unquote(parts.password), region=options["region"],
        secure=options["tls"] == "yes", ca=_authority(options["ca"]), virtual=options["addressing"] == "virtual",
    )  # fmt: skip


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        complete = parts.scheme == "s3" and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, a bracket that is not closed
        complete = False
    if not complete:
        raise _wrong("host or port cannot be read")
    return parts


def _options(query: str) -> dict[str, str]:
    given = dict(parse_qsl(query, keep_blank_values=True))
    for name, value in given.items():
        if name not in DEFAULTS:
            raise _wrong(f"there is no option {name!r}")
        if name in CHOICES and value not in CHOICES[name]:
            raise _wrong(f"{name} is one of {', '.join(CHOICES[name])}")
    return DEFAULTS | given


def _authority(text: str) -> Path | None:
    if not text:
        return None
    path = Path(text)
    if not path.is_absolute() or not path.is_file():
        raise _wrong(f"there is no file {text} with certificates to trust")
    return path


def _wrong(problem: str) -> StoreUrlError:
    return StoreUrlError(f"The URL of the S3 store cannot be used: {problem}. Write {FORM}.")
