"""The address of an index in Elasticsearch: hosts, name, credentials, as one URL."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote

from search.index import SearchError

_FORM = re.compile(
    r"(?P<scheme>https?)://(?:(?P<login>[^@/]*)@)?(?P<hosts>[^@/?]+)/(?P<name>[^/?]*)/?(?:\?(?P<options>.*))?"
)
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^:,\s]+)(:\d{1,5})?", re.IGNORECASE)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_OPTIONS = ("ca", "api_key_file", "shards")
EXAMPLE = "https://guidang:password@host:9200/guidang?ca=/etc/guidang/ca.pem"


class AddressError(SearchError):
    """The address cannot be used; the message says which part and how to write it."""

    code = "index_address"


class PlainAddressError(AddressError):
    """The address leads to another machine without encryption: the text of every page would be read on the way."""

    code = "index_plain"


@dataclass(frozen=True, slots=True)
class Address:
    """Where an index is; `str` leaves the secrets out. `shards` counts for indexes that are made from now on."""

    hosts: tuple[str, ...]
    name: str
    user: str = ""
    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    ca: Path | None = None
    shards: int = 1

    def __str__(self) -> str:
        """Return the address as it may be shown."""
        return f"{', '.join(self.hosts)} /{self.name}"


def parse_address(url: str) -> Address:
    """Return the address that a URL such as `EXAMPLE` means; several hosts are separated by commas.

    Raises `AddressError`, `PlainAddressError`.
    """
    match = _FORM.fullmatch(url)
    if match is None or not match["name"]:
        raise AddressError(f"The address of the search index names no index; write it like {EXAMPLE}.")
    if not _NAME.fullmatch(match["name"]):
        raise AddressError(f"An index cannot be called “{match['name']}”; use a to z, 0 to 9, - and _.")
    user, _, password = (match["login"] or "").partition(":")
    options = _options(match["options"] or "")
    return Address(
        hosts=_hosts(match["scheme"], match["hosts"]),
        name=match["name"],
        user=unquote(user),
        password=unquote(password),
        api_key=_secret(options, "api_key_file"),
        ca=_file(options, "ca"),
        shards=_shards(options.get("shards", "1")),
    )


def _options(text: str) -> dict[str, str]:
    given = {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}
    unknown = given.keys() - set(_OPTIONS)
    if unknown:
        raise AddressError(
            f"The address of the search index has an unknown part “{min(unknown)}”; known are {', '.join(_OPTIONS)}."
        )
    return given


def _hosts(scheme: str, text: str) -> tuple[str, ...]:
    found = []
    for part in text.split(","):
        match = _HOST.fullmatch(part)
        if match is None:
            raise AddressError(f"“{part}” is no host and port; write the address like {EXAMPLE}.")
        if scheme == "http" and not _is_here(match[1]):
            raise PlainAddressError(
                f"http:// is for a search server on this machine only, and {match[1]} is another; write https://."
            )
        found.append(f"{scheme}://{match[1]}{match[2] or ':9200'}")
    return tuple(found)


def _is_here(host: str) -> bool:
    """Tell whether a host is this machine by its very name, so that no name service has to be believed."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _file(options: dict[str, str], name: str) -> Path | None:
    if not options.get(name):
        return None
    path = Path(options[name])
    if not path.is_file():
        raise AddressError(f"The file {path} that the address of the search index names ({name}) does not exist.")
    return path


def _secret(options: dict[str, str], name: str) -> str:
    path = _file(options, name)
    try:
        return path.read_text(encoding="utf-8").strip() if path else ""
    except (OSError, UnicodeDecodeError) as error:
        raise AddressError(f"The file {path} with a secret of the search index cannot be read.") from error


def _shards(text: str) -> int:
    if not re.fullmatch(r"[1-9]\d{0,2}", text):
        raise AddressError(f"“{text}” is no number of shards; write shards=1 to shards=999.")
    return int(text)
