"""What may be done with the log."""

from __future__ import annotations

from dms.policy.actions import Action

AUDIT_READ = Action("audit.read", "查看审计日志", reads=True)

ACTIONS = (AUDIT_READ,)
