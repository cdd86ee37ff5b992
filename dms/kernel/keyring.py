"""The master keys of an archive: where they lie, and that they are its own."""

from __future__ import annotations

from pathlib import Path

from config.redaction import without_secrets
from config.settings import Settings
from dms.kernel.database import ArchiveFact, Database
from dms.kernel.errors import ConfigurationError
from storage.keys import KeyProvider, KeysUrlError, WrongKeyError, confirm_keys
from storage.open import key_file, open_keys


class KeysMissingError(ConfigurationError):
    """The master keys of this archive are not where the settings say."""

    code = "keys_missing"


class KeysWrongError(ConfigurationError):
    """The master keys found belong to another archive; nothing is written with them."""

    code = "keys_wrong"


def key_path(settings: Settings) -> Path | None:
    """Return the key file of the settings, plain or sealed; None where the keys are elsewhere or the URL is none."""
    try:
        return key_file(settings.keys_url)
    except KeysUrlError:  # said when the keys are opened
        return None


def open_own_keys(settings: Settings, database: Database) -> tuple[KeyProvider, str]:
    """Return the master keys and the id of this archive, which they are known to belong to.

    Raises:
        KeysMissingError: the key file is not there.
        KeysWrongError: the keys are another archive's.
    """
    path = key_path(settings)
    if path is not None and not path.exists():
        raise KeysMissingError(
            "找不到主密钥文件 %(path)s，没有打开档案，数据未被改动。请把它放回原处，"
            "或用打印的恢复单恢复：python -m dms keys recover 恢复单文件",
            path=path,
        )
    keys = open_keys(settings.keys_url)
    with database.read() as session:
        facts = {fact.name: fact.value for fact in session.query(ArchiveFact)}
    try:
        confirm_keys(keys, facts["instance"], facts["key_check"])
    except WrongKeyError as error:
        raise KeysWrongError(
            "%(keys)s 里的主密钥属于另一个档案，没有打开，也不会用它写任何东西。请换回这个档案自己的密钥文件。",
            keys=path or without_secrets(settings.keys_url),
        ) from error
    return keys, facts["instance"]
