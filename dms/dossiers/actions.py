"""What may be done with dossiers."""

from __future__ import annotations

from dms.policy.actions import Action

DOSSIER_VIEW = Action("dossier.view", "查看案卷", content=True, reads=True)
DOSSIER_OPEN = Action("dossier.open", "建立案卷", content=True)

ACTIONS = (DOSSIER_VIEW, DOSSIER_OPEN)
