"""The move from its begin to its end; killed at any point, the same call goes on where it stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from config.settings import Settings
from dms.audit.sequencer import grown, tree_size
from dms.audit.service import record
from dms.kernel import moving
from dms.kernel.archive import Archive
from dms.kernel.errors import ConflictError
from dms.kernel.lock import FolderLock
from dms.kernel.moving import Mark
from dms.operations import rows, snapshot
from dms.operations.actions import BACKUP_RUN
from dms.operations.move.beginning import begin
from dms.operations.move.carrying import carry_objects, carry_rules, open_sample
from dms.operations.move.ends import Ends, Progress, opened
from dms.originals.models import StoredObject
from dms.policy import Identity


@dataclass(frozen=True, slots=True)
class MoveReport:
    """What arrived. `size` and `root` are the audit log's head, the same on both sides."""

    objects: int
    rows: int
    size: int
    root: str


def move(
    archive: Archive,
    identity: Identity,
    target: Settings,
    build_index: Callable[[], int],
    progress: Progress = lambda stage, done, total: None,
) -> MoveReport:
    """Carry a stopped archive to where `target` says; it may be opened there, and only there, when this returns.

    The stages are objects, rows, open, index (counted by `build_index` itself), source and target (comparison).
    Killed, it goes on when it is called again. The source is only read, but for the mark of `dms.kernel.moving`.

    Raises:
        InvalidError: source and target are the same place.
        AlreadyRunningError, ConflictError: the source is in use, or the target holds something.
        LeavingError, LeftError, ArrivingError: the source is part of another move, or has left.
        ConflictError (move_object, move_differs): something is not what it was; nothing was switched.
    """
    archive.policy.require(identity, BACKUP_RUN)
    with opened(archive, target) as ends:
        mark = begin(ends)
        if mark.state == "leaving":
            carry_rules(archive.data, target.data)
            carry_objects(ends, progress)
            _carry_rows(ends, progress)
            open_sample(ends, progress)
            build_index()
            _switch(ends, mark, progress)
        return _finish(ends, identity, mark)


def cancel(archive: Archive, identity: Identity) -> str:
    """Give a move up and let the source live on; return where it was going. What arrived there stays unusable."""
    archive.policy.require(identity, BACKUP_RUN)
    with FolderLock(archive.data), archive.db.engine.begin() as connection:
        mark = moving.mark_of(connection)
        if mark is None:
            raise ConflictError("这个档案没有在搬迁，没有改动。", code="move_none")
        if mark.state != "leaving":
            raise moving.explained(mark)
        moving.set_mark(connection, None)
        return mark.other


def _carry_rows(ends: Ends, progress: Progress) -> None:
    with snapshot.steady(ends.source.db) as connection:
        snapshot.copy_all(connection, ends.catalog.engine.begin, partial(progress, "rows"))
    if not ends.catalog.is_sqlite:
        with ends.catalog.engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE")  # a planner without statistics would read whole tables


def _switch(ends: Ends, mark: Mark, progress: Progress) -> None:
    """Compare every row and close the source, in one transaction in which nobody else can write to it."""
    with ends.source.db.engine.begin() as source:
        _keep_still(source)
        wanted = rows.digests(source, partial(progress, "source"))
        with snapshot.steady(ends.catalog) as target:
            arrived = rows.digests(target, partial(progress, "target"))
        if names := snapshot.differing(arrived, wanted):
            raise ConflictError(
                "搬到的目录与原来的不一致（%(tables)s），没有切换，原来的档案没有改动。搬迁期间有一边被写过："
                "请停掉所有机器上的服务，运行 migrate-backend --cancel，清空目标，再从头搬。",
                code="move_differs", tables="、".join(names),
            )  # fmt: skip
        moving.set_mark(source, replace(mark, state="left"))


def _keep_still(connection: Connection) -> None:
    """Keep others from writing until the transaction ends; on SQLite the transaction itself does that."""
    if connection.dialect.name == "postgresql":
        quote = connection.dialect.identifier_preparer.quote
        names = ", ".join(quote(table.name) for table in rows.tables_of(connection))
        connection.exec_driver_sql(f"LOCK TABLE {names} IN SHARE MODE")


def _finish(ends: Ends, identity: Identity, mark: Mark) -> MoveReport:
    """Open the target for use, and note in its log where it came from."""
    instance = ends.source.vault.instance
    with ends.catalog.write() as session:
        connection = session.connection()
        size = tree_size(session)
        report = MoveReport(
            objects=session.scalar(sa.select(sa.func.count()).select_from(StoredObject)) or 0,
            rows=sum(rows.count(connection, table) for table in rows.tables_of(connection)),
            size=size, root=grown(session, size).root().hex(),
        )  # fmt: skip
        moving.set_mark(connection, None)
        record(
            session, ends.source.clock, identity, action="archive.moved", target=("archive", instance),
            details={"from": ends.here, "to": ends.there, "objects": report.objects, "rows": report.rows},
        )  # fmt: skip
    return report
