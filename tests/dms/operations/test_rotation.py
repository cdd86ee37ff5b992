from functools import partial

import pytest
import sqlalchemy as sa

from dms.bootstrap import open_archive
from dms.cli import main
from dms.kernel.keyring import key_path
from dms.operations.rotation import rotate_keys
from dms.originals.models import StoredObject
from dms.policy import SYSTEM
from storage.envelope import Envelope
from storage.keyfile import KeyFile
from storage.open import key_coding
from storage.passphrase import SealedKeys
from tests.dms.operations.conftest import CONTENTS, contents

PASSPHRASE = "correct horse battery"


@pytest.fixture(params=["keyfile", "passphrase"])
def keys_url(request, tmp_path, monkeypatch):
    monkeypatch.setattr("storage.open.SealedKeys", partial(SealedKeys, memory=64))
    monkeypatch.setenv("GUIDANG_PASSPHRASE", PASSPHRASE)
    return f"{request.param}://{tmp_path / 'config' / 'keys'}"


def test_after_a_rotation_every_object_opens_under_the_new_key_and_no_object_was_touched(archive, settings):
    before = {name: archive.vault.store.size(name) for name in archive.vault.store.names()}
    keys = KeyFile.load(key_path(settings), key_coding(settings.keys_url))
    assert rotate_keys(archive, SYSTEM, keys) == 3
    with open_archive(settings) as again, again.db.read() as session:
        rows = session.scalars(sa.select(StoredObject)).all()
        assert {row.key_id for row in rows} == {keys.current}
        for row in rows:
            again.vault.verify(Envelope.from_json(row.envelope))
    assert {name: archive.vault.store.size(name) for name in archive.vault.store.names()} == before


@pytest.mark.parametrize("keys_url", ["passphrase"], indirect=True)
def test_the_commands_rotate_sealed_keys_and_change_their_passphrase(archive, settings, tmp_path, monkeypatch, capsys):
    def keys(*command):
        with pytest.raises(SystemExit) as left:
            main(["--data", str(settings.data), "keys", *command])
        return left.value.code

    monkeypatch.setenv("GUIDANG_KEYS_URL", settings.keys_url)
    assert keys("rotate") == 0
    assert keys("sheet", str(tmp_path / "sheet")) == 0
    key_path(settings).rename(tmp_path / "old")
    monkeypatch.setenv("GUIDANG_PASSPHRASE", "another battery staple")
    assert keys("recover", str(tmp_path / "sheet")) == 0
    with open_archive(settings) as again:
        assert contents(again) == sorted(CONTENTS)
        assert len(again.vault.keys.ids()) == 2
    monkeypatch.setenv("GUIDANG_PASSPHRASE", PASSPHRASE)
    assert keys("rotate") != 0
    assert "[passphrase]" in capsys.readouterr().err
