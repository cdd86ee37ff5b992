"""The sources of all packages as syntax trees, read once, and the codes of errors that stand in them."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("config", "dms", "ingest", "search", "storage")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


@cache
def nodes_of(path: Path) -> list[ast.AST]:
    """Return every node of a file's syntax tree."""
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@cache
def error_codes() -> dict[str, str]:
    """Return every code of an error that can reach a person, with the file that raises it."""
    found: dict[str, str] = {}
    for path in SOURCES:
        for node in nodes_of(path):
            for code in (*_class_codes(node), *_raised_codes(node)):
                found.setdefault(code, path.relative_to(ROOT).as_posix())
    return found


def _class_codes(node: ast.AST) -> list[str]:
    if not isinstance(node, ast.ClassDef) or not node.name.endswith("Error"):
        return []
    values = [each.value for each in node.body if isinstance(each, ast.Assign) and _names(each) == ["code"]]
    return [value.value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str)]


def _names(node: ast.Assign) -> list[str]:
    return [target.id for target in node.targets if isinstance(target, ast.Name)]


def _raised_codes(node: ast.AST) -> list[str]:
    if not isinstance(node, ast.Call):
        return []
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    given = [word.value for word in node.keywords if word.arg == "code"]
    texts = [value.value for value in given if isinstance(value, ast.Constant) and isinstance(value.value, str)]
    return texts if name.endswith("Error") else []
