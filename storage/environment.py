"""Master keys from an environment variable, for development only: other processes of the user can read it."""

from __future__ import annotations

import os
from collections.abc import Mapping

from storage.keyring import KEY, KeyRing, MasterKey
from storage.keys import KeysUrlError


def environment_keys(name: str, environment: Mapping[str, str] | None = None) -> KeyRing:
    """Return the keys in the variable `name`: 64 hexadecimal digits each, oldest first, blanks between."""
    values = (os.environ if environment is None else environment).get(name, "").split()
    try:
        secrets = [bytes.fromhex(value) for value in values]
    except ValueError:
        secrets = []
    if not secrets or any(len(secret) != KEY for secret in secrets):
        raise KeysUrlError(f"The environment variable {name} must hold master keys of 64 hexadecimal digits each.")
    return KeyRing([MasterKey(version, 0, secret) for version, secret in enumerate(secrets, 1)])
