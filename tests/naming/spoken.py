"""Names that stand as texts in the sources: deeds, codes of errors, formats, roles of objects."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

from tests.naming.found import texts, written
from tests.sources import ROOT, nodes_of
from tests.sources import error_codes as raised_codes

DEED = re.compile(
    r"(account|archive|arrival|audit|backup|box|department|document|dossier|holding|job|keys|link|page|party|place"
    r"|seal|search|session|token)(\.[a-z_-]+)+"
)
NOT_DEEDS = {  # what looks like a deed and is none: ends of foreign keys, files of a backup
    "account.id", "arrival.id", "department.id", "document.id", "dossier.id", "holding.id", "party.id", "place.id",
    "backup.json", "keys.jsonl",
}  # fmt: skip
FORMAT = re.compile(r"guidang[- ][a-z -]*[a-z][- ]\d+")
COOKIE = re.compile(r"guidang_(visit|toast|language|session)")
VARIABLE = re.compile(r"GUIDANG_[A-Z_]*[A-Z]")
LATER = {  # files that come to a data folder with time
    "backups", "guidang.from-backup.toml", "guidang.toml", "keeper.lock", "keys.location", "lan.crt", "lan.pem",
    "released", "rulebook", "running.lock", "wake",
}  # fmt: skip


def error_codes() -> set[str]:
    """Return the codes of classes and of what is raised, and the explained ones that stand in tables or by position."""
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `([a-z0-9_]+)` \|", page, re.MULTILINE))
    return set(raised_codes()) | {code for code in explained & texts() if "_" in code}


def formats() -> set[str]:
    return {name for text in texts() for name in FORMAT.findall(text)}


def object_roles() -> set[str]:
    """Return the texts given to calls of `reserve`, some of them by the name of a constant of the same file."""
    found: set[str] = set()
    for path in written():
        calls = [node for node in nodes_of(path) if isinstance(node, ast.Call)]
        reserving = [each for each in calls if getattr(each.func, "attr", getattr(each.func, "id", "")) == "reserve"]
        constants = _constants(path) if reserving else {}
        for word in (word for call in reserving for word in call.args):
            given = word.value if isinstance(word, ast.Constant) else constants.get(getattr(word, "id", ""))
            found |= {given} if isinstance(given, str) else set()
    return found


def _constants(path: Path) -> dict[str, Any]:
    given = [node for node in nodes_of(path) if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)]
    return {target.id: each.value.value for each in given for target in each.targets if isinstance(target, ast.Name)}
