"""Names that the settings, the rules, the commands and the search index declare."""

from __future__ import annotations

import ast
import json
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import click
from pydantic import BaseModel

from tests.naming.found import all_of, nodes, the
from tests.naming.made import Fresh
from tests.sources import ROOT


def commands(group: click.Group, before: tuple[str, ...]) -> Iterator[str]:
    context = click.Context(group)
    for word in group.params:
        yield _parameter(before, word)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield " ".join((*before, name))
        if isinstance(command, click.Group):
            yield from commands(command, (*before, name))
        else:
            yield from (_parameter((*before, name), word) for word in command.params)


def _parameter(before: tuple[str, ...], word: click.Parameter) -> str:
    called = (
        "/".join((*word.opts, *word.secondary_opts)) if isinstance(word, click.Option) else (word.name or "").upper()
    )
    kind = "flag" if getattr(word, "is_flag", False) else word.type.name
    if isinstance(word.type, click.Choice):
        kind = " | ".join(map(str, word.type.choices))
    marks = [kind, *(["required"] if word.required else []), *(["many"] if word.multiple or word.nargs == -1 else [])]
    return " ".join((*before, called, f"({', '.join(marks)})"))


def settings() -> Iterator[str]:
    settings = the("Settings", type)
    yield from (key for key in model_keys(settings) if "." in key)
    for name, field in settings.model_fields.items():
        default = "found at start" if field.default_factory else repr(field.default)
        yield f"{name}: {_kind(field.annotation)} = {default}, GUIDANG_{name.upper()}"


def _kind(annotation: Any) -> str:
    inner = get_args(annotation)
    if get_origin(annotation) is Annotated:
        return _kind(inner[0])
    if get_origin(annotation) is Literal:
        return " | ".join(map(str, inner))
    if get_origin(annotation) in (Union, UnionType):
        return " | ".join(map(_kind, inner))
    if inner:
        return f"{get_origin(annotation).__name__} of {_kind(inner[0])}"
    return "table" if issubclass(annotation, BaseModel) else str(annotation.__name__)


def model_keys(model: type[BaseModel], before: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        key = f"{before}{field.alias or name}"
        yield key
        for below in _models_in(field.annotation):
            yield from model_keys(below, f"{key}.")


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


def rulebook() -> Iterator[str]:
    for file in ROOT.glob("*/rulebook/*.toml"):
        for key, entry in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if isinstance(entry, dict):  # otherwise the file is a list of data
                yield f"{file.name} {key}"
                names = (name for name in entry if "." not in name)  # not what a role may do
                yield from (f"{file.name} {key}.{name}" for name in names)


def types() -> Iterator[str]:
    for file in ROOT.glob("*/rulebook/types/*.toml"):
        declared = tomllib.loads(file.read_text(encoding="utf-8"))
        code = declared["code"]
        yield f"{code} {declared['abbreviation']} {file.name}"
        yield from (f"{code} group {each['name']}" for each in declared.get("groups", ()))
        for each in declared["fields"]:
            yield f"{code} field {each.get('group', '')}.{each['name']}: {each.get('kind', 'text')}".replace(" .", " ")
        table = declared.get("table")
        if table:
            name = table.get("name", "items")
            yield from (f"{code} column {name}.{each['name']}: {each.get('kind', 'text')}" for each in table["columns"])


def search(fresh: Fresh) -> Iterator[str]:
    entry = the("Entry", type)
    assert is_dataclass(entry)
    yield from (f"entry {field.name}" for field in fields(entry))
    yield from (f"attribute {name}" for name in _attributes())
    for word, names in (
        ("order", "SORTS"),
        ("range", "RANGES"),
        ("facet", "FACETS"),
        ("word of a query", "FIELD_NAMES"),
    ):
        yield from (f"{word} {name}" for name in all_of(names))
    mappings = the("index_body")(1, building=False)["mappings"]
    yield f"elasticsearch schema {mappings['_meta']['guidang']['schema']}"
    yield from (f"elasticsearch {name}: {field['type']}" for name, field in mappings["properties"].items())
    alias = json.loads((fresh.data / "index.db").read_text(encoding="utf-8"))
    yield f"index.db {alias['kind']} {alias['format']}"
    yield from (f"index.db field {name}" for name in alias)


def _attributes() -> set[str]:
    """Return the names of the dictionaries that give a document's attributes to the index."""
    return (
        {"type_name"} | _written_with("status", "dossier", "confirmed") | _written_with("owner", "department", "filed")
    )


def _written_with(*some: str) -> Collection[str]:
    """Return the keys of the literal dictionaries that have all these keys."""
    written = [
        {key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}
        for node in nodes(ast.Dict)
    ]
    found = {key for keys in written if set(some) <= keys for key in keys}
    assert found, f"no dictionary is written with {some}: tell tests/names.py where the names are now"
    return found
