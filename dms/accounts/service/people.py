"""Use cases of administrators: departments, accounts, roles and clearance, disabling."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from dms.accounts.actions import ACCOUNT_MANAGE, ACCOUNT_VIEW, ROLE_MANAGE
from dms.accounts.models import Account, AccountRole, Department
from dms.accounts.rules import check_roles, normal_login
from dms.accounts.service.common import (
    active_administrators,
    end_exception,
    end_what_lets_in,
    find_account,
    put_roles,
    record_roles,
    roles_of,
)
from dms.accounts.service.links import NewLink, add_link
from dms.audit.service import record
from dms.kernel.archive import Archive
from dms.kernel.database import take_turns
from dms.kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from dms.kernel.paging import Page, page_of
from dms.policy import Identity, Role
from dms.policy.identity import HIGHEST_LEVEL


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """Which people to list; empty means all."""

    text: str = ""
    role: str = ""
    department_id: str = ""
    with_disabled: bool = False


def people(
    archive: Archive, identity: Identity, wanted: PeopleFilter, after: str = "", limit: int = 100
) -> Page[Account]:
    """Return people by login name."""
    archive.policy.require(identity, ACCOUNT_VIEW)
    query = sa.select(Account).options(selectinload(Account.role_rows), joinedload(Account.department))
    if wanted.text.strip():
        text = wanted.text.strip()
        query = query.where(
            Account.name.contains(text, autoescape=True) | Account.login.contains(text.lower(), autoescape=True)
        )
    if wanted.role:
        query = query.where(Account.id.in_(sa.select(AccountRole.account_id).where(AccountRole.role == wanted.role)))
    if wanted.department_id:
        query = query.where(Account.department_id == wanted.department_id)
    if not wanted.with_disabled:
        query = query.where(Account.disabled_at.is_(None))
    with archive.db.read() as session:
        return page_of(session, query, Account.login, after, limit)


def get_account(archive: Archive, identity: Identity, account_id: str) -> Account:
    """Return a person with roles and department; everybody may look at themselves."""
    if account_id != identity.account_id:
        archive.policy.require(identity, ACCOUNT_VIEW)
    with archive.db.read() as session:
        account = find_account(session, account_id)
        _ = account.department, account.role_rows  # loaded while the session is open
        return account


def names_of(session: Session, ids: Iterable[str | None]) -> dict[str, str]:
    """Return account id → name, for lists that show who did something; asks no permission."""
    wanted = {account_id for account_id in ids if account_id}
    rows = session.execute(sa.select(Account.id, Account.name).where(Account.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def create_account(
    archive: Archive,
    identity: Identity,
    *,
    name: str,
    login: str,
    roles: Collection[Role] = (),
    department_id: str | None = None,
    level: int = 1,
) -> NewLink:
    """Create a person and return the link that invites them. Raises `InvalidError`, `ConflictError`."""
    archive.policy.require(identity, ACCOUNT_MANAGE)
    archive.policy.require(identity, ROLE_MANAGE)
    login = normal_login(login)
    check_roles(roles)
    _check_level(level)
    if not name.strip():
        raise InvalidError("请填写姓名。", code="name_missing")
    with archive.db.write() as session:
        take_turns(session, f"login {login}")
        if session.scalar(sa.select(Account.id).where(Account.login == login)):
            raise ConflictError("登录名 %(login)s 已有人用，请换一个。", code="login_taken", login=login)
        account = Account(
            name=name.strip()[:80], login=login, level=level, department_id=_department(session, department_id),
            created_at=archive.clock.now(), created_by=identity.account_id,
        )  # fmt: skip
        put_roles(account, roles, archive.clock.now(), identity.account_id)
        session.add(account)
        session.flush()
        record(
            session, archive.clock, identity, action="account.create", target=("account", account.id),
            details={"name": account.name, "login": login, "roles": sorted(roles), "level": level},
        )  # fmt: skip
        return add_link(session, archive, identity, account, "invite")


def change_account(
    archive: Archive, identity: Identity, account_id: str, *, name: str, department_id: str | None, revision: int
) -> None:
    """Change a person's name and department, on what the asker saw."""
    archive.policy.require(identity, ACCOUNT_MANAGE)
    if not name.strip():
        raise InvalidError("请填写姓名。", code="name_missing")
    with archive.db.write() as session:
        account = find_account(session, account_id, for_update=True)
        _check_revision(account, revision)
        before = {"name": account.name, "department": account.department_id}
        account.name, account.department_id = name.strip()[:80], _department(session, department_id)
        account.revision += 1
        record(
            session, archive.clock, identity, action="account.change", target=("account", account.id),
            details={"name": account.name, "before": before, "department": account.department_id},
        )  # fmt: skip


