"""What may be done with the queue."""

from __future__ import annotations

from dms.policy.actions import Action

JOB_VIEW = Action("job.view", "查看任务", reads=True)
JOB_MANAGE = Action("job.manage", "重试和取消任务")

ACTIONS = (JOB_VIEW, JOB_MANAGE)
