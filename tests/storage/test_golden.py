"""Objects of the first version: whatever changes, these must open."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path

import pytest

from storage.envelope import Envelope
from storage.folder import FolderStore
from storage.keyfile import PlainKeys
from storage.keyring import KeyRing, MasterKey
from storage.passphrase import SealedKeys
from storage.sheet import read_sheet, write_sheet
from storage.vault import Vault

MASTERS = (MasterKey(1, 1_700_000_000, bytes(range(32))), MasterKey(2, 1_800_000_000, bytes(range(32, 64))))
PLAIN = "归档 golden".encode()
OBJECT = b64decode("KAy93ynX08tR4r2TK7YVyi0gN1j/fuj2xvE0HUVsmtLgeh6bwwFeFMTkTu/9wZp0f2XtZmLfn+exrb83+U9hvLMuaIl9")
ENVELOPE = (
    '{"cipher_length":69,"cipher_sha256":"e3a2006eaa2e3e61a0632a5b0c3505297209184c3a519e7f457e1762509b14ad",'
    '"commitment":"38ea93551693eaef9e949b2d61d22200e441726fece456dfb9deb27b489f3f1d","format":"guidang-object-1",'
    '"instance":"golden","key_id":"k2-d2d1ad98","object_id":"f5465c2e31444a9e85da238ac0318749","plain_length":13,'
    '"plain_sha256":"1151941eb590daa574c203896dfee38d08a9796de619e02a6d9261443fa3b815","role":"original",'
    '"wrapped_key":"AYJ0tdsmpYHRK2bWk97EftQCwRomPgyqJr+QMyDwNw/ck7gOSkfFKaE4TMstkIFZuh1hhNZDtlJhQle9wgiUpeMcUgYNBAn5'
    'mtDlGWcWWoxC"}'
)
SHEET = """
  1.1  000G 00K5 AFRG 0001 2Y1Y
  1.2  081G 8186 0W40 J2GB DVBM
  1.3  1G6G W3RG 2491 650N BT80
  1.4  2RBH G68T 3CE1 T7GZ 8SE7
  2.1  0010 00KB 9790 0811 MBCV
  2.2  48HJ 8996 4WM2 JAHB 0PM7
  2.3  5GPJ WBSG 64S3 6D1N BE4W
  2.4  6RVK GE9T 7CY3 TFHZ MMKW
"""
KEY_FILE = b"""{"format": "guidang-keys-1", "keys": [
 {"version": 1, "id": "k1-89af4bb6", "created": 1700000000,
  "secret": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="},
 {"version": 2, "id": "k2-d2d1ad98", "created": 1800000000,
  "secret": "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="}]}"""
SEALED = (
    b'{"format": "guidang-sealed-keys-1", "head": {"kdf": "argon2id", "salt": "LEuDuL7F82YzOa+oWQTIrg==", "memory": 64,'
    b'"iterations": 3, "lanes": 4}, "sealed": "4FbJvkLOjBkb3RHGhghuOziCAFFP3jkViy0+BHdYemGn/rWkVFgxX8Z/f/oJ+AijC7J1dWpJ'
    b"9Fv+9dh4Ay+64W6TI5jXu9jevNxoQsSCgE4tQA4PyILor3n7aeuCIHt1A7EsCoe5m4k6lYV8RgnFy6t9fvaJJa/IUqPczt7F608mU62UwFI9CMyL"
    b"fikJaKjhdR2k9PEsCsK+Kh9v0AIIZNLXMiefS1FNFLM/eidYhQeCPaVJ4FemK94mexdd10xbbJGh6I2L43UfWO+6fvyx0IjiRn+uMuBuloUZxdzZ"
    b"ioDJIRx5/YUYlYJAuvNOfa5jzTRn+XcJCAG7WLjRi4jBntt/ODJ4mj0lxQ25VqVVGxZQtQCFAOlI5QJLl02gt1RTalC+9k/c7EkR1UPfaq7Wv6oB"
    b'Q2FxQ0LcyUOaEGuHP+CLIv2+7H3SX2ZEgBmGXHZnCWP4BmCklIX9Vg=="}'
)


@pytest.mark.parametrize(
    "masters",
    [read_sheet(SHEET.splitlines()), PlainKeys().decode(KEY_FILE), SealedKeys("correct horse battery").decode(SEALED)],
    ids=["sheet", "file", "sealed"],
)
def test_an_object_of_the_first_version_opens(masters: tuple[MasterKey, ...], tmp_path: Path) -> None:
    assert masters == MASTERS
    envelope = Envelope.from_json(ENVELOPE)
    store = FolderStore(tmp_path)
    store.put(envelope.name, [OBJECT])
    vault = Vault(store, KeyRing(masters), "golden")
    vault.verify(envelope)
    assert vault.read(envelope) == PLAIN


def test_the_sheet_is_printed_as_ever() -> None:
    assert [line for line in write_sheet(MASTERS) if line.startswith("  ")] == SHEET.splitlines()[1:]
