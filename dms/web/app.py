"""The factory of the web application: one archive in, one Flask out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, current_app, g, request
from jinja2 import StrictUndefined

from dms.accounts.service import load_identity
from dms.http import bearer_token, current_archive, identity_or_none, session_token, storable
from dms.http.csrf import check_csrf, keep_visit
from dms.http.request import ARCHIVE
from dms.http.toasts import keep_toast
from dms.kernel.errors import SignInNeededError
from dms.kernel.telemetry import logs
from dms.kernel.topic import load
from dms.web import assets, errors, health, language, observing, parts, security

if TYPE_CHECKING:
    from dms.kernel.archive import Archive
    from dms.policy import Identity

OWN = "dms.web.views:bp"  # pages that belong to no topic
FORM_BYTES = 4 << 20
EXPIRED = "登录已过期，没有任何改动；请重新登录后再做一次。"
LOADER = "guidang.load_identity"
Loader = Callable[..., "Identity | None"]  # (archive, *, session, bearer, address)


def create_app(archive: Archive, load_identity: Loader = load_identity) -> Flask:
    """Build the web application of an archive; `load_identity` finds who asks by session secret or bearer token."""
    app = Flask("dms.web", static_folder=None)
    app.extensions[ARCHIVE] = archive
    app.extensions[LOADER] = load_identity
    app.config.update(MAX_CONTENT_LENGTH=FORM_BYTES, MAX_FORM_MEMORY_SIZE=FORM_BYTES, MAX_FORM_PARTS=5000)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # of Flask's default provider
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    storable.prepare(app)
    observing.prepare(app)
    health.prepare(app, archive)
    app.before_request(_admit)
    app.after_request(_complete)
    for part in (language, assets, security, parts, errors):
        part.prepare(app)
    for name in (OWN, *archive.topics.blueprints):
        app.register_blueprint(_blueprint(name))
    return app


def _blueprint(name: str) -> Blueprint:
    blueprint: Blueprint = load(name)
    if blueprint.template_folder is None:
        blueprint.template_folder = "templates"
    return blueprint


def _admit() -> None:
    """Learn who asks; refuse forged requests, bodies that would touch a disk, and visitors where they may not be."""
    g.identity = _load_identity()
    if g.identity is not None:
        logs.also_of(account=g.identity.account_id)
    security.refuse_multipart()
    view = request.endpoint and _view_of(request.endpoint)
    if view and not getattr(view, "public", False) and identity_or_none() is None:
        raise SignInNeededError(EXPIRED if session_token() else "请先登录。")
    check_csrf()


def _load_identity() -> Identity | None:
    session, bearer = session_token(), bearer_token()
    if (session is None and bearer is None) or getattr(_view_of(request.endpoint or ""), "anonymous", False):
        return None
    load: Loader = current_app.extensions[LOADER]
    return load(current_archive(), session=session, bearer=bearer, address=request.remote_addr or "")


def _view_of(endpoint: str) -> object | None:
    return current_app.view_functions.get(endpoint)


def _complete(response: Response) -> Response:
    keep_visit(response)
    keep_toast(response)
    return response
