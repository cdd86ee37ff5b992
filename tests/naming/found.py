"""Finds things of the program by what they are, not by the module they stand in: code may move, names may not."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import pkgutil
import re
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.sources import PACKAGES, ROOT, SOURCES, nodes_of

ASIDE = re.compile(r".*(\.__main__|\.env|\.versions\..*)")  # not modules to import, but scripts to run


@cache
def _modules() -> list[ModuleType]:
    for package in PACKAGES:
        path = [str(ROOT / package)]
        for found in pkgutil.walk_packages(path, f"{package}."):
            if not ASIDE.fullmatch(found.name):
                importlib.import_module(found.name)
    return [module for name, module in sorted(sys.modules.items()) if name.partition(".")[0] in PACKAGES]


def objects() -> Iterator[tuple[str, Any]]:
    """Yield what every module holds, with its name there."""
    return ((name, value) for module in _modules() for name, value in vars(module).items())


def the(name: str, kind: type | tuple[type, ...] = object) -> Any:
    """Return the one object of this name and kind in our modules."""
    found = {id(value): value for called, value in objects() if called == name and isinstance(value, kind)}
    assert len(found) == 1, f"{len(found)} things are called {name}: tell tests/naming where the names are now"
    return next(iter(found.values()))


def all_of(name: str) -> set[str]:
    """Return what the sequences of this name in our modules hold together."""
    found = {each for called, value in objects() if called == name and isinstance(value, tuple) for each in value}
    assert found, f"nothing is called {name}: tell tests/naming where the names are now"
    return found


def classes(base: type) -> list[type[Any]]:
    """Return our classes that are made from one."""
    found = {value for _, value in objects() if isinstance(value, type) and base in value.__mro__}
    return sorted((each for each in found if each.__module__.partition(".")[0] in PACKAGES), key=str)


def enumerations() -> list[list[str]]:
    """Return the values of every enumeration."""
    return [[str(member) for member in kind] for kind in classes(StrEnum)]


def enumeration(*some: str) -> list[str]:
    """Return the values of the one enumeration that has all these."""
    (found,) = [each for each in enumerations() if set(some) <= set(each)]
    return found


def keys_of_table(*some: str) -> set[str]:
    """Return the keys of the tables of our modules that have all these keys."""
    tables = [value for _, value in objects() if isinstance(value, Mapping) and set(some) <= set(value)]
    assert tables, f"no table has the keys {some}: tell tests/naming where the names are now"
    return set().union(*tables)


def nodes(kind: type[Any]) -> Iterator[Any]:
    """Yield the nodes of a kind in all our sources."""
    return (node for path in written() for node in nodes_of(path) if isinstance(node, kind))


def written() -> list[Path]:
    """Return our sources but the migrations, whose names are asked of the catalog that they make."""
    return [path for path in SOURCES if "versions" not in path.parts]


@cache
def texts() -> frozenset[str]:
    """Return every literal text of our sources, but those of the policy's actions, which are called as deeds are."""
    actions = [node for node in nodes(ast.Call) if getattr(node.func, "id", "") == "Action"]
    inside = {id(node) for each in actions for node in ast.walk(each)}
    values = [node.value for node in nodes(ast.Constant) if id(node) not in inside]
    return frozenset(
        value if isinstance(value, str) else value.decode("latin-1")
        for value in values
        if isinstance(value, str | bytes)
    )


def literals(pattern: re.Pattern[str]) -> set[str]:
    """Return the literal texts of our sources that are of a form."""
    return {text for text in texts() if pattern.fullmatch(text)}
