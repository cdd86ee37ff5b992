"""A key file that opens only with a passphrase (口令), stretched by Argon2id."""

from __future__ import annotations

import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from storage.keyfile import PlainKeys
from storage.keyring import MasterKey
from storage.keys import PassphraseError

SHORTEST = 12  # characters
MEMORY = 256 << 10  # KiB
MOST_MEMORY = 4 << 20  # KiB; a forged file must not eat the machine
ITERATIONS = 3
MOST_ITERATIONS = 64
LANES = 4
MOST_LANES = 64
NONCE = 12


class SealedKeys:
    """The coding of a key file whose keys are encrypted under a passphrase; `memory` in KiB."""

    FORMAT = "guidang-sealed-keys-1"

    def __init__(self, passphrase: str, memory: int = MEMORY) -> None:
        if len(passphrase) < SHORTEST:
            raise PassphraseError(f"The passphrase is too short: take at least {SHORTEST} characters.")
        self._passphrase = passphrase.encode()
        self._memory = memory

    def encode(self, masters: Sequence[MasterKey]) -> bytes:
        """Return the bytes of the file."""
        salt = b64encode(secrets.token_bytes(16)).decode()
        head = {"kdf": "argon2id", "salt": salt, "memory": self._memory, "iterations": ITERATIONS, "lanes": LANES}
        nonce = secrets.token_bytes(NONCE)
        sealed = self._cipher(head).encrypt(nonce, PlainKeys().encode(masters), _associated(head))
        content = {"format": self.FORMAT, "head": head, "sealed": b64encode(nonce + sealed).decode()}
        return json.dumps(content, indent=1).encode() + b"\n"

    def decode(self, data: bytes) -> tuple[MasterKey, ...]:
        """Return the keys. Raises `PassphraseError`, `ValueError` if these are not such bytes."""
        content = json.loads(data)
        if not isinstance(content, dict) or content.get("format") != self.FORMAT:
            raise ValueError("another format")
        head, sealed = content["head"], b64decode(content["sealed"], validate=True)
        try:
            plain = self._cipher(head).decrypt(sealed[:NONCE], sealed[NONCE:], _associated(head))
        except InvalidTag as error:
            raise PassphraseError("The passphrase does not open the key file: type it again.") from error
        return PlainKeys().decode(plain)

    def _cipher(self, head: dict[str, Any]) -> AESGCM:
        memory, iterations, lanes = int(head["memory"]), int(head["iterations"]), int(head["lanes"])
        possible = (
            1 <= lanes <= MOST_LANES and 8 * lanes <= memory <= MOST_MEMORY and 1 <= iterations <= MOST_ITERATIONS
        )
        if head["kdf"] != "argon2id" or not possible:
            raise ValueError("unknown or excessive key derivation")
        salt = b64decode(head["salt"], validate=True)
        stretch = Argon2id(salt=salt, length=32, iterations=iterations, lanes=lanes, memory_cost=memory)
        return AESGCM(stretch.derive(self._passphrase))


def _associated(head: dict[str, Any]) -> bytes:
    return json.dumps([SealedKeys.FORMAT, head], sort_keys=True, separators=(",", ":")).encode()
