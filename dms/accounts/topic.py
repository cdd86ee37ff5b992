"""What people, their rights and their doors tell the house."""

from __future__ import annotations

from collections.abc import Iterable

from dms.accounts.actions import ACCOUNT_VIEW, ACTIONS, SETTINGS_VIEW
from dms.accounts.answers import ANSWERS
from dms.accounts.measures import sessions
from dms.accounts.models import Account, AccountRole, ApiToken, Department, SignInLink, SignInThrottle, WebSession
from dms.accounts.service import sweep
from dms.kernel.archive import Archive
from dms.kernel.topic import Chore, MenuItem, SubjectKind, Topic


def _chores(archive: Archive) -> Iterable[Chore]:
    yield Chore("sweep sessions", 3600.0, lambda: min(sweep(archive), 0))


TOPIC = Topic(
    name="accounts",
    answers=ANSWERS,
    tables=(Department, Account, AccountRole, WebSession, SignInLink, ApiToken, SignInThrottle),
    actions=ACTIONS,
    blueprints=("dms.accounts.views:bp", "dms.accounts.api:api"),
    chores=_chores,
    menu=(
        MenuItem(110, "/people", "人员", "people", (ACCOUNT_VIEW,), key="g m"),
        MenuItem(120, "/admin", "设置", "settings", (SETTINGS_VIEW,), key="g ,"),
    ),
    kinds=(
        SubjectKind("session", deeds="登录"),
        SubjectKind("account", "人员", "/people/", deeds="人员"),
        SubjectKind("token", "令牌", deeds="令牌"),
        SubjectKind("link", deeds="一次性链接"),
        SubjectKind("department", "部门"),
    ),
    deeds={
        "session.start": "登录",
        "session.end": "退出登录",
        "session.fail": "登录失败，登录名 %(login)s",
        "link.create": "给 %(name)s 一条一次性链接（%(purpose)s）",
        "link.use": "用一次性链接设了密码（%(purpose)s）",
        "account.create": "建立账号 %(name)s，角色 %(roles)s，涉密等级 %(level)s",
        "account.change": "修改 %(name)s 的资料",
        "account.roles": "把 %(name)s 的角色由 %(before)s 改为 %(after)s，涉密等级 %(level)s",
        "account.password": "改了自己的密码",
        "account.disable": "停用账号 %(name)s",
        "account.enable": "启用账号 %(name)s",
        "department.create": "建立部门 %(name)s",
        "department.change": "部门 %(before)s 改名为 %(name)s",
        "token.create": "建立令牌 %(name)s，%(days)s 天，操作 %(actions)s",
        "token.end": "作废令牌 %(name)s",
    },
    wording="dms.accounts.wording:worded",
    measures=(sessions,),
)
