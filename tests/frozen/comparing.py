"""Answers as they are kept beside the archive, and what is different between two of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.frozen.archive import FROZEN, HERE

SAME = "like the first"

Answers = dict[str, Any]  # path → {status, type, and body or name, length, hash}; of a refusal "404 document_unknown"


def keep(name: str, answers: Mapping[str, Answers]) -> None:
    """Write answers, a line each."""
    first, *_ = answers
    with (FROZEN / name).open("w", encoding="utf-8") as file:
        file.write("{\n")
        for asker, said in answers.items():
            lines = []
            for path, answer in said.items():
                kept = SAME if asker != first and answer == answers[first].get(path) else answer
                lines.append(f"{_json(path)}: {_json(kept)}")
            file.write(
                f"{_json(asker)}: {{\n" + ",\n".join(lines) + ("\n},\n" if asker != list(answers)[-1] else "\n}\n")
            )
        file.write("}\n")


def recorded(name: str) -> dict[str, Answers]:
    """Return the recorded answers by asker and path."""
    kept = json.loads((FROZEN / name).read_text(encoding="utf-8"))
    first = next(iter(kept.values()))
    return {
        asker: {path: first[path] if answer == SAME else answer for path, answer in said.items()}
        for asker, said in kept.items()
    }


def additions() -> frozenset[str]:
    """Return the members that later releases added to answers, as paths such as `documents[].retention`."""
    return frozenset(json.loads((HERE / "additions.json").read_text(encoding="utf-8")))


def differences(expected: Any, got: Any, added: frozenset[str], where: str = "", path: str = "") -> Iterator[str]:
    """Yield each difference as one short line; `where` shows indices, `path` is how additions are written."""
    if isinstance(expected, dict) and isinstance(got, dict):
        for key in expected:
            at, below = _join(where, key), _join(path, key)
            if key not in got:
                yield f"{at}: expected {_short(expected[key])}, got nothing"
            else:
                yield from differences(expected[key], got[key], added, at, below)
        for key in got:
            if key not in expected and _join(path, key) not in added:
                yield f"{_join(where, key)}: new, and {_join(path, key)!r} is not in additions.json"
    elif isinstance(expected, list) and isinstance(got, list):
        yield from _of_lists(expected, [each for each in got if f"{path}[]={each}" not in added], added, where, path)
    elif expected != got or type(expected) is not type(got):
        yield f"{where or 'answer'}: expected {_short(expected)}, got {_short(got)}"


def _of_lists(expected: list[Any], got: list[Any], added: frozenset[str], where: str, path: str) -> Iterator[str]:
    names, others = ([_name(each) for each in side] for side in (expected, got))
    if len(set(names)) < len(names) or len(set(others)) < len(others):
        names, others = list(map(str, range(len(expected)))), list(map(str, range(len(got))))
    lost, new = ([each for each in one if each not in other] for one, other in ((names, others), (others, names)))
    if lost or new:
        yield f"{where}: lost {_short(lost)}, new {_short(new)}"
    elif names != others:
        yield f"{where}: another order"
    there = dict(zip(others, got, strict=True))
    for number, (name, each) in enumerate(zip(names, expected, strict=True)):
        if name in there:
            yield from differences(each, there[name], added, f"{where}[{number}]", f"{path}[]")


def _name(item: Any) -> Any:
    """Return by what an item of a list is told from the others: id, name or place among the pages, else itself."""
    if not isinstance(item, dict):
        return _json(item)
    keys = ("id", "holding_id", "name", "position", "value", "size", "kind")
    return next((str(item[key]) for key in keys if key in item), "")


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _short(value: Any) -> str:
    text = _json(value)
    return text if len(text) <= 160 else f"{text[:150]}… ({len(text)} characters)"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
