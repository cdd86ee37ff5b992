"""Object stores and master keys by URL, from two tables."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from storage.environment import environment_keys
from storage.folder import FolderStore
from storage.keyfile import KeyCoding, KeyFile, PlainKeys
from storage.keys import KeyProvider, KeysUrlError, PassphraseError
from storage.objects import ObjectStore, StoreUrlError
from storage.passphrase import SealedKeys

PASSPHRASE = "GUIDANG_PASSPHRASE"  # noqa: S105  the name of a variable


def open_store(url: str) -> ObjectStore:
    """Return the object store of `file:///folder` or `s3://…` (see `storage.s3.location`). Raises `StoreUrlError`."""
    scheme, _, rest = url.partition("://")
    if scheme not in STORES:
        raise StoreUrlError(f"No object store is known for {scheme!r}: write file:///folder or s3://….")
    return STORES[scheme](rest)


def open_keys(url: str) -> KeyProvider:
    """Return the master keys of `keyfile:///path`, `passphrase:///path` or `env:NAME`. Raises `KeysError`.

    The passphrase is read from the environment variable GUIDANG_PASSPHRASE, or from the one that is named as in
    `passphrase://VARIABLE/path`. Paths are taken as they stand, without percent signs.
    """
    scheme, _, rest = url.partition(":")
    if scheme not in KEYS:
        raise KeysUrlError(
            f"No master keys are known for {scheme!r}: write keyfile:///path, passphrase:///path or env:NAME."
        )
    return KEYS[scheme](rest)


def key_file(url: str) -> Path | None:
    """Return the key file that a URL of master keys names; None where they lie in no file. Raises `KeysUrlError`."""
    scheme, _, rest = url.partition(":")
    match scheme:
        case "keyfile":
            return _path(rest.removeprefix("//"))
        case "passphrase":
            return _sealed(rest)[1]
    return None


def key_coding(url: str) -> KeyCoding:
    """Return how the key file that a URL names is coded. Raises `PassphraseError` where its passphrase is not given."""
    scheme, _, rest = url.partition(":")
    return passphrase_coding(_sealed(rest)[0]) if scheme == "passphrase" else PlainKeys()


def passphrase_coding(variable: str = PASSPHRASE, environment: Mapping[str, str] | None = None) -> SealedKeys:
    """Return the coding of a sealed key file; the passphrase is in a variable, or in the file that `…_FILE` names."""
    values = os.environ if environment is None else environment
    passphrase = values.get(variable, "") or _first_line(values.get(f"{variable}_FILE", ""))
    if not passphrase:
        raise PassphraseError(
            f"The key file is sealed: give its passphrase in the environment variable {variable}, or in a file that "
            f"{variable}_FILE names."
        )
    return SealedKeys(passphrase)


def _first_line(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").partition("\n")[0].rstrip("\r") if file else ""
    except (OSError, UnicodeDecodeError) as error:
        raise PassphraseError(f"The file {file} that should hold the passphrase cannot be read: {error}.") from error


def _folder(rest: str) -> ObjectStore:
    if not rest.startswith("/"):
        raise StoreUrlError("A folder store needs an absolute path: write file:///folder.")
    return FolderStore(Path(rest))


def _s3(rest: str) -> ObjectStore:
    try:
        from storage.s3.location import parse
        from storage.s3.store import S3Store
    except ModuleNotFoundError as error:
        raise StoreUrlError(
            f"The library of S3 stores is missing ({error.name}): install it with pip install 'guidang[servers]'."
        ) from error
    return S3Store(parse(f"s3://{rest}"))


def _key_file(rest: str) -> KeyProvider:
    return KeyFile.load(_path(rest.removeprefix("//")))


def _sealed_key_file(rest: str) -> KeyProvider:
    variable, path = _sealed(rest)
    return KeyFile.load(path, passphrase_coding(variable))


def _sealed(rest: str) -> tuple[str, Path]:
    """Return the variable that holds the passphrase, and the path."""
    variable, slash, path = rest.removeprefix("//").partition("/")
    return variable or PASSPHRASE, _path(slash + path)


def _path(text: str) -> Path:
    if not text.startswith("/"):
        raise KeysUrlError("A key file needs an absolute path: write keyfile:///path or passphrase:///path.")
    return Path(text)


STORES: dict[str, Callable[[str], ObjectStore]] = {"file": _folder, "s3": _s3}
KEYS: dict[str, Callable[[str], KeyProvider]] = {
    "keyfile": _key_file,
    "passphrase": _sealed_key_file,
    "env": environment_keys,
}
