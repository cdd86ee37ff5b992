"""The key file: private, never overwritten, rotated in place, made again from paper."""

from __future__ import annotations

import errno
import json
import os
import stat
from pathlib import Path

import pytest

from storage.keyfile import KeyFile
from storage.keys import (
    KeyFileDamagedError,
    KeyFileExistsError,
    KeyFileExposedError,
    KeyFileMissingError,
    KeysError,
    PassphraseError,
    RecoverySheetError,
)
from storage.passphrase import SealedKeys

DATA_KEY = bytes(range(32))
PASSPHRASE = "correct horse battery"


def test_only_its_owner_may_read(keys: KeyFile) -> None:
    assert stat.S_IMODE(keys.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(keys.path.parent.stat().st_mode) == 0o700
    assert [path.name for path in keys.path.parent.iterdir()] == ["archive.keys"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_may_read_is_refused(keys: KeyFile, mode: int) -> None:
    keys.path.chmod(mode)
    with pytest.raises(KeyFileExposedError, match="chmod 600"):
        KeyFile.load(keys.path)


def test_it_is_never_overwritten(keys: KeyFile) -> None:
    before = keys.path.read_bytes()
    with pytest.raises(KeyFileExistsError):
        KeyFile.create(keys.path)
    with pytest.raises(KeyFileExistsError):
        KeyFile.from_recovery_sheet(keys.path, keys.recovery_sheet())
    assert keys.path.read_bytes() == before


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(KeyFileMissingError, match="recovery sheet"):
        KeyFile.load(tmp_path / "none.keys")
    with pytest.raises(KeyFileDamagedError, match="folder"):
        KeyFile.load(tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff", b'{"format":"other"}', b'{"format":"guidang-keys-1","keys":[]}']
)
def test_what_is_no_key_file_is_said(keys: KeyFile, content: bytes) -> None:
    keys.path.write_bytes(content)
    with pytest.raises(KeyFileDamagedError):
        KeyFile.load(keys.path)


@pytest.mark.parametrize("change", [{"secret": "AAAA"}, {"id": "k1-00000000"}, {"version": 2}, {"created": -1}])
def test_an_altered_key_is_noticed(keys: KeyFile, change: dict[str, object]) -> None:
    content = json.loads(keys.path.read_text())
    content["keys"][0].update(change)
    keys.path.write_text(json.dumps(content))
    with pytest.raises(KeyFileDamagedError):
        KeyFile.load(keys.path)


def test_a_rotation_is_kept_and_seen_by_who_has_the_file_open(keys: KeyFile) -> None:
    elsewhere = KeyFile.load(keys.path)
    new = keys.rotate()
    assert elsewhere.current == new
    assert KeyFile.load(keys.path).ids() == keys.ids() == elsewhere.ids()
    assert stat.S_IMODE(keys.path.stat().st_mode) == 0o600


def test_two_rotations_from_two_places_keep_both_keys(keys: KeyFile) -> None:
    elsewhere = KeyFile.load(keys.path)
    ids = (keys.current, keys.rotate(), elsewhere.rotate())
    assert KeyFile.load(keys.path).ids() == ids


def test_a_file_taken_away_while_open_does_no_harm(keys: KeyFile) -> None:
    wrapped = keys.wrap(DATA_KEY, b"")
    keys.path.unlink()
    assert keys.unwrap(*wrapped, b"") == DATA_KEY
    assert keys.wrap(DATA_KEY, b"")[0] == wrapped[0]


def test_paper_brings_every_key_back(keys: KeyFile, tmp_path: Path) -> None:
    keys.rotate()
    wrapped = keys.wrap(DATA_KEY, b"context")
    again = KeyFile.from_recovery_sheet(tmp_path / "again.keys", keys.recovery_sheet())
    assert again.ids() == keys.ids()
    assert again.unwrap(*wrapped, b"context") == DATA_KEY


def test_a_mistyped_sheet_makes_no_file(keys: KeyFile, tmp_path: Path) -> None:
    with pytest.raises(RecoverySheetError):
        KeyFile.from_recovery_sheet(tmp_path / "again.keys", keys.recovery_sheet()[:-1])
    assert not (tmp_path / "again.keys").exists()


def test_a_place_that_cannot_be_written_is_said(keys: KeyFile) -> None:
    with pytest.raises(KeysError, match="another place"):
        KeyFile.create(keys.path / "below-a-file.keys")


def test_a_sealed_file_opens_with_its_passphrase_only(tmp_path: Path) -> None:
    path = tmp_path / "sealed.keys"
    keys = KeyFile.create(path, SealedKeys(PASSPHRASE, memory=64))
    wrapped = keys.wrap(DATA_KEY, b"")
    assert KeyFile.load(path, SealedKeys(PASSPHRASE)).unwrap(*wrapped, b"") == DATA_KEY
    with pytest.raises(PassphraseError, match="does not open"):
        KeyFile.load(path, SealedKeys("incorrect horse battery"))
    with pytest.raises(KeyFileDamagedError):
        KeyFile.load(path)
    assert b"created" not in path.read_bytes()


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(PassphraseError, match="12"):
        SealedKeys("short")


@pytest.mark.parametrize(
    "change",
    [{"memory": 1 << 30}, {"iterations": 10_000}, {"lanes": 1000}, {"kdf": "md5"}, {"memory": -1}, {"salt": "%"}],
)
def test_an_absurd_cost_is_refused_before_it_is_paid(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "sealed.keys"
    KeyFile.create(path, SealedKeys(PASSPHRASE, memory=64))
    content = json.loads(path.read_text())
    content["head"].update(change)
    path.write_text(json.dumps(content))
    with pytest.raises(KeyFileDamagedError):
        KeyFile.load(path, SealedKeys(PASSPHRASE))


def test_a_changed_cost_is_authenticated(tmp_path: Path) -> None:
    path = tmp_path / "sealed.keys"
    KeyFile.create(path, SealedKeys(PASSPHRASE, memory=64))
    content = json.loads(path.read_text())
    content["head"]["note"] = "added"
    path.write_text(json.dumps(content))
    with pytest.raises(PassphraseError):
        KeyFile.load(path, SealedKeys(PASSPHRASE))


def test_a_rotation_that_finds_no_room_leaves_the_file_as_it_was(
    keys: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, current = keys.path.read_bytes(), keys.current

    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("storage.durable.os.fsync", full)
        with pytest.raises(KeysError, match="as it was"):
            keys.rotate()
    assert keys.path.read_bytes() == before
    assert keys.current == current
    assert [path.name for path in keys.path.parent.iterdir()] == ["archive.keys"]
