"""Use cases of people: signing in and out, one-time links, accounts and roles, tokens, recovery."""

from __future__ import annotations

from dms.accounts.service.administration import Overview, overview
from dms.accounts.service.first import anybody, bootstrap_exception, first_person_link, recover_administrator
from dms.accounts.service.links import LinkView, NewLink, PasswordsDifferError, create_link, look_at_link, use_link
from dms.accounts.service.own import change_password, own_sessions, set_language
from dms.accounts.service.people import (
    PeopleFilter,
    change_account,
    create_account,
    create_department,
    departments,
    disable_account,
    enable_account,
    get_account,
    names_of,
    people,
    rename_department,
    set_roles,
)
from dms.accounts.service.sessions import (
    SignInError,
    SignInThrottledError,
    end_session,
    load_identity,
    sign_in,
    sign_out,
    sweep,
)
from dms.accounts.service.tokens import NewToken, create_token, end_token, grantable_actions, own_tokens, tokens_of

__all__ = [
    "LinkView",
    "NewLink",
    "NewToken",
    "Overview",
    "PasswordsDifferError",
    "PeopleFilter",
    "SignInError",
    "SignInThrottledError",
    "anybody",
    "bootstrap_exception",
    "change_account",
    "change_password",
    "create_account",
    "create_department",
    "create_link",
    "create_token",
    "departments",
    "disable_account",
    "enable_account",
    "end_session",
    "end_token",
    "first_person_link",
    "get_account",
    "grantable_actions",
    "load_identity",
    "look_at_link",
    "names_of",
    "overview",
    "own_sessions",
    "own_tokens",
    "people",
    "recover_administrator",
    "rename_department",
    "set_language",
    "set_roles",
    "sign_in",
    "sign_out",
    "sweep",
    "tokens_of",
    "use_link",
]
