"""What children may answer, checked by the parent before anything is believed."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ingest.model import Line
from ingest.sandbox.confine import Report
from ingest.sandbox.errors import ERRORS, ParseError, ParserDiedError
from ingest.sandbox.frames import Header

_LINES = TypeAdapter(tuple[Line, ...])
_Note = Field(max_length=100)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Ready(_Strict):
    type: str = Field(pattern="^ready$")
    level: str = Field(pattern="^(full|partial|limits only)$")
    missing: list[str] = Field(max_length=20)


class Inspected(_Strict):
    """Answer to "inspect"."""

    type: str
    page_count: int = Field(ge=1, le=10_000_000)
    encrypted: bool
    damaged: bool
    notes: list[str] = _Note


class Rastered(_Strict):
    """Answer to "raster", without its lines; the pixels follow as raw bytes."""

    type: str
    height: int = Field(ge=1, le=1 << 20)
    width: int = Field(ge=1, le=1 << 20)
    dpi: float = Field(ge=0, le=10_000, allow_inf_nan=False)
    digital: bool
    notes: list[str] = _Note


class Begun(_Strict):
    """First answer of an extraction."""

    type: str = Field(pattern="^begin$")
    kind: str = Field(pattern="^(pdf|tiff)$")
    pages: int = Field(ge=1, le=10_000_000)
    signed: bool


class Part(_Strict):
    """Some bytes of the new file follow; `done` pages are in it."""

    type: str = Field(pattern="^part$")
    done: int = Field(ge=0)


M = TypeVar("M", bound=BaseModel)


def checked(model: type[M], header: Header) -> M:
    """Return `header` as a `model`. Raises ParserDiedError."""
    try:
        return model.model_validate(header)
    except ValidationError as error:
        raise ParserDiedError from error


def ready_report(header: Header) -> Report:
    """Return the confinement that a child reports. Raises ParserDiedError."""
    found = checked(_Ready, header)
    return Report(found.level, tuple(found.missing))


def text_lines(header: Header) -> tuple[Line, ...]:
    """Take the lines out of `header`. Raises ParserDiedError, also for boxes outside the page."""
    try:
        return _LINES.validate_python(header.pop("lines"))
    except (KeyError, ValueError) as error:
        raise ParserDiedError from error


def reported_error(header: Header) -> ParseError:
    """Return the error a child reports by its code: no sentence of a child's own is ever shown to people."""
    return ERRORS.get(str(header.get("code")), ParserDiedError)()