def set_roles(
    archive: Archive, identity: Identity, account_id: str, *, roles: Collection[Role], level: int, revision: int
) -> None:
    """Give a person exactly these roles and this clearance; nobody does so for themselves.

    When an active second person takes ARC or SYS, the first person loses it (the exception of the start ends).
    Raises `InvalidError` for roles that exclude one another, `ConflictError` for the last administrator.
    """
    archive.policy.require(identity, ROLE_MANAGE)
    _check_level(level)
    with archive.db.write() as session:
        account = find_account(session, account_id, for_update=True)
        _check_revision(account, revision)
        _refuse_oneself(identity, account)
        before = roles_of(account)
        check_roles(roles, is_first=account.is_first and before == frozenset(roles))
        if Role.SYS in before and Role.SYS not in roles:
            _refuse_last_administrator(session, account)
        put_roles(account, roles, archive.clock.now(), identity.account_id)
        account.level = level
        account.revision += 1
        record_roles(session, archive, identity, account, before)
        end_exception(session, archive, identity, account)


def disable_account(archive: Archive, identity: Identity, account_id: str) -> None:
    """Keep a person out from now on: sessions, links and tokens end. Their deeds stay under their name."""
    archive.policy.require(identity, ACCOUNT_MANAGE)
    with archive.db.write() as session:
        account = find_account(session, account_id, for_update=True)
        _refuse_oneself(identity, account)
        _refuse_last_administrator(session, account)
        if account.disabled_at is None:
            account.disabled_at = archive.clock.now()
            account.revision += 1
            end_what_lets_in(session, account.id, archive.clock.now(), tokens=True)
            record(
                session, archive.clock, identity, action="account.disable", target=("account", account.id),
                details={"name": account.name},
            )  # fmt: skip


def enable_account(archive: Archive, identity: Identity, account_id: str) -> None:
    """Let a disabled person in again, with the password they had."""
    archive.policy.require(identity, ACCOUNT_MANAGE)
    with archive.db.write() as session:
        account = find_account(session, account_id, for_update=True)
        if account.disabled_at is not None:
            account.disabled_at = None
            account.revision += 1
            record(
                session, archive.clock, identity, action="account.enable", target=("account", account.id),
                details={"name": account.name},
            )  # fmt: skip


def departments(archive: Archive, identity: Identity) -> list[Department]:
    """Return the departments by name."""
    archive.policy.require(identity, ACCOUNT_VIEW)
    with archive.db.read() as session:
        return list(session.scalars(sa.select(Department).order_by(Department.name)))


def create_department(archive: Archive, identity: Identity, name: str) -> str:
    """Create a department; return its id."""
    archive.policy.require(identity, ACCOUNT_MANAGE)
    with archive.db.write() as session:
        department = Department(name=_free_name(session, name), created_at=archive.clock.now())
        session.add(department)
        session.flush()
        record(
            session, archive.clock, identity, action="department.create", target=("department", department.id),
            details={"name": department.name},
        )  # fmt: skip
        return department.id


def rename_department(archive: Archive, identity: Identity, department_id: str, name: str) -> None:
    """Give a department another name."""
    archive.policy.require(identity, ACCOUNT_MANAGE)
    with archive.db.write() as session:
        department = session.get(Department, department_id, with_for_update=True)
        if department is None:
            raise NotFoundError("没有这个部门。", code="department_unknown")
        before, department.name = department.name, _free_name(session, name, department_id)
        record(
            session, archive.clock, identity, action="department.change", target=("department", department.id),
            details={"before": before, "name": department.name},
        )  # fmt: skip


def _free_name(session: Session, name: str, own_id: str = "") -> str:
    name = name.strip()[:80]
    if not name:
        raise InvalidError("请填写部门名称。", code="name_missing")
    take_turns(session, f"department {name}")
    if session.scalar(sa.select(Department.id).where(Department.name == name, Department.id != own_id)):
        raise ConflictError("已有部门“%(name)s”。", code="department_taken", name=name)
    return name


def _department(session: Session, department_id: str | None) -> str | None:
    if department_id and session.get(Department, department_id) is None:
        raise InvalidError("没有这个部门，请从列表里选。", code="department_unknown")
    return department_id or None


def _check_level(level: int) -> None:
    if not 0 <= level <= HIGHEST_LEVEL:
        raise InvalidError("涉密等级是 0 到 3：公开、内部、秘密、机密。", code="level")


def _check_revision(account: Account, revision: int) -> None:
    if account.revision != revision:
        raise ConflictError("这个人的资料刚被别人改过，您的改动没有保存；请刷新后再改。", code="stale")


def _refuse_oneself(identity: Identity, account: Account) -> None:
    if account.id == identity.account_id:
        raise ForbiddenError("不能改自己的角色，也不能停用自己；请另一位管理员来做。", code="self_approval")


def _refuse_last_administrator(session: Session, account: Account) -> None:
    take_turns(session, "administrators")
    if [holder.id for holder in active_administrators(session)] == [account.id]:
        raise ConflictError("这是最后一位系统管理员；请先指定另一位并让他登录，再改这一位。", code="last_administrator")
