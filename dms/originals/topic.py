"""What encrypted objects tell the house."""

from __future__ import annotations

from collections.abc import Iterable

from dms.kernel.archive import Archive
from dms.kernel.topic import SILENT, Chore, Topic
from dms.originals import objects
from dms.originals.models import Intent, StoredObject


def _chores(archive: Archive) -> Iterable[Chore]:
    yield Chore("sweep objects", 60.0, lambda: objects.sweep(archive))
    yield Chore("tidy the store", 3600.0, lambda: min(archive.vault.store.tidy(), 0))


TOPIC = Topic(
    name="originals",
    answers=SILENT,
    tables=(Intent, StoredObject),
    chores=_chores,
)
