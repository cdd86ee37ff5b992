"""One-time links (一次性链接): the first person, invitations, forgotten passwords, recovery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from dms.accounts.actions import ACCOUNT_MANAGE
from dms.accounts.models import Account, SignInLink
from dms.accounts.rules import check_password, normal_login
from dms.accounts.secrets import hash_password, hash_secret, new_secret
from dms.accounts.service.common import end_exception, end_what_lets_in, find_account, identity_of
from dms.accounts.service.sessions import open_session
from dms.audit.service import record
from dms.kernel.archive import Archive
from dms.kernel.database import take_turns
from dms.kernel.errors import ConflictError, InvalidError, NotFoundError
from dms.policy import Identity


class PasswordsDifferError(InvalidError):
    """The password was typed differently the second time."""

    code = "passwords_differ"


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link just made; `secret` is shown once and kept nowhere. Its path is `/link/<secret>`."""

    secret: str
    account_id: str
    purpose: str
    expires_at: datetime

    @property
    def path(self) -> str:
        """Path of the page where the link is used."""
        return f"/link/{self.secret}"


@dataclass(frozen=True, slots=True)
class LinkView:
    """What the page of a link shows before it is used. `purpose`: first, invite, reset, recover."""

    purpose: str
    name: str
    login: str
    expires_at: datetime


def create_link(archive: Archive, identity: Identity, account_id: str) -> NewLink:
    """Make a link by which a person sets a new password; earlier unused links of theirs stop working."""
    archive.policy.require(identity, ACCOUNT_MANAGE)
    with archive.db.write() as session:
        account = find_account(session, account_id, for_update=True)
        if account.disabled_at:
            raise ConflictError("这个账号已停用；请先启用，再给链接。", code="account_disabled")
        return add_link(session, archive, identity, account, "reset" if account.activated_at else "invite")


def add_link(session: Session, archive: Archive, identity: Identity, account: Account, purpose: str) -> NewLink:
    """Add a link inside the caller's transaction; earlier unused ones of the account expire."""
    now, secret = archive.clock.now(), new_secret()
    session.execute(
        sa.update(SignInLink)
        .where(SignInLink.account_id == account.id, SignInLink.used_at.is_(None), SignInLink.expires_at > now)
        .values(expires_at=now)
    )
    link = SignInLink(
        account_id=account.id, purpose=purpose, token_hash=hash_secret(secret), created_at=now,
        created_by=identity.account_id, expires_at=now + timedelta(hours=archive.settings.link_hours),
    )  # fmt: skip
    session.add(link)
    record(
        session, archive.clock, identity, action="link.create", target=("account", account.id),
        details={"purpose": purpose, "name": account.name},
    )  # fmt: skip
    return NewLink(secret, account.id, purpose, link.expires_at)


def look_at_link(archive: Archive, secret: str) -> LinkView:
    """Return what a link is for without using it up. Raises `NotFoundError`."""
    with archive.db.read() as session:
        link = _good_link(session, archive, secret)
        return LinkView(link.purpose, link.account.name, link.account.login, link.expires_at)


def use_link(
    archive: Archive,
    secret: str,
    password: str,
    *,
    name: str = "",
    login: str = "",
    address: str = "",
    agent: str = "",
) -> str:
    """Set the password and sign in; return the session's secret. The link works once.

    The first person also chooses their name and login name; for others both are ignored. All other sessions and links
    of the account end. Raises `NotFoundError`, `InvalidError`.
    """
    view = look_at_link(archive, secret)
    if view.purpose == "first":
        name, login = _checked_name(name), normal_login(login)
    else:
        name, login = view.name, view.login
    check_password(password, name, login)
    encoded = hash_password(password)
    with archive.db.write() as session:
        link = _good_link(session, archive, secret, for_update=True)
        account = link.account
        _refuse_taken(session, login, account.id)
        account.name, account.login, account.password_hash = name, login, encoded
        account.activated_at = account.activated_at or archive.clock.now()
        account.revision += 1
        end_what_lets_in(session, account.id, archive.clock.now())
        link.used_at = archive.clock.now()
        who = identity_of(account, "web", address)
        record(
            session, archive.clock, who, action="link.use", target=("account", account.id),
            details={"purpose": link.purpose},
        )  # fmt: skip
        end_exception(session, archive, who, account)
        return open_session(session, archive, account.id, address, agent)


def _good_link(session: Session, archive: Archive, secret: str, *, for_update: bool = False) -> SignInLink:
    query = sa.select(SignInLink).where(SignInLink.token_hash == hash_secret(secret))
    query = query.with_for_update() if for_update else query.options(joinedload(SignInLink.account))
    link = session.scalar(query)
    if (
        link is None
        or link.used_at
        or link.expires_at <= archive.clock.now()
        or link.account.disabled_at
    ):  # fmt: skip
        raise NotFoundError(
            "这条链接已用过、已过期或不完整；请找系统管理员再要一条，或在本机运行 python -m dms recover-admin。",
            code="link_unusable",
        )
    return link


def _checked_name(name: str) -> str:
    if not name.strip() or len(name.strip()) > 80:
        raise InvalidError("请填写姓名，最多 80 个字。", code="name_missing")
    return name.strip()


def _refuse_taken(session: Session, login: str, account_id: str) -> None:
    take_turns(session, f"login {login}")
    if session.scalar(sa.select(Account.id).where(Account.login == login, Account.id != account_id)):
        raise ConflictError("登录名 %(login)s 已有人用，请换一个。", code="login_taken", login=login)
