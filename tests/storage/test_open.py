"""Stores and keys by URL, and errors that say what to do."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import fields
from pathlib import Path

import pytest

import storage
from storage.envelope import FORMAT, Envelope
from storage.folder import FolderStore
from storage.keyfile import KeyFile, PlainKeys
from storage.keyring import KeyRing
from storage.keys import KeyFileMissingError, KeysUrlError, PassphraseError
from storage.objects import StorageError, StoreUrlError
from storage.open import KEYS, PASSPHRASE, key_coding, key_file, open_keys, open_store
from storage.passphrase import SealedKeys


def test_a_folder(tmp_path: Path) -> None:
    store = open_store(f"file://{tmp_path}/原件 50%")
    assert isinstance(store, FolderStore)
    store.put("obj/ab/cd", [b"x"])
    assert (tmp_path / "原件 50%" / "obj/ab/cd").read_bytes() == b"x"


@pytest.mark.parametrize("url", ["", "objects", "file:objects", "file://objects", "ftp://host/x"])
def test_other_stores_are_refused_in_words(url: str) -> None:
    with pytest.raises(StoreUrlError, match="file:///folder"):
        open_store(url)


def test_a_key_file(keys: KeyFile, tmp_path: Path) -> None:
    assert open_keys(f"keyfile://{keys.path}").ids() == keys.ids()
    with pytest.raises(KeyFileMissingError):
        open_keys(f"keyfile://{tmp_path}/none")


def test_a_sealed_key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = KeyFile.create(tmp_path / "sealed.keys", SealedKeys("correct horse battery", memory=64))
    monkeypatch.delenv("GUIDANG_PASSPHRASE", raising=False)
    with pytest.raises(PassphraseError, match="GUIDANG_PASSPHRASE"):
        open_keys(f"passphrase://{keys.path}")
    monkeypatch.setenv("GUIDANG_PASSPHRASE", "correct horse battery")
    assert open_keys(f"passphrase://{keys.path}").ids() == keys.ids()
    monkeypatch.setenv("OTHER", "incorrect horse battery")
    with pytest.raises(PassphraseError, match="does not open"):
        open_keys(f"passphrase://OTHER{keys.path}")


def test_where_the_key_file_of_a_url_lies_and_how_it_is_coded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTHER", "correct horse battery")
    assert key_file("keyfile:///keys/a%20b") == key_file("passphrase://OTHER/keys/a%20b") == Path("/keys/a%20b")
    assert key_file("env:NAME") is None
    assert isinstance(key_coding("keyfile:///keys"), PlainKeys)
    assert isinstance(key_coding("passphrase://OTHER/keys"), SealedKeys)
    with pytest.raises(KeysUrlError):
        key_file("passphrase://OTHER")


def test_a_passphrase_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = KeyFile.create(tmp_path / "sealed.keys", SealedKeys("correct horse battery", memory=64))
    monkeypatch.delenv("GUIDANG_PASSPHRASE", raising=False)
    monkeypatch.setenv("GUIDANG_PASSPHRASE_FILE", str(tmp_path / "passphrase"))
    with pytest.raises(PassphraseError, match="cannot be read"):
        open_keys(f"passphrase://{keys.path}")
    (tmp_path / "passphrase").write_text("correct horse battery\n", encoding="utf-8")
    assert open_keys(f"passphrase://{keys.path}").ids() == keys.ids()


def test_keys_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVE_KEY", "ab" * 32)
    assert isinstance(open_keys("env:ARCHIVE_KEY"), KeyRing)


@pytest.mark.parametrize(
    "url", ["", "keys", "keyfile:keys", "keyfile://keys", "passphrase:", "vault://host", "env:NONE_SUCH"]
)
def test_other_keys_are_refused_in_words(url: str) -> None:
    with pytest.raises(KeysUrlError):
        open_keys(url)


def _errors(base: type[StorageError] = StorageError) -> list[type[StorageError]]:
    return [base, *(error for child in base.__subclasses__() for error in _errors(child))]


def test_every_error_has_its_own_code_and_its_name_says_that_it_is_one() -> None:
    for module in pkgutil.walk_packages(storage.__path__, "storage."):
        importlib.import_module(module.name)
    ours = [error for error in _errors() if error.__module__.startswith("storage.")]
    codes = [vars(error).get("code") for error in ours]
    assert all(isinstance(code, str) and code for code in codes)
    assert len(set(codes)) == len(codes)
    assert all(error.__name__.endswith("Error") for error in ours)


def test_the_formats_are_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    names = [FORMAT, PlainKeys.FORMAT, SealedKeys.FORMAT, PASSPHRASE, *(field.name for field in fields(Envelope))]
    assert [name for name in names if f"`{name}`" not in text and f'"{name}"' not in text] == []
    assert [scheme for scheme in KEYS if f"`{scheme}:" not in text] == []
