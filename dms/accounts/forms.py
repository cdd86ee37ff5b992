"""What requests about people, sessions and tokens carry, from pages and from programs; both edges share it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from dms.policy import Role

Name = Annotated[str, Field(min_length=1, max_length=80)]
Level = Annotated[int, Field(ge=0, le=3)]
Days = Annotated[int, Field(ge=1, le=366)]
Secret = Annotated[str, Field(max_length=1000)]


class SignIn(BaseModel):
    """What is typed at the door."""

    login: str = Field(max_length=200)
    password: Secret
    next: str = ""


class NewPassword(BaseModel):
    """What is typed on the page of a link; name and login name by the first person only."""

    name: str = Field("", max_length=80)
    login: str = Field("", max_length=80)
    password: Secret
    again: Secret


class PasswordChange(BaseModel):
    """The present and the new password."""

    old: Secret
    password: Secret
    again: Secret


class LanguageChoice(BaseModel):
    """The language of the interface."""

    language: Literal["zh", "en"]


class TokenWish(BaseModel):
    """A token to make."""

    name: Name
    actions: list[str] = Field(min_length=1)
    days: Days = 90


class TypedToken(BaseModel):
    """A token to make, as one of several forms of a page sends it: nothing ticked is nothing sent."""

    token_name: str = Field(max_length=80)
    days: Days = 90
    actions: list[str] = Field(default_factory=list)


class PeopleQuery(BaseModel):
    """Which people."""

    q: str = ""
    role: str = ""
    department: str = ""
    disabled: bool = False
    after: str = ""
    limit: int = Field(100, ge=1, le=500)


class NewPerson(BaseModel):
    """A person to invite."""

    name: Name
    login: Name
    roles: list[Role] = Field(default_factory=list)
    department_id: str | None = None
    level: Level = 1


class TypedPerson(BaseModel):
    """A person to invite, as the page sends it: its select says "" for no department."""

    name: Name
    login: Name
    department: str = ""
    roles: list[Role] = Field(default_factory=list)
    level: Level = 1


class PersonChange(BaseModel):
    """Name and department, on what was seen."""

    name: Name
    department: str = ""
    revision: int


class RolesChange(BaseModel):
    """Roles and clearance, on the revision that was seen."""

    roles: list[Role]
    level: Level
    revision: int


class TickedRoles(RolesChange):
    """Roles and clearance, as the page sends them: nothing ticked is nothing sent."""

    roles: list[Role] = Field(default_factory=list)


class DepartmentName(BaseModel):
    """A department's name."""

    department_name: Name
