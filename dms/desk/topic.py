"""What the desk tells the house."""

from __future__ import annotations

from dms.kernel.topic import SILENT, Topic

TOPIC = Topic(name="desk", answers=SILENT, blueprints=("dms.desk.views:bp", "dms.desk.api:api"))
