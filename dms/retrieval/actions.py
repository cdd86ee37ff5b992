"""What may be done with the search index."""

from __future__ import annotations

from dms.policy.actions import Action

INDEX_MANAGE = Action("index.manage", "重建检索索引")

ACTIONS = (INDEX_MANAGE,)
