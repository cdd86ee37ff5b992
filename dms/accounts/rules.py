"""Pure rules of people: which roles go together, what a password must be, how failed sign-ins are slowed down."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Collection
from datetime import timedelta
from functools import cache
from pathlib import Path

from dms.kernel.errors import InvalidError
from dms.policy import SEPARATE, Role

LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,79}")
PASSWORD_LEAST = 10
PASSWORD_MOST = 200
FREE_FAILURES = {"login": 5, "address": 30}
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=1)
FIRST_PERSON = frozenset({Role.ARC, Role.SYS})


def normal_login(login: str) -> str:
    """Return a login name in its one spelling. Raises `InvalidError`."""
    normal = unicodedata.normalize("NFKC", login).strip().lower()
    if not LOGIN.fullmatch(normal):
        raise InvalidError("登录名用小写字母、数字和 . _ @ + -，至少两个字符，例如 zhang.san。", code="login_form")
    return normal


def check_roles(roles: Collection[Role], *, is_first: bool = False) -> None:
    """Refuse roles that may not be held together.

    SYS, SEC and LOG (三员) exclude one another and every other role; AUD stands alone, since it changes nothing. Only
    the first person may hold ARC and SYS. Raises `InvalidError`.
    """
    held = frozenset(roles)
    if is_first and held == FIRST_PERSON:
        return
    if held & SEPARATE and len(held) > 1:
        raise InvalidError(
            "系统管理员、安全管理员、审计管理员互相排斥，也不能兼任别的角色；请把角色分给不同的人。",
            code="roles_exclusive",
        )
    if Role.AUD in held and len(held) > 1:
        raise InvalidError("审计只看不改，不能兼任别的角色；请把角色分给不同的人。", code="roles_exclusive")


def check_password(password: str, *known: str) -> None:
    """Refuse a password that is short, common or made of what everybody knows (`known`: name, login).

    Length is what counts; no kinds of characters are demanded. Raises `InvalidError`.
    """
    if len(password) < PASSWORD_LEAST:
        raise InvalidError(
            "密码至少 %(least)s 个字符；一句自己记得住的话最好。", code="password_short", least=PASSWORD_LEAST
        )
    if len(password) > PASSWORD_MOST:
        raise InvalidError("密码最多 %(most)s 个字符。", code="password_long", most=PASSWORD_MOST)
    plain = simplified(password)
    if plain in common_passwords() or len(set(plain)) < 4 or _is_run(plain):
        raise InvalidError("这个密码太常见，很容易被猜到；请换一句自己的话。", code="password_common")
    if any(len(simplified(word)) > 2 and plain.startswith(simplified(word)) for word in known):
        raise InvalidError("密码不要以姓名或登录名开头，请换一个。", code="password_personal")


def simplified(password: str) -> str:
    """Return what a guesser would try first: NFKC, lower case."""
    return unicodedata.normalize("NFKC", password).lower()


def _is_run(text: str) -> bool:
    steps = {ord(b) - ord(a) for a, b in itertools.pairwise(text)}
    return steps <= {1} or steps <= {-1}


@cache
def common_passwords() -> frozenset[str]:
    """Return the passwords that everybody tries, as long as ours must be or longer."""
    text = Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def wait_after(kind: str, failures: int) -> timedelta | None:
    """Return how long further sign-ins are refused after so many failures in a row; None: not at all.

    `kind` is login or address. The wait doubles from 30 seconds to at most 15 minutes.
    """
    beyond = failures - FREE_FAILURES[kind]
    if beyond < 0:
        return None
    return min(FIRST_WAIT * (1 << min(beyond, 10)), LONGEST_WAIT)
