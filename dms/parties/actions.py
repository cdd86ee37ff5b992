"""What may be done with parties."""

from __future__ import annotations

from dms.policy.actions import Action

PARTY_VIEW = Action("party.view", "查看客户", content=True, reads=True)
PARTY_EDIT = Action("party.edit", "建立和修改客户", content=True)

ACTIONS = (PARTY_VIEW, PARTY_EDIT)
