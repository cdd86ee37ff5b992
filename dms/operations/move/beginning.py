"""How a move begins, or goes on: both catalogs get their mark, the source first, and the target its tables."""

from __future__ import annotations

from pathlib import Path

from dms.kernel import moving
from dms.kernel.database import Database, new_id
from dms.kernel.errors import ConfigurationError, ConflictError
from dms.kernel.moving import Mark
from dms.kernel.outages import SENTENCES
from dms.migrations import upgrade
from dms.operations import snapshot
from dms.operations.move.ends import Ends
from dms.retrieval.condition import trouble
from search.open import open_index
from storage.owned import OwnedStore, owner_of


def begin(ends: Ends) -> Mark:
    """Return the source's mark: `leaving` while there is something to carry, `left` when only the end is missing.

    Raises `ConflictError` for a target that holds something, `LeavingError`, `LeftError`, `ArrivingError` for a source
    that is part of another move, or whose move is complete.
    """
    mine, theirs = _mark(ends.source.db), _mark(ends.catalog)
    if mine is not None and (mine.state == "arriving" or mine.other != ends.there):
        raise moving.explained(mine)
    if theirs is not None:
        _require_same(mine, theirs, ends)
    elif mine is not None and mine.state == "left":
        raise moving.explained(mine)
    if mine is None:
        mine = _leave(ends)
    if theirs is None:
        _arrive(ends, mine)
    return mine


def _mark(database: Database) -> Mark | None:
    """Return the mark of a catalog, None where there is none, or no catalog yet."""
    if database.is_sqlite and not Path(str(database.url.database)).exists():
        return None
    if upgrade.current(database) is None:
        return None
    with database.engine.connect().execution_options(writes=False) as connection:
        return moving.mark_of(connection)


def _require_same(mine: Mark | None, theirs: Mark, ends: Ends) -> None:
    if mine is None or theirs.run != mine.run or theirs.state != "arriving" or not upgrade.is_current(ends.catalog):
        raise ConflictError(
            "目标目录库 %(there)s 里有另一次搬迁留下的半份档案，没有写入。请清空它（原件库可以不动）再运行一次。",
            code="move_leftover", there=ends.there,
        )  # fmt: skip


def _leave(ends: Ends) -> Mark:
    """Close the source to everybody else, once it is clear that the target can take it."""
    snapshot.require_empty(ends.settings.catalog_url)
    owner = owner_of(ends.store)
    if owner != ends.source.vault.instance and (owner or next(iter(ends.store.names()), None)):
        raise ConflictError(
            "目标原件库里已有别的对象，或它属于另一个档案，没有写入任何东西。请指定空的原件库。", code="not_empty"
        )
    _try_store(ends)
    if problem := trouble(open_index(ends.settings.index_url)):
        raise problem
    mark = Mark("leaving", new_id(), ends.there)
    with ends.source.db.engine.begin() as connection:
        moving.set_mark(connection, mark)
    return mark


def _try_store(ends: Ends) -> None:
    """Mark the target's store, which shows that it can be written and does not overwrite."""
    if ends.store.probe().retains:
        raise ConfigurationError(SENTENCES["store_retains"], code="store_retains")
    OwnedStore(ends.store, ends.source.vault.instance).mark()


def _arrive(ends: Ends, mine: Mark) -> None:
    """Make the target's tables and its mark in one transaction: there is no moment in which it could be opened."""
    snapshot.require_empty(ends.settings.catalog_url)
    with ends.catalog.engine.begin() as connection:
        upgrade.upgrade_within(connection)
        moving.set_mark(connection, Mark("arriving", mine.run, ends.here))
