"""What may be done with places."""

from __future__ import annotations

from dms.policy.actions import Action

PLACE_VIEW = Action("place.view", "查看库位", reads=True)
PLACE_MANAGE = Action("place.manage", "管理库位")

ACTIONS = (PLACE_VIEW, PLACE_MANAGE)
