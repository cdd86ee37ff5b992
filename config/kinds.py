"""Kinds that the rulebook declares and rows hold by their code: of copies (稿本) and of places (库位)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

CopyCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,11}$")]  # as wide as the columns that hold it
PlaceCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,9}$")]  # here too


class Named(BaseModel):
    """What a file of rules declares, with its name in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]

    def name(self, *, english: bool) -> str:
        """Return the name for a reader."""
        return self.en if english else self.zh


class CopyKind(Named):
    """What kind of copy a document or a paper is (原件、复印件…)."""

    paper: bool  # a paper can be of this kind: it is offered where papers are registered
    original: bool = False  # counts as the original: filed without a word about where that is


class PlaceKind(Named):
    """A kind of place (库房、区、列、节、层、盒…): how codes and names write it, and what may stand in it."""

    order: int  # from outside in; a place stands in one of a smaller order
    code: str = ""  # the form of this level of a place code, a regular expression; "": codes have no such level
    example: str = ""  # such a level, for messages and forms
    named: str = ""  # what a place made from a code is called; {n} is its number
    outermost: bool = False  # a place code may begin with it
    holds: tuple[str, ...] | None = None  # kinds of places that may stand in it; None: all of a greater order

    @model_validator(mode="after")
    def _a_level_is_whole(self) -> Self:
        if not self.code:
            if self.example or self.named or self.outermost:
                raise ValueError("example, named and outermost belong to a kind with a code")
            return self
        if not is_level(self.code, self.example) or not re.search(r"\d", self.example) or "-" in self.example:
            raise ValueError("example must be a level that code takes, with a number and without a hyphen")
        if "{n}" not in self.named:
            raise ValueError("named must say {n} where the number stands")
        return self


def is_level(pattern: str, text: str) -> bool:
    """Tell whether a level of a place code has a form. Raises `ValueError` for one that is no regular expression."""
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error as error:
        raise ValueError(f"code is not a regular expression: {error}") from error


def problem_of_places(kinds: Mapping[str, PlaceKind]) -> str | None:
    """Return in what the kinds of places do not fit together; None where they do."""
    for name, kind in kinds.items():
        if strange := sorted({*(kind.holds or ())} - kinds.keys()):
            return f"{name}.holds: there is no kind {strange[0]}"
        if doubled := [each for each, other in kinds.items() if kind.code and each != name and _takes(other, kind)]:
            return f"{name}.code: {kind.example} could also be a {doubled[0]}"
    if not any(kind.outermost for kind in kinds.values()):
        return "one kind must be outermost, for a place code to begin with"
    return None


def _takes(other: PlaceKind, kind: PlaceKind) -> bool:
    return bool(other.code) and is_level(other.code, kind.example)
