"""The first person of an archive, and the way back in for the last administrator."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from dms.accounts.actions import ACCOUNT_MANAGE
from dms.accounts.models import Account, AccountRole
from dms.accounts.rules import FIRST_PERSON, normal_login
from dms.accounts.service.common import first_with_exception, put_roles
from dms.accounts.service.links import NewLink, add_link
from dms.audit.service import record
from dms.kernel.archive import Archive
from dms.kernel.database import take_turns
from dms.kernel.errors import ConflictError, NotFoundError
from dms.policy import SYSTEM, Identity, Role
from dms.policy.identity import HIGHEST_LEVEL


def first_person_link(archive: Archive, identity: Identity = SYSTEM) -> NewLink | None:
    """Return a fresh one-time link for the first person, None once somebody has set a password.

    Called at each start: the first person becomes archivist and system administrator until a second of either signs
    in. The name and login name are chosen on the link's page.
    """
    archive.policy.require(identity, ACCOUNT_MANAGE)
    with archive.db.write() as session:
        take_turns(session, "first person")
        if _is_entered(session):
            return None
        first = session.scalar(sa.select(Account).where(Account.is_first)) or _create_first(session, archive)
        return add_link(session, archive, identity, first, "first")


def anybody(archive: Archive) -> bool:
    """Tell whether anybody has ever set a password; before, only the first person's link leads in."""
    with archive.db.read() as session:
        return _is_entered(session)


def _is_entered(session: Session) -> bool:
    return bool(session.scalar(sa.select(Account.id).where(Account.activated_at.is_not(None)).limit(1)))


def _create_first(session: Session, archive: Archive) -> Account:
    now = archive.clock.now()
    first = Account(name="第一位管理员", login="first", level=HIGHEST_LEVEL, is_first=True, created_at=now)
    put_roles(first, FIRST_PERSON, now, None)
    session.add(first)
    session.flush()
    record(
        session, archive.clock, SYSTEM, action="account.create", target=("account", first.id),
        details={"name": first.name, "roles": sorted(FIRST_PERSON), "level": first.level},
    )  # fmt: skip
    return first


def bootstrap_exception(archive: Archive) -> str | None:
    """Return the name of the first person while they hold archivist and system administrator; the screen says so."""
    with archive.db.read() as session:
        first = first_with_exception(session)
        return first.name if first and first.activated_at and not first.disabled_at else None


def recover_administrator(archive: Archive, identity: Identity, login: str | None = None) -> NewLink:
    """Make a one-time link for a system administrator, enabling the account again; for the command line only.

    Without `login` there must be exactly one administrator. Raises `NotFoundError`, `ConflictError` naming them.
    """
    archive.policy.require(identity, ACCOUNT_MANAGE)
    with archive.db.write() as session:
        account = _administrator(session, normal_login(login) if login else None)
        account.disabled_at = None
        account.revision += 1
        return add_link(session, archive, identity, account, "recover" if account.activated_at else "first")


def _administrator(session: Session, login: str | None) -> Account:
    holders = list(
        session.scalars(
            sa.select(Account).join(AccountRole).where(AccountRole.role == Role.SYS.value).with_for_update()
        )
    )
    wanted = [account for account in holders if login in (None, account.login)]
    names = "、".join(account.login for account in holders) or "（没有）"
    if not wanted:
        raise NotFoundError(
            "没有这样的系统管理员。现有系统管理员：%(names)s。没有改动。", code="administrator_unknown", names=names
        )
    if len(wanted) > 1:
        raise ConflictError(
            "系统管理员不止一位：%(names)s。请写明登录名再运行，例如 python -m dms recover-admin 登录名。",
            code="administrator_ambiguous", names=names,
        )  # fmt: skip
    return wanted[0]
