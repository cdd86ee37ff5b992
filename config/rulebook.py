"""The rulebook: TOML files an archive's owner may change without code, with the owner's overlay merged over ours."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

OURS = Path(__file__).parent / "rulebook"
Value = TypeVar("Value")


class RulebookError(ValueError):
    """A file of the rulebook cannot be used; the message names the file and the entry."""

    code = "rulebook"

    def __init__(self, file: Path | str, problem: str) -> None:
        super().__init__(f"{file}: {problem}.")
        self.values = {"file": str(file), "problem": problem}


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]


class SecrecyLevel(_Entry):
    """A secrecy level (密级): 0 公开 … 3 机密."""

    level: int = Field(ge=0, le=3)
    years: int | None = Field(None, ge=1)  # how long it holds by default; None: until somebody changes it


class RetentionClass(_Entry):
    """A retention class (保管期限): Y permanent, D30, D10."""

    years: int | None = Field(None, ge=1)  # None: permanent


class CopyKind(_Entry):
    """What kind of copy was scanned (原件、复印件…); `paper` tells whether there is a paper to keep."""

    paper: bool


class PlaceKind(_Entry):
    """A kind of place (库房、区、列、节、层、盒…)."""

    order: int


Grants = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Rulebook:
    """The rules as plain values. `types` maps a type file's name to its TOML text, for `ingest.doctypes.load_types`."""

    roles: Grants
    levels: tuple[SecrecyLevel, ...]
    retention: Mapping[str, RetentionClass]
    copy_kinds: Mapping[str, CopyKind]
    place_kinds: Mapping[str, PlaceKind]
    types: Mapping[str, str]


def load_rulebook(overlay: Path | None = None, ours: Path = OURS) -> Rulebook:
    """Return our rules with the owner's merged over them.

    `overlay` is the folder `rulebook` of the data folder. A file there with the name of one of ours changes the keys
    that it has and leaves the others; a file in `types/` replaces or adds a whole document type. Raises
    `RulebookError`.
    """
    overlay = overlay if overlay is not None and overlay.is_dir() else None
    if overlay:
        _refuse_unknown(overlay, ours)
    levels = _read("levels", dict[str, SecrecyLevel], ours, overlay)
    return Rulebook(
        roles=_read("roles", dict[str, dict[str, str]], ours, overlay),
        levels=tuple(sorted(levels.values(), key=lambda entry: entry.level)),
        retention=_read("retention", dict[str, RetentionClass], ours, overlay),
        copy_kinds=_read("copy_kinds", dict[str, CopyKind], ours, overlay),
        place_kinds=_read("place_kinds", dict[str, PlaceKind], ours, overlay),
        types=_types(ours) | (_types(overlay) if overlay else {}),
    )


def _types(folder: Path) -> dict[str, str]:
    return {file.stem: _text(file) for file in sorted((folder / "types").glob("*.toml"))}


def _read(name: str, kind: type[Value], ours: Path, overlay: Path | None) -> Value:
    values = _parsed(ours / f"{name}.toml")
    change = overlay / f"{name}.toml" if overlay else None
    if change and change.is_file():
        values = merged(values, _parsed(change))
    try:
        return TypeAdapter(kind).validate_python(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        source = change if change and change.is_file() else ours / f"{name}.toml"
        raise RulebookError(source, f"{where}: {first['msg']}") from error


def merged(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with the keys of `change` over it; tables are merged key by key, everything else replaced."""
    result = dict(base)
    for key, value in change.items():
        old = result.get(key)
        result[key] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return result


def _parsed(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(file))
    except tomllib.TOMLDecodeError as error:
        raise RulebookError(file, str(error)) from error


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RulebookError(file, str(error)) from error


def _refuse_unknown(overlay: Path, ours: Path) -> None:
    known = sorted(path.name for path in ours.glob("*.toml"))
    for file in sorted(overlay.glob("*.toml")):
        if file.name not in known:
            near = (difflib.get_close_matches(file.name, known, 1, 0.0) or known)[0]
            raise RulebookError(file, f"there is no such file of rules; did you mean {near}?")
