"""Signing in and out, sessions, and finding who asks."""

from __future__ import annotations

import hashlib
import math
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, joinedload

from dms.accounts.models import Account, ApiToken, SignInThrottle, WebSession
from dms.accounts.rules import FORGOTTEN_AFTER, wait_after
from dms.accounts.secrets import hash_password, hash_secret, is_outdated, new_secret, password_fits
from dms.accounts.service.common import identity_of
from dms.audit.service import record
from dms.kernel.archive import Archive
from dms.kernel.errors import ConflictError, InvalidError, NotFoundError
from dms.policy import Identity

SEEN_EVERY = timedelta(minutes=1)
KEPT_FOR = timedelta(days=30)


class SignInError(InvalidError):
    """The login name or the password is wrong; which of the two is not said."""

    code = "sign_in_wrong"


class SignInThrottledError(ConflictError):
    """Too many failed sign-ins of late."""

    code = "sign_in_throttled"


def sign_in(archive: Archive, login: str, password: str, *, address: str = "", agent: str = "") -> str:
    """Open a session; return its secret for the browser's cookie.

    Raises `SignInError`, and `SignInThrottledError` after many failures of this login name or from this address.
    Each attempt counts as failed before the password is looked at, so that many at once are counted too.
    """
    login = login.strip().lower()[:200]
    with archive.db.write() as session:
        _count_attempt(session, archive.clock.now(), _keys(login, address))
    with archive.db.read() as session:
        account = session.scalar(sa.select(Account).where(Account.login == login, Account.disabled_at.is_(None)))
    fits = password_fits(password, account.password_hash if account else None)
    if account is None or not fits:
        _record_failure(archive, account, login, address)
        raise SignInError("登录名或密码不对，请再试一次；忘了密码请找系统管理员要一条登录链接。")
    fresh = hash_password(password) if is_outdated(str(account.password_hash)) else None
    with archive.db.write() as session:
        _forgive(session, _keys(login, address))
        if fresh:
            session.execute(sa.update(Account).where(Account.id == account.id).values(password_hash=fresh))
        return open_session(session, archive, account.id, address, agent)


def open_session(session: Session, archive: Archive, account_id: str, address: str, agent: str) -> str:
    """Add a session for an account inside the caller's transaction; return its secret."""
    now, secret = archive.clock.now(), new_secret()
    account = session.get_one(Account, account_id)
    row = WebSession(
        account_id=account_id, token_hash=hash_secret(secret), created_at=now, seen_at=now,
        expires_at=now + timedelta(hours=archive.settings.session_hours), address=address[:64], agent=agent[:200],
    )  # fmt: skip
    session.add(row)
    record(
        session, archive.clock, identity_of(account, "web", address), action="session.start",
        target=("account", account_id),
    )  # fmt: skip
    return secret


def load_identity(
    archive: Archive, *, session: str | None = None, bearer: str | None = None, address: str = ""
) -> Identity | None:
    """Return who holds this session secret or bearer token; None when it is not, or no longer, good.

    A bearer token goes first: a request that sends one never falls back to the cookie.
    """
    if bearer:
        return _by_token(archive, bearer, address)
    return _by_session(archive, session, address) if session else None


def _by_session(archive: Archive, secret: str, address: str) -> Identity | None:
    now = archive.clock.now()
    with archive.db.read() as session:
        found = session.scalars(_with_account(WebSession).where(WebSession.token_hash == hash_secret(secret)))
        row = found.unique().one_or_none()
    idle = timedelta(minutes=archive.settings.session_idle_minutes)
    if row is None or row.ended_at or row.expires_at <= now or row.seen_at + idle <= now or row.account.disabled_at:
        return None
    if now - row.seen_at >= SEEN_EVERY:
        _touch(archive, WebSession, row.id, {"seen_at": now})
    return identity_of(row.account, "web", address, row.id)


