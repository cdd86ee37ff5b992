"""What the JSON API of documents and arrivals is asked."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field


class ListQuery(BaseModel):
    """What a list is narrowed to."""

    type: str = ""
    state: str = ""
    party: str = ""
    dossier: str = ""
    copy_kind: str = ""
    since: date | None = None
    until: date | None = None
    trashed: bool = False
    after: str | None = None
    limit: int = Field(50, ge=1, le=200)


class Correction(BaseModel):
    """What is said of a document. What is left out stays; `values` are texts as a person writes them."""

    revision: int | None = None
    type: str | None = None
    title: str | None = Field(None, max_length=200)
    level: int | None = Field(None, ge=0, le=3)
    copy_kind: str | None = None
    dossier_id: str | None = None
    values: dict[str, str] = Field(default_factory=dict)
    accepted: list[str] = Field(default_factory=list)
    seals: list[str] = Field(default_factory=list)
    confirm: bool = False


class TypeChange(BaseModel):
    """Another document type."""

    type: str
    revision: int | None = None


class Reason(BaseModel):
    """Why something is done, to which revision."""

    reason: str = Field("", max_length=1000)
    revision: int | None = None


class Password(BaseModel):
    """The password of a PDF."""

    password: str = Field(min_length=1, max_length=200)


class Split(BaseModel):
    """Positions in front of which a document is split."""

    before: list[int] = Field(min_length=1)
    revision: int | None = None


class Merge(BaseModel):
    """Documents whose pages are appended."""

    others: list[str] = Field(min_length=1, max_length=100)
    revision: int | None = None


class Order(BaseModel):
    """The present positions in their new order."""

    order: list[int] = Field(min_length=1)
    revision: int | None = None


class PageChange(BaseModel):
    """A change of one page: turn it by degrees, hide or show it, or put another scan in its place."""

    turn: int | None = None
    hidden: bool | None = None
    arrival_id: str | None = None
    number: int = 1
    revision: int | None = None
