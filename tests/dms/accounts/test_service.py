"""The life of people in an archive: first person, invitation, roles, sign-in, tokens, recovery."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from dms.accounts import service
from dms.accounts.models import Account, ApiToken, SignInLink, WebSession
from dms.audit.models import AuditLeaf
from dms.kernel.archive import Archive
from dms.kernel.clock import FixedClock
from dms.kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from dms.policy import Identity, Role, command_line
from dms.policy.content import DOCUMENT_VIEW
from tests.dms.accounts.conftest import PASSWORD


def invite(archive: Archive, by: Identity, login: str, *roles: Role) -> tuple[Identity, str]:
    """Create a person and let them sign in; return them and their session's secret."""
    link = service.create_account(archive, by, name=login.upper(), login=login, roles=roles)
    session = service.use_link(archive, link.secret, PASSWORD)
    who = service.load_identity(archive, session=session)
    assert who is not None
    return who, session


def roles(archive: Archive, account_id: str | None) -> set[str]:
    with archive.db.read() as session:
        return {row.role for row in session.get_one(Account, account_id).role_rows}


def deeds(archive: Archive) -> list[str]:
    with archive.db.read() as session:
        return list(session.scalars(sa.select(AuditLeaf.action).order_by(AuditLeaf.at, AuditLeaf.id)))


def test_first_person_chooses_name_and_password_by_a_link_that_works_once(archive: Archive) -> None:
    link = service.first_person_link(archive)
    assert link is not None
    assert service.look_at_link(archive, link.secret).purpose == "first"
    session = service.use_link(archive, link.secret, PASSWORD, name="张档案", login="Zhang")
    who = service.load_identity(archive, session=session, address="10.0.0.1")
    assert who is not None
    assert (who.name, who.roles, who.level, who.via) == ("张档案", {Role.ARC, Role.SYS}, 3, "web")
    assert service.bootstrap_exception(archive) == "张档案"
    assert service.first_person_link(archive) is None
    with pytest.raises(NotFoundError):
        service.use_link(archive, link.secret, PASSWORD, name="李", login="li")
    assert service.sign_in(archive, "ZHANG", PASSWORD)


def test_each_start_gives_a_fresh_link_and_only_the_latest_works(archive: Archive, clock: FixedClock) -> None:
    old, new = service.first_person_link(archive), service.first_person_link(archive)
    assert old is not None
    assert new is not None
    with pytest.raises(NotFoundError):
        service.look_at_link(archive, old.secret)
    clock.advance(hours=archive.settings.link_hours)
    with pytest.raises(NotFoundError, match="过期"):
        service.look_at_link(archive, new.secret)


def test_bad_password_leaves_the_link_good(archive: Archive) -> None:
    link = service.first_person_link(archive)
    assert link is not None
    with pytest.raises(InvalidError):
        service.use_link(archive, link.secret, "short", name="张", login="zhang")
    assert service.use_link(archive, link.secret, PASSWORD, name="张", login="zhang")


def test_invited_person_signs_in_and_is_kept_out_when_disabled(archive: Archive, first: Identity) -> None:
    li, session = invite(archive, first, "li", Role.SAL)
    token = service.create_token(archive, li, "脚本", ["document.view"], 30)
    service.disable_account(archive, first, str(li.account_id))
    assert service.load_identity(archive, session=session) is None
    assert service.load_identity(archive, bearer=token.secret) is None
    with pytest.raises(service.SignInError):
        service.sign_in(archive, "li", PASSWORD)
    service.enable_account(archive, first, str(li.account_id))
    assert service.sign_in(archive, "li", PASSWORD)
    assert service.load_identity(archive, bearer=token.secret) is None


def test_a_second_administrator_ends_the_exception_when_they_sign_in(archive: Archive, first: Identity) -> None:
    link = service.create_account(archive, first, name="系统", login="sysadmin", roles=[Role.SYS])
    assert roles(archive, first.account_id) == {"ARC", "SYS"}
    service.use_link(archive, link.secret, PASSWORD)
    assert roles(archive, first.account_id) == {"ARC"}
    assert service.bootstrap_exception(archive) is None
    assert "account.roles" in deeds(archive)


def test_a_second_archivist_ends_it_too(archive: Archive, first: Identity) -> None:
    li, _ = invite(archive, first, "li", Role.SAL)
    service.set_roles(archive, first, str(li.account_id), roles=[Role.ARC], level=2, revision=2)
    assert roles(archive, first.account_id) == {"SYS"}


def test_only_administrators_manage_people_and_nobody_raises_themselves(archive: Archive, first: Identity) -> None:
    li, _ = invite(archive, first, "li", Role.SAL)
    me = str(first.account_id)
    with pytest.raises(ForbiddenError):
        service.create_account(archive, li, name="x", login="xx", roles=[])
    with pytest.raises(ForbiddenError):
        service.set_roles(archive, li, str(li.account_id), roles=[Role.GM], level=3, revision=2)
    with pytest.raises(ForbiddenError):
        service.people(archive, li, service.PeopleFilter())
    for attempt in (
        lambda: service.set_roles(archive, first, me, roles=[Role.GM], level=3, revision=2),
        lambda: service.disable_account(archive, first, me),
    ):
        with pytest.raises(ForbiddenError, match="自己"):
            attempt()
    with pytest.raises(InvalidError):
        service.set_roles(archive, first, str(li.account_id), roles=[Role.SYS, Role.SAL], level=1, revision=2)


