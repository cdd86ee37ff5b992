"""Reading the log (审计页): filtered, newest first, page by page, within what the asker may read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from dms.audit.actions import AUDIT_READ
from dms.audit.models import AuditCheckpoint, AuditLeaf
from dms.audit.proofs import columns, find
from dms.audit.service import record
from dms.kernel.archive import Archive
from dms.kernel.database import ID_LENGTH
from dms.kernel.errors import InvalidError
from dms.kernel.paging import Page, cut, every
from dms.policy import Identity

EXPORT_MOST = 1_000_000
EXPORT_STEP = 1000


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which deeds to list; empty means all. `person` is part of a name or an account id; days are the archive's."""

    person: str = ""
    action: str = ""  # a whole action, or its beginning such as "document."
    target_kind: str = ""
    target_id: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """A leaf as the page shows it."""

    id: str
    at: datetime
    who: str
    via: str
    address: str
    action: str
    target_kind: str
    target_id: str
    details: dict[str, Any]
    reason: str
    position: int | None
    leaf_hash: str
    body: str


def deeds(archive: Archive, identity: Identity, wanted: LogFilter, after: str = "", limit: int = 50) -> Page[Deed]:
    """Return deeds, newest first."""
    archive.policy.require(identity, AUDIT_READ)
    query = _query(archive, identity, wanted)
    if after:
        at, leaf_id = _cursor(after)
        query = query.where(sa.tuple_(AuditLeaf.at, AuditLeaf.id) < sa.tuple_(*_bound(at, leaf_id)))
    with archive.db.read() as session:
        # One walk along an index for each name or action: none costs more as the log grows, however rare the match.
        walks = [session.scalars(query.where(one).limit(limit + 1)) for one in _walks(session, wanted)]
        rows = sorted((leaf for walk in walks for leaf in walk), key=lambda leaf: (leaf.at, leaf.id), reverse=True)
    page = cut(rows, limit, lambda leaf: f"{leaf.at.isoformat()}~{leaf.id}")
    return Page([_deed(leaf) for leaf in page.rows], page.cursor)


def everything(archive: Archive, identity: Identity, wanted: LogFilter) -> Iterator[Deed]:
    """Record that the list is exported, and return it to be iterated, newest first."""
    archive.policy.require(identity, AUDIT_READ)
    with archive.db.write() as session:
        shown = {name: str(getattr(wanted, name)) for name in LogFilter.__slots__ if getattr(wanted, name)}
        record(session, archive.clock, identity, action="audit.list", target=("audit", ""), details={"filter": shown})
    return every(lambda cursor: deeds(archive, identity, wanted, cursor or "", EXPORT_STEP), EXPORT_MOST)


def deed(archive: Archive, identity: Identity, leaf_id: str) -> Deed:
    """Return one deed. Raises `NotFoundError`."""
    archive.policy.require(identity, AUDIT_READ)
    with archive.db.read() as session:
        return _deed(find(session, archive, identity, leaf_id))


def history(session: Session, target_kind: str, target_id: str, limit: int = 100) -> list[Deed]:
    """Return what was done to one thing, newest first, for its own page; the caller has asked the policy about it."""
    rows = session.scalars(
        sa.select(AuditLeaf)
        .where(AuditLeaf.target_kind == target_kind, AuditLeaf.target_id == target_id)
        .order_by(AuditLeaf.at.desc(), AuditLeaf.id.desc())
        .limit(limit)
    )
    return [_deed(leaf) for leaf in rows]


def checkpoints(archive: Archive, identity: Identity, limit: int = 50) -> list[AuditCheckpoint]:
    """Return the newest signed checkpoints."""
    archive.policy.require(identity, AUDIT_READ)
    with archive.db.read() as session:
        return list(session.scalars(sa.select(AuditCheckpoint).order_by(AuditCheckpoint.size.desc()).limit(limit)))


def _query(archive: Archive, identity: Identity, wanted: LogFilter) -> sa.Select[AuditLeaf]:
    query = sa.select(AuditLeaf).where(archive.policy.scope(identity, AUDIT_READ).sql(columns()))
    if wanted.target_kind:
        query = query.where(AuditLeaf.target_kind == wanted.target_kind)
    if wanted.target_id:
        query = query.where(AuditLeaf.target_id == wanted.target_id)
    if wanted.since:
        query = query.where(AuditLeaf.at >= archive.clock.start_of(wanted.since))
    if wanted.until:
        query = query.where(AuditLeaf.at <= archive.clock.end_of(wanted.until))
    return query.order_by(AuditLeaf.at.desc(), AuditLeaf.id.desc())


def _walks(session: Session, wanted: LogFilter) -> list[sa.ColumnElement[bool]]:
    """Return conditions that together are the filter by person and action, each following one index."""
    names: Iterable[sa.ColumnElement[bool]] = [sa.true()]
    actions: Iterable[sa.ColumnElement[bool]] = [sa.true()]
    if len(wanted.person) == ID_LENGTH and wanted.person.isascii():
        names = [AuditLeaf.actor_id == wanted.person]
    elif wanted.person:
        known = _distinct(session, AuditLeaf.actor_name)
        names = [AuditLeaf.actor_name == name for name in known if wanted.person.casefold() in name.casefold()]
    if wanted.action.endswith("."):
        known = _distinct(session, AuditLeaf.action)
        actions = [AuditLeaf.action == action for action in known if action.startswith(wanted.action)]
    elif wanted.action:
        actions = [AuditLeaf.action == wanted.action]
    return [sa.and_(name, action) for name in names for action in actions]


def _distinct(session: Session, column: InstrumentedAttribute[str]) -> Iterator[str]:
    """Yield the values of a column by stepping along its index from one to the next: there are few."""
    value: str | None = ""
    while (value := session.scalar(sa.select(column).where(column > value).order_by(column).limit(1))) is not None:
        yield value


def _bound(at: datetime, leaf_id: str) -> tuple[sa.ColumnElement[datetime], sa.ColumnElement[str]]:
    return sa.literal(at, AuditLeaf.at.type), sa.literal(leaf_id)


def _cursor(text: str) -> tuple[datetime, str]:
    at, _, leaf_id = text.partition("~")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError as error:
        raise InvalidError("翻页的位置不对，请从第一页重新开始。", code="cursor") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)), leaf_id


def _deed(leaf: AuditLeaf) -> Deed:
    body = json.loads(leaf.body)
    actor = body["actor"]
    return Deed(
        leaf.id, leaf.at, leaf.actor_name, actor["via"], actor["address"], leaf.action, leaf.target_kind,
        leaf.target_id, body["details"], body["reason"], leaf.position, leaf.leaf_hash, leaf.body,
    )  # fmt: skip
