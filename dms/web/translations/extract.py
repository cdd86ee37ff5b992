"""Every text of the interface: marked in Python and templates, sentences of errors, tables of msgids."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from jinja2.ext import babel_extract

from config.settings import Settings

PROJECT = Path(__file__).resolve().parents[3]
PLACES = ("dms",)
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
KEYWORDS: dict[str, Any] = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "N_": None}
JINJA = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false", "encoding": "utf-8"}

Message = tuple[str, int, str | tuple[str, ...]]  # path, line, msgid (with its plural)


def catalog_of_project() -> Catalog:
    """Return a catalog of all msgids of the interface, in the order of files."""
    catalog = Catalog(project="Guidang", charset="utf-8", fuzzy=False)
    for path, line, message in sorted(messages(), key=lambda found: (found[0], found[1])):
        catalog.add(message, locations=[(path, line)])
    return catalog


def messages() -> Iterator[Message]:
    """Yield every text of the interface with its place."""
    for place in PLACES:
        for path in sorted((PROJECT / place).rglob("*")):
            name = path.relative_to(PROJECT).as_posix()
            if path.suffix == ".html":
                yield from _marked(path, name, babel_extract, JINJA)
            elif path.suffix == ".py":
                yield from _marked(path, name, "python", {})
                yield from _bare_chinese(path, name)
    for line, field in enumerate(Settings.model_fields.values(), start=1):
        yield "config/settings.py", line, field.description or ""


def _marked(path: Path, name: str, method: Any, options: dict[str, str]) -> Iterator[Message]:
    with path.open("rb") as source:
        for line, message, _comments, _context in extract(method, source, KEYWORDS, (), options):
            yield name, line, message


def _bare_chinese(path: Path, name: str) -> Iterator[Message]:
    """Yield Chinese string constants of Python code: errors and tables of msgids are written without a mark.

    Docstrings and texts of the command line (dms/cli), which is not translated, are left out.
    """
    if name.startswith(("dms/cli/", "dms/operations/")) or name in NOT_INTERFACE:
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = {id(node) for node in _docstrings(tree)} | {id(part) for part in _parts_of_format_strings(tree)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in texts:
            continue
        if CHINESE.search(node.value) and len(node.value) > 1:
            yield name, node.lineno, node.value


NOT_INTERFACE = frozenset(
    {
        "dms/web/roles_document.py",  # writes docs/roles.md
        "dms/places/rules.py",  # names that places get
        "dms/http/language.py",
        "dms/parties/rules.py",  # parts of companies' names
        "dms/web/styleguide.py",
    }
)


def _docstrings(tree: ast.AST) -> Iterable[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def _parts_of_format_strings(tree: ast.AST) -> Iterable[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield from node.values
