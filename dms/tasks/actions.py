"""What may be done with tasks."""

from __future__ import annotations

from dms.policy.actions import Action

TASK_CLOSE = Action("task.close", "了结待办", content=True)  # one's own; to see them is to see documents

ACTIONS = (TASK_CLOSE,)
