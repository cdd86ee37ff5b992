"""Composes a running archive from settings: the one place where parts are chosen and put together."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy.orm import Session

from config.settings import KEYS_LOCATION, Settings, default_key_file
from dms.accounts.topic import TOPIC as ACCOUNTS
from dms.audit.topic import TOPIC as AUDIT
from dms.consequences import Table as Consequences
from dms.desk.topic import TOPIC as DESK
from dms.documents.topic import TOPIC as DOCUMENTS
from dms.dossiers.topic import TOPIC as DOSSIERS
from dms.filing.topic import TOPIC as FILING
from dms.holdings.topic import TOPIC as HOLDINGS
from dms.holds.topic import TOPIC as HOLDS
from dms.intake.topic import TOPIC as INTAKE
from dms.jobs.carrier import carrier_for
from dms.jobs.topic import TOPIC as JOBS
from dms.kernel import moving
from dms.kernel.archive import Archive
from dms.kernel.catalog import in_words, open_database
from dms.kernel.clock import SystemClock
from dms.kernel.configuration import read_rulebook
from dms.kernel.configuration import settings_of as settings_of  # the commands take it from here
from dms.kernel.database import ArchiveFact, Database, new_id, take_turns
from dms.kernel.errors import ConfigurationError
from dms.kernel.keyring import key_path, open_own_keys
from dms.kernel.outages import explained
from dms.kernel.telemetry.timed import TimedStore
from dms.kernel.topic import Topics
from dms.migrations import upgrade
from dms.numbering.topic import TOPIC as NUMBERING
from dms.operations.topic import TOPIC as OPERATIONS
from dms.originals.store import recognise
from dms.originals.topic import TOPIC as ORIGINALS
from dms.parties.service import sync_own
from dms.parties.topic import TOPIC as PARTIES
from dms.places.service import ensure_virtual_places
from dms.places.topic import TOPIC as PLACES
from dms.policy import Policy
from dms.retrieval.topic import TOPIC as RETRIEVAL
from dms.tasks.topic import TOPIC as TASKS
from search.open import open_index
from storage import durable
from storage.keyfile import KeyFile
from storage.keys import key_check
from storage.objects import (
    StorageFullError,
    StorageUnavailableError,
    StoreForbiddenError,
    StoreRefusedError,
    StoreUrlError,
)
from storage.open import key_coding, open_keys, open_store
from storage.owned import OwnedStore
from storage.vault import Vault

LOG = logging.getLogger("dms.bootstrap")

TOPICS = Topics(  # in the order in which lists of them are shown
    (
        INTAKE, DOCUMENTS, FILING, PARTIES, DOSSIERS, HOLDINGS, PLACES, ACCOUNTS, RETRIEVAL, OPERATIONS, AUDIT, JOBS,
        TASKS, HOLDS, ORIGINALS, NUMBERING, DESK,
    )
)  # fmt: skip

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # onnxruntime phones home otherwise; children inherit it


class NoArchiveError(ConfigurationError):
    """There is no archive in the data folder yet."""

    code = "no_archive"


class OutdatedError(ConfigurationError):
    """The catalog must be upgraded before this program can open it."""

    code = "data_older_than_program"


def is_started(settings: Settings) -> bool:
    """Tell whether there is an archive where the settings say."""
    with closing(open_database(settings.catalog_url)) as database, in_words():
        return _has_tables(database)


def _has_tables(database: Database) -> bool:
    if database.is_sqlite and not Path(str(database.url.database)).exists():
        return False
    return upgrade.current(database) is not None


def with_own_keys(settings: Settings) -> Settings:
    """Return the settings of an archive that is about to be made, with a key file that no other archive has.

    Of two data folders that are called the same, the second has its key file under a longer name, and notes it down.
    """
    path = key_path(settings)
    if path is None or not path.exists() or settings.keys_url != f"keyfile://{default_key_file(settings.data)}":
        return settings
    own = path.with_stem(f"{path.stem}-{secrets.token_hex(3)}")
    durable.make_folders(settings.data)
    durable.write_file(settings.data / KEYS_LOCATION, f"{own}\n".encode(), replace=True)
    return settings.model_copy(update={"keys_url": f"keyfile://{own}"})


def start_archive(settings: Settings) -> Path | None:
    """Make a new archive: keys, catalog, places; return the recovery sheet's file where a key file was made.

    An archive that exists is left as it is.
    """
    durable.make_folders(settings.data)
    sheet = _make_key_file(settings) if not is_started(settings) else None
    with closing(open_database(settings.catalog_url)) as database, in_words():
        upgrade.upgrade(database)
        moving.require_living(database)
        with database.write() as session:
            _remember_keys(session, settings)
    with open_archive(settings) as archive:
        ensure_virtual_places(archive)
    return sheet


def _make_key_file(settings: Settings) -> Path | None:
    path = key_path(settings)
    if path is None or path.exists():
        return None
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = KeyFile.create(path, key_coding(settings.keys_url))
    sheet = path.with_suffix(".recovery-sheet.txt")
    descriptor = os.open(sheet, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write("\n".join(keys.recovery_sheet()) + "\n")
    return sheet


def _remember_keys(session: Session, settings: Settings) -> None:
    take_turns(session, "start")  # of two machines that begin at once, the second finds the first
    if session.get(ArchiveFact, "instance") is None:
        instance = new_id()
        session.add(ArchiveFact(name="instance", value=instance))
        session.add(ArchiveFact(name="key_check", value=key_check(open_keys(settings.keys_url), instance)))


@contextmanager
def open_archive(settings: Settings) -> Iterator[Archive]:
    """Open the archive of the settings; closed at the end.

    Raises:
        CatalogError, CatalogUnavailableError: the catalog's server cannot be used, or does not answer.
        NoArchiveError, OutdatedError, NewerDataError: the catalog is not one that this program can open.
        LeavingError, LeftError, ArrivingError: the archive is being moved, or lives elsewhere now.
        KeysMissingError, KeysWrongError: the originals could not be read, so nothing is opened at all.
        StoreForeignError: the store of the originals is another archive's, or its disk is not mounted.
        StoreRefusesError: the store of the originals answers and refuses us.
    """
    with composed(settings, check=moving.require_living) as archive:
        with in_words():
            sync_own(archive)
        yield archive


@contextmanager
def composed(settings: Settings, check: Callable[[Database], None] = lambda database: None) -> Iterator[Archive]:
    """Put the parts together and change nothing; `check` sees the catalog before anything else is touched.

    For what carries a whole archive; everything else calls `open_archive`.
    """
    with closing(open_database(settings.catalog_url)) as database:
        with in_words():
            _require_current(settings, database)
            check(database)
            archive = _put_together(settings, database)
        yield archive


def _put_together(settings: Settings, database: Database) -> Archive:
    rulebook = read_rulebook(settings.data)
    return Archive(
        settings=settings,
        rulebook=rulebook,
        data=settings.data,
        db=database,
        clock=SystemClock(settings.time_zone),
        vault=_open_vault(settings, database),
        index=open_index(settings.index_url),
        policy=Policy(rulebook.roles, TOPICS.actions.values()),
        carrier=carrier_for(settings, database),
        topics=TOPICS,
        consequences=Consequences(),
    )


def _require_current(settings: Settings, database: Database) -> None:
    if not _has_tables(database):
        raise NoArchiveError("%(data)s 里还没有档案。请先运行 ./run --empty 建立。", data=settings.data)
    if not upgrade.is_current(database):
        raise OutdatedError(
            "数据是旧版本程序写的。请先停止服务，运行 python -m dms --data %(data)s upgrade（会先备份）再启动。",
            data=settings.data,
        )


def _open_vault(settings: Settings, database: Database) -> Vault:
    keys, instance = open_own_keys(settings, database)
    return Vault(_own_store(settings, database, instance), keys, instance)


def _own_store(settings: Settings, database: Database, instance: str) -> OwnedStore:
    """Return the store, marked as this archive's.

    Raises:
        StoreForeignError: it is not ours.
        StoreRefusesError: it answers and refuses us: keys, bucket, certificate, clock, or its URL.
    """
    try:
        store = TimedStore(open_store(settings.store_url))
        owned = OwnedStore(store, instance)
        _mark(owned, recognise(store, database, instance, settings.store_url))
    except (StoreUrlError, StoreRefusedError, StorageFullError) as error:
        raise explained(error) from error
    except StorageUnavailableError as error:  # it is asked again at each deed; what needs no original works meanwhile
        LOG.warning("the store does not answer: %s", error)
    return owned


def _mark(owned: OwnedStore, marked: bool) -> None:
    """Mark the store; where that was done, prove it writable: one that is not can still be read from."""
    try:
        owned.mark()
    except (StoreForbiddenError, StorageFullError) as error:
        if not marked:
            raise
        LOG.warning("the store can only be read from: %s", error)
