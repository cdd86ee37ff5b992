"""The chains of what follows from what, read from the sources: no circle, and every event has somebody who hears it."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from graphlib import TopologicalSorter
from importlib import import_module
from pathlib import Path
from typing import Any

from dms import consequences
from dms.kernel.consequences import Event

DMS = Path(consequences.__file__).parent


def told_by(function: Callable[..., Any]) -> set[str]:
    """Return the names of the events that a function tells of, itself or by functions of its module that it calls."""
    tree = ast.parse(inspect.getsource(inspect.getmodule(function)))  # type: ignore[arg-type]  # it has one
    bodies = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    found, wanted, seen = set(), [function.__name__], set()
    while wanted:
        name = wanted.pop()
        if name in seen or name not in bodies:
            continue
        seen.add(name)
        for call in (node for node in ast.walk(bodies[name]) if isinstance(node, ast.Call)):
            called = getattr(call.func, "id", getattr(call.func, "attr", ""))
            wanted.append(called)
            found |= set(_events(call)) if called in ("after", "before") else set()
    return found


def _events(call: ast.Call) -> Iterator[str]:
    for argument in call.args:
        if isinstance(argument, ast.Call) and isinstance(argument.func, ast.Name):
            yield argument.func.id


def test_the_chains_have_no_circle() -> None:
    chains = {
        event.__name__: {name for step in steps for name in told_by(step)}
        for event, steps in {**consequences.GATES, **consequences.EFFECTS}.items()
    }
    TopologicalSorter(chains).prepare()  # raises CycleError, naming the circle


def test_every_event_is_heard_and_told() -> None:
    events = {
        name
        for path in DMS.glob("*/events.py")
        for name, value in vars(import_module(f"dms.{path.parent.name}.events")).items()
        if isinstance(value, type) and issubclass(value, Event) and value is not Event
    }
    heard = {event.__name__ for event in (*consequences.GATES, *consequences.EFFECTS)}
    assert events == heard
    sources = [path.read_text(encoding="utf-8") for path in DMS.rglob("*.py") if path.name != "events.py"]
    assert all(any(f"{name}(" in source for source in sources) for name in events)


def test_a_told_event_is_found_through_the_functions_of_its_module() -> None:
    assert told_by(_outer) == {"Told"}


def _outer(archive: Any) -> None:
    _inner(archive)


def _inner(archive: Any) -> None:
    archive.consequences.after(None, archive, Told())


class Told(Event):
    """For the test above."""
