"""The mark of a move (搬迁): of two catalogs of one archive it says which may be opened, so that never both live on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dms.kernel.database import ArchiveFact, Database
from dms.kernel.errors import ConfigurationError, DmsError

FACT = "moving"  # the name of the fact that holds the mark; it is never carried
State = Literal["leaving", "left", "arriving"]


class LeavingError(ConfigurationError):
    """The archive is being moved away: nothing may change it before that is finished or given up."""

    code = "archive_leaving"


class LeftError(ConfigurationError):
    """The archive lives elsewhere now; this catalog is only kept."""

    code = "archive_left"


class ArrivingError(ConfigurationError):
    """The move to this catalog is not complete: it holds a part of an archive."""

    code = "archive_arriving"


@dataclass(frozen=True, slots=True)
class Mark:
    """One side of a move.

    `other` is the catalog on the other side, without passwords; `run` is the same on both sides of one move, and
    another after it was given up. `proven` is the id of the last stored object that was proved at the target.
    """

    state: State
    run: str
    other: str
    proven: str = ""


def mark_of(connection: Connection) -> Mark | None:
    """Return the mark of a catalog, None for one that is not part of a move."""
    text = connection.scalar(sa.select(ArchiveFact.value).where(ArchiveFact.name == FACT))
    return None if text is None else Mark(**json.loads(text))


def set_mark(connection: Connection, mark: Mark | None) -> None:
    """Write or remove the mark in the caller's transaction."""
    connection.execute(sa.delete(ArchiveFact).where(ArchiveFact.name == FACT))
    if mark is not None:
        connection.execute(sa.insert(ArchiveFact).values(name=FACT, value=json.dumps(asdict(mark))))


def require_living(database: Database) -> None:
    """Raise `LeavingError`, `LeftError` or `ArrivingError` for a catalog that is part of a move."""
    with database.engine.connect().execution_options(writes=False) as connection:
        mark = mark_of(connection)
    if mark is not None:
        raise explained(mark)


def explained(mark: Mark) -> DmsError:
    """Return the error that says what a mark means and what to do."""
    return EXPLAINED[mark.state](mark.other)


def _leaving(other: str) -> DmsError:
    return LeavingError(
        "这个档案正在搬往 %(other)s，没有打开，数据没有改动。请再运行一次同样的 migrate-backend 让它搬完；"
        "不搬了就运行 python -m dms migrate-backend --cancel，然后照常启动。",
        other=other,
    )  # fmt: skip


def _left(other: str) -> DmsError:
    return LeftError(
        "这个档案已经搬到 %(other)s，这里只留作旧副本，没有打开，也不会再改动。请用搬迁时 --to 的设置启动；"
        "要搬回来，请从那边用 migrate-backend 搬到一个空的地方。",
        other=other,
    )  # fmt: skip


def _arriving(other: str) -> DmsError:
    return ArrivingError(
        "从 %(other)s 搬来的档案还没有搬完，没有打开。请用原来的设置再运行一次 migrate-backend；不搬了就清空这里。",
        other=other,
    )


EXPLAINED: dict[State, Callable[[str], DmsError]] = {"leaving": _leaving, "left": _left, "arriving": _arriving}