def test_last_administrator_stays(archive: Archive, first: Identity) -> None:
    second, _ = invite(archive, first, "second", Role.SYS)
    security, _ = invite(archive, second, "security", Role.SEC)
    with pytest.raises(ConflictError, match="最后一位"):
        service.set_roles(archive, security, str(second.account_id), roles=[Role.SAL], level=1, revision=2)


def test_change_on_old_sight_is_refused(archive: Archive, first: Identity) -> None:
    li, _ = invite(archive, first, "li", Role.SAL)
    department = service.create_department(archive, first, "销售部")
    service.change_account(archive, first, str(li.account_id), name="李", department_id=department, revision=2)
    with pytest.raises(ConflictError, match="刷新"):
        service.change_account(archive, first, str(li.account_id), name="王", department_id=None, revision=2)
    account = service.get_account(archive, first, str(li.account_id))
    assert account.department is not None
    assert (account.name, account.department.name) == ("李", "销售部")
    with pytest.raises(ConflictError):
        service.create_department(archive, first, "销售部")
    service.rename_department(archive, first, department, "营销部")
    assert [found.name for found in service.departments(archive, first)] == ["营销部"]


def test_people_are_listed_by_page_text_role_and_department(archive: Archive, first: Identity) -> None:
    for login in ("anna", "bob", "carl"):
        service.create_account(archive, first, name=login, login=login, roles=[Role.SAL])
    page, cursor = service.people(archive, first, service.PeopleFilter(), limit=2)
    assert [person.login for person in page] == ["anna", "bob"]
    rest, end = service.people(archive, first, service.PeopleFilter(), after=str(cursor))
    assert [person.login for person in rest] == ["carl", "zhang"]
    assert end is None
    assert [p.login for p in service.people(archive, first, service.PeopleFilter(role="SYS"))[0]] == ["zhang"]
    assert [p.login for p in service.people(archive, first, service.PeopleFilter(text="ob"))[0]] == ["bob"]
    with pytest.raises(ConflictError, match="bob"):
        service.create_account(archive, first, name="B", login="BOB")


def test_session_ends_when_idle_when_old_and_when_signed_out(
    archive: Archive, first: Identity, clock: FixedClock
) -> None:
    idle = service.sign_in(archive, "zhang", PASSWORD)
    clock.advance(minutes=archive.settings.session_idle_minutes)
    assert service.load_identity(archive, session=idle) is None
    old = service.sign_in(archive, "zhang", PASSWORD)
    for _ in range(archive.settings.session_hours * 2 - 1):
        clock.advance(minutes=30)
        assert service.load_identity(archive, session=old)
    clock.advance(minutes=30)
    assert service.load_identity(archive, session=old) is None
    out = service.sign_in(archive, "zhang", PASSWORD)
    who = service.load_identity(archive, session=out)
    assert who is not None
    service.sign_out(archive, who)
    assert service.load_identity(archive, session=out) is None


def test_nobody_ends_anothers_session(archive: Archive, first: Identity) -> None:
    li, _ = invite(archive, first, "li", Role.SAL)
    with pytest.raises(NotFoundError):
        service.end_session(archive, li, str(first.session_id))
    assert [row.id for row in service.own_sessions(archive, first)] == [first.session_id]


def test_change_of_password_ends_other_sessions_and_keeps_this_one(archive: Archive, first: Identity) -> None:
    other = service.sign_in(archive, "zhang", PASSWORD)
    with pytest.raises(InvalidError, match="现在的密码"):
        service.change_password(archive, first, "wrong", "another long sentence")
    service.change_password(archive, first, PASSWORD, "another long sentence")
    assert service.load_identity(archive, session=other) is None
    assert [row.id for row in service.own_sessions(archive, first)] == [first.session_id]
    assert service.sign_in(archive, "zhang", "another long sentence")


def test_wrong_passwords_slow_down_that_name_and_then_are_forgotten(
    archive: Archive, first: Identity, clock: FixedClock
) -> None:
    for _ in range(5):
        with pytest.raises(service.SignInError):
            service.sign_in(archive, "zhang", "wrong password", address="10.0.0.9")
    with pytest.raises(service.SignInThrottledError, match="30 秒"):
        service.sign_in(archive, "zhang", PASSWORD, address="10.0.0.9")
    clock.advance(seconds=31)
    assert service.sign_in(archive, "zhang", PASSWORD, address="10.0.0.9")
    with pytest.raises(service.SignInError):
        service.sign_in(archive, "zhang", "wrong password", address="10.0.0.9")
    assert deeds(archive).count("session.fail") == 6


