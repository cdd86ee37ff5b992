"""What the use cases of people share: finding accounts, ending what lets them in, roles and their exception."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.accounts.models import Account, AccountRole, ApiToken, SignInLink, WebSession
from dms.accounts.rules import FIRST_PERSON
from dms.audit.service import record
from dms.kernel.archive import Archive
from dms.kernel.errors import NotFoundError
from dms.policy import Identity, Role, Via


def find_account(session: Session, account_id: str, *, for_update: bool = False) -> Account:
    """Return an account. Raises `NotFoundError`."""
    account = session.get(Account, account_id, with_for_update=True if for_update else None)
    if account is None:
        raise NotFoundError("没有这个人，可能地址写错了。", code="account_unknown")
    return account


def roles_of(account: Account) -> frozenset[Role]:
    """Return the roles of an account."""
    return frozenset(Role(row.role) for row in account.role_rows)


def identity_of(
    account: Account, via: Via, address: str, session_id: str | None = None, allowed: Collection[str] | None = None
) -> Identity:
    """Return an account as policy and audit see it. `allowed` are names of actions."""
    known = None if allowed is None else frozenset(allowed)
    return Identity(
        account.id, account.name, roles_of(account), account.department_id, account.level, account.language, via,
        address, known, session_id,
    )  # fmt: skip


def put_roles(account: Account, roles: Collection[Role], at: datetime, by: str | None) -> None:
    """Give an account exactly these roles; rows of roles it keeps stay as they are."""
    kept = [row for row in account.role_rows if row.role in roles]
    held = {row.role for row in kept}
    new = [AccountRole(role=role.value, granted_at=at, granted_by=by) for role in sorted(roles) if role not in held]
    account.role_rows = kept + new


def end_what_lets_in(
    session: Session, account_id: str, at: datetime, *, keep_session: str | None = None, tokens: bool = False
) -> None:
    """End all sessions and unused links of an account, and its tokens when asked."""
    kinds: list[type[WebSession] | type[ApiToken]] = [WebSession, ApiToken] if tokens else [WebSession]
    for kind in kinds:
        session.execute(
            sa.update(kind)
            .where(kind.account_id == account_id, kind.ended_at.is_(None), kind.id != (keep_session or ""))
            .values(ended_at=at)
        )
    session.execute(
        sa.update(SignInLink)
        .where(SignInLink.account_id == account_id, SignInLink.used_at.is_(None))
        .values(expires_at=at)
    )


def first_with_exception(session: Session) -> Account | None:
    """Return the first person where they still hold both ARC and SYS."""
    first = session.scalar(sa.select(Account).where(Account.is_first))
    return first if first is not None and roles_of(first) == FIRST_PERSON else None


def end_exception(session: Session, archive: Archive, identity: Identity, successor: Account) -> None:
    """Take from the first person the role of ARC and SYS that an active second person now holds."""
    first = first_with_exception(session)
    if first is None or first.id == successor.id or successor.activated_at is None or successor.disabled_at:
        return
    taken_over = roles_of(successor) & FIRST_PERSON
    if not taken_over:
        return
    before = roles_of(first)
    put_roles(first, before - taken_over, archive.clock.now(), identity.account_id)
    record_roles(session, archive, identity, first, before, reason="exception_ended")


def record_roles(
    session: Session,
    archive: Archive,
    identity: Identity,
    account: Account,
    before: Collection[Role],
    reason: Literal["", "exception_ended"] = "",
) -> None:
    """Record a change of roles or clearance."""
    record(
        session, archive.clock, identity, action="account.roles", target=("account", account.id), reason=reason,
        details={
            "name": account.name, "before": sorted(before), "after": sorted(roles_of(account)), "level": account.level,
        },
    )  # fmt: skip


def active_administrators(session: Session) -> list[Account]:
    """Return the people who hold SYS, have set a password and are not disabled."""
    return list(
        session.scalars(
            sa.select(Account)
            .join(AccountRole)
            .where(AccountRole.role == Role.SYS.value, Account.disabled_at.is_(None), Account.activated_at.is_not(None))
        )
    )
