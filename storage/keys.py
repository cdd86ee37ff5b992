"""The seam to master keys (KEK): `KeyProvider` wraps and unwraps data keys and never gives a master key away."""

from __future__ import annotations

import json
import secrets
from base64 import b64decode, b64encode
from typing import Protocol

from storage.objects import StorageError


class KeysError(StorageError):
    """The master keys cannot be used. The message says what to do next."""

    code = "keys"


class UnknownKeyError(KeysError):
    """The master key of this id is not among those held."""

    code = "key_unknown"


class WrongKeyError(KeysError):
    """The master keys belong to another archive, or what they should open was altered."""

    code = "key_wrong"


class KeyFileMissingError(KeysError):
    """There is no key file at this path."""

    code = "key_file_missing"


class KeyFileExistsError(KeysError):
    """There is a key file at this path already; it is never overwritten."""

    code = "key_file_exists"


class KeyFileExposedError(KeysError):
    """Other users of the machine may read the key file."""

    code = "key_file_exposed"


class KeyFileDamagedError(KeysError):
    """The file is not a key file, or not a whole one."""

    code = "key_file_damaged"


class RecoverySheetError(KeysError):
    """The typed recovery sheet has a mistake; the message names the line."""

    code = "recovery_sheet"


class PassphraseError(KeysError):
    """The passphrase is missing, too short or not the right one."""

    code = "passphrase"


class KeysUrlError(KeysError):
    """The URL names no master keys that can be opened here."""

    code = "keys_url"


class KeyProvider(Protocol):
    """Holds versioned master keys outside the data folder."""

    @property
    def current(self) -> str:
        """Id of the master key that wraps new data keys."""
        ...

    def ids(self) -> tuple[str, ...]:
        """Ids of all master keys held, oldest first."""
        ...

    def wrap(self, data_key: bytes, context: bytes) -> tuple[str, bytes]:
        """Return (master key id, wrapped key); `context` is authenticated."""
        ...

    def unwrap(self, key_id: str, wrapped: bytes, context: bytes) -> bytes:
        """Return the data key. Raises `UnknownKeyError`, `WrongKeyError`."""
        ...


def key_check(keys: KeyProvider, instance: str) -> str:
    """Return a text that only these master keys open; the catalog keeps it, so that other keys are recognised."""
    key_id, wrapped = keys.wrap(secrets.token_bytes(32), _check_context(instance))
    return json.dumps({"key": key_id, "probe": b64encode(wrapped).decode()})


def confirm_keys(keys: KeyProvider, instance: str, check: str) -> None:
    """Raise `WrongKeyError` unless `keys` open the `check` that `key_check` made for this instance."""
    try:
        stored = json.loads(check)
        keys.unwrap(stored["key"], b64decode(stored["probe"], validate=True), _check_context(instance))
    except (ValueError, KeyError, TypeError, UnknownKeyError, WrongKeyError) as error:
        raise WrongKeyError(
            "These master keys belong to another archive, so nothing will be written: give the key file of this "
            "archive, or make it again from its recovery sheet."
        ) from error


def _check_context(instance: str) -> bytes:
    return json.dumps(["guidang-key-check-1", instance]).encode()
