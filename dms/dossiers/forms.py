"""What requests about dossiers carry, from pages and from programs; both edges share it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

Region = Annotated[str, Field(pattern=r"^(\d{4}|00[A-Z]{2})?$")]


class NewDossier(BaseModel):
    """A dossier to open."""

    party: str
    region: Region = ""
    trigger: Literal["INTENT", "FIRST_DEAL", "ADVANCE"] = "INTENT"
    level: int = Field(1, ge=0, le=3)


class DossierQuery(BaseModel):
    """What to look for: part of a number, a name, a credit code or pinyin initials."""

    q: str = ""
    after: str | None = None
    limit: int = Field(50, ge=1, le=200)


class NumberQuery(BaseModel):
    """Whose number to propose."""

    party: str = Field(min_length=1)
    region: Region = ""
