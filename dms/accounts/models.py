"""Tables of departments, accounts, roles, one-time links, sessions, tokens and failed sign-ins."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dms.kernel.database import Base, Id, Identified, Json


class Department(Identified, Base):
    """A department (部门)."""

    __tablename__ = "department"

    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Account(Identified, Base):
    """A person who may sign in. Accounts are disabled, never deleted: deeds go on naming them."""

    __tablename__ = "account"

    name: Mapped[str] = mapped_column(sa.String(80))  # as shown: 张档案
    login: Mapped[str] = mapped_column(sa.String(80), unique=True)  # lower case
    department_id: Mapped[str | None] = mapped_column(Id, sa.ForeignKey("department.id"), index=True)
    level: Mapped[int] = mapped_column(sa.SmallInteger, default=1)  # clearance: highest 密级 this person may see
    language: Mapped[str | None] = mapped_column(sa.String(2))
    password_hash: Mapped[str | None]  # Argon2id
    is_first: Mapped[bool] = mapped_column(default=False)  # may hold ARC and SYS until a second person takes one
    created_at: Mapped[datetime]
    created_by: Mapped[str | None] = mapped_column(Id)
    activated_at: Mapped[datetime | None]  # when the person first set a password
    disabled_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)
    department: Mapped[Department | None] = relationship()
    role_rows: Mapped[list[AccountRole]] = relationship(
        back_populates="account", cascade="all, delete-orphan", order_by="AccountRole.role"
    )


class AccountRole(Base):
    """A role that a person holds."""

    __tablename__ = "account_role"
    __table_args__ = (sa.Index("ix_account_role_role", "role"),)

    account_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(sa.String(3), primary_key=True)
    granted_at: Mapped[datetime]
    granted_by: Mapped[str | None] = mapped_column(Id)
    account: Mapped[Account] = relationship(back_populates="role_rows")


class SignInLink(Identified, Base):
    """A one-time link by which a person sets a password: first person, invitation, reset, recovery."""

    __tablename__ = "sign_in_link"

    account_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("account.id"), index=True)
    purpose: Mapped[str] = mapped_column(sa.String(10))  # first, invite, reset, recover
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime]
    created_by: Mapped[str | None] = mapped_column(Id)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    account: Mapped[Account] = relationship()


class WebSession(Identified, Base):
    """A browser that is signed in; the browser holds the secret, this row its hash."""

    __tablename__ = "web_session"

    account_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    address: Mapped[str] = mapped_column(sa.String(64), default="")
    agent: Mapped[str] = mapped_column(sa.String(200), default="")
    ended_at: Mapped[datetime | None]
    account: Mapped[Account] = relationship()


class ApiToken(Identified, Base):
    """A bearer token of a person for the JSON API, hashed at rest, narrowed to some actions."""

    __tablename__ = "api_token"

    account_id: Mapped[str] = mapped_column(Id, sa.ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    actions: Mapped[Any] = mapped_column(Json)  # list of action names
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    account: Mapped[Account] = relationship()


class SignInThrottle(Base):
    """Failed sign-ins of a login name or of an address, and until when further ones are refused."""

    __tablename__ = "sign_in_throttle"

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)  # SHA-256 of kind and login or address
    failures: Mapped[int] = mapped_column(sa.Integer, default=0)
    last_at: Mapped[datetime] = mapped_column(index=True)
    blocked_until: Mapped[datetime | None]
