"""Use cases of one's own account: password, language, open sessions."""

from __future__ import annotations

import sqlalchemy as sa

from dms.accounts.models import Account, WebSession
from dms.accounts.rules import check_password
from dms.accounts.secrets import hash_password, password_fits
from dms.accounts.service.common import end_what_lets_in, find_account
from dms.audit.service import record
from dms.kernel.archive import Archive
from dms.kernel.errors import InvalidError, NotFoundError
from dms.policy import Identity

LANGUAGES = ("zh", "en")


def change_password(archive: Archive, identity: Identity, old: str, new: str) -> None:
    """Change one's own password; all other sessions and unused links end. Raises `InvalidError`."""
    account = _own(archive, identity)
    if not password_fits(old, account.password_hash):
        raise InvalidError("现在的密码不对，没有改动；请再试一次。", code="password_wrong")
    check_password(new, account.name, account.login)
    encoded = hash_password(new)
    with archive.db.write() as session:
        account = find_account(session, account.id, for_update=True)
        account.password_hash = encoded
        end_what_lets_in(session, account.id, archive.clock.now(), keep_session=identity.session_id)
        record(session, archive.clock, identity, action="account.password", target=("account", account.id))


def set_language(archive: Archive, identity: Identity, language: str) -> None:
    """Keep the language in which somebody wants to read the interface."""
    if language not in LANGUAGES:
        raise InvalidError("没有这种语言，请选中文或 English。", code="language")
    with archive.db.write() as session:
        session.execute(sa.update(Account).where(Account.id == identity.account_id).values(language=language))


def own_sessions(archive: Archive, identity: Identity) -> list[WebSession]:
    """Return one's own open sessions, the latest first."""
    now = archive.clock.now()
    with archive.db.read() as session:
        return list(
            session.scalars(
                sa.select(WebSession)
                .where(
                    WebSession.account_id == identity.account_id, WebSession.ended_at.is_(None),
                    WebSession.expires_at > now,
                )
                .order_by(WebSession.seen_at.desc())
            )
        )  # fmt: skip


def _own(archive: Archive, identity: Identity) -> Account:
    if identity.account_id is None:
        raise NotFoundError("命令行没有自己的账号。", code="account_unknown")
    with archive.db.read() as session:
        return find_account(session, identity.account_id)
