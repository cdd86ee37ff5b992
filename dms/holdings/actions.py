"""What may be done with paper originals."""

from __future__ import annotations

from dms.policy.actions import Action

HOLDING_MOVE = Action("holding.move", "登记、上架、移动原件")
HOLDING_LEND = Action("holding.lend", "交出和收回原件")

ACTIONS = (HOLDING_MOVE, HOLDING_LEND)
