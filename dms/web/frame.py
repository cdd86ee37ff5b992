"""The frame around every page: the side menu by role, the small numbers, the banner of the demonstration."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import current_app, g, request
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from dms.http import current_archive, identity_or_none
from dms.http.counters import counters_of
from dms.policy import Action

if TYPE_CHECKING:
    from dms.policy import Identity

LOG = logging.getLogger("dms.web")
UNNAMED = "归档"  # the default of the setting


@dataclass(frozen=True)
class MenuItem:
    """An entry of the side menu: path, text (msgid), icon of the sprite, actions (one is needed), counter, key."""

    path: str
    text: str
    icon: str
    actions: tuple[Action, ...]
    counter: str = ""
    key: str = ""
    matches: tuple[str, ...] = ()  # further beginnings of paths that belong to it
    on_phone: bool = False


MENU = (
    MenuItem("/inbox", "收件", "inbox", (Action.DOCUMENT_UPLOAD, Action.DOCUMENT_REVIEW), "inbox", "g i",
             ("/review", "/arrivals", "/batches"), on_phone=True),
    MenuItem("/search", "检索", "search", (Action.DOCUMENT_VIEW,), key="g s", on_phone=True),
    MenuItem("/documents", "文件", "paper", (Action.DOCUMENT_VIEW,), key="g d"),
    MenuItem("/parties", "客户与案卷", "folder", (Action.PARTY_VIEW,), key="g c", matches=("/dossiers",)),
    MenuItem("/places", "库位", "shelf", (Action.PLACE_VIEW,), key="g p", matches=("/holdings", "/putaway")),
    MenuItem("/loans", "借阅", "loan", (Action.PLACE_VIEW,), key="g l"),
    MenuItem("/stocktakes", "盘点", "count", (Action.PLACE_MANAGE,), key="g k"),
    MenuItem("/tasks", "复核与待办", "tasks", (Action.DOCUMENT_VIEW,), "tasks", "g t", ("/reviews",), on_phone=True),
    MenuItem("/jobs", "任务", "jobs", (Action.JOB_VIEW,), key="g j"),
    MenuItem("/audit", "审计", "audit", (Action.AUDIT_READ,), key="g a"),
    MenuItem("/people", "人员", "people", (Action.ACCOUNT_VIEW,), key="g m"),
    MenuItem("/admin", "设置", "settings", (Action.SETTINGS_VIEW,), key="g ,"),
)  # fmt: skip
SCAN = MenuItem("/putaway", "扫码", "scan", (Action.HOLDING_MOVE,), on_phone=True)


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


def frame() -> Frame:
    """Return the frame of this request; only what the role may do, only screens that exist."""
    if "frame" not in g:
        identity = identity_or_none()
        menu = tuple(item for item in MENU if _shown(item, identity))
        phone = [item for item in menu if item.on_phone]
        if _shown(SCAN, identity):
            phone.insert(1, SCAN)
        g.frame = Frame(
            identity, menu, tuple(phone), _here(menu), counts(identity), _is_demonstration(), _archive_name(),
            searchable=any(item.path == "/search" for item in menu),
            uploads=any(item.path == "/inbox" for item in menu) and "/upload" in _paths(),
        )  # fmt: skip
    frame: Frame = g.frame
    return frame


def counts(identity: Identity | None) -> dict[str, int]:
    """Return the small numbers for a person; an archive that cannot count just now shows none."""
    if identity is None:
        return {}
    try:
        return {name: count(current_archive(), identity) for name, count in counters_of(current_app).items()}
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
