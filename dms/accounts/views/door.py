"""The door: signing in and out, one-time links."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from dms.accounts import service
from dms.accounts.forms import NewPassword, SignIn
from dms.accounts.views import bp
from dms.http import (
    current_archive,
    current_identity,
    forget_session,
    form,
    identity_or_none,
    keep_session,
    local_path,
    public,
    shows_again,
    toast,
)


@bp.get("/sign-in")
@public
def sign_in_page() -> str | AnyResponse:
    """Show the door; whoever is inside already goes on."""
    if identity_or_none() is not None:
        return redirect(local_path(request.args.get("next")))
    return _door()


def _door() -> str:
    path = request.form.get("next") or request.args.get("next")
    return render_template("accounts/sign_in.html", next=local_path(path), waits=not _anybody())


@bp.post("/sign-in")
@public
@shows_again(_door)
def sign_in() -> AnyResponse:
    """Sign in and go on to where the person wanted to go."""
    typed = form(SignIn)
    secret = service.sign_in(current_archive(), typed.login, typed.password, **_where())
    response = make_response(redirect(local_path(typed.next)))
    keep_session(response, secret)
    return response


@bp.post("/sign-out")
def sign_out() -> AnyResponse:
    """Sign out."""
    service.sign_out(current_archive(), current_identity())
    response = make_response(redirect("/sign-in"))
    forget_session(response)
    return response


@bp.get("/link/<secret>")
@public
def link(secret: str) -> str:
    """Show what a one-time link is for; looking does not use it up."""
    return render_template("accounts/link.html", link=service.look_at_link(current_archive(), secret), secret=secret)


@bp.post("/link/<secret>")
@public
@shows_again(link)
def use_link(secret: str) -> AnyResponse:
    """Set the password by a link and be signed in."""
    typed = form(NewPassword)
    if typed.password != typed.again:
        raise service.PasswordsDifferError("两次输入的密码不一样，请再输一次。")
    session = service.use_link(
        current_archive(), secret, typed.password, name=typed.name, login=typed.login, **_where()
    )  # fmt: skip
    response = make_response(redirect("/"))
    keep_session(response, session)
    toast(_("密码已设好，您已登录。"))
    return response


def _where() -> dict[str, str]:
    return {"address": request.remote_addr or "", "agent": request.user_agent.string}


def _anybody() -> bool:
    return service.anybody(current_archive())
