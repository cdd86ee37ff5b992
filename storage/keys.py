"""The seam to master keys (KEK): `KeyProvider` wraps and unwraps data keys and never gives a master key away."""

from __future__ import annotations

from typing import Protocol


class KeyError_(Exception):  # noqa: N801,N818  replaced by the storage room's owner
    """placeholder."""


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
