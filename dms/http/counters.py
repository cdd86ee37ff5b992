"""The small numbers of the frame (收件, 待办, 读取中): topics register how to count, the frame asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Blueprint
from flask.sansio.app import App

if TYPE_CHECKING:  # types only: this module stands below the topics
    from flask.blueprints import BlueprintSetupState

    from dms.kernel.archive import Archive
    from dms.policy import Identity

EXTENSION = "guidang.counters"
Count = Callable[["Archive", "Identity"], int]


def counted(blueprint: Blueprint, name: str, count: Count) -> None:
    """Register a number of the frame: `inbox`, `tasks` or `reading`. It is asked on every page: keep it cheap."""

    def register(state: BlueprintSetupState) -> None:
        counters_of(state.app)[name] = count

    blueprint.record_once(register)


def counters_of(app: App) -> dict[str, Count]:
    """Return the registered counters of an application."""
    counters: dict[str, Count] = app.extensions.setdefault(EXTENSION, {})
    return counters
