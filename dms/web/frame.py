"""The frame around every page: the side menu by role, the small numbers, the banner of the demonstration."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import current_app, g, request
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from dms.http import current_archive, identity_or_none
from dms.kernel.topic import MenuItem

if TYPE_CHECKING:
    from dms.policy import Identity

LOG = logging.getLogger("dms.web")
UNNAMED = "归档"  # the default of the setting


@dataclass(frozen=True)
class Frame:
    """What layout.html shows around a page."""

    identity: Identity | None
    menu: tuple[MenuItem, ...]
    phone: tuple[MenuItem, ...]
    here: str
    counts: dict[str, int]
    demonstration: bool
    archive_name: str
    searchable: bool
    uploads: bool
    tasks: bool


def frame() -> Frame:
    """Return the frame of this request; only what the role may do, only screens that exist."""
    if "frame" not in g:
        identity = identity_or_none()
        shown = [item for item in current_archive().topics.menu if _shown(item, identity)]
        menu, phone = tuple(item for item in shown if item.beside), [item for item in shown if item.on_phone]
        g.frame = Frame(
            identity, menu, tuple(phone), _here(menu), counts(identity), _is_demonstration(), _archive_name(),
            searchable=any(item.path == "/search" for item in menu),
            uploads=any(item.path == "/inbox" for item in menu) and "/upload" in _paths(),
            tasks=any(item.path == "/tasks" for item in menu),
        )  # fmt: skip
    frame: Frame = g.frame
    return frame


def counts(identity: Identity | None) -> dict[str, int]:
    """Return the small numbers for a person; an archive that cannot count just now shows none."""
    if identity is None:
        return {}
    try:
        return {name: count(current_archive(), identity) for name, count in current_archive().topics.counters.items()}
    except SQLAlchemyError:
        LOG.warning("the counters of the frame cannot be read", exc_info=True)
        return {}


def _shown(item: MenuItem, identity: Identity | None) -> bool:
    if identity is None or item.path not in _paths():
        return False
    policy = current_archive().policy
    return any(policy.may(identity, action) for action in item.actions)


def _paths() -> frozenset[str]:
    paths: frozenset[str] | None = current_app.extensions.get("guidang.paths")
    if paths is None:
        paths = frozenset(rule.rule for rule in current_app.url_map.iter_rules() if "GET" in (rule.methods or ()))
        paths |= frozenset(rule.rule for rule in current_app.url_map.iter_rules() if rule.rule == "/upload")
        current_app.extensions["guidang.paths"] = paths
    return paths


def _here(menu: tuple[MenuItem, ...]) -> str:
    for item in menu:
        if any(request.path == path or request.path.startswith(path + "/") for path in (item.path, *item.matches)):
            return item.path
    return ""


def _is_demonstration() -> bool:
    return bool(getattr(current_archive().settings, "demonstration", False))


def _archive_name() -> str:
    name = str(current_archive().settings.archive_name)
    return str(_("归档")) if name == UNNAMED else name
