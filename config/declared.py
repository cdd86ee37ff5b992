"""What the rulebook must know of a document type's file: its group and custody, ours at need; its retention rule."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Collection
from typing import Any

GROUPS = ("01", "02", "03", "04", "05", "06")  # of a dossier; part of the numbers given, so that there are no others


def problem_of(text: str, rules: Collection[str]) -> str | None:
    """Return what is wrong with a type's file in words; None where nothing is, and for TOML that its reader refuses.

    `rules` are the codes of the retention rules.
    """
    try:
        declared = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
    return _group(declared) or _custody(declared) or _retention(declared, rules)


def inheriting(text: str, ours: str) -> str:
    """Return an owner's file of one of our types with our group and custody where it does not speak of them.

    A file from before there were these keys would otherwise put new documents into the last group. One that is not
    TOML, or of another code, is returned as it is.
    """
    try:
        own, base = tomllib.loads(text), tomllib.loads(ours)
    except tomllib.TOMLDecodeError:
        return text
    if own.get("code") != base.get("code"):
        return text
    silent = [key for key in ("group", "custody") if key in base and not _speaks_of(key, own, base)]
    return "".join(f"{key} = {json.dumps(base[key])}\n" for key in silent) + text


def _speaks_of(key: str, own: dict[str, Any], base: dict[str, Any]) -> bool:
    """Tell whether a type's file says something of a key; of custody also a copy rule speaks that is not ours."""
    if key == "custody" and own.get("copy_rule", base.get("copy_rule")) != base.get("copy_rule"):
        return True
    return key in own


def _group(declared: dict[str, Any]) -> str | None:
    group = declared.get("group", GROUPS[-1])
    return None if group in GROUPS else f'group: there is no group {group!r} of a dossier, only "01" to "06"'


def _custody(declared: dict[str, Any]) -> str | None:
    return None if isinstance(declared.get("custody", False), bool) else "custody: it is true or false"


def _retention(declared: dict[str, Any], rules: Collection[str]) -> str | None:
    kept = declared.get("retention")
    rule = kept.get("rule") if isinstance(kept, dict) else None
    if rule is None or rule in rules:
        return None
    return f"retention.rule: there is no rule {rule!r} in retention.toml; did you mean {nearest(str(rule), rules)}?"


def nearest(name: str, known: Collection[str]) -> str:
    """Return that of some known names which is written most like a wrong one."""
    return (difflib.get_close_matches(name, known, 1, 0.0) or sorted(known))[0]
