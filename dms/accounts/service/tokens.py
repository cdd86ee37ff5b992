"""Bearer tokens (令牌) for the JSON API: made by their owner, narrowed to some actions, ended at any time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from dms.accounts.actions import ACCOUNT_MANAGE, TOKEN_MANAGE
from dms.accounts.models import ApiToken
from dms.accounts.secrets import hash_secret, new_secret
from dms.audit.service import record
from dms.kernel.archive import Archive
from dms.kernel.errors import ForbiddenError, InvalidError, NotFoundError
from dms.policy import Action, Attributes, Identity

PREFIX = "gd_"  # so that scanners of leaked secrets can tell what it is
LONGEST_DAYS = 366
NEVER = frozenset({TOKEN_MANAGE})  # a token makes no tokens


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made; `secret` is shown once and kept nowhere."""

    id: str
    secret: str
    expires_at: datetime


def create_token(archive: Archive, identity: Identity, name: str, actions: Collection[str], days: int) -> NewToken:
    """Make a token of one's own for some of one's own actions, for at most a year. Raises `InvalidError`."""
    archive.policy.require(identity, TOKEN_MANAGE, Attributes(owner_id=identity.account_id))
    if identity.account_id is None:
        raise ForbiddenError("令牌属于一个人；请登录后在“我的账号”里建。", code="forbidden")
    chosen = _checked(archive, identity, actions)
    if not name.strip():
        raise InvalidError("请给令牌起个名字，写明给谁用。", code="name_missing")
    if not 1 <= days <= LONGEST_DAYS:
        raise InvalidError("有效期是 1 到 366 天。", code="token_days")
    now, secret = archive.clock.now(), new_secret(PREFIX)
    with archive.db.write() as session:
        token = ApiToken(
            account_id=identity.account_id, name=name.strip()[:80], token_hash=hash_secret(secret),
            actions=[str(action) for action in chosen], created_at=now, expires_at=now + timedelta(days=days),
        )  # fmt: skip
        session.add(token)
        session.flush()
        record(
            session, archive.clock, identity, action="token.create", target=("token", token.id),
            details={"name": token.name, "actions": token.actions, "days": days},
        )  # fmt: skip
        return NewToken(token.id, secret, token.expires_at)


def _checked(archive: Archive, identity: Identity, actions: Collection[str]) -> list[Action]:
    grantable = archive.policy.actions_of(identity.roles) - NEVER
    wrong = [name for name in actions if name not in {str(action) for action in grantable}]
    if wrong or not actions:
        raise InvalidError(
            "令牌只能用于您自己有权做的操作，至少一项；不能用的：%(wrong)s。",
            code="token_actions", wrong="、".join(wrong) or "—",
        )  # fmt: skip
    return [action for action in archive.policy.actions if action in set(actions)]


def grantable_actions(archive: Archive, identity: Identity) -> list[Action]:
    """Return the actions that one may give a token, in the order of the table."""
    grantable = archive.policy.actions_of(identity.roles) - NEVER
    return [action for action in archive.policy.actions if action in grantable]


def own_tokens(archive: Archive, identity: Identity) -> list[ApiToken]:
    """Return one's own tokens that were not ended, the newest first."""
    archive.policy.require(identity, TOKEN_MANAGE, Attributes(owner_id=identity.account_id))
    return _tokens(archive, str(identity.account_id))


def tokens_of(archive: Archive, identity: Identity, account_id: str) -> list[ApiToken]:
    """Return somebody's tokens that were not ended, for an administrator."""
    archive.policy.require(identity, ACCOUNT_MANAGE)
    return _tokens(archive, account_id)


def _tokens(archive: Archive, account_id: str) -> list[ApiToken]:
    with archive.db.read() as session:
        return list(
            session.scalars(
                sa.select(ApiToken)
                .where(ApiToken.account_id == account_id, ApiToken.ended_at.is_(None))
                .order_by(ApiToken.id.desc())
            )
        )


def end_token(archive: Archive, identity: Identity, token_id: str) -> None:
    """End a token: one's own, or as an administrator anybody's. Raises `NotFoundError`."""
    with archive.db.write() as session:
        token = session.get(ApiToken, token_id, with_for_update=True)
        own = token is not None and archive.policy.may(identity, TOKEN_MANAGE, Attributes(owner_id=token.account_id))
        if token is None or not (own or archive.policy.may(identity, ACCOUNT_MANAGE)):
            raise NotFoundError("没有这个令牌，它可能已经作废。", code="token_unknown")
        if token.ended_at is None:
            token.ended_at = archive.clock.now()
            record(
                session, archive.clock, identity, action="token.end", target=("token", token.id),
                details={"name": token.name, "account": token.account_id},
            )  # fmt: skip
