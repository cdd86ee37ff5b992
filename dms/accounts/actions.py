"""What may be done with people, roles and tokens."""

from __future__ import annotations

from dms.policy.actions import Action

ACCOUNT_VIEW = Action("account.view", "查看人员", reads=True)
ACCOUNT_MANAGE = Action("account.manage", "管理人员")
ROLE_MANAGE = Action("role.manage", "分配角色和涉密等级")
TOKEN_MANAGE = Action("token.manage", "管理自己的令牌", reads=True)
SETTINGS_VIEW = Action("settings.view", "查看设置", reads=True)
SETTINGS_MANAGE = Action("settings.manage", "修改设置")

ACTIONS = (ACCOUNT_VIEW, ACCOUNT_MANAGE, ROLE_MANAGE, TOKEN_MANAGE, SETTINGS_VIEW, SETTINGS_MANAGE)
