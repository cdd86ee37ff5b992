"""Secrets that people and browsers hold, and the hashes that we keep of them."""

from __future__ import annotations

import hashlib
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher()  # Argon2id with RFC 9106's parameters for little memory: 64 MiB, 3 passes, 4 lanes


def new_secret(prefix: str = "") -> str:
    """Return 256 random bits as URL-safe text."""
    return prefix + secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """Return what we keep of a random secret: SHA-256 is enough where nothing can be guessed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def hash_password(password: str) -> str:
    """Return Argon2id's encoded hash; takes tens of milliseconds, never call it inside a transaction."""
    return HASHER.hash(password.encode("utf-8", "surrogatepass"))


def password_fits(password: str, encoded: str | None) -> bool:
    """Tell whether a password is right; takes as long for an account that does not exist (`encoded` None)."""
    try:
        HASHER.verify(encoded or _nobodys_hash(), password.encode("utf-8", "surrogatepass"))
    except (VerificationError, InvalidHashError):
        return False
    return encoded is not None


def is_outdated(encoded: str) -> bool:
    """Tell whether a hash was made with weaker parameters than today's."""
    return HASHER.check_needs_rehash(encoded)


@cache
def _nobodys_hash() -> str:
    return hash_password(secrets.token_urlsafe(16))
