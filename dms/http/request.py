"""Who asks, of which archive, and with which credentials."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar, cast
from urllib.parse import urlsplit

from flask import Response, current_app, g, request

from dms.kernel.errors import SignInNeededError

if TYPE_CHECKING:  # types only: this module stands below the topics
    from dms.kernel.archive import Archive
    from dms.policy import Identity

SESSION_COOKIE = "guidang_session"
ARCHIVE = "guidang.archive"
View = TypeVar("View", bound=Callable[..., object])


def current_archive() -> Archive:
    """Return the archive that this web process serves."""
    return cast("Archive", current_app.extensions[ARCHIVE])


def identity_or_none() -> Identity | None:
    """Return who asks, or None for a visitor who is not signed in."""
    return cast("Identity | None", g.get("identity"))


def current_identity() -> Identity:
    """Return who asks; raises `SignInNeededError` for visitors."""
    identity = identity_or_none()
    if identity is None:
        raise SignInNeededError("请先登录。")
    return identity


def public(view: View) -> View:
    """Mark a view as open to visitors; everything else needs a signed-in person. Stands below the route decorator."""
    view.public = True  # type: ignore[attr-defined]  # an attribute on a function
    return view


def anonymous(view: View) -> View:
    """Mark a view for which nobody's session is looked up, such as a static file."""
    view.anonymous = True  # type: ignore[attr-defined]  # an attribute on a function
    return public(view)


def session_cookie_name() -> str:
    """Return the name of the session's cookie; over HTTPS one that no neighbouring host can set."""
    return f"__Host-{SESSION_COOKIE}" if request.is_secure else SESSION_COOKIE


def session_token() -> str | None:
    """Return the secret of the session that the browser sent."""
    return request.cookies.get(session_cookie_name()) or None


def keep_session(response: Response, token: str, lifetime: timedelta | None = None) -> None:
    """Give the browser the secret of its session; without a lifetime until it is closed."""
    response.set_cookie(
        session_cookie_name(), token, max_age=lifetime, path="/", secure=request.is_secure, httponly=True,
        samesite="Lax",
    )  # fmt: skip


def forget_session(response: Response) -> None:
    """Take the session's cookie from the browser."""
    response.delete_cookie(session_cookie_name(), path="/", secure=request.is_secure, httponly=True, samesite="Lax")


def bearer_token() -> str | None:
    """Return the token of an `Authorization: Bearer …` header; tokens count for the API only."""
    if not request.path.startswith("/api/"):
        return None
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if kind.lower() == "bearer" else None


_OF_PROGRAMS = ("PUT", "PATCH", "DELETE")


def wants_json() -> bool:
    """Tell whether the answer is for a program: an API or .json path, what no form sends, or JSON preferred to HTML."""
    if request.path.startswith("/api/") or request.path.endswith(".json") or request.method in _OF_PROGRAMS:
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json", "application/problem+json"])
    return best in ("application/json", "application/problem+json") and not _takes_html_as_well()


def _takes_html_as_well() -> bool:
    accepted = request.accept_mimetypes
    return accepted["text/html"] >= accepted["application/json"]


def local_path(path: str | None, default: str = "/") -> str:
    """Return a path of this site to go on to; anything that could lead elsewhere becomes `default`."""
    if not path or not path.startswith("/") or path.startswith("//") or "\\" in path or not path.isprintable():
        return default
    parts = urlsplit(path)
    return default if parts.scheme or parts.netloc else path
