"""What may be done with the archive as a whole."""

from __future__ import annotations

from dms.policy.actions import Action

BACKUP_RUN = Action("backup.run", "备份")

ACTIONS = (BACKUP_RUN,)
