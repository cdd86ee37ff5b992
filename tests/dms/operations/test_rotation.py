from pathlib import Path

import sqlalchemy as sa

from dms.bootstrap import open_archive
from dms.operations.rotation import rotate_keys
from dms.originals.models import StoredObject
from dms.policy import SYSTEM
from storage.envelope import Envelope
from storage.keyfile import KeyFile


def test_after_a_rotation_every_object_opens_under_the_new_key_and_no_object_was_touched(archive, settings):
    before = {name: archive.vault.store.size(name) for name in archive.vault.store.names()}
    keys = KeyFile.load(Path(settings.keys_url.removeprefix("keyfile://")))
    assert rotate_keys(archive, SYSTEM, keys) == 3
    with open_archive(settings) as again, again.db.read() as session:
        rows = session.scalars(sa.select(StoredObject)).all()
        assert {row.key_id for row in rows} == {keys.current}
        for row in rows:
            again.vault.verify(Envelope.from_json(row.envelope))
    assert {name: archive.vault.store.size(name) for name in archive.vault.store.names()} == before
