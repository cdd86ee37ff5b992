"""The envelope of an object: all that is known of it outside its body, as canonical JSON, every field authenticated."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.objects import DamagedObjectError, StorageError
from storage.stream import cipher_length

FORMAT = "guidang-object-1"
OBJECT_ID = re.compile(r"[0-9a-f]{32}")
ROLE = re.compile(r"[a-z][a-z-]{0,15}")
INSTANCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
SHA = re.compile(r"[0-9a-f]{64}")


class EnvelopeError(StorageError):
    """This is not an envelope of ours, or it belongs to another archive."""

    code = "envelope"


@dataclass(frozen=True, slots=True)
class Reservation:
    """An object that may be about to come: goes into the intent row before any byte is written."""

    object_id: str
    role: str
    key_id: str
    wrapped_key: bytes

    def to_json(self) -> dict[str, str]:
        """Return plain JSON values."""
        return {**asdict(self), "wrapped_key": b64encode(self.wrapped_key).decode()}

    @classmethod
    def from_json(cls, values: dict[str, str]) -> Self:
        """Read what `to_json` gave."""
        return cls(**{**values, "wrapped_key": b64decode(values["wrapped_key"])})  # type: ignore[arg-type]  # ** of two types


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is needed to open and to prove one object; lengths in bytes, hashes and ids in lower hexadecimal."""

    instance: str
    object_id: str
    role: str
    plain_sha256: str
    plain_length: int
    cipher_sha256: str
    cipher_length: int
    commitment: str
    key_id: str
    wrapped_key: bytes
    format: str = FORMAT

    def __post_init__(self) -> None:
        good = (
            self.format == FORMAT
            and INSTANCE.fullmatch(self.instance)
            and OBJECT_ID.fullmatch(self.object_id)
            and ROLE.fullmatch(self.role)
            and all(SHA.fullmatch(text) for text in (self.plain_sha256, self.cipher_sha256, self.commitment))
            and self.plain_length >= 0
            and self.cipher_length == cipher_length(self.plain_length)
            and 0 < len(self.key_id) <= 64
        )
        if not good:
            raise EnvelopeError("An envelope has values that cannot be: take it from a key manifest or a backup.")

    @property
    def name(self) -> str:
        """Name of the object in the store."""
        return object_name(self.object_id)

    @property
    def associated_data(self) -> bytes:
        """What every segment of the body is bound to."""
        return associated_data(self.instance, self.object_id, self.role)

    @property
    def context(self) -> bytes:
        """Every other field, canonical: authenticated by the wrapping of the data key."""
        return canonical(
            {name: value for name, value in self._plain().items() if name not in {"key_id", "wrapped_key"}}
        )

    def to_json(self) -> str:
        """Return the canonical JSON."""
        return canonical(self._plain()).decode()

    def _plain(self) -> dict[str, Any]:
        return {**asdict(self), "wrapped_key": b64encode(self.wrapped_key).decode()}

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read canonical JSON. Raises `EnvelopeError` for anything that `to_json` does not write."""
        try:
            values = json.loads(text)
            if any(type(values[name]) is not kind for name, kind in _TYPES.items()):
                raise TypeError
            envelope = cls(**{**values, "wrapped_key": b64decode(values["wrapped_key"], validate=True)})
        except (ValueError, TypeError, KeyError) as error:
            raise EnvelopeError("This is not an envelope: take it from a key manifest or a backup.") from error
        if envelope.to_json() != text:
            raise EnvelopeError("An envelope is not in its canonical form: take it from a key manifest or a backup.")
        return envelope


_TYPES = {field.name: int if field.name.endswith("_length") else str for field in fields(Envelope)}


def canonical(value: object) -> bytes:
    """Return the one JSON encoding of `value`: sorted names, no blanks, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def object_name(object_id: str) -> str:
    """Return the name in the store, spread over 256 folders. Raises `ValueError` for what is no object id."""
    if not OBJECT_ID.fullmatch(object_id):
        raise ValueError(f"not an object id: {object_id!r}")
    return f"obj/{object_id[:2]}/{object_id}"


def associated_data(instance: str, object_id: str, role: str) -> bytes:
    """Return what the body is bound to: format, archive, object and role, so that no object can stand for another."""
    return canonical([FORMAT, instance, object_id, role])


def commitment(data_key: bytes, bound: bytes) -> str:
    """Return what commits to the data key: AES-GCM alone lets two keys open one ciphertext."""
    return HKDF(SHA256(), 32, None, b"guidang key commitment 1" + bound).derive(data_key).hex()


def require_commitment(envelope: Envelope, data_key: bytes) -> None:
    """Raise `DamagedObjectError` unless the envelope was made with this data key."""
    if commitment(data_key, envelope.associated_data) != envelope.commitment:
        raise DamagedObjectError("An envelope does not fit its data key: take it from a key manifest or a backup.")
