"""What a move carries besides rows: your rules, and every object, which is proved where it arrives."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dms.kernel import moving
from dms.kernel.database import Database
from dms.kernel.errors import ConflictError
from dms.operations.move.ends import Ends, Progress
from dms.operations.parallel import spread
from dms.operations.rows import STREAMED
from dms.operations.snapshot import steady
from dms.originals.models import StoredObject
from storage.ciphertext import confirm, stored
from storage.envelope import Envelope
from storage.objects import DamagedObjectError, ObjectNotFoundError

RULES = "rulebook"
NOTED = 200  # objects after which the target's mark notes how far they are proved
SAMPLE = 200  # objects that are opened with the target's keys


def carry_rules(source: Path, target: Path) -> None:
    """Copy your rules, whole or not at all. Raises `ConflictError` if the target has others."""
    wanted, found = source / RULES, target / RULES
    if not wanted.is_dir() or wanted.resolve() == found.resolve():
        return
    if found.is_dir():
        if _contents(wanted) != _contents(found):
            raise ConflictError(
                "目标数据文件夹里已有另一套规则 %(folder)s，没有覆盖。请移走它，再运行一次。",
                code="move_rules", folder=found,
            )  # fmt: skip
        return
    partial = target / f"{RULES}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    shutil.copytree(wanted, partial)
    partial.rename(found)


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def carry_objects(ends: Ends, progress: Progress) -> None:
    """Carry what is not yet proved at the target, in the order of the catalog; note there how far it is."""
    mark = _mark(ends.catalog)
    with steady(ends.source.db) as connection:
        total = _count(connection)
        done = total - _count(connection, StoredObject.id > mark.proven)
        for row_id in spread(lambda row: _carry(ends, *row), _objects(connection, mark.proven)):
            done += 1
            mark = replace(mark, proven=row_id)
            if not done % NOTED:
                _note(ends.catalog, mark)
            progress("objects", done, total)
    _note(ends.catalog, mark)


def _mark(database: Database) -> moving.Mark:
    with database.engine.connect().execution_options(writes=False) as connection:
        mark = moving.mark_of(connection)
    assert mark is not None  # made by `begin`
    return mark


def _note(database: Database, mark: moving.Mark) -> None:
    with database.engine.begin() as connection:
        moving.set_mark(connection, mark)


def _count(connection: Connection, *conditions: sa.ColumnElement[bool]) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(StoredObject).where(*conditions)) or 0


def _objects(connection: Connection, after: str) -> Iterator[tuple[str, Envelope]]:
    query = sa.select(StoredObject.id, StoredObject.envelope).where(StoredObject.id > after).order_by(StoredObject.id)
    for row in connection.execute(query, execution_options=STREAMED):
        yield row.id, Envelope.from_json(row.envelope)


def _carry(ends: Ends, row_id: str, envelope: Envelope) -> str:
    """Have the object at the target, byte for byte: compared on the way out, and again where it lies."""
    try:
        if not _is_there(ends, envelope):
            ends.vault.store.put(envelope.name, stored(ends.source.vault.store, envelope))
    except (DamagedObjectError, ObjectNotFoundError) as error:
        raise ConflictError(
            "搬迁停在一个与目录不符的原件上：%(reason)s 没有切换。请先从备份里找回它，再运行一次。",
            code="move_object", reason=error,
        ) from error  # fmt: skip
    try:
        confirm(ends.vault.store, envelope)
    except (DamagedObjectError, ObjectNotFoundError) as error:
        raise ConflictError(
            "目标原件库里的 %(name)s 不是原来的字节，没有切换。请在目标原件库里删除它，再运行一次。",
            code="move_object", name=envelope.name,
        ) from error  # fmt: skip
    return row_id


def _is_there(ends: Ends, envelope: Envelope) -> bool:
    """Tell whether an earlier try, a copying tool or a store that both share has brought the object already."""
    try:
        return ends.vault.store.size(envelope.name) >= 0
    except ObjectNotFoundError:
        return False


def open_sample(ends: Ends, progress: Progress) -> None:
    """Open up to `SAMPLE` objects, evenly spread, with the target's keys; their bytes are proved already."""
    with steady(ends.catalog) as connection:
        total = _count(connection)
        step = max(1, total // SAMPLE)
        numbered = sa.select(
            StoredObject.envelope, sa.func.row_number().over(order_by=StoredObject.id.desc()).label("number")
        ).subquery()
        query = sa.select(numbered.c.envelope).where((numbered.c.number - 1) % step == 0)  # the newest among them
        found = connection.execute(query, execution_options=STREAMED)
        envelopes = (Envelope.from_json(row.envelope) for row in found)
        for number, _ in enumerate(spread(ends.vault.verify, envelopes), 1):
            progress("open", number, (total + step - 1) // step)
