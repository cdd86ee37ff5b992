"""Pages that belong to no topic: the start, health, language and theme choice, counters, the style guide."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from dms.accounts.actions import SETTINGS_VIEW
from dms.accounts.service import set_language
from dms.http import current_archive, current_identity, identity_or_none, local_path, public
from dms.http.language import COOKIE, LANGUAGES
from dms.http.request import anonymous
from dms.kernel.errors import InvalidError
from dms.web import health, openapi, styleguide
from dms.web.frame import counts, frame

bp = Blueprint("web", __name__, template_folder="templates")
YEAR_SECONDS = 365 * 24 * 3600


@bp.get("/")
def start() -> AnyResponse:
    """Lead to the first screen that the person may use."""
    current_identity()
    menu = frame().menu
    return redirect(menu[0].path if menu else "/account")


@bp.get("/healthz")
@anonymous
def healthz() -> tuple[Response, int]:
    """Tell a supervisor that this process answers, whatever it stands on."""
    return jsonify(state="alive"), 200


@bp.get("/readyz")
@anonymous
def readyz() -> tuple[Response, int]:
    """Tell a load balancer whether papers can be taken in and opened, with a word on each part; no names."""
    report = health.look(current_app)
    return jsonify(state=report.state, **report.parts), 200 if report.ready else 503


@bp.get("/api/v1/openapi.json")
def open_api() -> Response:
    """Describe the JSON API to whoever is signed in or brings a token."""
    current_identity()
    return jsonify(openapi.document(current_app))


@bp.get("/counters.json")
def counters() -> Response:
    """Return the small numbers of the frame."""
    return jsonify(counts(current_identity()))


@bp.post("/language")
@public
def language() -> AnyResponse:
    """Keep the chosen language in the browser, and in the account of who is signed in."""
    choice = request.form.get("language", "")
    if choice not in LANGUAGES:
        raise InvalidError("没有这种语言，请选中文或 English。", code="language")
    identity = identity_or_none()
    if identity is not None:
        set_language(current_archive(), identity, choice)
    response = make_response(redirect(local_path(request.form.get("next"))))
    response.set_cookie(COOKIE, choice, max_age=YEAR_SECONDS, samesite="Lax", httponly=True, secure=request.is_secure)
    return response


@bp.get("/styleguide")
def style_guide() -> str:
    """Show all parts in all states, to administrators."""
    identity = current_identity()
    current_archive().policy.require(identity, SETTINGS_VIEW)
    pages = [
        page | {name: url_for("static", filename=page[name]) for name in ("view", "thumb")}
        for page in styleguide.SAMPLE["pages"]
    ]
    return render_template("web/styleguide.html", sample=styleguide.SAMPLE, pages=pages)


@bp.get("/keys")
@public
def keys() -> str:
    """List the keys that hold on every screen, for those without JavaScript."""
    return render_template("web/keys.html", signed_in=identity_or_none() is not None)
