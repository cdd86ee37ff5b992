"""Pages of one's own account (我的账号): password, language, open sessions, tokens."""

from __future__ import annotations

from flask import make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from dms.accounts import service
from dms.accounts.forms import LanguageChoice, PasswordChange, TypedToken
from dms.accounts.views import bp
from dms.http import current_archive, current_identity, form, shows_again, toast


@bp.get("/account")
def account() -> str:
    """Show one's own account."""
    return _page()


def _page(fresh: service.NewToken | None = None) -> str:
    archive, identity = current_archive(), current_identity()
    return render_template(
        "accounts/account.html", person=service.get_account(archive, identity, str(identity.account_id)),
        sessions=service.own_sessions(archive, identity), tokens=service.own_tokens(archive, identity),
        grantable=service.grantable_actions(archive, identity), fresh=fresh, here=identity.session_id,
        now=archive.clock.now(),
    )  # fmt: skip


@bp.post("/account/password")
@shows_again(account)
def change_password() -> AnyResponse:
    """Change one's own password."""
    typed = form(PasswordChange)
    if typed.password != typed.again:
        raise service.PasswordsDifferError("两次输入的密码不一样，请再输一次。")
    service.change_password(current_archive(), current_identity(), typed.old, typed.password)
    toast(_("密码已改；别处的登录都已结束。"))
    return redirect(url_for(".account"))


@bp.post("/account/language")
@shows_again(account)
def choose_language() -> AnyResponse:
    """Keep one's language."""
    service.set_language(current_archive(), current_identity(), form(LanguageChoice).language)
    return redirect(url_for(".account"))


@bp.post("/account/sessions/<session_id>/end")
def end_session(session_id: str) -> AnyResponse:
    """End one of one's own sessions."""
    service.end_session(current_archive(), current_identity(), session_id)
    toast(_("那处登录已结束。"))
    return redirect(url_for(".account"))


@bp.post("/account/tokens")
@shows_again(account)
def create_token() -> AnyResponse:
    """Make a token and show it this once."""
    wish = form(TypedToken)
    made = service.create_token(
        current_archive(), current_identity(), wish.token_name, wish.actions, wish.days
    )  # fmt: skip
    return make_response(_page(made), 201)


@bp.post("/account/tokens/<token_id>/end")
def end_token(token_id: str) -> AnyResponse:
    """End a token."""
    service.end_token(current_archive(), current_identity(), token_id)
    toast(_("令牌已作废。"))
    return redirect(url_for(".account"))
