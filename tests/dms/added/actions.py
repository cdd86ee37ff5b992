"""What may be done with notes."""

from __future__ import annotations

from dms.policy.actions import Action

NOTE_VIEW = Action("note.view", "查看便条", content=True, reads=True)
NOTE_WRITE = Action("note.write", "写便条", content=True)

ACTIONS = (NOTE_VIEW, NOTE_WRITE)
