"""What accounts answer about things of the archive."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.accounts.actions import ACCOUNT_VIEW
from dms.accounts.models import Account
from dms.kernel.archive import Archive
from dms.kernel.subjects import Label
from dms.kernel.topic import Answers, holds_nothing, lets_go, numbers_nothing
from dms.policy import Identity


def _visible(session: Session, archive: Archive, identity: Identity, kind: str, ids: Collection[str]) -> set[str]:
    if kind != "account":
        return set()
    known = set(session.scalars(sa.select(Account.id).where(Account.id.in_(ids))))
    return known if archive.policy.may(identity, ACCOUNT_VIEW) else known & {identity.account_id or ""}


def _label(session: Session, archive: Archive, kind: str, ids: Collection[str]) -> Mapping[str, Label]:
    if kind != "account":
        return {}
    rows = session.execute(sa.select(Account.id, Account.name).where(Account.id.in_(ids)))
    return {row.id: Label(row.name, f"/people/{row.id}") for row in rows}


ANSWERS = Answers(holds_nothing, lets_go, _visible, _label, numbers_nothing)
