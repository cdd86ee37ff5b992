"""JSON API of people: who asks, one's own tokens, people for administrators."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint
from pydantic import BaseModel

from dms.accounts import service
from dms.accounts.forms import NewPerson, PeopleQuery, RolesChange, TokenWish
from dms.accounts.models import Account
from dms.http import current_archive, current_identity
from dms.http.operation import Out, operation

api = Blueprint("accounts_api", __name__, url_prefix="/api/v1")


class Me(BaseModel):
    """Who asks and what they may do at all."""

    account_id: str | None
    name: str
    roles: list[str]
    level: int
    actions: list[str]


class TokenOut(Out):
    """A bearer token without its secret."""

    id: str
    name: str
    actions: list[str]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


class Tokens(BaseModel):
    """One's own tokens."""

    tokens: list[TokenOut]


class TokenMade(Out):
    """A token just made; `secret` is shown this once."""

    id: str
    secret: str
    expires_at: datetime


class PersonOut(BaseModel):
    """A person."""

    id: str
    name: str
    login: str
    roles: list[str]
    level: int
    department_id: str | None
    active: bool
    revision: int


class People(BaseModel):
    """One page of people; pass `cursor` as `after` for the next."""

    people: list[PersonOut]
    cursor: str | None


class Invitation(Out):
    """A one-time link; `path` is shown this once."""

    account_id: str
    path: str
    expires_at: datetime


def _person(account: Account) -> PersonOut:
    return PersonOut(
        id=account.id, name=account.name, login=account.login, roles=[row.role for row in account.role_rows],
        level=account.level, department_id=account.department_id, revision=account.revision,
        active=account.disabled_at is None and account.activated_at is not None,
    )  # fmt: skip


@api.get("/me")
@operation("我是谁，可以做什么", answer=Me)
def me() -> Me:
    """Return who asks."""
    archive, identity = current_archive(), current_identity()
    actions = archive.policy.actions_of(identity.roles)
    return Me(
        account_id=identity.account_id, name=identity.name, roles=sorted(identity.roles), level=identity.level,
        actions=sorted(action for action in actions if archive.policy.may(identity, action)),
    )  # fmt: skip


@api.get("/tokens")
@operation("我的令牌", answer=Tokens)
def tokens() -> Tokens:
    """List one's own tokens."""
    found = service.own_tokens(current_archive(), current_identity())
    return Tokens(tokens=[TokenOut.model_validate(token) for token in found])


@api.post("/tokens")
@operation("建令牌", body=TokenWish, answer=TokenMade, status=201)
def create_token(body: TokenWish) -> TokenMade:
    """Make a token."""
    made = service.create_token(current_archive(), current_identity(), body.name, body.actions, body.days)
    return TokenMade.model_validate(made)


@api.delete("/tokens/<token_id>")
@operation("作废令牌", status=204)
def end_token(token_id: str) -> None:
    """End a token."""
    service.end_token(current_archive(), current_identity(), token_id)


@api.get("/people")
@operation("查人员", query_model=PeopleQuery, answer=People)
def people(query: PeopleQuery) -> People:
    """List people."""
    wanted = service.PeopleFilter(query.q, query.role, query.department, query.disabled)
    found, cursor = service.people(current_archive(), current_identity(), wanted, query.after, query.limit)
    return People(people=[_person(account) for account in found], cursor=cursor)


@api.post("/people")
@operation("邀请一个人", body=NewPerson, answer=Invitation, status=201)
def create_person(body: NewPerson) -> Invitation:
    """Create a person and return the link that invites them."""
    made = service.create_account(current_archive(), current_identity(), **body.model_dump())
    return Invitation.model_validate(made)


@api.get("/people/<account_id>")
@operation("一个人", answer=PersonOut)
def person(account_id: str) -> PersonOut:
    """Return one person."""
    return _person(service.get_account(current_archive(), current_identity(), account_id))


@api.put("/people/<account_id>/roles")
@operation("改角色和涉密等级", body=RolesChange, answer=PersonOut)
def set_roles(account_id: str, body: RolesChange) -> PersonOut:
    """Change roles and clearance."""
    archive, identity = current_archive(), current_identity()
    service.set_roles(archive, identity, account_id, roles=body.roles, level=body.level, revision=body.revision)
    return _person(service.get_account(archive, identity, account_id))


@api.post("/people/<account_id>/link")
@operation("给一条一次性链接", answer=Invitation, status=201)
def create_link(account_id: str) -> Invitation:
    """Make a one-time link."""
    return Invitation.model_validate(service.create_link(current_archive(), current_identity(), account_id))


@api.post("/people/<account_id>/disable")
@operation("停用账号", status=204)
def disable(account_id: str) -> None:
    """Disable an account."""
    service.disable_account(current_archive(), current_identity(), account_id)


@api.post("/people/<account_id>/enable")
@operation("启用账号", status=204)
def enable(account_id: str) -> None:
    """Enable an account."""
    service.enable_account(current_archive(), current_identity(), account_id)
