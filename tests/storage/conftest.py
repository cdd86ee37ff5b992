"""Real small parts for the storage tests: a folder store, a key file, a Vault over both."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.folder import FolderStore
from storage.keyfile import KeyFile
from storage.vault import Vault


@pytest.fixture
def keys(tmp_path: Path) -> KeyFile:
    return KeyFile.create(tmp_path / "keys" / "archive.keys")


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "objects")


@pytest.fixture
def vault(store: FolderStore, keys: KeyFile) -> Vault:
    return Vault(store, keys, "archive-1")
