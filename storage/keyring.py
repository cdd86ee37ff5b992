"""Versioned master keys in memory: how a data key is wrapped and unwrapped, whatever the keys are kept in."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.keys import UnknownKeyError, WrongKeyError

KEY = 32
WRAP_VERSION = b"\x01"
SALT = 32
NONCE = bytes(12)  # each wrapping has a key of its own, so that no nonce can come twice


@dataclass(frozen=True, slots=True)
class MasterKey:
    """One version of the master key (KEK); `created` in seconds since 1970, UTC."""

    version: int
    created: int
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY or not 1 <= self.version < 1 << 16 or not 0 <= self.created < 1 << 32:
            raise ValueError("not a master key")

    @property
    def id(self) -> str:
        """Version and fingerprint: keys of two archives never share an id."""
        return f"k{self.version}-{HKDF(SHA256(), 4, None, b'guidang key id 1').derive(self.secret).hex()}"


class KeyRing:
    """Holds master keys, oldest first, and wraps with the newest."""

    def __init__(self, masters: Sequence[MasterKey]) -> None:
        if not masters or [key.version for key in masters] != list(range(1, len(masters) + 1)):
            raise ValueError("master keys are numbered from 1 without a gap")
        self.masters = tuple(masters)
        self._by_id = {key.id: key for key in masters}

    @property
    def current(self) -> str:
        """Id of the master key that wraps new data keys."""
        return self.masters[-1].id

    def ids(self) -> tuple[str, ...]:
        """Ids of all master keys held, oldest first."""
        return tuple(self._by_id)

    def wrap(self, data_key: bytes, context: bytes) -> tuple[str, bytes]:
        """Return (master key id, wrapped key); `context` is authenticated."""
        salt = secrets.token_bytes(SALT)
        sealed = _wrapping(self.masters[-1], salt).encrypt(NONCE, data_key, context)
        return self.current, WRAP_VERSION + salt + sealed

    def unwrap(self, key_id: str, wrapped: bytes, context: bytes) -> bytes:
        """Return the data key. Raises `UnknownKeyError`, `WrongKeyError`."""
        master = self._by_id.get(key_id)
        if master is None:
            raise UnknownKeyError(
                f"The master key {key_id} is not among those held ({', '.join(self._by_id)}): use the key file of "
                "this archive in its newest state."
            )
        try:
            if wrapped[:1] != WRAP_VERSION:
                raise InvalidTag
            return _wrapping(master, wrapped[1 : 1 + SALT]).decrypt(NONCE, wrapped[1 + SALT :], context)
        except InvalidTag as error:
            raise WrongKeyError(
                f"The master key {key_id} does not open this record: it belongs to another archive or was altered; "
                "take the record from a backup."
            ) from error


def new_master(version: int, now: float) -> MasterKey:
    """Return a fresh random master key, made at `now` (seconds since 1970)."""
    return MasterKey(version, int(now), secrets.token_bytes(KEY))


def _wrapping(master: MasterKey, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), KEY, salt, b"guidang key wrap 1").derive(master.secret))