def test_guessing_many_names_from_one_address_is_slowed_down(archive: Archive, first: Identity) -> None:
    for number in range(30):
        with pytest.raises(service.SignInError):
            service.sign_in(archive, f"guess{number}", "x", address="10.0.0.9")
    with pytest.raises(service.SignInThrottledError):
        service.sign_in(archive, "zhang", PASSWORD, address="10.0.0.9")
    assert service.sign_in(archive, "zhang", PASSWORD, address="10.0.0.8")


def test_token_is_narrow_ends_and_expires(archive: Archive, first: Identity, clock: FixedClock) -> None:
    li, _ = invite(archive, first, "li", Role.SAL)
    with pytest.raises(InvalidError, match=r"document\.file"):
        service.create_token(archive, li, "x", ["document.view", "document.file"], 30)
    for actions in ([], ["token.manage"]):
        with pytest.raises(InvalidError):
            service.create_token(archive, li, "x", actions, 30)
    with pytest.raises(InvalidError, match="366"):
        service.create_token(archive, li, "x", ["document.view"], 4000)
    made = service.create_token(archive, li, "ERP", ["document.view"], 30)
    token = service.load_identity(archive, bearer=made.secret)
    assert token is not None
    assert (token.via, token.allowed, token.roles) == ("api", {DOCUMENT_VIEW}, {Role.SAL})
    assert service.own_tokens(archive, li)[0].used_at == clock.now()
    with pytest.raises(NotFoundError):
        service.end_token(archive, token, made.id)
    assert service.load_identity(archive, session="rubbish", bearer="gd_rubbish") is None
    clock.advance(days=30)
    assert service.load_identity(archive, bearer=made.secret) is None
    service.end_token(archive, li, made.id)
    assert service.own_tokens(archive, li) == []


def test_administrator_ends_anothers_token_and_a_stranger_does_not(archive: Archive, first: Identity) -> None:
    li, _ = invite(archive, first, "li", Role.SAL)
    wang, _ = invite(archive, first, "wang", Role.SAL)
    made = service.create_token(archive, li, "ERP", ["document.view"], 30)
    with pytest.raises(NotFoundError):
        service.end_token(archive, wang, made.id)
    assert [token.name for token in service.tokens_of(archive, first, str(li.account_id))] == ["ERP"]
    service.end_token(archive, first, made.id)
    assert service.load_identity(archive, bearer=made.secret) is None


def test_recovery_lets_the_last_administrator_in_again(archive: Archive, first: Identity) -> None:
    operator = command_line("root")
    with archive.db.write() as session:
        session.get_one(Account, first.account_id).disabled_at = archive.clock.now()
    with pytest.raises(NotFoundError, match="zhang"):
        service.recover_administrator(archive, operator, "nobody")
    link = service.recover_administrator(archive, operator)
    assert service.look_at_link(archive, link.secret).purpose == "recover"
    session_secret = service.use_link(archive, link.secret, "a new long sentence")
    assert service.load_identity(archive, session=session_secret)
    with archive.db.read() as session:
        leaf = session.scalar(sa.select(AuditLeaf).where(AuditLeaf.actor_name == "root"))
        assert leaf is not None
        assert leaf.action == "link.create"
    invite(archive, first, "second", Role.SYS)
    service.recover_administrator(archive, operator, "second")
    with pytest.raises(ForbiddenError):
        service.recover_administrator(archive, Identity("x", "x", frozenset({Role.ARC})))


def test_language_is_kept(archive: Archive, first: Identity) -> None:
    service.set_language(archive, first, "en")
    assert service.get_account(archive, first, str(first.account_id)).language == "en"
    with pytest.raises(InvalidError):
        service.set_language(archive, first, "xx")


def test_secrets_are_not_in_the_catalog_nor_in_the_log(archive: Archive, first: Identity) -> None:
    link = service.create_account(archive, first, name="李", login="li", roles=[Role.SAL])
    session_secret = service.use_link(archive, link.secret, PASSWORD)
    li = service.load_identity(archive, session=session_secret)
    assert li is not None
    token = service.create_token(archive, li, "ERP", ["document.view"], 1).secret
    with archive.db.read() as session:
        rows = [
            str([getattr(row, column.key) for column in kind.__table__.columns])
            for kind in (Account, SignInLink, WebSession, ApiToken, AuditLeaf)
            for row in session.scalars(sa.select(kind))
        ]
    assert not any(secret in row for row in rows for secret in (link.secret, session_secret, token, PASSWORD))


def test_sweeping_deletes_only_what_ended_long_ago(archive: Archive, first: Identity, clock: FixedClock) -> None:
    clock.advance(days=60)
    session = service.sign_in(archive, "zhang", PASSWORD)
    assert service.sweep(archive) == 1
    assert service.sweep(archive) == 0
    assert service.load_identity(archive, session=session)
    with archive.db.read() as db:
        assert db.scalar(sa.select(sa.func.count(WebSession.id))) == 1


def test_overview_hides_passwords(archive: Archive, first: Identity) -> None:
    shown = service.overview(archive, first)
    assert (shown.people, shown.sessions) == (1, 1)
    assert shown.settings["keys_url"].startswith("keyfile:")
    with pytest.raises(ForbiddenError):
        service.overview(archive, Identity("x", "x", frozenset({Role.SAL})))