def _by_token(archive: Archive, secret: str, address: str) -> Identity | None:
    now = archive.clock.now()
    with archive.db.read() as session:
        found = session.scalars(_with_account(ApiToken).where(ApiToken.token_hash == hash_secret(secret)))
        row = found.unique().one_or_none()
    if row is None or row.ended_at or row.expires_at <= now or row.account.disabled_at:
        return None
    if row.used_at is None or now - row.used_at >= SEEN_EVERY:
        _touch(archive, ApiToken, row.id, {"used_at": now})
    return identity_of(row.account, "api", address, None, row.actions)


def _with_account(kind: Any) -> sa.Select[Any]:
    return sa.select(kind).options(joinedload(kind.account).options(joinedload(Account.role_rows)))


def _touch(archive: Archive, kind: Any, row_id: str, values: dict[str, datetime]) -> None:
    with archive.db.write() as session:
        session.execute(sa.update(kind).where(kind.id == row_id).values(**values))


def sign_out(archive: Archive, identity: Identity) -> None:
    """End the session that asks."""
    if identity.session_id:
        end_session(archive, identity, identity.session_id)


def end_session(archive: Archive, identity: Identity, session_id: str) -> None:
    """End one of one's own sessions. Raises `NotFoundError` for anybody else's."""
    with archive.db.write() as session:
        row = session.get(WebSession, session_id, with_for_update=True)
        if row is None or row.account_id != identity.account_id:
            raise NotFoundError("没有这个登录，它可能已经结束。", code="session_unknown")
        if row.ended_at is None:
            row.ended_at = archive.clock.now()
            record(
                session, archive.clock, identity, action="session.end", target=("account", row.account_id),
                details={"session": row.id},
            )  # fmt: skip


def sweep(archive: Archive) -> int:
    """Delete sessions that ended long ago and failed sign-ins that are forgotten; return how many rows went."""
    now = archive.clock.now()
    old = (
        sa.delete(WebSession).where(WebSession.expires_at < now - KEPT_FOR),
        sa.delete(SignInThrottle).where(SignInThrottle.last_at < now - 24 * FORGOTTEN_AFTER),
    )
    with archive.db.write() as session:
        gone = [session.connection().execute(statement).rowcount for statement in old]
    return sum(gone)


def _keys(login: str, address: str) -> dict[str, str]:
    kinds = {"login": login, "address": address}
    return {kind: hashlib.sha256(f"{kind}:{text}".encode()).hexdigest() for kind, text in kinds.items() if text}


def _count_attempt(session: Session, now: datetime, keys: dict[str, str]) -> None:
    rows = {kind: _throttle_row(session, key, now) for kind, key in sorted(keys.items())}
    blocked = [row.blocked_until for row in rows.values() if row.blocked_until and row.blocked_until > now]
    if blocked:
        seconds = math.ceil((max(blocked) - now).total_seconds())
        raise SignInThrottledError("失败的登录太多，请 %(seconds)s 秒后再试；忘了密码请找系统管理员。", seconds=seconds)
    for kind, row in rows.items():
        row.failures = row.failures + 1 if now - row.last_at < FORGOTTEN_AFTER else 1
        wait = wait_after(kind, row.failures)
        row.last_at, row.blocked_until = now, now + wait if wait else None


def _throttle_row(session: Session, key: str, now: datetime) -> SignInThrottle:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(insert(SignInThrottle).values(key=key, failures=0, last_at=now).on_conflict_do_nothing())
    return session.get_one(SignInThrottle, key, with_for_update=True)


def _forgive(session: Session, keys: dict[str, str]) -> None:
    # The address forgets one failure only: a guesser who owns one account must not wipe the count with it.
    own = session.get(SignInThrottle, keys.get("login", ""), with_for_update=True)
    if own is not None:
        own.failures, own.blocked_until = 0, None
    shared = session.get(SignInThrottle, keys.get("address", ""), with_for_update=True)
    if shared is not None:
        shared.failures, shared.blocked_until = max(0, shared.failures - 1), None


def _record_failure(archive: Archive, account: Account | None, login: str, address: str) -> None:
    who = Identity(None, "访客", via="web", address=address)
    with archive.db.write() as session:
        record(
            session, archive.clock, who, action="session.fail", target=("account", account.id if account else ""),
            details={"login": login[:80]},
        )  # fmt: skip
