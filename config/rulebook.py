"""The rulebook: TOML files an archive's owner may change without code, with the owner's overlay merged over ours."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

from pydantic import Field, StrictBool, TypeAdapter, ValidationError

from config.declared import inheriting, nearest, problem_of
from config.kinds import CopyCode, CopyKind, Named, PlaceCode, PlaceKind, problem_of_places

OURS = Path(__file__).parent / "rulebook"
Value = TypeVar("Value")


class RulebookError(ValueError):
    """A file of the rulebook cannot be used; the message names the file and the entry."""

    code = "rulebook"

    def __init__(self, file: Path | str, problem: str) -> None:
        super().__init__(f"{file}: {problem}.")
        self.values = {"file": str(file), "problem": problem}


class SecrecyLevel(Named):
    """A secrecy level (密级): 0 公开 … 3 机密."""

    level: int = Field(ge=0, le=3)
    years: int | None = Field(None, ge=1)  # how long it holds by default; None: until somebody changes it


class RetentionClass(Named):
    """A retention rule (保管期限) by its code: Y permanent, D30, D10."""

    years: int | None = Field(None, ge=1)  # None: permanent


RegionName = Annotated[str, Field(pattern=r"^[\u4e00-\u9fff]{2,8}$")]
Grants = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Rulebook:
    """The rules as plain values.

    `regions` are what company names begin with, the longest first. `types` maps a type file's name to its TOML text,
    for `ingest.doctypes.load_types`.
    """

    roles: Grants
    levels: tuple[SecrecyLevel, ...]
    retention: Mapping[str, RetentionClass]
    copy_kinds: Mapping[str, CopyKind]
    place_kinds: Mapping[str, PlaceKind]
    regions: tuple[str, ...]
    types: Mapping[str, str]

    @property
    def originals(self) -> frozenset[str]:
        """Return the copy kinds that count as the original."""
        return frozenset(code for code, kind in self.copy_kinds.items() if kind.original)

    @property
    def paper_originals(self) -> frozenset[str]:
        """Return the copy kinds of which a paper is the original itself."""
        return frozenset(code for code in self.originals if self.copy_kinds[code].paper)

    def kept(self, rule: str, years: int | None = None) -> tuple[str, RetentionClass]:
        """Return the retention rule of this code; without a code that of so many years, "" where none is like that."""
        code = rule or next((code for code, each in self.retention.items() if each.years == (years or None)), "")
        return code, self.retention.get(code) or RetentionClass(
            zh=f"{years} 年" if years else "永久", en=f"{years} years" if years else "Permanent", years=years or None
        )


def load_rulebook(overlay: Path | None = None, ours: Path = OURS) -> Rulebook:
    """Return our rules with the owner's merged over them.

    `overlay` is the folder `rulebook` of the data folder. A file there with the name of one of ours changes the keys
    that it has and leaves the others; a file in `types/` replaces or adds a whole document type, but for `group` and
    `custody`, which it may leave to ours. Raises `RulebookError`.
    """
    overlay = overlay if overlay is not None and overlay.is_dir() else None
    if overlay:
        _refuse_unknown(overlay, ours)
    regions = _read("regions", dict[RegionName, StrictBool], ours, overlay)
    levels = _read("levels", dict[str, SecrecyLevel], ours, overlay)
    retention = _read("retention", dict[str, RetentionClass], ours, overlay)
    return Rulebook(
        roles=_read("roles", dict[str, dict[str, str]], ours, overlay),
        levels=tuple(sorted(levels.values(), key=lambda entry: entry.level)),
        retention=retention,
        copy_kinds=_read("copy_kinds", dict[CopyCode, CopyKind], ours, overlay),
        place_kinds=_fitting(_read("place_kinds", dict[PlaceCode, PlaceKind], ours, overlay)),
        regions=tuple(sorted((name for name, used in regions.items() if used), key=lambda name: (-len(name), name))),
        types=_sound(_types_of_both(_types(ours), _types(overlay) if overlay else {}), retention),
    )


def _types(folder: Path) -> dict[str, str]:
    return {file.stem: _text(file) for file in sorted((folder / "types").glob("*.toml"))}


def _types_of_both(ours: Mapping[str, str], owners: Mapping[str, str]) -> dict[str, str]:
    return {**ours, **{name: inheriting(text, ours.get(name, "")) for name, text in owners.items()}}


def _sound(types: dict[str, str], retention: Collection[str]) -> dict[str, str]:
    for file, text in types.items():
        if problem := problem_of(text, retention):
            raise RulebookError(f"types/{file}.toml", problem)
    return types


def _fitting(kinds: dict[str, PlaceKind]) -> dict[str, PlaceKind]:
    if problem := problem_of_places(kinds):
        raise RulebookError("place_kinds.toml", problem)
    return kinds


def _read(name: str, kind: type[Value], ours: Path, overlay: Path | None) -> Value:
    values = _parsed(ours / f"{name}.toml")
    change = overlay / f"{name}.toml" if overlay else None
    if change and change.is_file():
        values = merged(values, _parsed(change))
    try:
        return TypeAdapter(kind).validate_python(values)
    except ValidationError as error:
        source = change if change and change.is_file() else ours / f"{name}.toml"
        raise RulebookError(source, _in_words(error, kind)) from error


def _in_words(error: ValidationError, kind: Any) -> str:
    first = error.errors(include_url=False)[0]
    where = ".".join(map(str, first["loc"]))
    problem = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        near = nearest(str(first["loc"][-1]), get_args(kind)[1].model_fields)
        problem = f"there is no such key; did you mean {near}?"
    return f"{where}: {problem}"


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
            raise RulebookError(file, f"there is no such file of rules; did you mean {nearest(file.name, known)}?")
