"""A whole archive on real parts: encrypted folder, embedded index, key file outside the data folder."""

from __future__ import annotations

from pathlib import Path

from config.rulebook import load_rulebook
from config.settings import Settings
from dms.bootstrap import TOPICS
from dms.consequences import Table as Consequences
from dms.jobs.carrier import carrier_for
from dms.kernel.archive import Archive
from dms.kernel.clock import Clock
from dms.kernel.database import ArchiveFact, Database
from dms.places.service import ensure_virtual_places
from dms.policy import Policy
from search.open import open_index
from storage.folder import FolderStore
from storage.keyfile import KeyFile
from storage.keys import key_check
from storage.open import open_keys
from storage.vault import Vault

INSTANCE = "01testinstance000000000000"


def begin(folder: Path, db: Database, clock: Clock) -> Archive:
    """Make an archive in a folder and an empty catalog."""
    (folder / "data").mkdir()
    keys = KeyFile.create(folder / "keys")
    with db.write() as session:
        session.add(ArchiveFact(name="instance", value=INSTANCE))
        session.add(ArchiveFact(name="key_check", value=key_check(keys, INSTANCE)))
    made = whole(folder, db, clock)
    ensure_virtual_places(made)
    return made


def whole(folder: Path, db: Database, clock: Clock) -> Archive:
    """Put together what was begun in a folder, as each process of an archive does."""
    settings = Settings(data=folder / "data", keys_url=f"keyfile://{folder / 'keys'}", workers=1)
    rulebook = load_rulebook()
    return Archive(
        settings=settings,
        rulebook=rulebook,
        data=settings.data,
        db=db,
        clock=clock,
        vault=Vault(FolderStore(settings.data / "objects"), open_keys(settings.keys_url), INSTANCE),
        index=open_index(settings.index_url),
        policy=Policy(rulebook.roles, TOPICS.actions.values()),
        carrier=carrier_for(settings, db),
        topics=TOPICS,
        consequences=Consequences(),
    )
