"""What may be done with holds."""

from __future__ import annotations

from dms.policy.actions import Action

HOLD_MANAGE = Action("hold.manage", "冻结与解除冻结", content=True)  # of what the person may see

ACTIONS = (HOLD_MANAGE,)
