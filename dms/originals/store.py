"""The object store at hand: whether it is this archive's."""

from __future__ import annotations

import sqlalchemy as sa

from config.redaction import without_secrets
from dms.kernel.database import Database
from dms.kernel.errors import ConfigurationError
from dms.originals.models import StoredObject
from storage.envelope import Envelope
from storage.objects import ObjectNotFoundError, ObjectStore
from storage.owned import owner_of

SAMPLE = 20  # newest objects, any of which proves a store that has no mark
EMPTY = (
    "原件库 %(store)s 里没有这个档案的原件，可能是磁盘没有挂上。没有打开，也不会往里写任何东西。"
    "请挂上原来的磁盘，或改正设置 store_url，再启动。"
)
ANOTHER = (
    "原件库 %(store)s 属于另一个档案。没有打开，也不会往里写任何东西。请挂上这个档案自己的磁盘，"
    "或改正设置 store_url，再启动。"
)


class StoreForeignError(ConfigurationError):
    """The store is another archive's, or lacks every original that the catalog knows of; nothing is written to it."""

    code = "store_foreign"


def recognise(store: ObjectStore, database: Database, instance: str, url: str) -> bool:
    """Tell whether the store bears our mark; False means that it is ours and may be marked.

    Raises:
        StoreForeignError: it is not ours.
        StorageUnavailableError: it does not answer.
    """
    owner = owner_of(store)
    if owner is not None and owner != instance:
        raise StoreForeignError(ANOTHER, store=without_secrets(url))
    if owner is None and not _holds_ours(store, database):
        raise StoreForeignError(EMPTY, store=without_secrets(url))
    return owner is not None


def _holds_ours(store: ObjectStore, database: Database) -> bool:
    with database.read() as session:
        newest = sa.select(StoredObject.envelope).order_by(StoredObject.id.desc()).limit(SAMPLE)
        envelopes = [Envelope.from_json(text) for text in session.scalars(newest)]
    return not envelopes or any(_has(store, envelope) for envelope in envelopes)


def _has(store: ObjectStore, envelope: Envelope) -> bool:
    try:
        return store.size(envelope.name) == envelope.cipher_length
    except ObjectNotFoundError:
        return False
